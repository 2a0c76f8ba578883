"""The first contributions of a loaded consultation, each step through the service a page would call."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import service as accounts
from app.consultations import service as consultations
from app.consultations.models import Consultation
from app.consultations.schemas import CodesInput, ConsultationInput
from app.contributions import entry
from app.contributions import service as contributions
from app.contributions.schemas import AnswerInput
from app.organisations import service as membership
from app.organisations.models import Role
from app.platform import clock, ids
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledPair
from app.questionnaires.positions import Position
from app.reading import queries as reading
from app.reading import service as translating
from app.reading.queries import ReadAnswer
from app.reading.schemas import TranslationInput
from app.seed.load import grammar
from app.seed.load.plan import SEED, Planned, planned
from app.seed.people import SYSTEM
from app.statements import service as statements
from app.submissions import decisions
from app.submissions import queries as submissions_queries
from app.submissions import service as submissions
from app.submissions.models import DecisionKind
from app.submissions.schemas import (
    DecisionInput,
    MergeInput,
    NationalAnswerInput,
    ParagraphInput,
    Selection,
)

SLUG = "estaria-full"
TITLES = {
    "ar": "إستاريا: الاستبيان الكامل، مع مساهمات كثيرة",
    "zh": "埃斯塔里亚：完整问卷，许多答复",
    "en": "Estaria: the full questionnaire, many contributions",
    "fr": "Estarie : le questionnaire complet, de nombreuses contributions",
    "ru": "Эстария: полный вопросник, много материалов",
    "es": "Estaria: el cuestionario completo, muchas contribuciones",
}
SUMMARIES = {
    "ar": "مشاورة مولَّدة، لتجربة الصفحات بالحمل الذي صُنعت له.",
    "zh": "一项生成的征询，用来按实际负荷试用各页面。",
    "en": "A generated consultation, to try the pages with the load they are for.",
    "fr": "Une consultation générée, pour essayer les pages avec la charge à laquelle elles sont destinées.",
    "ru": "Сгенерированная консультация, чтобы испытать страницы под нагрузкой, для которой они созданы.",
    "es": "Una consulta generada, para probar las páginas con la carga para la que están hechas.",
}
STATEMENTS = """source,organisation,organisation_type,based_in,language,instrument,article,topic,statement
"Hearing in Orsa",,unattributed,QE,en,FP,99,other,"Nobody answers the telephone of the licensing office after noon."
"Hearing in Orsa",,unattributed,QE,es,FP,98,other,"En la feria se venden piezas sin papeles."
"Hearing in Tarmo",,unattributed,QE,fr,FP,97,other,"Les registres du vieux port sont tenus au crayon."
"""
# So many State questions get paragraphs; of them so many are sent for approval, and so many approved.
WRITTEN, SENT, APPROVED = 9, 6, 3
EVERY_TRANSLATION = 40


@dataclass
class Staff:
    """Who works on the loaded consultation: the people of the demonstration's own State."""

    focal_point: Actor
    expert: Actor
    translator: Actor
    facilitator: Actor


@dataclass
class Told:
    """What the telling left: the consultation, its pair, and who is behind which contribution."""

    consultation: Consultation
    pair: CompiledPair
    behind: dict[int, tuple[Actor, UUID]] = field(default_factory=dict)


async def open_consultation(session: AsyncSession, staff: Staff, review_id: UUID) -> Told:
    """The consultation on the questionnaire with the most questions."""
    pairs = await questionnaires.list_pairs(session)
    sizes = {}
    for asked, state in pairs:
        compiled = await questionnaires.get_compiled(session, asked.id)
        sizes[asked.id] = (len(compiled.codes), state.id)
    longest = max(sizes, key=lambda version_id: sizes[version_id][0])
    data = ConsultationInput(
        slug=SLUG,
        civil_society_version_id=longest,
        titles=TITLES,
        summaries=SUMMARIES,
        rules={},
        contact="review-office@estaria.example",
        languages=["ar", "zh", "en", "fr", "ru", "es"],
        submission_language="en",
        opens_at=clock.now() - timedelta(days=9),
        closes_at=clock.now() + timedelta(days=12),
    )
    await consultations.create_consultation(session, staff.focal_point, review_id, data)
    opened = await consultations.open_consultation(session, staff.focal_point, SLUG)
    pair = await questionnaires.get_pair(session, opened.civil_society_version_id, opened.state_version_id)
    return Told(opened, pair)


async def contribute(session: AsyncSession, staff: Staff, told: Told, count: int, secret: str) -> None:
    """So many contributors answer and hand in; `revise` comes after the decisions."""
    people = list(planned(range(count), told.pair.civil_society["en"].questions, most=count_of(told)))
    without_name = sum(one.is_confidential for one in people)
    codes = []
    if without_name:
        codes = await consultations.issue_codes(
            session, staff.focal_point, SLUG, CodesInput(count=without_name)
        )
    for one in people:
        actor, contribution_id = await _begin(session, told, one, codes, secret)
        for code, given in one.answers.items():
            await contributions.save_answer(
                session, actor, contribution_id, code, AnswerInput.model_validate(given)
            )
        if not one.is_draft and one.answers:
            await contributions.submit_contribution(session, actor, contribution_id)
        if one.is_withdrawn and one.answers:
            await contributions.withdraw_contribution(session, actor, contribution_id)
        told.behind[one.number] = (actor, contribution_id)
    await contributions.pass_on_confidential(session, SYSTEM, told.consultation.id)


def count_of(told: Told) -> int:
    """How many questions there are."""
    return len(told.pair.civil_society.codes)


async def _begin(
    session: AsyncSession, told: Told, one: Planned, codes: list[str], secret: str
) -> tuple[Actor, UUID]:
    if one.is_confidential:
        made = await entry.enter(session, secret, codes.pop(), ids.new_code(), one.language)
        return Actor(bearer_of=made.id), made.id
    place = await membership.register_organisation(session, SYSTEM, one.name, one.kind, one.language, "QE")
    email = f"load-{one.number}@estaria.example"
    account = await accounts.register_account(session, SYSTEM, email, one.name, one.language)
    await membership.give_role(session, SYSTEM, place.id, account.id, Role.SIGNATORY)
    roles = frozenset({(Role.SIGNATORY.value, place.id), (Role.DRAFTER.value, place.id)})
    actor = Actor(account_id=account.id, name=one.name, roles=roles)
    made = await contributions.start_contribution(session, actor, told.consultation, place.id)
    return actor, made.id


async def decide(session: AsyncSession, staff: Staff, told: Told) -> None:
    """Of the questions a third are decided, a third half so; some are written, sent and approved."""
    random = Random(SEED)  # noqa: S311  (the same decisions again)
    numbers = {contribution_id: number for number, (_actor, contribution_id) in told.behind.items()}
    # Readers never see the order of arrival, so the order they see is another in every run: the plan's own is not.
    answers = sorted(
        await reading.answers_to(session, told.consultation, list(told.pair.civil_society.codes)),
        key=lambda answer: (
            numbers[answer.contribution_id],
            told.pair.civil_society.codes[answer.question_id],
        ),
    )
    by_question: dict[UUID, list[ReadAnswer]] = {}
    for answer in answers:
        by_question.setdefault(answer.question_id, []).append(answer)
    codes = list(told.pair.state.ids.items())[:WRITTEN]
    decided: set[UUID] = set()  # an answer may inform several questions to the State
    for place, (code, question_id) in enumerate(codes):
        asked = told.pair.to_civil_society.get(question_id, ())
        own = [answer for other in asked for answer in by_question.get(other, ())]
        await _write(session, staff, code, own, random)
        due = own if place < SENT else own[: len(own) // 2]
        for answer in due:
            if answer.answer_id not in decided:
                await _decide(session, staff, answer.answer_id, random)
                decided.add(answer.answer_id)
    for place, (code, _question_id) in enumerate(codes[:SENT]):
        await submissions.send_answer(session, staff.expert, SLUG, code)
        if place < APPROVED:
            await submissions.approve_answer(session, staff.focal_point, SLUG, code)
    await _translate(session, staff, answers)


async def _decide(session: AsyncSession, staff: Staff, answer_id: UUID, random: Random) -> None:
    data = DecisionInput(decision=random.choice(list(DecisionKind)).value, reason=grammar.reason(random))
    await decisions.decide_answer(session, staff.expert, SLUG, answer_id, data)


async def _write(
    session: AsyncSession, staff: Staff, code: str, own: Sequence[ReadAnswer], random: Random
) -> None:
    for answer in [each for each in own if each.body][:3]:
        data = MergeInput(selections=[Selection(answer_version_id=answer.answer_version_id)])
        paragraph = await submissions.merge_excerpts(session, staff.expert, SLUG, code, data)
        words = ParagraphInput(text=grammar.paragraph(random), version=paragraph.version)
        await submissions.edit_paragraph(session, staff.expert, SLUG, code, paragraph.id, words)
    if not own:
        await submissions.add_paragraph(
            session, staff.expert, SLUG, code, ParagraphInput(text=grammar.paragraph(random))
        )
    frame = await submissions_queries.get_frame(session, staff.expert, SLUG, code)
    answer_data = NationalAnswerInput.model_validate(
        {"position": random.choice(list(Position)).value, "citations": [], "version": frame.national.version}
    )
    await submissions.set_answer(session, staff.expert, SLUG, code, answer_data)


async def _translate(session: AsyncSession, staff: Staff, answers: Sequence[ReadAnswer]) -> None:
    """A few texts in the language of the submission; the others wait."""
    foreign = [answer for answer in answers if answer.language != "en" and answer.body]
    for answer in foreign[::EVERY_TRANSLATION]:
        body = grammar.Speaker(SEED, "en").narrative()
        data = TranslationInput(language="en", body=body)
        await translating.write_translation(session, staff.translator, SLUG, answer.text_id, data)


async def revise(session: AsyncSession, told: Told, count: int) -> None:
    """Some hand in a second time, with other words in three answers: paragraphs may rest on the first."""
    for one in planned(range(count), told.pair.civil_society["en"].questions, most=count_of(told)):
        if not one.is_revised or not one.answers:
            continue
        actor, contribution_id = told.behind[one.number]
        await contributions.resume_contribution(session, actor, contribution_id)
        for code in list(one.answers)[:3]:
            changed = {**one.answers[code], "version": 1}
            changed["narrative"] += "" if one.language == "zh" else " "
            changed["narrative"] += grammar.Speaker(SEED - one.number, one.language).narrative()
            await contributions.save_answer(
                session, actor, contribution_id, code, AnswerInput.model_validate(changed)
            )
        await contributions.submit_contribution(session, actor, contribution_id)
    await contributions.pass_on_confidential(session, SYSTEM, told.consultation.id)


async def enter_statements(session: AsyncSession, staff: Staff) -> None:
    """Statements of a hearing that match no question: they wait for a facilitator."""
    await statements.import_statements(session, staff.facilitator, SLUG, STATEMENTS.encode())
