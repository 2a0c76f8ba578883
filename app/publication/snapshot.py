"""What the public sees of a question, made from plain data: pure functions, tested as such.

Nothing goes out above the publication its contributor chose, and no number from one to four.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.publication.hiding import Excerpt, Index, Shown, Voice, hidden, mentions, suppressed, unwanted_names

Content = dict[str, Any]
Translations = Mapping[str, Mapping[str, Mapping[str, str]]]
OPEN = "open"
KINDS = ("taken_up", "taken_up_in_part", "noted", "not_taken_up", "out_of_scope", OPEN)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A passage of the national answer with its sources."""

    text: str
    sources: Sequence[Excerpt] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with everything said about it; `edition` is for whom it was written."""

    code: str
    edition: str
    position: str | None = None
    citations: Sequence[Mapping[str, Any]] = ()
    passages: Sequence[Paragraph] = ()
    voices: Sequence[Voice] = ()


@dataclass(frozen=True, slots=True)
class Wall:
    """What keeps texts of the State off the page: names nobody wants to read, words kept back."""

    names: frozenset[str]
    blocked: frozenset[str]

    def lets(self, text: str) -> bool:
        """Whether the text may be read."""
        return text not in self.blocked and not mentions(text, self.names)


@dataclass(frozen=True, slots=True)
class Spoke:
    """Who spoke, beside the number of contributions; statements without a name are none of those."""

    organisations: int = 0
    confidential: int = 0
    statements: int = 0
    all_decided: bool = True


def outcome(
    language: str,
    contributions: int,
    answers: int,
    questions: Iterable[Content],
    spoke: Spoke = Spoke(),
) -> Content:
    """The whole outcome; questions come from `question`."""
    shown = hidden(contributions)
    return {
        "language": language,
        "contributions": shown,
        **_parts(shown, spoke),
        "statements": hidden(spoke.statements),
        "answers": hidden(answers),
        "decided": spoke.all_decided,
        "questions": list(questions),
    }


def _parts(total: Shown, spoke: Spoke) -> Content:
    """The kinds of contributions, where their total is given and neither is so few that it must be hidden."""
    parts = {"organisations": spoke.organisations, "confidential": spoke.confidential}
    if isinstance(total, int) and all(hidden(number) == number for number in parts.values()):
        return dict(parts)
    return dict.fromkeys(parts)


def question(asked: Asked, translations: Translations) -> Content:
    """One question as the public reads it; `translations` are by text and language."""
    wall = _around(asked, translations)
    standing = [voice for voice in asked.voices if not voice.is_withdrawn]
    counts = {kind: sum((voice.kind or OPEN) == kind for voice in standing) for kind in KINDS}
    total, cells = suppressed(counts)
    return {
        "code": asked.code,
        "edition": asked.edition,
        "position": asked.position,
        "citations": [
            c for c in map(_citation, asked.citations) if wall.lets(c["title"]) and wall.lets(c["url"])
        ],
        "passages": [_passage(passage, wall, translations) for passage in asked.passages],
        "total": total,
        "dispositions": cells,
        "answers": [_answer(voice, wall, translations) for voice in standing if voice.is_shown],
    }


def _around(asked: Asked, translations: Translations) -> Wall:
    sources = [source for passage in asked.passages for source in passage.sources]
    everybody = [*asked.voices, *(source.of for source in sources)]
    texts = [passage.text for passage in asked.passages]
    for citation in map(_citation, asked.citations):
        texts += citation.values()
    for voice in asked.voices:
        texts.append(voice.reason)
        texts += [made["body"] for made in translations.get(voice.reason_id, {}).values()]
    kept_back = [(s.quote, s.language) for s in sources if s.is_kept_back]
    kept_back += [(voice.body, voice.language) for voice in everybody if not voice.is_shown]
    published = [voice.body for voice in asked.voices if voice.is_shown]
    return Wall(frozenset(unwanted_names(everybody)), frozenset(Index(texts).repeating(kept_back, published)))


def _citation(citation: Mapping[str, Any]) -> dict[str, str]:
    return {"title": str(citation.get("title", "")), "url": str(citation.get("url", ""))}


def _passage(passage: Paragraph, wall: Wall, translations: Translations) -> Content:
    shown = [source for source in passage.sources if source.is_shown]
    silent = {s.of.key for s in passage.sources if not s.of.is_withdrawn} - {s.of.key for s in shown}
    return {
        # A text that repeats what its author keeps back is left out as a whole; the State can say it anew.
        "text": passage.text if wall.lets(passage.text) else None,
        "sources": [_source(source, translations) for source in shown],
        "counted": hidden(len(silent)),
        "withdrawn": any(source.of.is_withdrawn for source in passage.sources),
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


def _answer(voice: Voice, wall: Wall, translations: Translations) -> Content:
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
        "disposition": voice.kind,
        "reason": _reason(voice, wall, translations),
    }


def _reason(voice: Voice, wall: Wall, translations: Translations) -> Content | None:
    if not voice.reason or not wall.lets(voice.reason):
        return None
    made = translations.get(voice.reason_id, {})
    return {
        "language": voice.reason_language,
        "text": voice.reason,
        "translations": {code: dict(one) for code, one in made.items() if wall.lets(one["body"])},
    }


def without(content: Content, taken_back: Sequence[Voice]) -> Content:
    """The outcome without the words of answers that were taken back; its numbers stay as published.

    New numbers beside the old ones would say what had become of the answers that left.
    """
    keys = {voice.key for voice in taken_back}
    words = [(voice.body, voice.language) for voice in taken_back]
    left = [
        answer for asked in content["questions"] for answer in asked["answers"] if answer["key"] not in keys
    ]
    blocked = Index(_texts_of_the_state(content)).repeating(words, [answer["words"] for answer in left])
    wall = Wall(frozenset(unwanted_names(taken_back)), frozenset(blocked))
    return {**content, "questions": [_without(one, keys, wall) for one in content["questions"]]}


def _texts_of_the_state(content: Content) -> Iterator[str]:
    for asked in content["questions"]:
        yield from (passage["text"] for passage in asked["passages"] if passage["text"])
        for reason in (answer["reason"] for answer in asked["answers"]):
            if reason:
                yield reason["text"]
                yield from (made["body"] for made in reason["translations"].values())


def _without(asked: Content, keys: Collection[str], wall: Wall) -> Content:
    return {
        **asked,
        "citations": [c for c in asked["citations"] if wall.lets(c["title"]) and wall.lets(c["url"])],
        "passages": [_passage_without(passage, keys, wall) for passage in asked["passages"]],
        "answers": [
            {**answer, "reason": _reason_without(answer["reason"], wall)}
            for answer in asked["answers"]
            if answer["key"] not in keys
        ],
    }


def _passage_without(passage: Content, keys: Collection[str], wall: Wall) -> Content:
    kept = [source for source in passage["sources"] if source["key"] not in keys]
    text = passage["text"]
    return {
        **passage,
        "text": text if text is not None and wall.lets(text) else None,
        "sources": kept,
        "withdrawn": passage["withdrawn"] or len(kept) < len(passage["sources"]),
    }


def _reason_without(reason: Content | None, wall: Wall) -> Content | None:
    if reason is None or not wall.lets(reason["text"]):
        return None
    kept = {code: made for code, made in reason["translations"].items() if wall.lets(made["body"])}
    return {**reason, "translations": kept}


def public(content: Any) -> Any:
    """The content without the keys we keep to find an answer again."""
    if isinstance(content, dict):
        return {name: public(value) for name, value in content.items() if name != "key"}
    if isinstance(content, list):
        return [public(value) for value in content]
    return content
