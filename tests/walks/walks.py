"""Many walks, one after the other, on one portal."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from tests.walks.contributor import Contributor
from tests.walks.desk import Expert
from tests.walks.walker import LostError, Tally, Walker
from tests.walks.world import World, built, confidential, named, set_up, writing_page

STEPS = 40
Made = Callable[[World, int], Awaitable[Walker]]


async def walks(
    folder: Path, make: Made, seeds: Iterable[int], most_lost: int = 1, steps: int = STEPS
) -> Tally:
    """One walk a seed; stops after so many that lost something."""
    tally = Tally()
    async with built(folder) as world:
        for seed in seeds:
            walker = await make(world, seed)
            await _walk(walker, steps)
            tally.add(walker.tally)
            world.sql("DELETE FROM tries")
            if len(tally.lost) >= most_lost:
                break
    return tally


async def _walk(walker: Walker, steps: int) -> None:
    try:
        await walker.walk(steps)
    except LostError as problem:
        walker.tally.lost.append(str(problem))
    except Exception as problem:
        problem.add_note("\n".join([f"seed {walker.seed}", *walker.told]))
        raise
    finally:
        walker.tally.words = walker.words.count
        for person in walker.people:
            await person.browser.client.aclose()


async def contributor(world: World, seed: int) -> Walker:
    """Somebody who answers questions, named and confidential in turn."""
    return Contributor(world, seed, await (confidential(world) if seed % 2 else named(world)))


async def expert(world: World, seed: int) -> Walker:
    """Two experts at the writing page; of five walks one at the set-up of a consultation."""
    desk = await (writing_page(world) if seed % 5 else set_up(world))
    return Expert(world, seed, desk.emails, desk.places)
