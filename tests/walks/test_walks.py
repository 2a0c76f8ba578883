"""A few of the walks of `make walks`; the seeds are those that found something once, and some more."""

from pathlib import Path

import pytest

from tests.walks.walks import contributor, expert, walks

pytestmark = pytest.mark.thorough

# Of the whole thousand, the walks that found a lost word before it was mended.
CONTRIBUTORS = (1, 5, 7, 10, 19, 21, 28, 36, 43, 50, 60, 70, 73, 94, 114, 133, 135, *range(501, 509))
EXPERTS = (4, 5, 7, 10, 16)


async def test_contributors_never_lose_a_word(tmp_path: Path) -> None:
    tally = await walks(tmp_path, contributor, CONTRIBUTORS, steps=25)
    assert not tally.lost, tally.lost[0]
    assert tally.walks == len(CONTRIBUTORS)
    assert {200, 401, 403, 409, 422, 429, 500, 503} <= set(tally.answers)


async def test_experts_never_lose_a_word(tmp_path: Path) -> None:
    tally = await walks(tmp_path, expert, EXPERTS, steps=25)
    assert not tally.lost, tally.lost[0]
    assert {200, 409, 422} <= set(tally.answers)
