"""What comes in with a file."""

from typing import Literal

from pydantic import Field

from app.platform.forms import Input

# A small file comes back in a field of the page that asks about it; a larger one is chosen again.
CARRIED = 400_000


class TextsForm(Input):
    """A translator's file: looked at first, then taken in over what was shown."""

    carried: str = Field(default="", max_length=2 * CARRIED)
    over: str = Field(default="", max_length=64)
    then: Literal["look", "take"] = "look"


class ImportForm(Input):
    """A form that is handed in: looked at first, then taken in over what was shown, or beside it."""

    carried: str = Field(default="", max_length=2 * CARRIED)
    name: str = Field(default="", max_length=300)
    over: str = Field(default="", max_length=64)
    then: Literal["look", "take", "apart"] = "look"
