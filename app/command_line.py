"""What the command line understands; app/__main__.py does it."""

import argparse
from pathlib import Path
from typing import Any

from app.platform import i18n


def number_of_contributions(text: str) -> int:
    """How many contributions to load, from the command line; an empty text means none."""
    from app.seed.load.loader import MOST  # noqa: PLC0415  (the seed is read by this command only)

    if text.isdecimal() and 0 < int(text) <= MOST:
        return int(text)
    if not text:
        return 0
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of contributions from 1 to {MOST}")


def parser() -> argparse.ArgumentParser:
    """What the command line understands."""
    made = argparse.ArgumentParser(
        prog="python -m app",
        description="Polyphony, a consultation portal. Settings are environment variables: docs/operate.md.",
        epilog="On the first day: migrate, seed, check-setup, invite, create-state, serve. "
        "Every command explains itself with --help.",
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serving = commands.add_parser("serve", help="serve the portal until told to stop")
    serving.add_argument(
        "--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)"
    )
    serving.add_argument("--port", type=int, default=8000, help="the port (default: %(default)s)")
    serving.add_argument("--workers", type=int, default=1, help="how many processes (default: %(default)s)")
    serving.add_argument("--reload", action="store_true", help="start anew when a file of the portal changes")
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
    _add_copies(commands)
    _add_statements(commands)
    translating = commands.add_parser("translations", help="bring the catalogues up to date, or check them")
    translating.add_argument("what", choices=("update", "check"), help="what to do with them")
    return made


def _add_statements(commands: Any) -> None:
    statements = commands.add_parser(
        "statements", aliases=["intake"], help="take in a table of statements as a facilitator"
    )
    statements.add_argument("file", type=Path, metavar="FILE", help="a CSV file or a workbook")
    statements.add_argument(
        "--consultation", required=True, metavar="SLUG", help="the last part of its address"
    )
    statements.add_argument(
        "--as", dest="email", required=True, metavar="E-MAIL", help="the facilitator who does it"
    )
    statements.add_argument("--yes", action="store_true", help="take them in; without it nothing is written")


def _add_operation(commands: Any) -> None:
    inviting = commands.add_parser("invite", help="invite somebody to the secretariat, the first person too")
    inviting.add_argument("email", metavar="E-MAIL", help="who is invited")
    inviting.add_argument(
        "--role",
        choices=("secretariat", "auditor"),
        default="secretariat",
        help="what she may do (default: %(default)s)",
    )
    inviting.add_argument(
        "--language", choices=i18n.CODES, default=i18n.SOURCE, help="the language of the e-mail"
    )
    inviting.add_argument("--name", default="", help="what to call the secretariat when it is set up")
    state = commands.add_parser("create-state", help="put a State and its government office on the portal")
    state.add_argument("code", metavar="CODE", help="two letters of ISO 3166, as in KE")
    state.add_argument("office", metavar="OFFICE", help="the name of its government office")
    state.add_argument(
        "--zone", default="UTC", help="its time zone, as in Africa/Nairobi (default: %(default)s)"
    )
    state.add_argument(
        "--language", choices=i18n.CODES, default=i18n.SOURCE, help="the language of the office's name"
    )
    state.add_argument(
        "--name",
        action="append",
        default=[],
        type=named_language,
        metavar="LANGUAGE=NAME",
        help="its name in a language; without it, the name in the CLDR",
    )
    commands.add_parser("check-setup", help="say what is missing before strangers may come; ends with 1 then")
    mail = commands.add_parser("mail", help="e-mail that did not go out: list it, or try again")
    mail.add_argument("what", choices=("list", "retry"), help="what to do with it")
    mail.add_argument("mail", nargs="?", metavar="ID", help="one of the list; without it all are tried again")
    jobs = commands.add_parser(
        "jobs", help="work that waits or failed: list it, try again, or drop one for good"
    )
    jobs.add_argument("what", choices=("list", "retry", "drop"), help="what to do with it")
    jobs.add_argument("job", nargs="?", metavar="ID", help="one of the list; `drop` needs it")


def _add_copies(commands: Any) -> None:
    backing = commands.add_parser(
        "backup", help="write the whole database into a file, while the portal serves"
    )
    backing.add_argument("file", type=Path, metavar="FILE", help="a new file")
    restoring = commands.add_parser("restore", help="put a backup into a database that is new and empty")
    restoring.add_argument("file", type=Path, metavar="FILE", help="a file that `backup` wrote")


def named_language(text: str) -> tuple[str, str]:
    """A language and a name in it, from the command line."""
    code, _sign, name = text.partition("=")
    if code in i18n.CODES and name.strip():
        return code, name
    raise argparse.ArgumentTypeError(f"{text!r} is no name in a language; write it as fr=Kenya")
