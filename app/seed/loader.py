"""Telling the stories: every step through the service a page would call."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import queries as accounts
from app.consultations import queries as consultation_queries
from app.consultations import service as consultations
from app.consultations.models import Consultation
from app.consultations.schemas import CodesInput, ConsultationInput
from app.contributions import entry as entering
from app.contributions import service as contributions
from app.contributions.models import Contribution
from app.contributions.schemas import AnswerInput
from app.exports import service as exports
from app.organisations import service as membership
from app.organisations.models import OrganisationKind, Role
from app.platform import clock, ids
from app.platform.db import Database
from app.platform.security import Actor
from app.platform.settings import Settings
from app.publication import service as publication
from app.questionnaires import queries as questionnaires
from app.questionnaires.models import QuestionnaireVersion
from app.reading import queries as reading
from app.reading import service as translating
from app.reading.schemas import TranslationInput
from app.reviews import service as reviews
from app.reviews.schemas import ReviewInput, StateInput
from app.seed.people import SYSTEM, Cast, hashed_password
from app.seed.questionnaires import prepare_version
from app.seed.story import OFFICES, ZONES, Story, read_stories
from app.submissions import decisions, merging
from app.submissions import queries as desk
from app.submissions import service as submissions
from app.submissions.queries import paragraphs_of
from app.submissions.schemas import (
    DecisionInput,
    MergeInput,
    NationalAnswerInput,
    ParagraphInput,
    Selection,
)

SPARE_CODES = 3
SECRETARIAT = {"key": "secretariat", "name": "Noor Halden", "email": "noor.halden@secretariat.example"}


async def load_demonstration(db: Database, settings: Settings) -> bool:
    """Tell all stories, once; says whether there was anything to tell."""
    async with db.read() as session:
        if await accounts.find_account(session, SECRETARIAT["email"]) is not None:
            return False
    password_hash = await hashed_password()
    shown: dict[str, Any] = {"people": [], "confidential": [], "invitation_codes": []}
    for story in read_stories():
        async with db.write() as session:
            cast = Cast(session, story, password_hash, settings.secret.get_secret_value())
            if not shown["people"]:
                office = await membership.register_organisation(
                    session, SYSTEM, "Secretariat of the review", OrganisationKind.SECRETARIAT
                )
                await cast.add(SECRETARIAT, (office.id, office.name), Role.SECRETARIAT)
                cast.shown[-1]["state"] = ""
            await tell(session, story, cast, shown)
            shown["people"] += cast.shown
    async with db.write() as session:
        await prepare_version(session)
    write_cast(settings, shown)
    return True


def write_cast(settings: Settings, shown: dict[str, Any]) -> None:
    """Leave the people and the codes where the demonstration page finds them."""
    path: Path = settings.mail_folder.parent / "demo.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(shown, ensure_ascii=False, indent=1), "utf-8")


async def tell(session: AsyncSession, story: Story, cast: Cast, shown: dict[str, Any]) -> None:
    """One State from its first day to as far as its story goes."""
    consultation, codes = await _open(session, story, cast)
    bearers = await _contribute(session, story, cast, consultation, codes)
    for label, receipt in bearers.values():
        shown["confidential"].append(
            {
                "label": label,
                "receipt_code": receipt,
                "consultation": story.slug,
                "state": story.code,
            }
        )
    shown["invitation_codes"] += [{"consultation": story.slug, "code": code} for code in codes]
    await _translate(session, story, cast, consultation)
    for line in story["progress"]:
        await _draft(session, story, cast, line["state_question"])
    await _decide(session, story, cast, consultation)
    for line in story["progress"]:
        if line["state"] in {"for_approval", "approved"}:
            await submissions.send_answer(session, cast.first("expert"), story.slug, line["state_question"])
        if line["state"] == "approved":
            focal_point = cast.first("focal_point")
            await submissions.approve_answer(session, focal_point, story.slug, line["state_question"])
    if story.is_finished:
        await _finish(session, story, cast)


async def _open(session: AsyncSession, story: Story, cast: Cast) -> tuple[Consultation, list[str]]:
    """State, staff, review and consultation; returns it with its invitation codes."""
    told = story["consultation"]
    names, languages = story["state"]["names"], told["working_languages"]
    state = await reviews.create_state(
        session,
        SYSTEM,
        StateInput(
            code=story.code,
            names=names,
            zone=ZONES[story.code],
            office_name=OFFICES[story.code],
            office_language=languages[0],
        ),
    )
    await cast.staff(state.office_id)
    await cast.contributors()
    focal_point = cast.first("focal_point")
    review = await reviews.create_review(
        session,
        SYSTEM,
        ReviewInput(
            state_code=story.code,
            instruments=["FP"],
            cluster="I",
            started_on=_months_ago(2),
            working_languages=languages,
            focal_point_id=focal_point.account_id,
        ),
    )
    pair = next(iter(await questionnaires.list_pairs(session)))
    consultation = await consultations.create_consultation(
        session, focal_point, review.id, _consultation(told, pair[0])
    )
    await consultations.open_consultation(session, focal_point, story.slug)
    count = len(story["confidential"]) + (0 if story.is_finished else SPARE_CODES)
    codes = await consultations.issue_codes(session, focal_point, story.slug, CodesInput(count=count))
    return consultation, codes


def _months_ago(months: int) -> date:
    return clock.today() - timedelta(days=30 * months)


def _consultation(told: dict[str, Any], version: QuestionnaireVersion) -> ConsultationInput:
    return ConsultationInput(
        slug=told["slug"],
        civil_society_version_id=version.id,
        titles=told["title"],
        summaries=told["summary"],
        rules=told["rules"],
        contact=told.get("contact", ""),
        languages=["ar", "zh", "en", "fr", "ru", "es"],
        submission_language=told["working_languages"][0],
        opens_at=clock.now() - timedelta(days=9),
        closes_at=clock.now() + timedelta(days=21),
    )


async def _contribute(
    session: AsyncSession, story: Story, cast: Cast, consultation: Consultation, codes: list[str]
) -> dict[str, tuple[str, str]]:
    """Everybody answers and submits; returns label and receipt code of the confidential ones."""
    bearers: dict[str, tuple[str, str]] = {}
    started: dict[str, tuple[Actor, Contribution]] = {}
    for entry in story["organisations"]:
        actor = cast.known[entry["key"]]
        made = await contributions.start_contribution(session, actor, consultation, cast.places[entry["key"]])
        started[entry["key"]] = (actor, made)
    for entry in story["confidential"]:
        receipt = ids.new_code()
        made = await entering.enter(session, cast.secret, codes.pop(), receipt, entry["language"])
        started[entry["key"]] = (Actor(bearer_of=made.id), made)
        bearers[entry["key"]] = (made.label, receipt)
    for told in story["answers"]:
        actor, made = started[told["who"]]
        await contributions.save_answer(session, actor, made.id, told["question"], _answer(told))
    for key, (actor, made) in started.items():
        await contributions.submit_contribution(session, actor, made.id)
        cast.places[f"contribution {key}"] = made.id
    # The story is told in one go: what the desk reads only the next day it reads here at once.
    await contributions.pass_on_confidential(session, SYSTEM, consultation.id)
    return bearers


def _answer(told: dict[str, Any]) -> AnswerInput:
    kept = ("law", "practice", "narrative", "language", "publication", "recommendation")
    sources = [{**source, "year": str(source.get("year", ""))} for source in told.get("evidence", [])]
    return AnswerInput.model_validate({**{k: told[k] for k in kept if k in told}, "evidence": sources})


async def _answers(
    session: AsyncSession, story: Story, cast: Cast
) -> dict[tuple[str, str], reading.ReadAnswer]:
    """Every submitted answer of the story, by contributor and question code."""
    consultation = (await session.exec(select(Consultation).where(Consultation.slug == story.slug))).one()
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    keys = {cast.places[name]: name.removeprefix("contribution ") for name in cast.places if " " in name}
    read = await reading.answers_to(session, consultation, list(version.codes))
    return {(keys[a.contribution_id], version.codes[a.question_id]): a for a in read}


async def _translate(session: AsyncSession, story: Story, cast: Cast, consultation: Consultation) -> None:
    answers = await _answers(session, story, cast)
    translator = next((e for e in story["people"] if e["role"] == "translator"), None)
    actor = cast.known[translator["key"]] if translator else cast.first("expert")
    for told in story["translations"]:
        answer = answers[told["who"], told["question"]]
        data = TranslationInput(language=told["language"], body=told["body"])
        await translating.write_translation(session, actor, consultation.slug, answer.text_id, data)


async def _draft(session: AsyncSession, story: Story, cast: Cast, code: str) -> None:
    """The paragraphs of one State question with their sources, its position and citations."""
    expert = cast.first("expert")
    answers = await _answers(session, story, cast)
    citations: list[dict[str, str]] = []
    for told in story["paragraphs"]:
        if told["state_question"] != code:
            continue
        citations += told.get("citations", [])
        chosen = [s for source in told["sources"] for s in _selections(answers, source)]
        if not chosen:
            await submissions.add_paragraph(
                session, expert, story.slug, code, ParagraphInput(text=told["text"])
            )
            continue
        paragraph = await submissions.merge_excerpts(
            session, expert, story.slug, code, MergeInput(selections=chosen)
        )
        data = ParagraphInput(text=told["text"], version=paragraph.version)
        await submissions.edit_paragraph(session, expert, story.slug, code, paragraph.id, data)
    position = next((p["position"] for p in story["positions"] if p["state_question"] == code), None)
    frame = await desk.get_frame(session, expert, story.slug, code)
    answer = NationalAnswerInput.model_validate(
        {"position": position, "citations": citations, "version": frame.national.version}
    )
    await submissions.set_answer(session, expert, story.slug, code, answer)


def _selections(
    answers: dict[tuple[str, str], reading.ReadAnswer], source: dict[str, Any]
) -> list[Selection]:
    answer = answers[source["who"], source["question"]]
    spans = merging.sentences(answer.body, answer.language)
    chosen = [merging.trimmed(answer.body, spans[number]) for number in source["sentences"]]
    return [
        Selection(answer_version_id=answer.answer_version_id, start=span.start, end=span.end)
        for span in chosen
    ]


async def _decide(session: AsyncSession, story: Story, cast: Cast, consultation: Consultation) -> None:
    expert = cast.first("expert")
    answers = await _answers(session, story, cast)
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    for told in story["decisions"]:
        answer = answers[told["who"], told["question"]]
        paragraph_id: UUID | None = None
        if "paragraph" in told:
            codes = [pair.state.codes[other] for other in pair.to_state.get(answer.question_id, ())]
            paragraph_id = await _paragraph(
                session, story, expert, codes, told["paragraph"], answer.answer_id
            )
        data = DecisionInput(decision=told["kind"], reason=told["reason"], paragraph_id=paragraph_id)
        await decisions.decide_answer(session, expert, story.slug, answer.answer_id, data)


async def _paragraph(
    session: AsyncSession, story: Story, expert: Actor, codes: list[str], number: int, answer_id: UUID
) -> UUID | None:
    """The paragraph with this number that rests on the answer, else the first with this number."""
    fallback = None
    for code in codes:
        frame = await desk.get_frame(session, expert, story.slug, code)
        for shown in await paragraphs_of(session, frame.national):
            if shown.number == number:
                if any(source.answer_id == answer_id for source in shown.sources):
                    return shown.paragraph.id
                fallback = fallback or shown.paragraph.id
    return fallback


async def _finish(session: AsyncSession, story: Story, cast: Cast) -> None:
    """Close, hand over, publish and conclude: in the story its promised time has run out."""
    focal_point = cast.first("focal_point")
    consultation = await consultation_queries.get_consultation(session, focal_point, story.slug)
    consultation.closes_at = clock.now()
    await consultations.close_consultation(session, focal_point, story.slug)
    await exports.hand_over(session, focal_point, story.slug)
    await publication.publish_outcome(session, focal_point, story.slug)
    await consultations.conclude_consultation(session, focal_point, story.slug)
