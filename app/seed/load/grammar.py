"""Putting sentences together: a small grammar in six languages, the same words for the same seed."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

FILE = Path(__file__).with_name("grammar.toml")
Words = Mapping[str, Sequence[str]]
# Of forty contributions so many are written in each language.
SHARES: Mapping[str, int] = {"en": 10, "es": 8, "fr": 7, "ru": 6, "ar": 5, "zh": 4}
LANGUAGES = tuple(code for code, share in SHARES.items() for _one in range(share))


@lru_cache
def words_of(language: str) -> Words:
    """What the grammar knows in a language."""
    known: dict[str, Any] = tomllib.loads(FILE.read_text("utf-8"))
    return known[language]  # type: ignore[no-any-return]


class Speaker:
    """Somebody who answers: her language, and a stream of chance that is hers alone."""

    def __init__(self, seed: int, language: str) -> None:
        self.random = Random(seed)  # noqa: S311  (the same words again for the same seed)
        self.language = language
        self.words = words_of(language)

    def _filled(self, kind: str) -> str:
        pattern = self.random.choice(self.words[kind])
        return pattern.format(
            place=self.random.choice(self.words["places"]),
            thing=self.random.choice(self.words["things"]),
            number=self.random.randint(3, 90),
            year=self.random.randint(2021, 2026),
        )

    def narrative(self) -> str:
        """Three to six sentences: where, what was seen, what came of it."""
        seen = [self._filled("seen") for _one in range(self.random.randint(1, 3))]
        said = [self._filled("openings"), *seen, self._filled("effects")]
        return ("" if self.language == "zh" else " ").join(said)

    def action(self) -> str:
        """What should change."""
        return self._filled("actions")

    def addressee(self) -> str:
        """Who should do it."""
        return self.random.choice(self.words["addressees"])


def reason(random: Random) -> str:
    """Why an answer was decided so, in the language of the submission."""
    return random.choice(words_of("en")["reasons"])


def paragraph(random: Random) -> str:
    """A paragraph of the national answer, in words of its own."""
    return random.choice(words_of("en")["paragraphs"])
