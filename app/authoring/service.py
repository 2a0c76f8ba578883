"""Writing a draft: every act opens the draft, changes its definition in memory, and keeps the whole."""

from typing import NamedTuple, get_args
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.authoring import editing
from app.authoring.schemas import (
    ChoicesInput,
    DriftInput,
    MoveInput,
    NewList,
    NewQuestion,
    NewSection,
    NewTerm,
    PartMove,
    QuestionInput,
    SectionInput,
    TermInput,
    TextKind,
    TextsInput,
    Where,
)
from app.platform.errors import Invalid, NotFound
from app.platform.i18n import CODES, _
from app.platform.security import Actor, require
from app.questionnaires import policy, queries
from app.questionnaires import service as questionnaires
from app.questionnaires.checks import CHOICE_KINDS, structure_problems
from app.questionnaires.definition import Definition, QuestionDefinition, Section, Term
from app.questionnaires.models import Edition, QuestionnaireVersion

FIELDS = (
    "kind", "instrument", "article", "paragraph", "obligation", "topics", "terms", "choices", "relevant",
    "constraint", "required", "longest",
)  # fmt: skip


class Draft(NamedTuple):
    """A draft that is open for writing, and what it says."""

    version: QuestionnaireVersion
    definition: Definition


async def _open(session: AsyncSession, actor: Actor, where: Where) -> Draft:
    """Take a draft to write in; nobody else writes in it until the request is over."""
    version = await queries.get_numbered(session, actor, where.slug, where.edition, where.number, lock=True)
    require(policy.can_edit(actor, version))
    return Draft(version, await queries.read_definition(session, version))


async def _keep(session: AsyncSession, actor: Actor, draft: Draft) -> None:
    editing.in_reading_order(draft.definition)
    version = draft.version
    if version.checksum != draft.definition.checksum:
        # Whoever brings a file over the draft is told who wrote in it last.
        audit.record(
            session, actor, "questionnaire.written", version, number=version.number, name=version.slug
        )
    await questionnaires.replace_content(session, actor, version, draft.definition)


async def start_version(session: AsyncSession, actor: Actor, where: Where) -> QuestionnaireVersion:
    """Begin a new version of a published one."""
    require(policy.can_write(actor))
    source = await queries.get_numbered(session, actor, where.slug, where.edition, where.number)
    return await questionnaires.start_draft(session, actor, source.id)


async def publish(session: AsyncSession, actor: Actor, where: Where) -> None:
    """Publish a draft for ever; raises Conflict while something blocks. What is published locks and asks itself."""
    version = await queries.get_numbered(session, actor, where.slug, where.edition, where.number)
    await questionnaires.publish_version(session, actor, version.id)


async def drop(session: AsyncSession, actor: Actor, where: Where) -> None:
    """Throw a draft away."""
    version = await queries.get_numbered(session, actor, where.slug, where.edition, where.number)
    require(policy.can_edit(actor, version))
    await questionnaires.drop_draft(session, actor, version.id)


async def add_question(session: AsyncSession, actor: Actor, where: Where, data: NewQuestion) -> None:
    """Put a new question at the end of a section; raises Invalid."""
    draft = await _open(session, actor, where)
    definition = draft.definition
    if data.section not in {section.code for section in definition.sections}:
        raise Invalid({"section": _("There is no such section.")})
    editing.check_code(data.code, editing.names_in(definition), "code")
    near = next((q for q in reversed(definition.questions) if q.section == data.section), None)
    article = editing.find_section(definition, data.section).article
    definition.questions.append(
        QuestionDefinition(
            code=data.code,
            section=data.section,
            kind=data.kind,
            instrument=near.instrument if near else "",
            article=near.article if near else article,
        )
    )
    await _keep(session, actor, draft)


async def save_question(
    session: AsyncSession, actor: Actor, where: Where, code: str, data: QuestionInput
) -> None:
    """Write a question in the source language, and move it where that was asked; raises StaleEdit, Invalid."""
    draft = await _open(session, actor, where)
    definition = draft.definition
    question = editing.find_question(definition, code)
    editing.check_print(question, definition.source_language, data.started)
    before = structure_problems(definition)
    _refuse_unknown(definition, data)
    for name in FIELDS:
        setattr(question, name, getattr(data, name))
    if question.kind not in CHOICE_KINDS:
        question.choices = ""
    # A field that was emptied comes without a value.
    texts = dict.fromkeys(set(question.texts) & set(get_args(TextKind)), "") | dict(data.texts)
    editing.put_source(question, texts, definition.source_language)
    editing.refuse_broken(definition, f"q:{code}", before)
    if data.move:
        editing.move_question(definition, question, data.move)
    await _keep(session, actor, draft)


def _refuse_unknown(definition: Definition, data: QuestionInput) -> None:
    if data.choices and data.choices not in definition.choice_lists:
        raise Invalid({"choices": _("There is no such list.")})
    unknown = set(data.terms) - {term.key for term in definition.glossary}
    if unknown:
        raise Invalid({"terms": _("The glossary has no such term: %(term)s", term=min(unknown))})


async def move_question(
    session: AsyncSession, actor: Actor, where: Where, code: str, data: MoveInput
) -> None:
    """One place up or down, or to the end of another section; raises Invalid."""
    draft = await _open(session, actor, where)
    question = editing.find_question(draft.definition, code)
    before = structure_problems(draft.definition)
    if data.section and data.section != question.section:
        editing.move_to_section(draft.definition, question, data.section)
        editing.refuse_broken(draft.definition, "", before)
    elif data.direction:
        editing.move_question(draft.definition, question, data.direction)
    await _keep(session, actor, draft)


async def save_texts(
    session: AsyncSession, actor: Actor, where: Where, language: str, data: TextsInput
) -> None:
    """Write texts of one language; no other language changes. Raises StaleEdit with the keys that clash."""
    draft = await _open(session, actor, where)
    if language not in CODES:
        raise NotFound
    editing.put_units(draft.definition, language, data.units)
    await _keep(session, actor, draft)


async def add_section(session: AsyncSession, actor: Actor, where: Where, data: NewSection) -> None:
    """Put a section after those that stand beside it; raises Invalid."""
    draft = await _open(session, actor, where)
    definition = draft.definition
    editing.check_code(data.code, editing.names_in(definition), "code")
    section = Section(code=data.code)
    editing.refuse_circle(definition, section, data.parent)
    section.parent = data.parent
    editing.put_source(section, {"title": data.title}, definition.source_language)
    definition.sections.append(section)
    await _keep(session, actor, draft)


async def save_section(
    session: AsyncSession, actor: Actor, where: Where, code: str, data: SectionInput
) -> None:
    """Write a section in the source language; raises StaleEdit, Invalid."""
    draft = await _open(session, actor, where)
    definition = draft.definition
    section = editing.find_section(definition, code)
    editing.check_print(section, definition.source_language, data.started)
    before = structure_problems(definition)
    editing.refuse_circle(definition, section, data.parent)
    section.parent, section.article = data.parent, data.article
    section.relevant = data.relevant.strip()
    editing.put_source(section, {"title": data.title}, definition.source_language)
    editing.refuse_broken(definition, f"s:{code}", before)
    await _keep(session, actor, draft)


async def move_section(session: AsyncSession, actor: Actor, where: Where, data: PartMove) -> None:
    """One place up or down among its neighbours, with everything that stands in it."""
    draft = await _open(session, actor, where)
    section = editing.find_section(draft.definition, data.code)
    editing.move_section(draft.definition, section, data.direction)
    await _keep(session, actor, draft)


async def add_list(session: AsyncSession, actor: Actor, where: Where, data: NewList) -> None:
    """Begin a list of choices; raises Invalid."""
    draft = await _open(session, actor, where)
    editing.check_code(data.name, draft.definition.choice_lists, "name")
    draft.definition.choice_lists[data.name] = []
    await _keep(session, actor, draft)


async def save_choices(
    session: AsyncSession, actor: Actor, where: Where, name: str, data: ChoicesInput
) -> None:
    """Write a list in the source language; nothing is removed here. Raises StaleEdit, Invalid."""
    draft = await _open(session, actor, where)
    definition = draft.definition
    standing = editing.find_choices(definition, name)
    editing.check_print(standing, definition.source_language, data.started)
    made = editing.put_choices(standing, data.rows, definition.source_language)
    direction, _colon, value = data.move.partition(":")
    moved = next((choice for choice in made if choice.value == value), None)
    if moved is not None:
        editing.swap(made, moved, direction, list(made))
    definition.choice_lists[name] = made
    await _keep(session, actor, draft)


async def add_term(session: AsyncSession, actor: Actor, where: Where, data: NewTerm) -> None:
    """Put a term into the glossary; raises Invalid."""
    draft = await _open(session, actor, where)
    definition = draft.definition
    editing.check_code(data.key, [term.key for term in definition.glossary], "key")
    term = Term(key=data.key)
    editing.put_source(term, {"term": data.term, "meaning": data.meaning}, definition.source_language)
    definition.glossary.append(term)
    await _keep(session, actor, draft)


async def save_term(session: AsyncSession, actor: Actor, where: Where, key: str, data: TermInput) -> None:
    """Write a term in the source language; raises StaleEdit."""
    draft = await _open(session, actor, where)
    definition = draft.definition
    term = editing.find_term(definition, key)
    editing.check_print(term, definition.source_language, data.started)
    editing.put_source(term, {"term": data.term, "meaning": data.meaning}, definition.source_language)
    await _keep(session, actor, draft)


async def move_term(session: AsyncSession, actor: Actor, where: Where, data: PartMove) -> None:
    """One place up or down in the glossary."""
    draft = await _open(session, actor, where)
    glossary = draft.definition.glossary
    editing.swap(glossary, editing.find_term(draft.definition, data.code), data.direction, list(glossary))
    await _keep(session, actor, draft)


async def remove_part(session: AsyncSession, actor: Actor, where: Where, what: str) -> None:
    """Take a part out of the draft, with its texts in all languages; raises NotFound, Invalid."""
    draft = await _open(session, actor, where)
    definition = draft.definition
    group, _colon, code = what.partition(":")
    standing = editing.obstacle(definition, what)
    if standing is not None:
        raise Invalid({"": standing})
    match group:
        case "q":
            definition.questions.remove(editing.find_question(definition, code))
        case "s":
            definition.sections.remove(editing.find_section(definition, code))
        case "l":
            del definition.choice_lists[code]
        case "c":
            name, _slash, value = code.partition("/")
            choices = editing.find_choices(definition, name)
            definition.choice_lists[name] = [choice for choice in choices if choice.value != value]
        case _:
            definition.glossary.remove(editing.find_term(definition, code))
            for question in definition.questions:
                question.terms = [key for key in question.terms if key != code]
    await _keep(session, actor, draft)


async def map_question(
    session: AsyncSession, actor: Actor, where: Where, code: str, other_id: UUID, *, settle: bool
) -> None:
    """Let a question and one of the other edition inform each other, as both ask now; or no longer."""
    draft = await _open(session, actor, where)
    editing.find_question(draft.definition, code)
    rows = await queries.questions_of(session, draft.version.id)
    own = next(row.id for row in rows if row.code == code)
    pair = (own, other_id) if draft.version.edition is Edition.CIVIL_SOCIETY else (other_id, own)
    if settle:
        await questionnaires.settle_mapping(session, actor, *pair)
    else:
        await questionnaires.remove_mapping(session, actor, *pair)


async def decide_drift(session: AsyncSession, actor: Actor, where: Where, data: DriftInput) -> None:
    """Say of a mapping that a change made doubtful whether it still fits."""
    draft = await _open(session, actor, where)
    pair = (data.civil_society_question_id, data.state_question_id)
    touched = {
        (mapping.civil_society_question_id, mapping.state_question_id)
        for mapping, _civil, _state in await queries.mappings_of(session, draft.version.id)
    }
    if pair not in touched:
        raise NotFound
    if data.decision == "fits":
        await questionnaires.settle_mapping(session, actor, *pair)
    else:
        await questionnaires.remove_mapping(session, actor, *pair)
