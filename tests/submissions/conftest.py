"""A question of the State's with three answers, and the people on both sides of the writing page."""

from dataclasses import dataclass

import pytest
from sqlmodel import select

from app.accounts.models import Account
from app.consultations.models import Consultation
from app.contributions.models import Contribution, Mode
from app.organisations.models import Organisation, Role
from app.platform.db import Database
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.positions import Position
from app.reading import queries as reading
from app.reading.queries import ReadAnswer
from app.submissions import decisions, service
from app.submissions.models import Decision, Paragraph
from app.submissions.schemas import DecisionInput, MergeInput, NationalAnswerInput
from tests.factories import Make, actor_of

# What civil society is asked, what the State is asked about it, and a topic the State is not asked about.
ASKED, STATE, UNASKED = "FP-08-1b", "S-FP-08-2", "X-3"
FIRST, SECOND = "Of 61 rifles seized, 22 carried no import mark.", "Nobody asked the importer why."
OPEN_WORDS = f"{FIRST} {SECOND}"
HIDDEN_WORDS = "At the river post the officers wave every lorry through after dark."
RUSSIAN_WORDS = "Маркировка есть только на бумаге. Станок сломан с прошлого года."


@dataclass
class Scene:
    """A consultation with its staff, and an answer that is public, one that is hidden, one without a name."""

    consultation: Consultation
    expert: Account
    second: Account
    focal_point: Account
    league: Organisation
    signatory: Account
    open: Contribution
    hidden: Contribution
    confidential: Contribution

    @property
    def slug(self) -> str:
        return self.consultation.slug

    @property
    def desk(self) -> str:
        return f"/en/desk/{self.slug}/submission/{STATE}"

    def actor(self, who: Account) -> Actor:
        role = Role.FOCAL_POINT if who is self.focal_point else Role.EXPERT
        return actor_of(who, [(role, self.consultation.office_id)])


@pytest.fixture
async def scene(make: Make) -> Scene:
    consultation = await make.consultation()
    league = await make.organisation("Orsa Valley Legal Aid")
    expert = await make.staff(consultation, Role.EXPERT)
    return Scene(
        consultation=consultation,
        expert=expert,
        second=await make.staff(consultation, Role.EXPERT),
        focal_point=await make.staff(consultation, Role.FOCAL_POINT),
        league=league,
        signatory=await make.account(Role.SIGNATORY, at=league),
        open=await make.contribution(
            consultation,
            organisation=league,
            answers={ASKED: {"narrative": OPEN_WORDS, "publication": "named", "practice": "works"}},
        ),
        hidden=await make.contribution(
            consultation, organisation=await make.organisation("Haven"), answers={ASKED: HIDDEN_WORDS}
        ),
        confidential=await make.contribution(
            consultation,
            Mode.CONFIDENTIAL,
            answers={ASKED: {"narrative": RUSSIAN_WORDS, "language": "ru", "publication": "unnamed"}},
        ),
    )


@dataclass
class Desk:
    """The acts of the writing page, each its own transaction."""

    db: Database
    scene: Scene

    async def answer(self, contribution: Contribution, code: str = ASKED) -> ReadAnswer:
        """A contribution's answer as it stands."""
        async with self.db.read() as session:
            version = await questionnaires.get_compiled(
                session, self.scene.consultation.civil_society_version_id
            )
            found = await reading.answers_to(session, self.scene.consultation, [version.ids[code]])
        (own,) = [answer for answer in found if answer.contribution_id == contribution.id]
        return own

    async def words(self, contribution: Contribution, quote: str = "") -> dict[str, object]:
        """A selection of these words, or of the whole answer."""
        own = await self.answer(contribution)
        if not quote:
            return {"answer_version_id": own.answer_version_id}
        start = own.body.index(quote)
        return {
            "answer_version_id": own.answer_version_id,
            "start": start,
            "end": start + len(quote),
        }

    async def merge(
        self, *selections: dict[str, object], into: Paragraph | None = None, who: Account | None = None
    ) -> Paragraph:
        """Merge the selected words."""
        data = MergeInput.model_validate(
            {"selections": selections, "paragraph_id": into.id if into else None}
        )
        actor = self.scene.actor(who or self.scene.expert)
        async with self.db.write() as session:
            return await service.merge_excerpts(session, actor, self.scene.slug, STATE, data)

    async def decide(self, contribution: Contribution, kind: str = "noted", **more: object) -> None:
        """Give a contribution's answer its decision."""
        answer = await self.answer(contribution)
        fields = more or {"reason": f"Because of {kind}."}
        given = [d.number for d in await self.all(Decision) if d.answer_id == answer.answer_id]
        fields = {"version": max(given, default=0), **fields}
        data = DecisionInput.model_validate({"decision": kind, **fields})
        actor = self.scene.actor(self.scene.expert)
        async with self.db.write() as session:
            await decisions.decide_answer(session, actor, self.scene.slug, answer.answer_id, data)

    async def position(self) -> None:
        """Say yes."""
        actor = self.scene.actor(self.scene.expert)
        async with self.db.write() as session:
            version = (await service._drafting(session, actor, self.scene.slug, STATE))[1].version
            data = NationalAnswerInput(position=Position.YES, version=version)
            await service.set_answer(session, actor, self.scene.slug, STATE, data)

    async def make_ready(self) -> Paragraph:
        """A paragraph, a position, every decision: nothing stands in the way of sending for approval."""
        paragraph = await self.merge(await self.words(self.scene.open, FIRST))
        await self.position()
        for contribution in (self.scene.open, self.scene.hidden, self.scene.confidential):
            await self.decide(contribution)
        return paragraph

    async def act(self, name: str, who: Account, *more: object) -> None:
        """Propose, take back, clear or reopen."""
        async with self.db.write() as session:
            await getattr(service, f"{name}_answer")(
                session, self.scene.actor(who), self.scene.slug, STATE, *more
            )

    async def all(self, table: type) -> list:
        """Every row of a table."""
        async with self.db.read() as session:
            return list((await session.exec(select(table))).all())


@pytest.fixture
def desk(db: Database, scene: Scene) -> Desk:
    return Desk(db, scene)
