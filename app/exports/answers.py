"""All answers of a consultation as a table: one row an answer, read piece by piece."""

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions.models import PUBLICATION_NAMES, Answer
from app.exports import queries, tables
from app.platform.db import Database
from app.platform.i18n import Message, _
from app.platform.security import Actor, require
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledLanguage
from app.questionnaires.models import Question
from app.questionnaires.positions import LAW_NAMES, PRACTICE_NAMES
from app.reading import policy
from app.reading.queries import SUBMITTED, ReadAnswer, as_read
from app.submissions.models import DECISION_NAMES, Decision, Paragraph
from app.submissions.numbers import IN_PLACE, IS_OPEN, newest_of
from app.translations.models import Text

PIECE = 500  # rows; a piece is made while other requests wait
_Reason: Any = aliased(Text)


@dataclass(frozen=True, slots=True)
class Row:
    """One answer with its decision, as the government may read both."""

    answer: ReadAnswer
    decision: str
    reason: str
    reason_language: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the file, what it holds, and its value for a row in the words of a language."""

    name: str
    meaning: Message
    of: Callable[[Row, CompiledLanguage], str]
    codes: Mapping[str, Message]


def _kind(row: Row, _version: CompiledLanguage) -> str:
    if row.answer.is_unattributed:
        return "statement"
    return "confidential" if row.answer.is_confidential else "named"


def _evidence(row: Row, _version: CompiledLanguage) -> str:
    """One citation a line: title, publisher, year and address, whatever of it there is."""
    parts = ("title", "publisher", "year", "url")
    return "\n".join(
        ", ".join(str(one[part]) for part in parts if one.get(part)) for one in row.answer.evidence
    )


def _label(row: Row, version: CompiledLanguage) -> str:
    return version.by_id[row.answer.question_id].label_of(row.answer.value) if row.answer.value else ""


KINDS: Mapping[str, Message] = {
    "named": _("An organization under its name"),
    "confidential": _("A confidential contribution, by its label"),
    "statement": _("A statement without a name that a facilitator entered"),
}


def _column(
    name: str,
    meaning: Message,
    of: Callable[[Row, CompiledLanguage], Any],
    codes: Mapping[Any, Message] | None = None,
) -> Column:
    def text(row: Row, version: CompiledLanguage) -> str:
        value = of(row, version)
        return "" if value is None else str(value)

    return Column(name, meaning, text, {str(code): words for code, words in (codes or {}).items()})


COLUMNS: Sequence[Column] = (
    _column(
        "contribution", _("The organization, or the label of a contribution"), lambda r, _v: r.answer.name
    ),
    _column("kind", _("How the contribution was made"), _kind, KINDS),
    _column("question", _("The code of the question"), lambda r, v: v.by_id[r.answer.question_id].code),
    _column(
        "question_text",
        _("The question, in your language"),
        lambda r, v: v.by_id[r.answer.question_id].prompt,
    ),
    _column("language", _("The language of the answer"), lambda r, _v: r.answer.language),
    _column("law", _("The position in law"), lambda r, _v: r.answer.law, LAW_NAMES),
    _column("practice", _("The position in practice"), lambda r, _v: r.answer.practice, PRACTICE_NAMES),
    _column("value", _("What was chosen, counted or dated, as codes"), lambda r, _v: r.answer.value),
    _column("value_label", _("The same in words, in your language"), _label),
    _column("words", _("The words of the contributor, as they were submitted"), lambda r, _v: r.answer.body),
    _column("evidence", _("The sources named, one a line"), _evidence),
    _column("recommendation", _("What should change"), lambda r, _v: r.answer.recommendation.get("action")),
    _column("addressee", _("Who should do it"), lambda r, _v: r.answer.recommendation.get("addressee")),
    _column(
        "priority", _("How urgent it is; 1 is first"), lambda r, _v: r.answer.recommendation.get("priority")
    ),
    _column(
        "publication",
        _("What the contributor lets the public read"),
        lambda r, _v: r.answer.publication,
        PUBLICATION_NAMES,
    ),
    _column("submitted_on", _("The day of submission"), lambda r, _v: r.answer.submitted_on.isoformat()),
    _column(
        "version", _("Which submitted version of the answer this is"), lambda r, _v: r.answer.version_number
    ),
    _column(
        "decision",
        _("What became of the answer; empty where nothing is decided"),
        lambda r, _v: r.decision,
        DECISION_NAMES,
    ),
    _column("reason", _("The reason of the decision"), lambda r, _v: r.reason),
    _column("reason_language", _("The language of the reason"), lambda r, _v: r.reason_language),
)


def _statement(consultation_id: UUID) -> Any:
    """Submitted answers of contributions that stand, by label and question, each with its newest decision."""
    own = Answer.consultation_id == consultation_id
    newest = newest_of(own)
    return (
        SUBMITTED.add_columns(
            col(Decision.kind).label("decision"),
            IS_OPEN.label("is_open"),
            _Reason.body.label("reason"),
            _Reason.language.label("reason_language"),
        )
        .join(Question, col(Question.id) == Answer.question_id)
        .outerjoin(newest, newest.c.answer_id == Answer.id)
        .outerjoin(
            Decision, (Decision.answer_id == newest.c.answer_id) & (Decision.number == newest.c.number)
        )
        .outerjoin(Paragraph, (col(Paragraph.id) == Decision.paragraph_id) & IN_PLACE)
        .outerjoin(_Reason, _Reason.id == Decision.reason_text_id)
        .where(own)
        .order_by(None)
        .order_by("label", col(Question.position))
    )


async def rows_of(
    connection: AsyncConnection, consultation: Consultation, version: CompiledLanguage
) -> AsyncIterator[list[list[str]]]:
    """The rows in pieces, each a list of cells in the order of COLUMNS; nothing is kept behind a piece."""
    query = _statement(consultation.id).execution_options(yield_per=PIECE)
    result = await connection.stream(query)
    async for piece in result.partitions():
        yield [_cells(found, version) for found in piece]


def _cells(found: Any, version: CompiledLanguage) -> list[str]:
    # As the desk counts: what was decided of an earlier version, or lost its paragraph and reason, is open again.
    decided = ("", "", "") if found.is_open else (found.decision, found.reason, found.reason_language)
    row = Row(as_read(found), *(str(each or "") for each in decided))
    return [column.of(row, version) for column in COLUMNS]


@dataclass(frozen=True, slots=True)
class AnswersPage:
    """What the table of all answers holds, column by column."""

    consultation: Consultation
    columns: Sequence[Column] = COLUMNS


async def answers_page(session: AsyncSession, actor: Actor, slug: str) -> AnswersPage:
    """The page before the table is taken away; for those who may read it."""
    consultation = await queries.get_consultation(session, actor, slug)
    require(policy.can_read(actor, consultation))
    return AnswersPage(consultation)


async def file_of(
    db: Database, consultation: Consultation, ending: str, language: str
) -> AsyncIterator[bytes]:
    """The table as a file in pieces, `csv` or `xlsx`; its codes are explained in this language.

    It is written before the first piece goes, into a folder for the portal's own eyes that is gone with the last
    piece, or with the reader: a slow line must not hold a connection to the database.
    """
    async with db.read() as session:
        version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    heads = [column.name for column in COLUMNS]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"answers.{ending}"
        async with db.snapshot() as connection:
            rows = rows_of(connection, consultation, version[language])
            if ending == "csv":
                await tables.write_csv(path, heads, rows)
            else:
                await tables.write_workbook(path, heads, rows, [("columns", columns_sheet(language))])
        async for piece in tables.pieces_of(path):
            yield piece


def columns_sheet(language: str) -> list[list[str]]:
    """The data dictionary: each column with its meaning, and each of its codes in words."""
    lines = [["column", "code", "meaning"]]
    for column in COLUMNS:
        lines.append([column.name, "", column.meaning.in_language(language)])
        lines += [[column.name, code, words.in_language(language)] for code, words in column.codes.items()]
    return lines
