"""What questionnaires cost: loading a large version once, and importing a large form."""

import gc
import statistics
import time
from uuid import UUID

from app.conditions import language
from app.platform.db import Database
from app.platform.security import Actor
from app.questionnaires import queries, service
from app.questionnaires.definition import Definition, Section
from app.questionnaires.models import Kind
from app.xlsform.reader import read_form
from tests.counting import asked
from tests.exchange.forms import big_form
from tests.questionnaires.definitions import choices, civil_society, question, words

QUESTIONS = 300
SECTIONS = 30
SYSTEM = Actor.system("bench")
# As long as the longer texts of the shipped questions.
LONG = "Say what you saw or documented, with places and dates if that is safe, and who else knows of it. " * 2


def large(questions: int = QUESTIONS) -> Definition:
    """A version of that many questions in six languages; every third has a condition of its own."""
    made = []
    for number in range(questions):
        relevant = f"${{Q-{number - 1}-law}} != 'no' or ${{Q-{number - 2}-practice}} = 'works'"
        is_position = number % 10 != 0 or number < 1
        made.append(
            question(
                f"Q-{number}",
                f"A-{number * SECTIONS // questions}",
                kind=Kind.POSITION if is_position else Kind.SINGLE_CHOICE,
                choices="" if is_position else "places",
                relevant=relevant if number % 3 == 2 and number % 10 not in {0, 1, 2} else "",
                **words(
                    topic=f"Topic {number}",
                    task=f"Say what you know of topic {number}",
                    prompt=f"Does it happen in case {number}?",
                    law=LONG,
                    practice=LONG,
                    account=LONG,
                    why=LONG,
                    example=LONG,
                ),
            )
        )
    return civil_society(
        *made,
        slug="large",
        sections=[Section(code=f"A-{n}", **words(title=f"Part {n}")) for n in range(SECTIONS)],
        choice_lists={"places": choices("port", "border", "town", "dont_know")},
    )


async def loading(db: Database) -> tuple[float, int]:
    """Milliseconds to load the large version into a process that has never seen it, and statements after."""
    async with db.write() as session:
        draft = await service.import_definition(session, SYSTEM, large())
        await service.publish_version(session, SYSTEM, draft.id)
    times = [await _load(db, draft.id) for _time in range(5)]
    with asked(db) as statements:
        async with db.read() as session:
            await queries.get_compiled(session, draft.id)
    return 1000 * statistics.median(times), len(statements)


async def importing(db: Database) -> float:
    """Seconds from the bytes of a form with 500 questions in six languages to its draft in the database."""
    form = big_form(questions=500)
    gc.collect()
    begun = time.perf_counter()
    read = read_form(form, "large.xlsx")
    if read.definition is None:
        raise RuntimeError(f"The form was refused: {read.refusals[:3]}")
    async with db.write() as session:
        await service.import_definition(session, SYSTEM, read.definition)
    return time.perf_counter() - begun


async def _load(db: Database, version_id: UUID) -> float:
    queries._compiled.clear()
    language.parse.cache_clear()
    gc.collect()
    async with db.read() as session:
        begun = time.perf_counter()
        await queries.get_compiled(session, version_id)
        return time.perf_counter() - begun
