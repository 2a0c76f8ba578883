"""Somebody takes part under an own name, without an organisation, where the rules allow it."""

import httpx2

from app.consultations.models import ConsultationState
from app.organisations.models import OrganisationKind, Role
from tests.browsing import post
from tests.factories import Make


async def test_a_person_without_an_organisation_takes_part_where_the_rules_allow_it(
    client: httpx2.AsyncClient, make: Make
) -> None:
    person = await make.organisation("Mira Sand", OrganisationKind.PERSON)
    await make.signed_in(client, await make.account(Role.SIGNATORY, at=person))
    for allowed in (True, False):
        consultation = await make.consultation(takes_persons=allowed)
        place = f"/en/c/{consultation.slug}/start"
        page = await client.get(place)
        assert f'value="{person.id}" checked' in page.text, "the one name one has is chosen"
        begun = await post(client, place, {"mode": "named", "organisation_id": str(person.id)}, page=place)
        if allowed:
            assert begun.status_code == httpx2.codes.SEE_OTHER
            shown = await client.get(begun.headers["location"])
            assert "You take part as Mira Sand." in shown.text
        else:
            assert begun.status_code == httpx2.codes.FORBIDDEN
            assert "Only organizations take part in this consultation under a name." in begun.text


async def test_registering_offers_it_and_leads_back(client: httpx2.AsyncClient, make: Make) -> None:
    consultation = await make.consultation()
    begin = await client.get(f"/en/c/{consultation.slug}/start")
    assert f"/en/sign-up?next=%2Fen%2Fc%2F{consultation.slug}%2Fstart" in begin.text
    register = await client.get(f"/en/sign-up?next=%2Fen%2Fc%2F{consultation.slug}%2Fstart")
    assert '<option value="person">A person without an organization</option>' in register.text


async def test_the_focal_point_sets_the_rule(client: httpx2.AsyncClient, make: Make) -> None:
    consultation = await make.consultation(state=ConsultationState.DRAFT)
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    page = await client.get(f"/en/desk/{consultation.slug}/settings")
    assert 'name="texts.takes_persons"' in page.text
