"""An answer as it comes from a page."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import ValidationError

from app.contributions import clashing
from app.contributions.schemas import AnswerForm
from app.platform.forms import FormOf, form, sentences


async def _settled(
    request: Request, sent: Annotated[FormOf[AnswerForm], Depends(form(AnswerForm))]
) -> FormOf[AnswerForm]:
    """What was chosen from two versions counts as if it had been typed, also where it cannot be saved."""
    if not clashing.is_settled(sent.values):
        return sent
    sent.values = request.state.typed = clashing.chosen(sent.values)
    sent.data, sent.errors = None, {}
    try:
        sent.data = AnswerForm.model_validate(clashing.as_input(sent.values))
    except ValidationError as problem:
        sent.errors = sentences(problem)
    return sent


SentAnswer = Annotated[FormOf[AnswerForm], Depends(_settled)]
