"""Gathering what an outcome is made of: national answers, sources, answers, reasons."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions.models import (
    Answer,
    AnswerVersion,
    Contribution,
    ContributionState,
    Mode,
    Publication,
    narrowest,
)
from app.contributions.queries import count_voices
from app.organisations.models import Organisation
from app.publication import snapshot
from app.publication.hiding import Excerpt, Voice
from app.publication.snapshot import Content, GatheredQuestion, PublicParagraph, Spoke
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledPair, CompiledVersion
from app.submissions import queries as submissions
from app.submissions.models import (
    Decision,
    NationalAnswer,
    NationalAnswerState,
    Paragraph,
    Source,
    Submission,
)
from app.submissions.numbers import IN_PLACE
from app.translations.models import Text
from app.translations.queries import bodies_of, latest_for

Translated = Sequence[tuple[str, str]]  # each with its language
_newer = aliased(Decision)
_reason: Any = aliased(Text)
LATEST = (col(Decision.answer_version_id) == AnswerVersion.id) & ~select(_newer.id).where(
    _newer.answer_id == Decision.answer_id, _newer.number > Decision.number
).exists()
# Withdrawn answers are read, too: only then is it known which words must not be repeated.
VOICES = (
    select(  # type: ignore[call-overload]
        col(Answer.id).label("answer_id"),
        col(Answer.question_id).label("question_id"),
        col(Organisation.name).label("organisation"),
        col(Contribution.label).label("label"),
        col(Contribution.mode).label("mode"),
        col(Contribution.state).label("state"),
        col(AnswerVersion.publication).label("publication"),
        col(Answer.publication).label("newest_publication"),
        col(AnswerVersion.language).label("language"),
        col(AnswerVersion.text_id).label("text_id"),
        col(Text.body).label("body"),
        col(AnswerVersion.law).label("law"),
        col(AnswerVersion.practice).label("practice"),
        col(AnswerVersion.value).label("value"),
        col(AnswerVersion.recommendation).label("recommendation"),
        col(AnswerVersion.evidence).label("evidence"),
        col(Decision.kind).label("kind"),
        _reason.id.label("reason_id"),
        _reason.body.label("reason"),
        _reason.language.label("reason_language"),
    )
    .select_from(Answer)
    .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)
    .join(Contribution, Contribution.id == Answer.contribution_id)
    .join(Text, Text.id == AnswerVersion.text_id)
    .outerjoin(Organisation, Organisation.id == Contribution.organisation_id)
    .outerjoin(Decision, LATEST)
    .outerjoin(_reason, _reason.id == Decision.reason_text_id)
    .order_by(Contribution.label)
)


def _voice(row: Any, asked: CompiledVersion) -> Voice:
    withdrawn = row.state is ContributionState.WITHDRAWN
    allowed = narrowest(row.publication, row.newest_publication)
    return Voice(
        key=str(row.answer_id),
        name=_name(row),
        label=row.label,
        publication="withdrawn" if withdrawn else allowed.value,
        language=row.language,
        body=row.body,
        law=row.law.value if row.law else None,
        practice=row.practice.value if row.practice else None,
        recommendation=row.recommendation,
        evidence=row.evidence,
        kind=row.kind.value if row.kind else None,
        reason=row.reason or "",
        reason_language=row.reason_language or "",
        text_id=str(row.text_id),
        reason_id=str(row.reason_id) if row.reason_id else "",
        value=_labels(asked, row.question_id, row.value) if row.value else {},
        question=str(row.question_id),
    )


def _name(row: Any) -> str:
    """The organisation's name; a confidential contribution has none, whatever the row holds."""
    return "" if row.mode is Mode.CONFIDENTIAL else row.organisation or ""


def _labels(asked: CompiledVersion, question_id: UUID, value: str) -> dict[str, str]:
    """A value in the words of its question, in every language the question has."""
    return {
        code: compiled.by_id[question_id].label_of(value)
        for code, compiled in asked.languages.items()
        if question_id in compiled.by_id
    }


async def content_of(session: AsyncSession, consultation: Consultation) -> Content:
    """Everything the public would see now.

    One question is read at a time, so that a large consultation does not have to fit into memory;
    the number of questions does not grow.
    """
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    state, asked = pair.state, pair.civil_society
    nationals = await _nationals(session, consultation)
    questions: list[Content] = []
    for question_id, code in [*state.codes.items(), *_unasked(pair)]:
        of_state = question_id in state.codes
        mapped = pair.to_civil_society.get(question_id, ()) if of_state else (question_id,)
        voices = await _voices(session, consultation, asked, mapped)
        national = nationals.get(question_id)
        if national is None and not voices:
            continue
        given = GatheredQuestion(
            code=code,
            edition="state" if of_state else "civil_society",
            position=national.position if national else None,
            citations=national.citations if national else (),
            paragraphs=_paragraphs(national, voices) if national else (),
            voices=voices,
        )
        questions.append(snapshot.question(given, await _translations(session, voices)))
    spoke = await _spoke(session, consultation.id)
    return snapshot.outcome(consultation.submission_language, spoke, questions)


async def _spoke(session: AsyncSession, consultation_id: UUID) -> Spoke:
    counted = await count_voices(session, consultation_id)
    # As the desk counts: a decision whose paragraph was taken out says no reason any more.
    decisions = await submissions.answer_counts(session, consultation_id)
    return Spoke(
        counted.organisations,
        counted.confidential,
        counted.statements,
        all_decided=not any(missing for _total, missing in decisions.values()),
    )


def _unasked(pair: CompiledPair) -> list[tuple[UUID, str]]:
    return [(one, code) for one, code in pair.civil_society.codes.items() if not pair.to_state.get(one)]


async def _voices(
    session: AsyncSession, consultation: Consultation, asked: CompiledVersion, question_ids: Collection[UUID]
) -> list[Voice]:
    if not question_ids:
        return []
    query = VOICES.where(
        Answer.consultation_id == consultation.id,
        col(Answer.question_id).in_(question_ids),
    )
    voices = [_voice(row, asked) for row in (await session.exec(query)).all()]
    silent = await bodies_of(session, [UUID(voice.text_id) for voice in voices if not voice.is_shown])
    return [replace(voice, elsewhere=tuple(silent.get(UUID(voice.text_id), ()))) for voice in voices]


async def _translations(
    session: AsyncSession, voices: Sequence[Voice]
) -> dict[str, dict[str, dict[str, str]]]:
    """The translations of what may be shown, and of the reasons, by text and language."""
    shown = [voice for voice in voices if voice.is_shown]
    wanted = [UUID(one) for voice in shown for one in (voice.text_id, voice.reason_id) if one]
    return {
        str(text_id): {code: {"body": one.body, "origin": one.origin.value} for code, one in made.items()}
        for text_id, made in (await latest_for(session, wanted)).items()
    }


@dataclass(frozen=True, slots=True)
class _National:
    position: str | None
    citations: Sequence[Mapping[str, Any]]
    paragraphs: list[tuple[str, list[tuple[Any, Translated]]]]  # each text with its rows of SOURCES


PARAGRAPHS = (
    select(  # type: ignore[call-overload]
        NationalAnswer.question_id,
        NationalAnswer.position,
        NationalAnswer.citations,
        Paragraph.id,
        Paragraph.text,
    )
    .join(Submission, Submission.id == NationalAnswer.submission_id)
    .outerjoin(Paragraph, (col(Paragraph.national_answer_id) == NationalAnswer.id) & IN_PLACE)
    .order_by(Paragraph.position, Paragraph.id)
)
SOURCES = (
    select(  # type: ignore[call-overload]
        Source.paragraph_id,
        Source.answer_id,
        Source.quote,
        AnswerVersion.language,
        AnswerVersion.publication,
        AnswerVersion.text_id,
        Contribution.label,
        Contribution.mode,
        col(Organisation.name).label("organisation"),
    )
    .join(Paragraph, Paragraph.id == Source.paragraph_id)
    .join(NationalAnswer, NationalAnswer.id == Paragraph.national_answer_id)
    .join(Submission, Submission.id == NationalAnswer.submission_id)
    .join(AnswerVersion, AnswerVersion.id == Source.answer_version_id)
    .join(Answer, Answer.id == Source.answer_id)
    .join(Contribution, Contribution.id == Answer.contribution_id)
    .outerjoin(Organisation, Organisation.id == Contribution.organisation_id)
    .order_by(Contribution.label, Source.starts)
)


async def _nationals(session: AsyncSession, consultation: Consultation) -> dict[UUID, _National]:
    """The approved national answers with their paragraphs and sources, in three statements."""
    approved = (Submission.consultation_id == consultation.id) & (
        NationalAnswer.state == NationalAnswerState.APPROVED
    )
    sources: dict[UUID, list[tuple[Any, Translated]]] = {}
    rows = (await session.exec(SOURCES.where(approved))).all()
    translated = await bodies_of(session, {row.text_id for row in rows})
    for row in rows:
        sources.setdefault(row.paragraph_id, []).append((row, translated.get(row.text_id, ())))
    found: dict[UUID, _National] = {}
    for question_id, position, citations, paragraph_id, text in await session.exec(
        PARAGRAPHS.where(approved)
    ):
        national = found.setdefault(
            question_id, _National(position.value if position else None, citations, [])
        )
        if paragraph_id is not None:
            national.paragraphs.append((text, sources.get(paragraph_id, [])))
    return found


def _paragraphs(national: _National, voices: Sequence[Voice]) -> list[PublicParagraph]:
    known = {voice.key: voice for voice in voices}
    return [
        PublicParagraph(text, [_excerpt(known, row, elsewhere) for row, elsewhere in sources])
        for text, sources in national.paragraphs
    ]


def _excerpt(known: Mapping[str, Voice], row: Any, elsewhere: Translated) -> Excerpt:
    """A source with the answer as it stands: the version quoted may allow less than the newest."""
    voice = known.get(str(row.answer_id))
    if voice is None:
        voice = Voice(str(row.answer_id), _name(row), row.label, "withdrawn", row.language, "")
    elif not voice.is_withdrawn:
        allowed = narrowest(row.publication, Publication(voice.publication))
        voice = replace(voice, publication=allowed.value)
    return Excerpt(voice, row.quote, row.language, tuple(elsewhere))


async def voices_of(session: AsyncSession, contribution_id: UUID) -> list[Voice]:
    """Every submitted version of every answer of a contribution, as what must no longer be read."""
    found = await session.exec(
        select(  # type: ignore[call-overload]
            col(Answer.id).label("answer_id"),
            col(Organisation.name).label("organisation"),
            Contribution.label,
            Contribution.mode,
            Text.language,
            Text.body,
            col(Text.id).label("text_id"),
        )
        .select_from(AnswerVersion)
        .join(Answer, Answer.id == AnswerVersion.answer_id)
        .join(Contribution, Contribution.id == Answer.contribution_id)
        .join(Text, Text.id == AnswerVersion.text_id)
        .outerjoin(Organisation, Organisation.id == Contribution.organisation_id)
        .where(Contribution.id == contribution_id)
    )
    rows: Sequence[Any] = found.all()
    translated = await bodies_of(session, [row.text_id for row in rows])
    return [
        Voice(
            str(row.answer_id),
            _name(row),
            row.label,
            "withdrawn",
            row.language,
            row.body,
            elsewhere=tuple(translated.get(row.text_id, ())),
        )
        for row in rows
    ]
