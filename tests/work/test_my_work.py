"""My work: what waits for whom, and that every number is the number of what its link opens."""

import re
from html import unescape

import httpx2
import pytest

from app.organisations.models import Role
from tests.factories import Make

ENTRY = re.compile(r'<li><b>(\d+)</b><div><a href="([^"]+)">([^<]+)</a>')


def waiting(page: str) -> dict[str, tuple[int, str]]:
    """What a page says that waits: how many, and where."""
    return {unescape(what): (int(number), unescape(url)) for number, url, what in ENTRY.findall(page)}


async def test_each_role_sees_what_waits_for_it_and_each_count_is_that_of_its_page(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation(submission_language="en")
    answers = {
        "FP-08-1b": {"narrative": "No se marca nada.", "language": "es"},
        "FP-03-a": {"narrative": "The law is clear."},
    }
    await make.contribution(consultation, answers=answers)
    await make.signed_in(client, await make.staff(consultation, Role.EXPERT))
    page = await client.get("/en/desk")
    found = waiting(page.text)
    assert found["answers unread"][0] == found["answers without a decision"][0] == 2
    unread = await client.get(found["answers unread"][1])
    assert unread.text.count("1 answer, 1 unread") == 2
    undecided = await client.get(found["answers without a decision"][1])
    assert 'aria-current="page">Undecided answers' in undecided.text
    unwritten, there = found["questions without a national answer"]
    assert (await client.get(there)).text.count("Not begun</span>") == unwritten
    assert f'<span class="count">{2}</span>' in (await client.get(found["answers unread"][1])).text

    await make.signed_in(client, await make.staff(consultation, Role.TRANSLATOR))
    found = waiting((await client.get("/en/desk")).text)
    assert set(found) == {"text to translate"}
    texts = await client.get(found["text to translate"][1])
    assert texts.status_code == httpx2.codes.OK
    assert (
        len(re.findall(r'href="[^"]*/texts/[0-9a-f-]{36}', texts.text)) == found["text to translate"][0] == 1
    )


async def test_where_nothing_waits_the_page_says_so_and_what_comes_next(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    await make.signed_in(client, await make.staff(consultation, Role.GOVERNMENT_READER))
    page = (await client.get("/en/desk")).text
    assert "Nothing waits for you" in page
    assert ENTRY.findall(page) == []
    assert "Next date of a review" in page


async def test_another_state_and_contributors_see_nothing_of_it(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    await make.contribution(consultation, answers={"FP-08-1b": {"narrative": "Seen here."}})
    other = await make.consultation(await make.review(await make.state("VB")))
    await make.signed_in(client, await make.staff(other, Role.EXPERT))
    page = (await client.get("/en/desk")).text
    assert "unread" not in waiting(page)
    assert f"/desk/{consultation.slug}" not in page
    await make.signed_in(client, await make.account(Role.SIGNATORY))
    assert (await client.get("/en/desk")).status_code == httpx2.codes.FORBIDDEN


@pytest.mark.one_database
async def test_more_consultations_and_more_answers_cost_no_more_statements(
    client: httpx2.AsyncClient, make: Make, statements: list[str]
) -> None:
    first = await make.consultation()
    expert = await make.staff(first, Role.EXPERT)
    await make.signed_in(client, expert)
    await client.get("/en/desk")
    statements.clear()
    await client.get("/en/desk")
    few = len(statements)
    for _one in range(3):
        more = await make.consultation(await make.review())
        await make.contribution(more, answers={"FP-08-1b": {"narrative": "Seen."}})
    await client.get("/en/desk")
    statements.clear()
    await client.get("/en/desk")
    assert len(statements) == few <= 12


async def test_the_steps_of_a_consultation_show_the_same_numbers(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    await make.contribution(consultation, answers={"FP-08-1b": {"narrative": "Seen."}})
    await make.signed_in(client, await make.staff(consultation, Role.EXPERT))
    for path in ("questions", "submission", "log", "people"):
        page = (await client.get(f"/en/desk/{consultation.slug}/{path}")).text
        steps = re.findall(r'<a href="[^"]+"[^>]*><b>(\d)</b>.*?<span class="count">(\d+)</span>', page)
        assert steps == [("1", "1"), ("2", "1"), ("3", "0")], path
