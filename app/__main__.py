"""The command line: python -m app --help."""

import argparse
import asyncio
import gc
import json
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

from app.command_line import parser
from app.platform import logging
from app.platform.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
WATCHED = ("app", "templates", "locales")


def migrate(settings: Settings) -> None:
    """Bring the database to the newest revision."""
    if settings.is_sqlite:
        Path(settings.database_url.split("///", 1)[1]).parent.mkdir(parents=True, exist_ok=True)
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = settings.database_url
    command.upgrade(config, "head")


def serve(settings: Settings, host: str, port: int, workers: int, *, reload: bool = False) -> None:
    """Serve the portal until told to stop."""
    if settings.demonstration:
        greet(settings, host, port)
    import uvicorn  # noqa: PLC0415  (only this command needs it)

    uvicorn.run(
        "app.__main__:made_from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        reload=reload,
        reload_dirs=[str(ROOT / name) for name in WATCHED] if reload else None,
        reload_includes=["*.py", "*.html", "*.txt", "*.po", "*.css", "*.js"] if reload else None,
        access_log=False,
        server_header=False,
        log_config=None,
        ws="none",  # nothing here speaks it, and the server would log who asked for it
        timeout_graceful_shutdown=10,
    )


def greet(settings: Settings, host: str, port: int) -> None:
    """Say where the demonstration is and as whom to sign in."""
    address = f"http://{host}:{port}"
    told = settings.mail_folder.parent / "demo.json"
    people = json.loads(told.read_text("utf-8"))["people"] if told.exists() else []
    lines = [f"{person['role']:<18} {person['name']} <{person['email']}>" for person in people]
    print(  # noqa: T201  (the one thing a newcomer needs to read)
        f"\nPolyphony is at {address}/\nSign in with one click at {address}/demo as:\n  "
        + "\n  ".join(lines)
        + f"\nEverything for programs is at {address}/demo.json. Stop with Control-C.\n",
        flush=True,
    )


def made_from_environment() -> object:
    """The application for the settings in the environment; uvicorn's entry."""
    from app.main import create_app  # noqa: PLC0415  (each worker process makes its own)

    settings = Settings()
    logging.set_up(settings.log_level)
    made = create_app(settings)
    # Everything made so far lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    return made


async def work(settings: Settings) -> None:
    """Work off jobs until told to stop; as many of these as wanted may run."""
    from app import wiring  # noqa: PLC0415
    from app.platform import events, pages, queue  # noqa: PLC0415
    from app.platform.db import Database  # noqa: PLC0415

    events.register(wiring.HANDLERS)
    pages.learn_routes(wiring.ROUTERS)  # mails hold links
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    db = Database(settings.database_url, settings.pool_size)
    await queue.work(db, wiring.JOBS, settings, stop, wiring.SCHEDULE)
    await db.close()


def translate(what: str) -> int:
    """Write the catalogues anew, or say what is wrong with them; returns the exit code."""
    from app.platform import catalogues  # noqa: PLC0415  (only this command reads every source)

    if what == "update":
        catalogues.update()
    problems = catalogues.check() if what == "check" else []
    for problem in problems:
        print(problem)  # noqa: T201  (this is the answer of a command)
    return 1 if problems else 0


async def take_in(settings: Settings, arguments: argparse.Namespace) -> int:
    """Look at a table of statements as a facilitator, or take it in; returns the exit code."""
    from app import wiring  # noqa: PLC0415
    from app.platform import events  # noqa: PLC0415
    from app.platform.db import Database  # noqa: PLC0415
    from app.statements import command as statements  # noqa: PLC0415

    events.register(wiring.HANDLERS)
    data = statements.read(arguments.file)
    if data is None:
        return 2
    db = Database(settings.database_url, settings.pool_size)
    try:
        return await statements.run(db, arguments.consultation, arguments.email, data, write=arguments.yes)
    finally:
        await db.close()


async def operate(settings: Settings, arguments: argparse.Namespace) -> int:
    """What those who run the portal do with its database at hand; returns the exit code."""
    from app import wiring  # noqa: PLC0415
    from app.operation import command as operation  # noqa: PLC0415
    from app.organisations.models import Role  # noqa: PLC0415
    from app.platform import events  # noqa: PLC0415
    from app.platform.db import Database  # noqa: PLC0415

    events.register(wiring.HANDLERS)
    db = Database(settings.database_url, settings.pool_size)
    try:
        if arguments.command == "invite":
            role = Role(arguments.role)
            return await operation.invite(db, arguments.email, role, arguments.language, arguments.name)
        if arguments.command == "create-state":
            names = dict(arguments.name)
            return await operation.create_state(
                db, arguments.code.upper(), arguments.office, arguments.zone, arguments.language, names
            )
        if arguments.command == "check-setup":
            return await operation.check(db, settings)
        if arguments.command == "jobs":
            return await _jobs(db, arguments.what, arguments.job)
        if arguments.what == "retry":
            return await operation.retry(db, arguments.mail)
        return await operation.list_mails(db)
    finally:
        await db.close()


async def _jobs(db: Any, what: str, job: str | None) -> int:
    from app.operation import command as operation  # noqa: PLC0415

    if what == "list":
        return await operation.list_jobs(db)
    act = operation.retry_jobs if what == "retry" else operation.drop_job
    return await act(db, job)


async def seed(settings: Settings, load: int = 0) -> int:
    """Publish the shipped questionnaires; in demonstration mode, tell the demonstration's stories too.

    With `load`, one more consultation has so many contributions. Returns the exit code.
    """
    if load and not settings.demonstration:
        print("--load is for a demonstration (PORTAL_DEMONSTRATION=true).", file=sys.stderr)  # noqa: T201
        return 2
    from app import wiring  # noqa: PLC0415
    from app.platform import events  # noqa: PLC0415
    from app.platform.db import Database  # noqa: PLC0415
    from app.seed import loader, questionnaires  # noqa: PLC0415
    from app.seed.load import loader as loading  # noqa: PLC0415

    events.register(wiring.HANDLERS)
    db = Database(settings.database_url, settings.pool_size)
    try:
        await questionnaires.load_questionnaires(db)
        if settings.demonstration:
            await loader.load_demonstration(db, settings)
            if load:
                await loading.load(db, settings, load)
    finally:
        await db.close()
    return 0


def _serve(settings: Settings, arguments: argparse.Namespace) -> int:
    if not arguments.behind_my_own_door:
        try:
            settings.refuse_strangers(arguments.host)
        except ValueError as problem:
            print(problem, file=sys.stderr)  # noqa: T201  (why the command does nothing)
            return 2
    serve(settings, arguments.host, arguments.port, arguments.workers, reload=arguments.reload)
    return 0


def _work(settings: Settings, _arguments: argparse.Namespace) -> int:
    asyncio.run(work(settings))
    return 0


def _migrate(settings: Settings, _arguments: argparse.Namespace) -> int:
    migrate(settings)
    return 0


def _operate(settings: Settings, arguments: argparse.Namespace) -> int:
    return asyncio.run(operate(settings, arguments))


def _copy(settings: Settings, arguments: argparse.Namespace) -> int:
    from app.operation import command as operation  # noqa: PLC0415

    act = operation.back_up if arguments.command == "backup" else operation.restore
    return act(settings, arguments.file)


ACTS: Mapping[str, Callable[[Settings, argparse.Namespace], int]] = {
    "serve": _serve,
    "worker": _work,
    "migrate": _migrate,
    "seed": lambda settings, arguments: asyncio.run(seed(settings, arguments.load)),
    "statements": lambda settings, arguments: asyncio.run(take_in(settings, arguments)),
    "intake": lambda settings, arguments: asyncio.run(take_in(settings, arguments)),
    "invite": _operate,
    "create-state": _operate,
    "check-setup": _operate,
    "mail": _operate,
    "jobs": _operate,
    "backup": _copy,
    "restore": _copy,
    "translations": lambda _settings, arguments: translate(arguments.what),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = parser().parse_args(argv)
    settings = Settings()
    logging.set_up(settings.log_level)
    return ACTS[arguments.command](settings, arguments)


if __name__ == "__main__":
    sys.exit(main())
