"""The factories make what they say, in every state a test may ask for."""

import pytest

from app.consultations.models import ConsultationState
from app.contributions.models import ContributionState, Mode
from tests.factories import Make

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("state", [each for each in ConsultationState if each is not ConsultationState.DRAFT])
async def test_contributions_can_be_made_in_a_consultation_of_any_state(
    make: Make, state: ConsultationState
) -> None:
    consultation = await make.consultation(state=state)
    for mode in Mode:
        contribution = await make.contribution(consultation, mode)
        assert contribution.state is ContributionState.SUBMITTED
    async with make.db.read() as session:
        kept = await session.get_one(type(consultation), consultation.id)
    assert (kept.state, kept.closes_at) == (consultation.state, consultation.closes_at)


@pytest.mark.parametrize("state", ContributionState)
async def test_contributions_can_be_made_in_any_state(make: Make, state: ContributionState) -> None:
    assert (await make.contribution(state=state)).state is state
