"""A submission as it stands, what keeps it from being made final, and the document it makes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.consultations.models import Consultation
from app.contributions.models import Publication
from app.exports.document import FORMAT, KIND, Document, citations_of, sources_of
from app.platform import clock
from app.platform.i18n import Message, _, n_, text_in
from app.questionnaires.compiled import CompiledQuestion, CompiledVersion
from app.reviews.models import CountryReview, State
from app.submissions import recognizing
from app.submissions.models import NationalAnswer, NationalAnswerState, Paragraph, Submission
from app.submissions.queries import ShownSource


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything an export is made from; `withdrawn` holds words that were taken back, by paragraph."""

    consultation: Consultation
    review: CountryReview
    state: State
    submission: Submission | None
    state_edition: CompiledVersion
    civil_society: CompiledVersion
    to_state: Mapping[UUID, Sequence[UUID]]
    nationals: Mapping[UUID, NationalAnswer]
    paragraphs: Mapping[UUID, Sequence[Paragraph]]
    sources: Mapping[UUID, Sequence[ShownSource]]
    withdrawn: Mapping[UUID, Sequence[tuple[str, str]]]
    open_answers: Mapping[UUID, int]

    @property
    def language(self) -> str:
        """The language of the submission."""
        return self.submission.language if self.submission else self.consultation.submission_language

    def paragraphs_to(self, question_id: UUID) -> Sequence[Paragraph]:
        """The paragraphs of the national answer to a State question."""
        national = self.nationals.get(question_id)
        return self.paragraphs.get(national.id, ()) if national else ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a submission from being made final; `code` names the question, `page` its page."""

    message: Message
    code: str
    page: str = "submissions.desk"


def obstacles(facts: Facts) -> list[Obstacle]:
    """Everything that stands in the way, in the order of work."""
    return [*_unclosed(facts), *_undecided(facts), *_unapproved(facts), *_overstepping(facts)]


def _unclosed(facts: Facts) -> Iterator[Obstacle]:
    """Whoever answers in time counts, so nothing is made final before the end."""
    if facts.consultation.takes_answers(clock.now()):
        yield Obstacle(_("The consultation is still open. Close it first."), "", "consultations.settings")


def _undecided(facts: Facts) -> Iterator[Obstacle]:
    for question_id, missing in facts.open_answers.items():
        if not missing:
            continue
        code = facts.civil_society.codes[question_id]
        message = n_(
            "%(code)s: %(num)s answer has no decision yet.",
            "%(code)s: %(num)s answers have no decision yet.",
            missing,
            code=code,
        )
        mapped = facts.to_state.get(question_id, ())
        if mapped:
            yield Obstacle(message, facts.state_edition.codes[mapped[0]])
        else:
            yield Obstacle(message, code, "submissions.unasked")


def _unapproved(facts: Facts) -> Iterator[Obstacle]:
    for code, question_id in facts.state_edition.ids.items():
        national = facts.nationals.get(question_id)
        if national is None:
            yield Obstacle(_("%(code)s: there is no national answer yet.", code=code), code)
        elif national.state is not NationalAnswerState.APPROVED:
            yield Obstacle(_("%(code)s: the national answer is not approved yet.", code=code), code)


def _overstepping(facts: Facts) -> Iterator[Obstacle]:
    """Somebody may take words or a permission back after the answer was approved."""
    for code, question_id in facts.state_edition.ids.items():
        paragraphs = facts.paragraphs_to(question_id)
        if any(_repeats(facts, paragraph) for paragraph in paragraphs):
            yield Obstacle(
                _(
                    "%(code)s: a paragraph repeats words that may not be published any more. Reopen the answer and say it in your own words.",
                    code=code,
                ),
                code,
            )
        elif any(recognizing.REDACTED in paragraph.text for paragraph in paragraphs):
            yield Obstacle(
                _(
                    "%(code)s: words in a paragraph were withdrawn. Reopen the answer and say it in your own words.",
                    code=code,
                ),
                code,
            )


def _repeats(facts: Facts, paragraph: Paragraph) -> bool:
    """Whether a paragraph holds words of somebody who allows none, and nobody who allows it says the same."""
    sources = [source for source in facts.sources.get(paragraph.id, ()) if source.quote]
    allowed = [recognizing.folded(s.quote or "") for s in sources if s.publication is not Publication.NO]
    kept_back = [s for s in sources if s.publication is Publication.NO]
    hidden = [said for s in kept_back for said in ((s.quote or "", s.language), *s.elsewhere)]
    for quote, language in (*hidden, *facts.withdrawn.get(paragraph.id, ())):
        stretch = recognizing.repeated(paragraph.text, quote, language)
        if stretch and not any(stretch in words for words in allowed):
            return True
    return False


def unreferenced(facts: Facts) -> list[str]:
    """The questions answered with a yes that name no law; worth a look, and no obstacle."""
    return [
        code
        for code, question_id in facts.state_edition.ids.items()
        if (national := facts.nationals.get(question_id))
        and national.position in {"yes", "in_part"}
        and not national.citations
    ]


def compose(facts: Facts, number: int, made_at: datetime, *, is_draft: bool = False) -> Document:
    """The document of a submission as it stands."""
    language = facts.language
    return {
        "kind": KIND,
        "format": FORMAT,
        "number": number,
        "made_at": made_at.isoformat(timespec="seconds"),
        "is_draft": is_draft,
        "language": language,
        "consultation": {
            "slug": facts.consultation.slug,
            "title": text_in(facts.consultation.titles, language)[0],
        },
        "state": {"code": facts.state.code, "name": text_in(facts.state.names, language)[0]},
        "instruments": [
            {"code": code, "name": facts.state_edition.reference.instrument_name(code).in_language(language)}
            for code in facts.review.instruments
        ],
        "cluster": facts.review.cluster,
        "phase": facts.review.phase,
        "questionnaire": {"slug": facts.state_edition.slug, "version": facts.state_edition.number},
        "questions": [_question(facts, question) for question in facts.state_edition[language].questions],
    }


def _question(facts: Facts, question: CompiledQuestion) -> dict[str, Any]:
    national = facts.nationals.get(question.id)
    citations, links = citations_of(national) if national else ([], [])
    approved = national.approved_at if national and national.state is NationalAnswerState.APPROVED else None
    return {
        "code": question.code,
        "instrument": question.instrument,
        "article": question.article,
        "paragraph": question.paragraph,
        "provision": question.place.in_language(facts.language),
        "prompt": {"text": str(question.prompt), "language": question.prompt.language},
        "state": national.state.value if national else NationalAnswerState.DRAFTING.value,
        "position": national.position.value if national and national.position else None,
        "paragraphs": [
            {"text": paragraph.text, "sources": sources_of(facts.sources.get(paragraph.id, ()))}
            for paragraph in facts.paragraphs_to(question.id)
        ],
        "citations": citations,
        "links": links,
        "assistance": national.assistance if national else "",
        "approved_on": approved.date().isoformat() if approved else None,
    }
