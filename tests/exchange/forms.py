"""Workbooks and questionnaires for the tests of exchange: small ones by hand, large ones, any at all."""

import io
from typing import Any

import xlsxwriter
from hypothesis import strategies as st

from app.platform.i18n import CODES
from app.questionnaires.definition import (
    Choice,
    Definition,
    Mark,
    Progress,
    QuestionDefinition,
    Section,
    Term,
    Worded,
    fingerprint,
)
from app.questionnaires.models import Edition, Kind, Obligation
from app.xlsform.writer import write_form

ODD = (
    "=1+1", "+41 22 000", "-5", "@here", "\tindented", "line\nline", "\n\nlast\n", '"quoted" and \'single\'',
    "“typographic” ‘quotes’", "zero\u200bwidth\u200dand\ufeffmark", "\u200fright\u200eleft\u202eover\u202c",
    "👩🏽‍⚖️ 🇨🇭", "${Q1} is an answer", "$\u2060{Q1}", "${", "a ${not closed", "<b>&amp;</b>", "_x0041_ _x000D_",
    "  spaces around  ", "no\u00a0break", "1.0", "TRUE", "None", "-", "[1, 2]", "a::b", "jr://images/a.png",
    "نص عربي مع English داخله", "中文，标点。", "Ёлка и ёж", "naïve façade œuvre", "¿Qué?", "x" * 2_000,
)  # fmt: skip
SCRIPTS = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufffe\uffff"
)
TEXT = st.one_of(st.sampled_from(ODD), st.text(SCRIPTS, min_size=1, max_size=20)).filter(
    lambda text: bool(text.strip())
)
WORD = st.sampled_from(("firearms", "organized criminal group", "a, b", "[x]", " padded ", "日本", "T-01"))
SHORT = st.sampled_from(("", "5", "10 bis", "(a), (c)", "FP", "é"))
KINDS = (
    "topic",
    "task",
    "prompt",
    "law",
    "practice",
    "account",
    "why",
    "example",
    "help",
    "constraint_message",
)
LIST_NAMES = ("colours", "with spaces", "أسماء", "polyphony_law", "files.csv", "${odd}")


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    """A workbook as a form author would have it; None leaves a cell empty, numbers stay numbers."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(line, column, cell)
    return target.getvalue()


def form(survey: list[list[Any]], choices: list[list[Any]] | None = None, **settings: str) -> bytes:
    """A plain form: the rows of its survey, its choices, and its settings."""
    sheets = {"survey": survey}
    if choices:
        sheets["choices"] = [["list_name", "name", "label"], *choices]
    if settings:
        sheets["settings"] = [[*settings], [*settings.values()]]
    return workbook(sheets)


def big_form(questions: int = 500) -> bytes:
    """A long questionnaire in six languages, every kind and condition in it, as a workbook."""
    return write_form(big_definition(questions))


def big_definition(questions: int) -> Definition:
    """A questionnaire of ten questions a section, with all the texts that a question can have."""
    made = Definition(slug="big", edition=Edition.CIVIL_SOCIETY, texts=_everywhere("title", 40))
    values = ("one", "two", "three", "dont_know")
    made.choice_lists["values"] = [Choice(value=value, texts=_everywhere("label", 20)) for value in values]
    kinds = list(Kind)
    for number in range(questions):
        if number % 10 == 0:
            made.sections.append(Section(code=f"S{number}", texts=_everywhere("title", 40)))
        kind = Kind.POSITION if number % 2 else kinds[number // 2 % len(kinds)]
        question = QuestionDefinition(code=f"Q{number}", section=made.sections[-1].code, kind=kind)
        question.texts = {name: _everywhere(name, 120)[name] for name in KINDS[:8]}
        question.choices = "values" if kind in {Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE} else ""
        question.relevant = (
            "${Q1-law} = 'yes' or ${Q1-practice} = 'works'" if number > 1 and number % 3 == 0 else ""
        )
        made.questions.append(question)
    for carrier in (made, *made.sections, *made.questions, *made.choice_lists["values"]):
        _draft(carrier)
    return made


def _everywhere(name: str, length: int) -> dict[str, dict[str, str]]:
    filler = {"ar": "سؤال عن القانون ", "zh": "关于法律的问题", "ru": "Вопрос о законе "}
    return {
        name: {code: (filler.get(code, f"{name} {code} of the law ") * length)[:length] for code in CODES}
    }


def _draft(carrier: Worded) -> None:
    for kind, texts in carrier.texts.items():
        source = fingerprint(texts["en"])
        carrier.states[kind] = {c: Mark(state=Progress.DRAFT, source=source) for c in CODES if c != "en"}


@st.composite
def worded(draw: st.DrawFn, carrier: Worded, kinds: tuple[str, ...], source: str) -> None:
    """Give a carrier texts and states as they come about: missing, emptied, outdated, unmarked."""
    for kind in draw(st.lists(st.sampled_from(kinds), unique=True, max_size=len(kinds))):
        texts = draw(st.dictionaries(st.sampled_from(CODES), st.one_of(TEXT, st.just("")), min_size=1))
        carrier.texts[kind] = texts
        made_of = st.sampled_from((fingerprint(texts.get(source, "")), "0123456789abcdef", ""))
        marks = draw(
            st.dictionaries(
                st.sampled_from([code for code in CODES if code != source]),
                st.builds(Mark, state=st.sampled_from(Progress), source=made_of),
            )
        )
        if marks:
            carrier.states[kind] = marks


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Any questionnaire that can stand as a draft."""
    source = draw(st.sampled_from(CODES))
    made = Definition(slug="any-form", edition=draw(st.sampled_from(Edition)), source_language=source)
    draw(worded(made, ("title", "introduction"), source))
    for name in draw(st.lists(st.sampled_from(LIST_NAMES), unique=True, min_size=1, max_size=3)):
        values = draw(st.lists(st.sampled_from(("a", "b", "other", "1", "x.y-z")), unique=True, min_size=1))
        made.choice_lists[name] = [Choice(value=value) for value in values]
        for choice in made.choice_lists[name]:
            draw(worded(choice, ("label",), source))
    for key in draw(st.lists(st.sampled_from(("firearm", "marking", "النص")), unique=True)):
        made.glossary.append(Term(key=key))
        draw(worded(made.glossary[-1], ("term", "meaning"), source))
    _sections(draw, made, "", 1)
    for section in made.sections:
        for number in range(draw(st.integers(0, 3))):
            made.questions.append(draw(questions(made, section.code, f"Q{section.code}.{number}")))
    if not made.questions:
        made.questions.append(draw(questions(made, made.sections[0].code, "Q1")))
    return made


def _sections(draw: st.DrawFn, made: Definition, parent: str, depth: int) -> None:
    for number in range(draw(st.integers(1 if depth == 1 else 0, 2))):
        section = Section(code=f"S{parent}_{number}", parent=parent, article=draw(SHORT))
        made.sections.append(section)
        draw(worded(section, ("title",), made.source_language))
        if depth < 3:
            _sections(draw, made, section.code, depth + 1)


@st.composite
def questions(draw: st.DrawFn, made: Definition, section: str, code: str) -> QuestionDefinition:
    """A question of any kind; its conditions read the question before it."""
    question = QuestionDefinition(
        code=code,
        section=section,
        kind=draw(st.sampled_from(Kind)),
        instrument=draw(SHORT),
        article=draw(SHORT),
        paragraph=draw(SHORT),
        obligation=draw(st.sampled_from(Obligation)),
        topics=draw(st.lists(WORD, max_size=3)),
        terms=draw(
            st.lists(st.sampled_from([t.key for t in made.glossary]), unique=True)
            if made.glossary
            else st.just([])
        ),
        longest=draw(st.sampled_from((0, 500))),
        maps_to=draw(st.lists(st.sampled_from(("S-1", "S-2")), unique=True)),
        covers=draw(st.lists(st.sampled_from(("F-1", "F-2")), unique=True)),
    )
    if question.kind in {Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE}:
        question.choices = draw(st.sampled_from(list(made.choice_lists)))
    before = made.questions[-1] if made.questions else None
    if before is not None and before.kind is not Kind.NOTE and draw(st.booleans()):
        node = f"{before.code}-law" if before.kind is Kind.POSITION else before.code
        question.relevant = f"${{{node}}} != ''"
    question.constraint = draw(st.sampled_from(("", ". != 'no'")))
    question.required = draw(st.sampled_from(("", "true()", "false()")))
    draw(worded(question, KINDS, made.source_language))
    return question
