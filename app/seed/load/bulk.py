"""Contributions in bulk: the rows that handing in leaves behind, written in large batches.

Two thirds are named, each of an organisation of its own; nobody signs in as them, so they have no accounts.
"""

import secrets
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions.models import (
    Answer,
    AnswerVersion,
    Contribution,
    ContributionState,
    ContributionVersion,
    Mode,
    Publication,
    SubmittedAnswer,
)
from app.contributions.queries import labels_in
from app.organisations.models import Organisation
from app.platform import clock, ids
from app.platform.security import Actor, require
from app.questionnaires.positions import Law, Practice
from app.seed.load import grammar, policy
from app.seed.load.plan import SEED, Planned, planned
from app.seed.load.telling import Staff, Told
from app.submissions.models import Decision, DecisionKind
from app.translations.models import Text

ANSWERS = 24  # at most, of each contributor
TOGETHER = 250  # contributors whose rows are written at once
DECIDED = 3  # of so many answers one has a decision
# A row refers only to rows of tables before its own.
ORDER: tuple[type[SQLModel], ...] = (
    Organisation,
    Contribution,
    ContributionVersion,
    Text,
    Answer,
    AnswerVersion,
    SubmittedAnswer,
    Decision,
)
Rows = dict[type[SQLModel], list[dict[str, Any]]]


async def write(session: AsyncSession, actor: Actor, staff: Staff, told: Told, numbers: range) -> None:
    """The contributions of these numbers, decisions on a third of their answers included."""
    require(policy.can_load(actor))
    labels = _labels(await labels_in(session, told.consultation.id), len(numbers))
    random = Random(SEED)  # noqa: S311  (the same decisions again)
    people = planned(numbers, told.pair.civil_society["en"].questions, most=ANSWERS)
    for some in _together(people):
        rows: Rows = {table: [] for table in ORDER}
        for one in some:
            _put(rows, told, one, labels.pop())
        _decide(rows, staff, random)
        for table in ORDER:
            if rows[table]:
                await session.execute(insert(table), rows[table])
    # Until a database has looked at what is new, it plans as if the tables were nearly empty.
    await session.execute(text("ANALYZE"))


def _labels(taken: Iterable[str], count: int) -> list[str]:
    """So many labels nobody has, in no order that says anything."""
    known, found = set(taken), set[str]()
    while len(found) < count:
        label = f"K{2 + secrets.randbelow(max(1000, 4 * count))}"
        if label not in known:
            found.add(label)
    return list(found)


def _together(people: Iterable[Planned]) -> Iterator[list[Planned]]:
    some: list[Planned] = []
    for one in people:
        some.append(one)
        if len(some) == TOGETHER:
            yield some
            some = []
    if some:
        yield some


def _row(made: SQLModel) -> dict[str, Any]:
    return made.model_dump()


def _put(rows: Rows, told: Told, one: Planned, label: str) -> None:
    consultation, place = told.consultation, None
    if not one.is_confidential:
        place = Organisation(name=one.name, kind=one.kind, language=one.language, based_in="QE")
        rows[Organisation].append(_row(place))
    contribution = Contribution(
        consultation_id=consultation.id,
        office_id=consultation.office_id,
        organisation_id=place.id if place else None,
        mode=Mode.CONFIDENTIAL if one.is_confidential else Mode.NAMED,
        label=label,
        state=ContributionState.SUBMITTED,
        receipt_hash=ids.fingerprint(ids.new_token()) if one.is_confidential else None,
        language=one.language,
        submitted_versions=1,
        submitted_on=clock.today(),
    )
    version = ContributionVersion(contribution_id=contribution.id, number=1, submitted_on=clock.today())
    rows[Contribution].append(_row(contribution))
    rows[ContributionVersion].append(_row(version))
    for code, given in one.answers.items():
        text = Text(language=one.language, body=given["narrative"])
        content = _content(given)
        answer = Answer(
            contribution_id=contribution.id,
            consultation_id=consultation.id,
            question_id=told.pair.civil_society.ids[code],
            narrative=text.body,
            **content,
        )
        kept = AnswerVersion(
            answer_id=answer.id, number=1, text_id=text.id, submitted_on=clock.today(), **content
        )
        answer.current_version_id = kept.id
        rows[Text].append(_row(text))
        rows[Answer].append(_row(answer))
        rows[AnswerVersion].append(_row(kept))
        rows[SubmittedAnswer].append({"contribution_version_id": version.id, "answer_version_id": kept.id})


def _content(given: dict[str, Any]) -> dict[str, Any]:
    """What an answer says, as the service keeps it."""
    recommended = given.get("recommendation")
    return {
        "law": Law(given["law"]) if "law" in given else None,
        "practice": Practice(given["practice"]) if "practice" in given else None,
        "value": given.get("value", ""),
        "language": given["language"],
        "evidence": [{"publisher": "", "official": False, **source} for source in given.get("evidence", [])],
        "recommendation": recommended or {},
        "publication": Publication(given["publication"]),
    }


def _decide(rows: Rows, staff: Staff, random: Random) -> None:
    for version in rows[AnswerVersion]:
        if random.randrange(DECIDED):
            continue
        text = Text(language="en", body=grammar.reason(random))
        rows[Text].append(_row(text))
        rows[Decision].append(
            _row(
                Decision(
                    answer_id=version["answer_id"],
                    answer_version_id=version["id"],
                    kind=random.choice(list(DecisionKind)),
                    reason_text_id=text.id,
                    decided_by_id=staff.expert.account_id,
                    decided_by_name=staff.expert.name,
                )
            )
        )
