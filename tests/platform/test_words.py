"""The words of docs/glossary.md are the words of the pages."""

import re

import pytest

from app.platform import catalogues

RETIRED = re.compile(
    r"\b(dispositions?|dispos(e|ed|ing)|taken up|takes? up|took up|passages?|merge desk|merg(e|ed|ing)"
    r"|propos(e|ed|es|ing)|clearance|cleared|desk|intake|set-up|handed over|exports?|out of scope|mend(ed|ing)?|throws?)\b",
    re.IGNORECASE,
)
PLACE = re.compile(r"%\(\w+\)s")
MAY_STAND = {
    "The role of the focal point was handed over.": "a role is handed over, a file is made",
    "The role of the focal point is handed over.": "a role is handed over, a file is made",
    "You are no longer the focal point of a country review: the role was handed over to another person of"
    " your office. Everything that was done stays.": "a role is handed over, a file is made",
}
IN_OTHERS = {
    "ru": re.compile(r"\bвклад(?!к|ыв)|причин|посредник|сведения ответов|рабочий стол", re.IGNORECASE),
    "fr": re.compile(r"rapport national|point de contact|\braisons?\b|bureau de synthèse|\bpassages?\b"),
    "es": re.compile(r"\braz[oó]n(es)?\b|punto de contacto|\bpasajes?\b|mesa de (trabajo|integración)"),
    "zh": re.compile("处理意见|协助人|工作台|提交材料"),
    "ar": re.compile("التقرير الوطني|مكتب الدمج|مكتب العمل|تقمّص"),
}


def forms(text: object) -> list[str]:
    """All forms of a message or of a translation."""
    return [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]


def test_no_page_mail_or_document_says_a_retired_word() -> None:
    said = {PLACE.sub("", form) for entry in catalogues.extract() if entry.id for form in forms(entry.id)}
    assert len(said) > 1500
    assert sorted(text for text in said if RETIRED.search(text) and text not in MAY_STAND) == []
    assert set(MAY_STAND) <= said, "what is excused is still said"


@pytest.mark.parametrize("language", IN_OTHERS)
def test_no_translation_says_a_retired_word(language: str) -> None:
    found = [
        form
        for entry in catalogues.read(language)
        if entry.id
        for form in forms(entry.string)
        if IN_OTHERS[language].search(form)
    ]
    assert found == []


# Names in the code; where former names are read, they have to be said.
IN_CODE = re.compile(
    r"(?<!content-)disposition|passage|taken_up|\bintake|cleared_|_cleared|merge_desk", re.IGNORECASE
)
READS_FORMER = {
    "__main__.py",
    "command_line.py",
    "audit/sentences.py",
    "exports/document.py",
    "main.py",
    "publication/api.py",
    "statements/api.py",
    "submissions/api.py",
    "submissions/former.py",
    "submissions/schemas.py",
    "wiring.py",
}


def test_no_name_in_the_code_is_a_retired_word() -> None:
    app = catalogues.ROOT / "app"
    found = {
        str(path.relative_to(app)) for path in app.rglob("*.py") if IN_CODE.search(path.read_text("utf-8"))
    }
    assert found == READS_FORMER
