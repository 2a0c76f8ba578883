"""Texts to translate: words, language and question, never a name or a label."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions.models import Answer, AnswerVersion, Contribution
from app.contributions.queries import STANDING
from app.platform.errors import NotFound
from app.platform.i18n import CODES
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion
from app.reading.pages import PAGE
from app.reading.schemas import TextFilter
from app.translations import queries as translations
from app.translations.models import Text, Translation


@dataclass(frozen=True, slots=True)
class TextLine:
    """A text in the list: where it answers, how long it is, which languages stand beside it."""

    text_id: UUID
    question: CompiledQuestion
    language: str
    length: int
    present: frozenset[str]


@dataclass(frozen=True, slots=True)
class TextsPage:
    """The texts of a consultation, a page at a time, in an order that says nothing."""

    consultation: Consultation
    languages: Sequence[str]
    lines: Sequence[TextLine]
    filter: TextFilter
    next_after: UUID | None


@dataclass(frozen=True, slots=True)
class TextPage:
    """One text with its translations."""

    consultation: Consultation
    text_id: UUID
    answer_version_id: UUID
    question: CompiledQuestion
    language: str
    body: str
    translations: Sequence[Translation]
    options: Sequence[str]
    suggested: str


def languages_of(consultation: Consultation) -> list[str]:
    """The languages a text may be wanted in, in the order of the United Nations."""
    wanted = {*consultation.languages, consultation.submission_language}
    return [code for code in CODES if code in wanted]


def _standing(consultation: Consultation, *columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(Answer)
        .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)
        .join(Contribution, Contribution.id == Answer.contribution_id)
        .join(Text, Text.id == AnswerVersion.text_id)
        .where(STANDING, Answer.consultation_id == consultation.id, Text.body != "")
    )


async def texts_page(
    session: AsyncSession, consultation: Consultation, wanted: TextFilter, language: str
) -> TextsPage:
    """The submitted texts in the order of their random identifiers, in two statements."""
    length = func.length(Text.body).label("length")
    query = _standing(consultation, col(Text.id).label("text_id"), Answer.question_id, Text.language, length)
    if wanted.missing:
        there = select(Translation.id).where(
            Translation.text_id == Text.id, Translation.language == wanted.missing
        )
        query = query.where(Text.language != wanted.missing, ~there.exists())
    if wanted.after:
        query = query.where(col(Text.id) > wanted.after)
    rows = (await session.exec(query.order_by(Text.id).limit(PAGE + 1))).all()
    shown = rows[:PAGE]
    present = await _present(session, [row.text_id for row in shown])
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    return TextsPage(
        consultation=consultation,
        languages=languages_of(consultation),
        lines=[
            TextLine(
                row.text_id,
                version[language].by_id[row.question_id],
                row.language,
                row.length,
                frozenset(present.get(row.text_id, ())),
            )
            for row in shown
        ],
        filter=wanted,
        next_after=shown[-1].text_id if len(rows) > PAGE else None,
    )


async def _present(session: AsyncSession, text_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """The languages each of these texts is translated into."""
    if not text_ids:
        return {}
    query = select(Translation.text_id, Translation.language).where(col(Translation.text_id).in_(text_ids))
    found: dict[UUID, set[str]] = {}
    for text_id, language in await session.exec(query.distinct()):
        found.setdefault(text_id, set()).add(language)
    return found


async def text_page(
    session: AsyncSession, consultation: Consultation, text_id: UUID, language: str
) -> TextPage:
    """A text of an answer that stands, with all its translations; raises NotFound."""
    version_id: Any = col(AnswerVersion.id).label("answer_version_id")
    query = _standing(consultation, version_id, Answer.question_id, Text.language, Text.body)
    row = (await session.exec(query.where(Text.id == text_id))).first()
    if row is None:
        raise NotFound
    made = await translations.list_translations(session, text_id)
    options = [code for code in languages_of(consultation) if code != row.language]
    missing = [code for code in options if code not in {translation.language for translation in made}]
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    wishes = [language, consultation.submission_language, *missing, *options, ""]
    return TextPage(
        consultation=consultation,
        text_id=text_id,
        answer_version_id=row.answer_version_id,
        question=version[language].by_id[row.question_id],
        language=row.language,
        body=row.body,
        translations=made,
        options=options,
        suggested=next(
            code for code in wishes if code in missing or (not missing and code in {*options, ""})
        ),
    )
