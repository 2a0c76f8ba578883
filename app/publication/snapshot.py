"""What the public sees of a question, made from plain data: pure functions, tested as such.

Nothing goes out above the publication its contributor chose, and no number from one to four.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.publication.hiding import Excerpt, Index, Voice, unwanted_names
from app.publication.tables import Row, Shown, Tally, hidden, told
from app.submissions.models import DecisionKind
from app.submissions.recognizing import REDACTED, Phrases

Content = dict[str, Any]
Translations = Mapping[str, Mapping[str, Mapping[str, str]]]
OPEN = "open"
KINDS = (*(kind.value for kind in DecisionKind), OPEN)  # all there are: no answer goes uncounted


@dataclass(frozen=True, slots=True)
class PublicParagraph:
    """A paragraph of the national answer with its sources."""

    text: str
    sources: Sequence[Excerpt] = ()


@dataclass(frozen=True, slots=True)
class GatheredQuestion:
    """A question with everything said about it; `edition` is for whom it was written."""

    code: str
    edition: str
    position: str | None = None
    citations: Sequence[Mapping[str, Any]] = ()
    paragraphs: Sequence[PublicParagraph] = ()
    voices: Sequence[Voice] = ()


@dataclass(frozen=True, slots=True)
class Redaction:
    """Redaction rules for texts of the State: names that must not appear, and whole texts that repeat words kept back."""

    names: Phrases
    blocked: frozenset[str]

    def allows(self, text: str) -> bool:
        """Whether the text may be read."""
        return not (text in self.blocked or REDACTED in text or self.names.is_in(text))


@dataclass(frozen=True, slots=True)
class Spoke:
    """Who spoke; statements that a facilitator took in without a name are no contributions."""

    organisations: int = 0
    confidential: int = 0
    statements: int = 0
    all_decided: bool = True

    @property
    def contributions(self) -> int:
        """What somebody handed in herself."""
        return self.organisations + self.confidential


def outcome(language: str, spoke: Spoke, questions: Iterable[Content]) -> Content:
    """The whole outcome; questions come from `question`, and their numbers are hidden here, all together."""
    drafts = list(questions)
    table = told([draft["tally"] for draft in drafts], spoke.contributions + spoke.statements)
    is_withheld = table.contributions is None
    contributions = None if is_withheld else hidden(spoke.contributions)
    return {
        "language": language,
        "contributions": contributions,
        **_parts(contributions, spoke),
        "statements": None if is_withheld and spoke.statements else hidden(spoke.statements),
        "answers": table.answers,
        "decided": spoke.all_decided,
        "questions": [_numbered(draft, row) for draft, row in zip(drafts, table.rows, strict=True)],
    }


def _parts(total: Shown, spoke: Spoke) -> Content:
    """The kinds of contributions, where their total is given and neither is so few that it must be hidden."""
    parts = {"organisations": spoke.organisations, "confidential": spoke.confidential}
    if isinstance(total, int) and all(hidden(number) == number for number in parts.values()):
        return dict(parts)
    return dict.fromkeys(parts)


def _numbered(draft: Content, row: Row) -> Content:
    said = {name: value for name, value in draft.items() if name != "tally"}
    paragraphs = zip(draft["paragraphs"], row.paragraphs, strict=True)
    said["paragraphs"] = [{**paragraph, "counted": number} for paragraph, number in paragraphs]
    return {**said, "total": row.total, "decisions": dict(row.cells)}


def question(asked: GatheredQuestion, translations: Translations) -> Content:
    """One question as the public reads it; `translations` are by text and language.

    It holds no number yet: which may be read depends on all questions, and `outcome` decides by its "tally".
    """
    redaction = _around(asked, translations)
    standing = [voice for voice in asked.voices if not voice.is_withdrawn]
    return {
        "code": asked.code,
        "edition": asked.edition,
        "position": asked.position,
        "citations": [
            c
            for c in map(_citation, asked.citations)
            if redaction.allows(c["title"]) and redaction.allows(c["url"])
        ],
        "paragraphs": [_paragraph(paragraph, redaction, translations) for paragraph in asked.paragraphs],
        "answers": [_answer(voice, redaction, translations) for voice in standing if voice.is_shown],
        "tally": Tally(
            kinds=KINDS,
            shown=Counter((v.question, v.kind or OPEN) for v in standing if v.is_shown),
            silent=Counter((v.question, v.kind or OPEN) for v in standing if not v.is_shown),
            paragraphs=[_silent_in(paragraph) for paragraph in asked.paragraphs],
        ),
    }


def _silent_in(paragraph: PublicParagraph) -> int:
    """How many contributions a paragraph rests on without showing their words."""
    shown = {source.of.key for source in paragraph.sources if source.is_shown}
    return len({source.of.key for source in paragraph.sources if not source.of.is_withdrawn} - shown)


def _around(asked: GatheredQuestion, translations: Translations) -> Redaction:
    sources = [source for paragraph in asked.paragraphs for source in paragraph.sources]
    everybody = [*asked.voices, *(source.of for source in sources)]
    texts = [paragraph.text for paragraph in asked.paragraphs]
    for citation in map(_citation, asked.citations):
        texts += citation.values()
    for voice in asked.voices:
        texts.append(voice.reason)
        texts += _bodies(translations.get(voice.reason_id, {}))
    kept_back = [said for s in sources if s.is_kept_back for said in ((s.quote, s.language), *s.elsewhere)]
    published: list[str] = []
    for voice in everybody:
        if voice.is_shown:
            published += [voice.body, *_bodies(translations.get(voice.text_id, {}))]
        else:
            kept_back += [(voice.body, voice.language), *voice.elsewhere]
    blocked = frozenset(Index(texts).repeating(kept_back, published))
    return Redaction(Phrases(unwanted_names(everybody)), blocked)


def _bodies(made: Mapping[str, Mapping[str, str]]) -> list[str]:
    return [one["body"] for one in made.values()]


def _citation(citation: Mapping[str, Any]) -> dict[str, str]:
    return {"title": str(citation.get("title", "")), "url": str(citation.get("url", ""))}


def _paragraph(paragraph: PublicParagraph, redaction: Redaction, translations: Translations) -> Content:
    shown = [source for source in paragraph.sources if source.is_shown]
    return {
        # A text that repeats what its author keeps back is left out as a whole; the State can say it anew.
        "text": paragraph.text if redaction.allows(paragraph.text) else None,
        "sources": [_source(source, translations) for source in shown],
        "withdrawn": any(source.of.is_withdrawn for source in paragraph.sources),
    }


def _source(source: Excerpt, translations: Translations) -> Content:
    is_whole = source.quote.strip() == source.of.body.strip()
    return {
        "key": source.of.key,
        "name": source.of.public_name,
        "language": source.language,
        "quote": source.quote,
        "translations": _own_translations(source.of, translations) if is_whole else {},
    }


def _own_translations(voice: Voice, translations: Translations) -> Content:
    made = translations.get(voice.text_id, {})
    return {code: dict(one) for code, one in made.items() if voice.keeps_its_name(one["body"])}


def _answer(voice: Voice, redaction: Redaction, translations: Translations) -> Content:
    said = {name: str(voice.recommendation.get(name) or "") for name in ("action", "addressee", "priority")}
    return {
        "key": voice.key,
        "name": voice.public_name,
        "language": voice.language,
        "law": voice.law,
        "practice": voice.practice,
        "value": dict(voice.value),
        "words": voice.body,
        "recommendation": {name: text for name, text in said.items() if text and voice.keeps_its_name(text)},
        # Without a name the evidence stays out, too: it is often the contributor's own report.
        "evidence": [_citation(source) for source in voice.evidence] if voice.public_name else [],
        "translations": _own_translations(voice, translations),
        "decision": voice.kind,
        "reason": _reason(voice, redaction, translations),
    }


def _reason(voice: Voice, redaction: Redaction, translations: Translations) -> Content | None:
    if not voice.reason or not redaction.allows(voice.reason):
        return None
    made = translations.get(voice.reason_id, {})
    return {
        "language": voice.reason_language,
        "text": voice.reason,
        "translations": {code: dict(one) for code, one in made.items() if redaction.allows(one["body"])},
    }


def without(content: Content, taken_back: Sequence[Voice]) -> Content:
    """The outcome without the words of answers that were taken back; its numbers stay as published.

    New numbers beside the old ones would say what had become of the answers that left.
    """
    keys = {voice.key for voice in taken_back}
    words = [said for voice in taken_back for said in ((voice.body, voice.language), *voice.elsewhere)]
    left = [
        answer for asked in content["questions"] for answer in asked["answers"] if answer["key"] not in keys
    ]
    blocked = Index(_texts_of_the_state(content)).repeating(words, [answer["words"] for answer in left])
    redaction = Redaction(Phrases(unwanted_names(taken_back)), frozenset(blocked))
    return {**content, "questions": [_without(one, keys, redaction) for one in content["questions"]]}


def _texts_of_the_state(content: Content) -> Iterator[str]:
    for asked in content["questions"]:
        yield from (paragraph["text"] for paragraph in asked["paragraphs"] if paragraph["text"])
        for reason in (answer["reason"] for answer in asked["answers"]):
            if reason:
                yield reason["text"]
                yield from (made["body"] for made in reason["translations"].values())


def _without(asked: Content, keys: Collection[str], redaction: Redaction) -> Content:
    return {
        **asked,
        "citations": [
            c for c in asked["citations"] if redaction.allows(c["title"]) and redaction.allows(c["url"])
        ],
        "paragraphs": [_paragraph_without(paragraph, keys, redaction) for paragraph in asked["paragraphs"]],
        "answers": [
            {**answer, "reason": _reason_without(answer["reason"], redaction)}
            for answer in asked["answers"]
            if answer["key"] not in keys
        ],
    }


def _paragraph_without(paragraph: Content, keys: Collection[str], redaction: Redaction) -> Content:
    kept = [source for source in paragraph["sources"] if source["key"] not in keys]
    text = paragraph["text"]
    return {
        **paragraph,
        "text": text if text is not None and redaction.allows(text) else None,
        "sources": kept,
        "withdrawn": paragraph["withdrawn"] or len(kept) < len(paragraph["sources"]),
    }


def _reason_without(reason: Content | None, redaction: Redaction) -> Content | None:
    if reason is None or not redaction.allows(reason["text"]):
        return None
    kept = {code: made for code, made in reason["translations"].items() if redaction.allows(made["body"])}
    return {**reason, "translations": kept}


def public(content: Any) -> Any:
    """The content without the keys we keep to find an answer again."""
    if isinstance(content, dict):
        return {name: public(value) for name, value in content.items() if name != "key"}
    if isinstance(content, list):
        return [public(value) for value in content]
    return content
