"""What comes in."""

from typing import Annotated

from pydantic import Field

from app.platform.forms import Input, OneLine


class PersonInput(Input):
    """Whom somebody wants to be."""

    key: Annotated[OneLine, Field(min_length=1, max_length=100)]
