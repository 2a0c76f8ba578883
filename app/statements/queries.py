"""Reading statements: what is known about the rows of a table, and the rows that wait."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account
from app.consultations import queries as consultations
from app.consultations.models import Consultation
from app.contributions.models import Answer, Contribution
from app.organisations import queries as organisations
from app.organisations.models import OPEN_KINDS, Membership, Organisation, OrganisationKind, Role
from app.platform import clock
from app.platform.errors import NotFound
from app.platform.i18n import Message
from app.platform.security import Actor, Permission, require
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion
from app.questionnaires.models import Kind
from app.statements import policy
from app.statements.models import Statement
from app.statements.plan import WHY_NAMES, KnownStatements, Speaker, Why
from app.statements.rows import COLUMNS, Row, one_voice, speaker_key

PAGE = 50
WAITING = (col(Statement.answer_id).is_(None), col(Statement.dismissed_at).is_(None))


async def standing_of(
    session: AsyncSession, consultation: Consultation, rows: Collection[Row], *, lock: bool = False
) -> KnownStatements:
    """What the portal holds about these rows, in four statements however many there are."""
    known_as = await _organisations_of(session, {row.speaker for row in rows if not row.is_unattributed})
    places = {speaker: place for speaker, (place, _name) in known_as.found.items()}
    prints = [row.fingerprint for row in rows]
    known = await session.exec(
        select(Statement.fingerprint).where(
            Statement.consultation_id == consultation.id,
            Statement.fingerprint.in_(prints),  # type: ignore[attr-defined]
        )
    )
    entered = select(Contribution).where(
        Contribution.consultation_id == consultation.id,
        Contribution.entered_by_id.is_not(None),  # type: ignore[union-attr]
        Contribution.organisation_id.in_(places.values()),  # type: ignore[union-attr]
    )
    taken_in = await session.exec(entered.with_for_update() if lock else entered)
    by_place = {each.organisation_id: each for each in taken_in if each.organisation_id}
    answers = await session.exec(
        select(Answer).where(Answer.contribution_id.in_([each.id for each in by_place.values()]))  # type: ignore[attr-defined]
    )
    return KnownStatements(
        known=frozenset(known.all()),
        voices=known_as.voices,
        organisations=places,
        names={speaker: name for speaker, (_place, name) in known_as.found.items()},
        contributions=by_place,
        answers={(each.contribution_id, each.question_id): each for each in answers},
    )


class _Known(NamedTuple):
    """Who is who: each way to write a speaker with the one it stands for, and whom the portal knows."""

    voices: dict[Speaker, Speaker]
    found: dict[Speaker, tuple[UUID, str]]


async def _organisations_of(session: AsyncSession, speakers: set[Speaker]) -> _Known:
    """The organisations of these names and places: those whose name nobody doubts, the oldest of equals.

    Names are compared here: the two databases do not agree on the small letters of all scripts.
    """
    query = (
        select(Organisation.name, Organisation.based_in, Organisation.id, Organisation.namesake_of_id)
        .where(Organisation.kind.in_(OPEN_KINDS))  # type: ignore[attr-defined]
        .order_by(Organisation.created_at, Organisation.id)  # type: ignore[arg-type]
    )
    wanted = {name for name, _based_in in speakers}
    rows = [(speaker_key(row[0], row[1]), *row) for row in await session.exec(query)]
    here = [row for row in rows if row[0][0] in wanted]
    voices = one_voice(speakers | {row[0] for row in here})
    found: dict[Speaker, tuple[UUID, str]] = {}
    for key, name, _based_in, place, _namesake in sorted(
        here, key=lambda row: (row[4] is not None, not row[2])
    ):
        found.setdefault(voices[key], (place, name))
    return _Known(voices, found)


async def collector_of(session: AsyncSession, actor: Actor, consultation: Consultation) -> UUID:
    """The organisation a facilitator gathers statements for: her own, or else the office."""
    own = [
        each.id
        for each in await organisations.organisations_of(session, actor)
        if each.kind is OrganisationKind.FACILITATOR and actor.holds(Role.FACILITATOR, each.id)
    ]
    return own[0] if own else consultation.office_id


@dataclass(frozen=True, slots=True)
class StatementsPage:
    """Where statements are handed in."""

    consultation: Consultation
    may_take_in: Permission
    taken_in: int
    waiting: int


async def statements_page(session: AsyncSession, actor: Actor, slug: str) -> StatementsPage:
    """The page with how many statements came in so far."""
    consultation = await get_consultation(session, actor, slug)
    query = select(func.count(col(Statement.answer_id))).where(Statement.consultation_id == consultation.id)
    placed = (await session.exec(query)).one()
    may = policy.can_take_in(actor, consultation, clock.arrival())
    return StatementsPage(consultation, may, placed, await count_waiting(session, consultation.id))


async def count_waiting(session: AsyncSession, consultation_id: UUID) -> int:
    """How many statements found no question and were neither placed nor set aside."""
    query = select(func.count()).where(Statement.consultation_id == consultation_id, *WAITING)
    return (await session.exec(query)).one()


async def get_consultation(session: AsyncSession, actor: Actor, slug: str) -> Consultation:
    """A consultation for its facilitators; raises NotFound outside the office, Forbidden inside it."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_see(actor, consultation))
    return consultation


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A statement that found no answer to go into."""

    id: UUID
    row: Row
    why: Why
    code: str = ""

    @property
    def reason(self) -> Message:
        """Why it waits."""
        return WHY_NAMES[self.why]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """The statements that wait for a person, oldest first, and the questions they may go to."""

    consultation: Consultation
    rows: Sequence[WaitingRow]
    questions: Sequence[CompiledQuestion]
    may_take_in: Permission
    may_dismiss: Permission
    next_after: UUID | None


async def kept_page(
    session: AsyncSession, actor: Actor, slug: str, language: str, after: UUID | None = None
) -> KeptPage:
    """One page of the statements that wait."""
    consultation = await get_consultation(session, actor, slug)
    query = (
        select(Statement)
        .where(Statement.consultation_id == consultation.id, *WAITING)
        .order_by(Statement.id)  # type: ignore[arg-type]
        .limit(PAGE + 1)
    )
    if after is not None:
        query = query.where(Statement.id > after)
    found = (await session.exec(query)).all()
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    return KeptPage(
        consultation=consultation,
        rows=[as_waiting(each) for each in found[:PAGE]],
        questions=[q for q in version[language].questions if q.kind is not Kind.NOTE],
        may_take_in=policy.can_take_in(actor, consultation, clock.arrival()),
        may_dismiss=policy.can_dismiss(actor, consultation),
        next_after=found[PAGE - 1].id if len(found) > PAGE else None,
    )


def as_waiting(kept: Statement) -> WaitingRow:
    """A row as it was read from its table."""
    cells = {name: str(kept.row.get(name, "")) for name in COLUMNS}
    why = str(kept.row.get("why", ""))
    code = str(kept.row.get("question", ""))
    return WaitingRow(kept.id, Row(line=0, **cells), Why(why) if why in set(Why) else Why.NO_TOPIC, code)


async def get_kept(session: AsyncSession, consultation: Consultation, row_id: UUID) -> Statement:
    """A statement that waits, locked for a change; raises NotFound."""
    query = (
        select(Statement)
        .where(
            Statement.id == row_id,
            Statement.consultation_id == consultation.id,
            *WAITING,
        )
        .with_for_update()
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def find_actor_by_email(session: AsyncSession, email: str) -> Actor | None:
    """The person of an e-mail address with every role, for the command line."""
    query = (
        select(Account.id, Account.name, Membership.role, Membership.organisation_id)
        .outerjoin(Membership, Membership.account_id == Account.id)  # type: ignore[arg-type]
        .where(Account.email == email.strip().lower(), Account.is_active)
    )
    rows = (await session.exec(query)).all()
    if not rows:
        return None
    roles = frozenset((str(row[2]), row[3]) for row in rows if row[2] is not None)
    return Actor(rows[0][0], rows[0][1], roles)
