"""Loading: so many contributions to one more consultation of the demonstration's first State."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account
from app.consultations.models import Consultation
from app.organisations import queries as organisations
from app.platform.db import Database
from app.platform.security import Actor
from app.platform.settings import Settings
from app.reviews.models import CountryReview
from app.seed.load import bulk, telling
from app.seed.load.telling import SLUG, Staff
from app.seed.people import SYSTEM

TOLD = 40  # through the services; what goes beyond is written in bulk
MOST = 100_000
PEOPLE = {
    "focal_point": "amina.reyl@estaria.example",
    "expert": "danil.marek@estaria.example",
    "translator": "samir.odel@estaria.example",
    "facilitator": "lina.osk@estaria.example",
}


async def load(db: Database, settings: Settings, count: int) -> bool:
    """Load the demonstration with so many contributions, once; says whether there was anything to do."""
    async with db.read() as session:
        if (await session.exec(select(Consultation.id).where(Consultation.slug == SLUG))).first():
            return False
    async with db.write() as session:
        staff = Staff(**{role: await _actor(session, email) for role, email in PEOPLE.items()})
        review = select(CountryReview.id).where(CountryReview.state_code == "QE")
        told = await telling.open_consultation(session, staff, (await session.exec(review)).one())
        some = min(count, TOLD)
        await telling.contribute(session, staff, told, some, settings.secret.get_secret_value())
        await telling.decide(session, staff, told)
        await telling.revise(session, told, some)
        await telling.enter_statements(session, staff)
        if count > some:
            await bulk.write(session, SYSTEM, staff, told, range(some, count))
    return True


async def _actor(session: AsyncSession, email: str) -> Actor:
    account = (await session.exec(select(Account).where(col(Account.email) == email))).one()
    return await organisations.actor_of(session, account)
