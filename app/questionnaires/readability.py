"""How hard an English text is to read: sentence lengths and the Flesch-Kincaid grade, counted by rules alone.

Syllables are counted by rule: each run of vowels is one, a silent final e is none, and a short list of
endings and whole words corrects what the rule gets wrong. A numeral counts one syllable for each digit.
The same text always gives the same grade; another counter may differ by some tenths of a grade.
"""

import re
from collections.abc import Iterable

WORD = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*")
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
VOWELS = re.compile(r"[aeiouy]+")
SILENT_E = re.compile(r"(?<=[^aeiouy])(?<![^aeiouy]l)e(?=(?:ly|ments?|ful|less|ness)?$)|(?<=[gq])ue$")
SILENT_ES = re.compile(r"(?<=[bdfklmnprtvwy])(?<![^aeiouy]l)es$")
SILENT_ED = re.compile(r"(?<=[^aeiouydt])(?<![^aeiouy]l)ed$")
SPLIT_VOWELS = re.compile(
    r"(?<![ctg])ia(?!g)|(?<![ctgx])iou|io(?!n|u)|iu|iet|ier$|(?<![ct])ience"
    r"|^coo[pr]|eo(?!n)|(?<![gq])ua(?!r)|[aeou]ing|ying|sms?$"
)

WHOLE_WORDS = {
    "area": 3,
    "areas": 3,
    "being": 2,
    "business": 2,
    "buyer": 2,
    "buyers": 2,
    "client": 2,
    "clients": 2,
    "create": 2,
    "created": 3,
    "element": 3,
    "elements": 3,
    "employee": 3,
    "employees": 3,
    "every": 2,
    "everyone": 3,
    "hundred": 2,
    "idea": 3,
    "ideas": 3,
    "people": 2,
    "science": 2,
    "soldier": 2,
    "soldiers": 2,
    "something": 2,
    "sometimes": 2,
    "someone": 2,
    "whole": 1,
    "whose": 1,
}


def words(text: str) -> list[str]:
    """The words of a text; a hyphen or an apostrophe inside a word does not end it."""
    return WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text; a text without a full stop is one sentence."""
    return [part for part in SENTENCE_END.split(text.strip()) if words(part)]


def syllables(word: str) -> int:
    """The syllables of one word by rule; never less than one."""
    return sum(_syllables_of_part(part) for part in re.split(r"[-’']", word.lower()) if part) or 1


def _syllables_of_part(part: str) -> int:
    if part.isdigit():
        return len(part)
    if part in WHOLE_WORDS:
        return WHOLE_WORDS[part]
    if part == "s":
        return 0
    stem = SILENT_E.sub("", SILENT_ED.sub("", SILENT_ES.sub("", part)))
    return max(len(VOWELS.findall(stem)) + len(SPLIT_VOWELS.findall(stem)), 1)


def grade(texts: Iterable[str]) -> float:
    """The Flesch-Kincaid grade of several texts read one after the other."""
    all_sentences = [sentence for text in texts for sentence in sentences(text)]
    all_words = [word for sentence in all_sentences for word in words(sentence)]
    if not all_words:
        return 0.0
    of_sentences = len(all_words) / len(all_sentences)
    of_words = sum(syllables(word) for word in all_words) / len(all_words)
    return 0.39 * of_sentences + 11.8 * of_words - 15.59


def longest_sentence(text: str) -> int:
    """The number of words in the longest sentence of a text."""
    return max((len(words(sentence)) for sentence in sentences(text)), default=0)
