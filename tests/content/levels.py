"""Print how hard each English question is to read: `python -m tests.content.levels`."""

import sys

from app.questionnaires import readability
from tests.content import shelf

SPOKEN = ("prompt", "law", "practice", "account", "help")


def whole(item: shelf.Item) -> float:
    """The grade of all texts of a question. Its topic is a heading and no sentence, so it is left out."""
    return readability.grade(text for kind, text in item.texts.items() if kind != "topic")


def asked(item: shelf.Item) -> float:
    """The grade of what must be read in order to answer."""
    return readability.grade(item.texts[kind] for kind in SPOKEN if kind in item.texts)


def longest(item: shelf.Item) -> int:
    """The number of words in the longest sentence of a question."""
    return max(readability.longest_sentence(text) for text in item.texts.values())


def main() -> None:
    """One line a question: code, both grades, longest sentence."""
    sys.stdout.write("code          all texts  question  longest sentence\n")
    for item in shelf.items():
        sys.stdout.write(f"{item.code:<12}{whole(item):>11.1f}{asked(item):>10.1f}{longest(item):>18}\n")


if __name__ == "__main__":
    main()
