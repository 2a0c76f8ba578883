"""What must not be read out of an outcome: silent words, unwanted names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.submissions.recognizing import FEWEST, SPACED, Phrases, folded, says, size_of, windows


@dataclass(frozen=True, slots=True)
class Voice:
    """An answer as the outcome may need it; `name` is empty where it is confidential.

    `publication` is the narrowest choice that counts, and "withdrawn" where the words were taken back.
    `question` is the one it answers. `value` says by language what was chosen, counted or dated; `elsewhere` holds the translations of words
    that may not be read, each with its language.
    """

    key: str
    name: str
    label: str
    publication: str
    language: str
    body: str
    law: str | None = None
    practice: str | None = None
    recommendation: Mapping[str, Any] = field(default_factory=dict)
    evidence: Sequence[Mapping[str, Any]] = ()
    kind: str | None = None
    reason: str = ""
    reason_language: str = ""
    text_id: str = ""
    reason_id: str = ""
    value: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Sequence[tuple[str, str]] = ()
    question: str = ""

    @property
    def is_withdrawn(self) -> bool:
        """Whether the words were taken back."""
        return self.publication == "withdrawn"

    @property
    def is_silent(self) -> bool:
        """Whether no word of it may be public."""
        return self.publication not in {"named", "unnamed"}

    @property
    def public_name(self) -> str | None:
        """The name, where its owner wants it to be read."""
        return self.name if self.publication == "named" and self.name else None

    def keeps_its_name(self, text: str) -> bool:
        """Whether a text of this answer does not say the name its author keeps back."""
        return self.public_name is not None or not (says(text, self.name) or says(text, self.label))

    @property
    def is_shown(self) -> bool:
        """Whether its own words may be read."""
        return not self.is_silent and self.keeps_its_name(self.body)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The words a paragraph rests on; `of` is the answer they come from, as it stands now.

    `elsewhere` holds the translations of the version they were taken from.
    """

    of: Voice
    quote: str
    language: str
    elsewhere: Sequence[tuple[str, str]] = ()

    @property
    def is_kept_back(self) -> bool:
        """Whether the words are silent, or no longer part of what their author submitted."""
        return self.of.is_silent or self.quote not in self.of.body

    @property
    def is_shown(self) -> bool:
        """Whether the quoted words may be read."""
        return not self.is_kept_back and self.of.is_shown and self.of.keeps_its_name(self.quote)


def unwanted_names(voices: Sequence[Voice]) -> set[str]:
    """The names nobody wants to read here, and every label: it would join answers that stand apart."""
    wanted = {voice.public_name for voice in voices}
    names = {voice.name for voice in voices if voice.name and voice.name not in wanted}
    return names | {voice.label for voice in voices if voice.label}


class Index:
    """Texts of the State by their stretches, so that many silent words are compared in one pass."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = list(dict.fromkeys(texts))
        self._plain = [folded(text) for text in self.texts]
        self._stretches: dict[int, dict[str, set[int]]] = {}

    def _of_size(self, size: int) -> dict[str, set[int]]:
        found = self._stretches.get(size)
        if found is None:
            found = self._stretches[size] = {}
            for place, text in enumerate(self._plain):
                for stretch in windows(text, size):
                    found.setdefault(stretch, set()).add(place)
        return found

    def repeating(self, silent: Iterable[tuple[str, str]], published: Iterable[str] = ()) -> set[str]:
        """The texts that repeat some of these (words, language), unless a published answer says the same."""
        by_size: dict[int, set[str]] = {}
        short: list[str] = []
        for words, language in dict.fromkeys(silent):
            plain, size = folded(words), size_of(language)
            if len(plain) < size:
                short.append(words)
            else:
                by_size.setdefault(size, set()).update(self._of_size(size).keys() & set(windows(plain, size)))
        said = list(dict.fromkeys(published))
        hits = self._with_short(short, said)
        for size, stretches in by_size.items():
            for body in said if stretches else ():
                stretches.difference_update(windows(folded(body), size))
            hits.update(place for stretch in stretches for place in self._of_size(size)[stretch])
        return {self.texts[place] for place in hits}

    def _with_short(self, short: Sequence[str], published: Sequence[str]) -> set[int]:
        """Where words stand that are too few to be cut into stretches; the fewest only as they are written."""
        hits: set[int] = set()
        for keeps_case in (True, False):
            words = [one for one in short if (len(folded(one)) < FEWEST) is keeps_case]
            phrases = Phrases(words, SPACED, keeps_case=keeps_case)
            found = {place: set(phrases.found_in(text)) for place, text in enumerate(self.texts)}
            if any(found.values()):
                said = {phrase for body in published for phrase in phrases.found_in(body)}
                hits |= {place for place, phrases_in in found.items() if phrases_in - said}
        return hits
