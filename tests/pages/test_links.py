"""Every link answers: the portal walked through by everybody of the demonstration."""

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest

from app.platform.i18n import CODES
from tests.pages.readers import Readers
from tests.pages.shape import Shape
from tests.places import BEARER, NOBODY, RECEIVED, paths

pytestmark = [pytest.mark.thorough, pytest.mark.asyncio(loop_scope="session")]

AT_MOST = 400
# A page is met again with every question and contribution; so often is enough.
OF_A_KIND = 3
# Questionnaires are the same for everybody: one without an account and the secretariat walk them all.
FOR_ALL = ("authoring.", "exchange.", "reference.")
VISITORS = (
    NOBODY,
    BEARER,
    RECEIVED,
    "signatory",
    "expert",
    "focal_point",
    "translator",
    "government_reader",
    "facilitator",
    "secretariat",
    "signatory@QV",
    "expert@QV",
    "focal_point@QV",
)
LEFT_OUT = ("/demo/sign-in", "/leave", "/sign-out")
STRANGE = (
    "/",
    "//",
    "/c/",
    "/c/no-such-consultation",
    "/c/%00",
    "/c/%F0%9F%92%A9",
    "/c/%ff%fe",
    "/c/" + "a" * 4000,
    "/desk/../../etc/passwd",
    "/desk/no-such-desk/submission/NO-1",
    "/contributions/not-an-identifier",
    "/contributions/00000000-0000-0000-0000-000000000000",
    "/reviews/0",
    "/desk/estaria-firearms/export/99999999999999999999/changes",
    "/desk/estaria-firearms/export/1.exe",
    "/desk/estaria-firearms/questions/FP-03-a?law=nonsense&language=xx&page=-1&unread=perhaps",
    "/desk/estaria-firearms/texts?after=nonsense",
    "/c/valmora-armes/outcome?q=" + "x" * 500,
    "/c/valmora-armes/outcome?q=%00",
    "/sign-in?next=https://example.org/",
    "/?a=1&a=2&b[]=3&=&&%%%",
    "/confirm/%00",
    "/invitation/" + "x" * 3000,
    "/static/../app/main.py",
)


def kinds() -> list[tuple[str, re.Pattern[str]]]:
    """Every route and what its addresses look like."""
    found = [(name, re.sub(r"\{[^}]*\}", "[^/]+", path)) for name, path in paths().items()]
    return [(name, re.compile(path)) for name, path in sorted(found, key=lambda each: "[^" in each[1])]


KINDS = kinds()


def kind_of(path: str) -> str:
    """Which route a path with its language belongs to, and which language that is."""
    language, _slash, rest = path[1:].partition("/")
    if language not in CODES:
        return path
    name = next((name for name, pattern in KINDS if pattern.fullmatch("/" + rest)), path)
    return f"{language} {name}"


def often_enough(kind: str, language: str, met: int, *, everything: bool) -> bool:
    """Whether pages of this kind were opened enough.

    Two people follow the language bar, to one page of a kind: there the same walk would begin again.
    """
    if not kind.startswith(f"{language} "):
        return met > everything
    return met > (1 if not everything and kind.partition(" ")[2].startswith(FOR_ALL) else OF_A_KIND)


def leads(links: Iterable[str], here: str) -> list[str]:
    """The addresses of a page that stay inside the portal."""
    found = [urlsplit(urljoin(f"http://testserver{here}", link)) for link in links]
    return [
        each.path + (f"?{each.query}" if each.query else "")
        for each in found
        if each.netloc == "testserver" and not each.path.endswith(LEFT_OUT)
    ]


async def walk(
    client: httpx2.AsyncClient, start: str, language: str, *, everything: bool
) -> tuple[int, list[str]]:
    """Follow links from a page; returns how many answered, and what was wrong."""
    waiting, seen, met, wrong = [(start, "")], {start}, Counter[str](), list[str]()
    taken = 0
    while waiting and taken < AT_MOST:
        path, origin = waiting.pop(0)
        kind = kind_of(urlsplit(path).path)
        met[kind] += 1
        if often_enough(kind, language, met[kind], everything=everything):
            continue
        taken += 1
        response = await client.get(path)
        if response.is_redirect:
            found = [response.headers["location"]]
        elif response.status_code != httpx2.codes.OK:
            wrong.append(f"{path} on {origin} answered {response.status_code}")
            continue
        elif response.headers["content-type"].startswith("text/html"):
            shape = Shape(response.text)
            wrong += [f"{path}: {problem}" for problem in shape.problems()]
            found = shape.links
        else:
            continue
        for lead in leads(found, path):
            if lead not in seen:
                seen.add(lead)
                waiting.append((lead, path))
    return taken, wrong


# Links do not depend on the language: one of each kind of person walks them right to left.
IN_ARABIC = ((NOBODY, "ar"), (BEARER, "ar"), ("expert", "ar"))


@pytest.mark.parametrize(("visitor", "language"), [*((each, "en") for each in VISITORS), *IN_ARABIC])
async def test_every_link_answers(readers: Readers, visitor: str, language: str) -> None:
    client = await readers.called(visitor)
    start = "/my-account" if visitor not in {NOBODY, BEARER, RECEIVED} else "/"
    everything = visitor in {NOBODY, "secretariat"} and language == "en"
    taken, wrong = await walk(client, f"/{language}{start}", language, everything=everything)
    assert wrong == []
    assert taken > len(CODES)


@pytest.mark.parametrize("visitor", [NOBODY, "expert"])
@pytest.mark.parametrize("language", ["/ar", "/en", "/xx", "/EN", "/zh-Hans", ""])
async def test_a_strange_address_is_answered_calmly(readers: Readers, visitor: str, language: str) -> None:
    client = await readers.called(visitor)
    for path in STRANGE:
        response = await client.get(language + path, follow_redirects=True)
        assert response.status_code < httpx2.codes.INTERNAL_SERVER_ERROR, language + path
        if (
            response.status_code >= httpx2.codes.BAD_REQUEST
            and "text/html" in response.headers["content-type"]
        ):
            assert Shape(response.text).problems() == []
