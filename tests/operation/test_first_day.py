"""docs/operate.md is followed from an empty machine to the first open consultation."""

import argparse
import asyncio
import os
import re
import shlex
import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import httpx2
import pytest

from app.__main__ import ACTS
from app.command_line import parser
from app.platform import clock
from tests.browsing import post
from tests.databases import ROOT
from tests.seeded import free_port, running

pytestmark = pytest.mark.long

PASSWORD = "four unlikely garden words"
WAIT = 30
DAY = timedelta(days=1)


def commands() -> list[list[str]]:
    """The portal's commands under "The first day", in the order of the page."""
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    section = page.partition("## The first day\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^ +```\n(.*?)^ +```$", section, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("python -m app ")]


def run(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


async def link_to(mails: Path, address: str) -> str:
    """The path of the invitation that somebody was sent; the server takes a second to send it."""
    for _second in range(WAIT):
        for path in mails.glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if mail["To"] == address:
                found = re.search(r"http://[^/]+(/\S*/invitation/\S+)", mail.get_content())
                assert found
                return found[1]
        await asyncio.sleep(1)
    raise AssertionError(f"no mail to {address} within {WAIT} seconds")


async def accepted(client: httpx2.AsyncClient, path: str, name: str) -> None:
    done = await post(client, path, {"name": name, "password": PASSWORD}, page=path)
    assert done.status_code == httpx2.codes.SEE_OTHER


def chosen(page: str, name: str) -> str:
    """The first thing that a list of a page's form offers."""
    found = re.search(rf'name="{name}".*?<option value="([0-9a-f-]{{36}})"', page, re.DOTALL)
    assert found, name
    return found[1]


async def begin_review(client: httpx2.AsyncClient) -> None:
    review = {
        "review.state_code": "KE",
        "review.instruments": ["FP"],
        "review.cluster": "I",
        "review.phase": "1",
        "review.started_on": clock.today().isoformat(),
        "review.working_languages": ["en"],
    }
    begun = await post(client, "/en/reviews?part=review", review, page="/en/reviews")
    assert begun.status_code == httpx2.codes.SEE_OTHER, begun.text
    review_page = (await client.get(begun.headers["location"])).text
    (people,) = set(re.findall(r"/en/my-organisation/[0-9a-f-]+/people", review_page))
    invited = await post(
        client, people, {"email": "dima@example.org", "role": "focal_point", "language": "en"}, page=people
    )
    assert invited.status_code == httpx2.codes.SEE_OTHER, invited.text


async def open_consultation(client: httpx2.AsyncClient) -> None:
    new = (await client.get("/en/desk/new")).text
    form = {
        "review_id": chosen(new, "review_id"),
        "civil_society_version_id": chosen(new, "civil_society_version_id"),
        "titles-en": "Firearms in Kenya",
        "summaries-en": "What is asked, and why.",
        "slug": "kenya-firearms",
        "languages": ["en"],
        "submission_language": "en",
        "opens_at": (clock.now() - DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (clock.now() + 20 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }
    made = await post(client, "/en/desk/new", form, page="/en/desk/new")
    assert made.headers.get("location") == "/en/desk/kenya-firearms/settings", made.text
    opened = await post(client, "/en/desk/kenya-firearms/open", page="/en/desk/kenya-firearms/settings")
    assert opened.status_code == httpx2.codes.SEE_OTHER, opened.text


async def test_the_page_leads_from_an_empty_machine_to_an_open_consultation(tmp_path: Path) -> None:
    port = free_port()
    address, mails = f"http://127.0.0.1:{port}", tmp_path / "mail"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")} | {
        "PORTAL_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/portal.sqlite3",
        "PORTAL_SECRET": "drawn at random for this test alone",
        "PORTAL_PUBLIC_URL": address,
        "PORTAL_MAIL_FOLDER": str(mails),
        "PORTAL_LOG_LEVEL": "WARNING",
    }
    *first, serving = commands()
    assert [words[2] for words in first] == ["migrate", "seed", "check-setup", "invite", "create-state"]
    for words in first:
        done = run(words, environment)
        # Nobody reaches this machine by TLS, no mail server is set, and nobody was invited yet.
        assert done.returncode == (1 if words[2] == "check-setup" else 0), done.stderr
    assert serving[2] == "serve"
    with running(serving, port, environment, tmp_path / "server.log"):
        async with (
            httpx2.AsyncClient(base_url=address) as secretariat,
            httpx2.AsyncClient(base_url=address) as focal_point,
            httpx2.AsyncClient(base_url=address) as stranger,
        ):
            await accepted(secretariat, await link_to(mails, "amal@example.org"), "Amal")
            await begin_review(secretariat)
            await accepted(focal_point, await link_to(mails, "dima@example.org"), "Dima")
            await open_consultation(focal_point)
            assert "Firearms in Kenya" in (await stranger.get("/en/")).text


def test_every_command_explains_itself_and_each_of_its_words() -> None:
    (commands_of,) = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    assert {each.dest for each in commands_of._choices_actions if not each.help} == set()
    unexplained = [
        (name, word.dest)
        for name, command in commands_of.choices.items()
        for word in command._actions
        if not word.help
    ]
    assert unexplained == []
    assert set(commands_of.choices) == set(ACTS)
