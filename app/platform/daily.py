"""Work of the night: what is done once a day, by whichever process comes first."""

from datetime import date

from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform import clock
from app.platform.db import insert_into


class DailyWork(SQLModel, table=True):
    """On which day something was last done."""

    __tablename__ = "daily_work"

    name: str = Field(max_length=80, primary_key=True)
    day: date


async def is_first_today(session: AsyncSession, name: str) -> bool:
    """Whether nobody has done this today; whoever asks first has to, in the same transaction."""
    today = clock.today()
    asked = insert_into(session, DailyWork).values(name=name, day=today)
    first = asked.on_conflict_do_update(
        index_elements=["name"],
        set_={"day": today},
        where=DailyWork.day < today,  # type: ignore[arg-type]
    ).returning(DailyWork.name)  # type: ignore[arg-type]
    return (await session.exec(first)).first() is not None
