"""The story of the portal in lines: six answers, one national answer, a decision for each. Sentences of ours."""

from collections.abc import Sequence

# What was said in each language, in the order of the United Nations.
SAID: Sequence[tuple[str, str]] = (
    ("ar", "«آلة الوسم في المعبر معطّلة»"),
    ("zh", "“都没有进口标识”"),
    ("en", "“carried no import mark”"),
    ("fr", "«\u00a0Le texte ne fixe aucune durée\u00a0»"),
    ("ru", "«никто не проверяет»"),
    ("es", "«sin pasar por la aduana»"),
)
# What became of each, from the last to the first: the decision by its name in the code.
DECIDED: Sequence[tuple[str, str, str]] = (
    ("es", "noted", "dot"),
    ("ru", "used_in_part", "half"),
    ("fr", "used", "full"),
    ("en", "used", "full"),
    ("zh", "used", "full"),
    ("ar", "used", "full"),
)
