"""Words that nobody has typed before, in four scripts, and where they may be."""

from collections.abc import Iterable
from random import Random

# With marks that stand on their own: a vowel sign, a stress, an accent that is not composed.
STEMS = ("سِلاح", "ору\u0301жие", "枪支", "marque\u0301e", "rifle")


class Words:
    """Everything that was typed and not taken out again by whoever typed it."""

    def __init__(self, random: Random, walk: int) -> None:
        self.random, self.walk = random, walk
        self.count = 0
        self.known: dict[str, str] = {}  # a word, and the question it was typed at

    def new(self, question: str) -> str:
        """A word of its own; no other word holds it."""
        self.count += 1
        word = f"{self.random.choice(STEMS)}{self.walk}q{self.count}z"
        self.known[word] = question
        return word

    def within(self, text: str) -> set[str]:
        """Those that stand in a text."""
        return {word for word in self.known if word in text}

    def give_up(self, words: Iterable[str]) -> None:
        """She took them out herself, or chose the other side's."""
        for word in list(words):
            self.known.pop(word, None)
