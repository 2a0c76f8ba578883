"""A consultation with people on both sides of the wall between two States."""

from dataclasses import dataclass

import pytest

from app.accounts.models import Account
from app.consultations.models import Consultation
from app.contributions.models import Contribution, Mode
from app.organisations.models import Role
from tests.factories import Make

CODE = "FP-08-1b"


@dataclass
class Scene:
    """A consultation, its staff by role, and one contribution of each mode."""

    consultation: Consultation
    staff: dict[Role, Account]
    named: Contribution
    confidential: Contribution

    @property
    def slug(self) -> str:
        return self.consultation.slug


@pytest.fixture
async def scene(make: Make) -> Scene:
    consultation = await make.consultation()
    roles = (
        Role.EXPERT,
        Role.FOCAL_POINT,
        Role.GOVERNMENT_READER,
        Role.TRANSLATOR,
        Role.FACILITATOR,
        Role.AUDITOR,
    )
    staff = {role: await make.staff(consultation, role) for role in roles}
    league = await make.organisation("Orsa Valley Legal Aid")
    full = {
        "law": "yes",
        "practice": "does_not_work",
        "narrative": "Of 61 rifles seized, 22 carried no import mark.",
        "evidence": [{"title": "Court files of 2026", "publisher": "Orsa court", "year": "2026"}],
        "recommendation": {"action": "Ask the importer.", "addressee": "Prosecutors", "priority": 1},
        "publication": "named",
    }
    named = await make.contribution(consultation, organisation=league, answers={CODE: full})
    words = {"practice": "works_in_part", "narrative": "آلة الوسم معطّلة.", "language": "ar"}
    confidential = await make.contribution(
        consultation, Mode.CONFIDENTIAL, answers={CODE: words, "FP-03-a": {"law": "no"}}
    )
    return Scene(consultation, staff, named, confidential)
