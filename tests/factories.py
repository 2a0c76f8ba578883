"""Things for tests: `await make.contribution(…)`. What exists as a service is made by it."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import update
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import service as accounts
from app.accounts.models import Account, ApiToken
from app.audit import service as audit
from app.audit.models import WaitingAct
from app.consultations.models import Consultation, ConsultationState, InvitationCode
from app.contributions import queries as contribution_queries
from app.contributions import service as contributions
from app.contributions.models import Answer, Contribution, ContributionState, ContributionVersion, Mode
from app.contributions.schemas import AnswerInput
from app.organisations.models import Membership, Organisation, OrganisationKind, Role
from app.platform import clock, ids
from app.platform.cookies import BEARER_COOKIE, SESSION_COOKIE
from app.platform.db import Database
from app.platform.i18n import CODES
from app.platform.security import Actor
from app.questionnaires import queries as questionnaire_queries
from app.questionnaires import service as questionnaires
from app.questionnaires.definition import Definition
from app.questionnaires.models import Edition, QuestionnaireVersion
from app.questionnaires.shipped import ShippedPair, read_pair
from app.reviews.models import CountryReview, State
from tests import published

SYSTEM = Actor.system("tests")
_numbers = count(1)
_pairs: dict[str, ShippedPair] = {}


def in_all(text: str) -> dict[str, str]:
    """A content text in all six languages, each marked with its own."""
    return {code: f"{text} ({code})" if code != "en" else text for code in CODES}


class Make:
    """The maker of things; each call is its own transaction."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def _add(self, *things: SQLModel) -> None:
        async with self.db.write() as session:
            for thing in things:
                session.add(thing)
                await session.flush()

    async def pair(self, slug: str = "firearms") -> tuple[QuestionnaireVersion, QuestionnaireVersion]:
        """A shipped questionnaire pair, published: the civil-society version and the State version."""
        if slug not in _pairs:
            _pairs[slug] = read_pair(slug)
        async with self.db.write() as session:
            if await published.put_back(session, slug):
                return await self._pair(session, slug)
            before = await published.keys_of(session)
            made = await questionnaires.load_pair(session, SYSTEM, _pairs[slug])
            await published.keep(session, slug, before)
            return made

    @staticmethod
    async def _pair(session: AsyncSession, slug: str) -> tuple[QuestionnaireVersion, QuestionnaireVersion]:
        civil_society = await questionnaire_queries.find_version(session, slug, Edition.CIVIL_SOCIETY)
        state = await questionnaire_queries.find_version(session, _pairs[slug].state_slug, Edition.STATE)
        assert civil_society
        assert state
        return civil_society, state

    async def questionnaire(self, definition: Definition) -> QuestionnaireVersion:
        """A version that a test wrote, published; the one before it retires."""
        async with self.db.write() as session:
            draft = await questionnaires.import_definition(session, SYSTEM, definition)
            return await questionnaires.publish_version(session, SYSTEM, draft.id)

    async def organisation(
        self, name: str = "", kind: OrganisationKind = OrganisationKind.NGO, **more: Any
    ) -> Organisation:
        """A body that takes part."""
        made = Organisation(name=name or f"Organization {next(_numbers)}", kind=kind, **more)
        await self._add(made)
        return made

    async def office(self, code: str = "VA") -> Organisation:
        """The government office of a State; the State comes with it."""
        async with self.db.read() as session:
            standing = await session.get(State, code)
            if standing is not None:
                return await session.get_one(Organisation, standing.office_id)
        made = await self.organisation(f"Office of {code}", OrganisationKind.GOVERNMENT_OFFICE)
        await self._add(State(code=code, names=in_all(f"State {code}"), office_id=made.id))
        return made

    async def state(self, code: str = "VA") -> State:
        """A State with its office."""
        await self.office(code)
        async with self.db.read() as session:
            return await session.get_one(State, code)

    async def review(
        self, state: State | None = None, focal_point: Account | None = None, **more: Any
    ) -> CountryReview:
        """A country review under the Firearms Protocol."""
        state = state or await self.state()
        made = CountryReview(
            **{
                "state_code": state.code,
                "office_id": state.office_id,
                "instruments": ["FP"],
                "cluster": "I",
                "started_on": clock.today() - timedelta(days=60),
                "working_languages": ["en"],
                "focal_point_id": focal_point.id if focal_point else None,
                **more,
            }
        )
        await self._add(made)
        return made

    async def consultation(
        self,
        review: CountryReview | None = None,
        state: ConsultationState = ConsultationState.OPEN,
        closes_in: timedelta = timedelta(days=30),
        **more: Any,
    ) -> Consultation:
        """A consultation on the Firearms Protocol; closed ones ended yesterday."""
        review = review or await self.review()
        civil_society, of_state = await self.pair()
        now = clock.now()
        is_over = state not in {ConsultationState.DRAFT, ConsultationState.OPEN}
        made = Consultation(
            **{
                "slug": f"consultation-{next(_numbers)}",
                "country_review_id": review.id,
                "office_id": review.office_id,
                "civil_society_version_id": civil_society.id,
                "state_version_id": of_state.id,
                "titles": in_all("Consultation on firearms"),
                "summaries": in_all("What is asked, and why."),
                "rules": in_all("Who may take part."),
                "languages": list(CODES),
                "submission_language": "en",
                "opens_at": now - timedelta(days=30),
                "closes_at": now - timedelta(days=1) if is_over else now + closes_in,
                "state": state,
                **more,
            }
        )
        await self._add(made)
        return made

    async def account(self, *roles: Role, at: Organisation | None = None, **more: Any) -> Account:
        """A person; with these roles in that organisation (a new one if none is given)."""
        number = next(_numbers)
        details = {
            "email": f"person{number}@example.org",
            "name": f"Person {number}",
            "email_confirmed": True,
        }
        made = Account(**{**details, **more})
        await self._add(made)
        if roles:
            await self.member(made, *roles, at=at or await self.organisation())
        return made

    async def member(self, account: Account, *roles: Role, at: Organisation) -> None:
        """Give a person roles in an organisation."""
        await self._add(*(Membership(account_id=account.id, organisation_id=at.id, role=r) for r in roles))

    async def staff(self, consultation: Consultation, role: Role, **more: Any) -> Account:
        """A person with a role in the office of a consultation; a focal point is the review's one."""
        account = await self.account(**more)
        await self._add(Membership(account_id=account.id, organisation_id=consultation.office_id, role=role))
        if role is Role.FOCAL_POINT:
            async with self.db.write() as session:
                review = await session.get_one(CountryReview, consultation.country_review_id)
                review.focal_point_id = account.id
                session.add(review)
        return account

    async def contribution(
        self,
        consultation: Consultation | None = None,
        mode: Mode = Mode.NAMED,
        state: ContributionState = ContributionState.SUBMITTED,
        answers: Mapping[str, str | Mapping[str, Any]] | None = None,
        organisation: Organisation | None = None,
        **more: Any,
    ) -> Contribution:
        """A contribution with answers by question code: words, or the fields of an AnswerInput."""
        consultation = consultation or await self.consultation()
        if mode is Mode.NAMED:
            organisation = organisation or await self.organisation()
        if answers is None:
            answers = {(await self.codes(consultation))[0]: "Licences are checked once, at the border."}
        async with self.db.write() as session:
            made = await contributions.new_contribution(
                session, consultation, mode, organisation.id if organisation else None, **more
            )
        await self._standing_open(consultation, True)
        for code, given in answers.items():
            await self.answer(made, code, given)
        if state is not ContributionState.DRAFTING:
            await self.submit(made)
        if state is ContributionState.WITHDRAWN:
            async with self.db.write() as session:
                await contributions.withdraw_contribution(session, self.behind(made), made.id)
        await self._standing_open(consultation, False)
        async with self.db.read() as session:
            return await session.get_one(Contribution, made.id)

    async def _standing_open(self, consultation: Consultation, begin: bool) -> None:
        """Let answers into a consultation that takes none; afterwards it is as it was."""
        if consultation.takes_answers(clock.now()):
            return
        open_now = {"state": ConsultationState.OPEN, "closes_at": clock.now() + timedelta(days=1)}
        as_it_was = {"state": consultation.state, "closes_at": consultation.closes_at}
        async with self.db.write() as session:
            statement = update(Consultation).where(Consultation.id == consultation.id)  # type: ignore[arg-type]
            await session.exec(statement.values(open_now if begin else as_it_was))

    def behind(self, contribution: Contribution) -> Actor:
        """Whoever may write and submit this contribution."""
        if contribution.mode is Mode.CONFIDENTIAL:
            return Actor(bearer_of=contribution.id)
        assert contribution.organisation_id is not None
        place = contribution.organisation_id
        return Actor(
            account_id=ids.new_id(),
            name="Somebody",
            roles=frozenset({(Role.DRAFTER.value, place), (Role.SIGNATORY.value, place)}),
        )

    async def answer(
        self, contribution: Contribution, code: str, given: str | Mapping[str, Any], version: int = 0
    ) -> Answer:
        """Save an answer as its contributor does."""
        fields = {"narrative": given} if isinstance(given, str) else given
        data = AnswerInput.model_validate({"version": version, **fields})
        async with self.db.write() as session:
            await contributions.save_answer(session, self.behind(contribution), contribution.id, code, data)
        async with self.db.read() as session:
            _frame, question_id, answer = await contribution_queries.get_with_answer(
                session, self.behind(contribution), contribution.id, code
            )
            assert answer is not None, question_id
            return answer

    async def submit(self, contribution: Contribution) -> None:
        """Hand in a contribution as it stands."""
        async with self.db.write() as session:
            await contributions.submit_contribution(session, self.behind(contribution), contribution.id)
            await contributions.pass_on_confidential(session, SYSTEM, contribution.consultation_id)

    async def codes(self, consultation: Consultation) -> list[str]:
        """The codes of the civil-society questions, in their order."""
        async with self.db.read() as session:
            compiled = await questionnaire_queries.get_compiled(
                session, consultation.civil_society_version_id
            )
            return list(compiled.ids)

    async def invitation(self, consultation: Consultation) -> str:
        """A single-use code that lets a confidential contributor in."""
        code = ids.new_code()
        await self._add(InvitationCode(code_hash=ids.fingerprint(code), consultation_id=consultation.id))
        return code

    async def night(self) -> None:
        """The day is over: what waited for its end is entered."""
        yesterday = clock.today() - timedelta(days=1)
        async with self.db.write() as session:
            await session.exec(update(WaitingAct).values(day=yesterday))
            await audit.enter_waiting_acts(session, SYSTEM)
            await session.exec(update(ContributionVersion).values(submitted_on=yesterday))
            await contributions.pass_on_confidential(session, SYSTEM)

    async def signed_in(self, client: httpx2.AsyncClient, who: Account | Contribution) -> None:
        """Make the client a person's browser, or that of the bearer of a confidential contribution."""
        async with self.db.write() as session:
            if isinstance(who, Account):
                cookie, secret = SESSION_COOKIE, accounts.open_session(session, who.id)
            else:
                cookie, secret = BEARER_COOKIE, accounts.open_bearer_session(session, who.id)
        client.cookies.clear()
        client.cookies.set(cookie, secret, domain="testserver.local", path="/")

    async def token(self, who: Account | Contribution) -> dict[str, str]:
        """The headers with which a program acts as this person or bearer."""
        secret = ids.new_token()
        is_person = isinstance(who, Account)
        await self._add(
            ApiToken(
                token_hash=ids.fingerprint(secret),
                account_id=who.id if is_person else None,
                bearer_of=None if is_person else who.id,
                expires_at=clock.now() + timedelta(hours=1),
            )
        )
        return {"authorization": f"Bearer {secret}"}


def actor_of(account: Account, roles: Iterable[tuple[Role, UUID]] = ()) -> Actor:
    """The actor a person is, without asking the database."""
    return Actor(account.id, account.name, frozenset((role.value, place) for role, place in roles))
