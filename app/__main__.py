"""The command line: python -m app serve | worker | migrate | seed | check-setup | invite | mail | statements | translations."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

from app.platform import i18n, logging
from app.platform.settings import Settings

ROOT = Path(__file__).resolve().parents[1]


def migrate(settings: Settings) -> None:
    """Bring the database to the newest revision."""
    if settings.is_sqlite:
        Path(settings.database_url.split("///", 1)[1]).parent.mkdir(parents=True, exist_ok=True)
    config = Config(ROOT / "alembic.ini")
    config.attributes["url"] = settings.database_url
    command.upgrade(config, "head")


def serve(settings: Settings, host: str, port: int, workers: int) -> None:
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
    return create_app(settings)


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
    """Invite somebody, look at the installation or after its e-mail; returns the exit code."""
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
        if arguments.command == "check-setup":
            return await operation.check(db, settings)
        if arguments.what == "retry":
            return await operation.retry(db, arguments.mail)
        return await operation.list_mails(db)
    finally:
        await db.close()


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


def number_of_contributions(text: str) -> int:
    """How many contributions to load, from the command line; an empty text means none."""
    from app.seed.load.loader import MOST  # noqa: PLC0415

    if text.isdecimal() and 0 < int(text) <= MOST:
        return int(text)
    if not text:
        return 0
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of contributions from 1 to {MOST}")


def parser() -> argparse.ArgumentParser:
    """What the command line understands."""
    made = argparse.ArgumentParser(prog="python -m app", description="Polyphony, a consultation portal")
    commands = made.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="serve the portal")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8000)
    serving.add_argument("--workers", type=int, default=1)
    serving.add_argument(
        "--behind-my-own-door",
        action="store_true",
        help="serve a demonstration or a known secret on an address that others could reach",
    )
    commands.add_parser("worker", help="work off jobs (PostgreSQL; SQLite does it while serving)")
    commands.add_parser("migrate", help="bring the database to the newest revision")
    seeding = commands.add_parser("seed", help="load the questionnaires and the demonstration")
    seeding.add_argument(
        "--load",
        type=number_of_contributions,
        default=0,
        metavar="N",
        help="one more consultation with N contributions",
    )
    _add_operation(commands)
    statements = commands.add_parser(
        "statements", aliases=["intake"], help="take in a table of statements as a facilitator"
    )
    statements.add_argument("file", type=Path, metavar="FILE")
    statements.add_argument("--consultation", required=True, metavar="SLUG")
    statements.add_argument("--as", dest="email", required=True, metavar="E-MAIL")
    statements.add_argument("--yes", action="store_true", help="take them in; without it nothing is written")
    translating = commands.add_parser("translations", help="bring the catalogues up to date, or check them")
    translating.add_argument("what", choices=("update", "check"))
    return made


def _add_operation(commands: Any) -> None:
    inviting = commands.add_parser("invite", help="invite somebody to the secretariat, the first person too")
    inviting.add_argument("email", metavar="E-MAIL")
    inviting.add_argument("--role", choices=("secretariat", "auditor"), default="secretariat")
    inviting.add_argument("--language", choices=i18n.CODES, default=i18n.SOURCE)
    inviting.add_argument("--name", default="", help="what to call the secretariat when it is set up")
    commands.add_parser("check-setup", help="say what is missing before strangers may come; ends with 1 then")
    mail = commands.add_parser("mail", help="e-mail that did not go out: list it, or try again")
    mail.add_argument("what", choices=("list", "retry"))
    mail.add_argument("mail", nargs="?", metavar="ID", help="one of the list; without it all are tried again")


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = parser().parse_args(argv)
    settings = Settings()
    logging.set_up(settings.log_level)
    match arguments.command:
        case "serve":
            if not arguments.behind_my_own_door:
                try:
                    settings.refuse_strangers(arguments.host)
                except ValueError as problem:
                    print(problem, file=sys.stderr)  # noqa: T201  (why the command does nothing)
                    return 2
            serve(settings, arguments.host, arguments.port, arguments.workers)
        case "worker":
            asyncio.run(work(settings))
        case "migrate":
            migrate(settings)
        case "seed":
            return asyncio.run(seed(settings, arguments.load))
        case "statements" | "intake":
            return asyncio.run(take_in(settings, arguments))
        case "invite" | "mail" | "check-setup":
            return asyncio.run(operate(settings, arguments))
        case "translations":
            return translate(arguments.what)
    return 0


if __name__ == "__main__":
    sys.exit(main())
