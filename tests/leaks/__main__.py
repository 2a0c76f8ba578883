"""Make fifty confidential contributions on each database and say what its files tell; about a minute."""

import asyncio
import io
import logging
import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr

from app.main import create_app
from app.platform import i18n
from app.platform import logging as portal_logging
from app.platform.db import Database
from app.platform.settings import Settings
from tests import databases
from tests.factories import Make
from tests.leaks import looking

FIFTY = 50


def say(line: str) -> None:
    """One line of the report."""
    print(line)  # noqa: T201  (the report is the purpose)


async def examine(url: str, folder: Path, server: Path | None, number: int) -> None:
    """Contribute, look and report on one database."""
    stream = io.StringIO()
    logging.basicConfig(level="INFO", handlers=[portal_logging.handler_for(stream)], force=True)
    settings = Settings(
        database_url=url,
        secret=SecretStr("a secret for this look only"),
        public_url="http://testserver",
        mail_folder=folder / "mail",
    )
    app = create_app(settings)
    db: Database = app.state.db
    try:
        _consultation, told = await looking.contribute(app, Make(db), number)
        report = await looking.look(db, settings, told, stream.getvalue, server)
    finally:
        await db.close()
    say(f"\n{report.backend}: {number} confidential contributions")
    for when, question, found in report.lines:
        say(f"  {when:<8} {question:<58} {', '.join(found) or 'nothing'}")


def main(number: int) -> None:
    """Both databases; the second where it can be started."""
    i18n.current.set(i18n.SOURCE)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "portal.sqlite3"
        databases.migrate(databases.sqlite_url(path))
        asyncio.run(examine(f"sqlite+aiosqlite:///{path}", folder, None, number))
        try:
            server = databases.Postgres()
        except Exception as problem:  # noqa: BLE001  (whatever the reason, one database was looked at)
            say(f"\nPostgreSQL cannot be started here: {type(problem).__name__}")
            return
        try:
            address = server.create("leaks")
            databases.migrate(address)
            url = address.render_as_string(hide_password=False)
            asyncio.run(examine(url, folder, databases.FOLDER / "postgres", number))
        finally:
            server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FIFTY)
