"""The loop: from an invitation code to a reason, through every pair of hands, in three languages."""

import asyncio
import re
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from tests.browser.visitors import Portal, Visitor, Visitors
from tests.seeded import OPEN, Seeded

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Each way has questions of its own: language, with scripts, what civil society is asked, what the State is asked.
WAYS = (
    ("en", True, "FP-08-1b", "S-FP-08-2"),
    ("ar", True, "X-5", "S-X-2"),
    ("fr", False, "FP-05-2a", "S-FP-05-4"),
)
WORDS = {
    "en": (
        "The old stamps wear off. Nobody reads them again.",
        "Stamps can no longer be read after a few years.",
    ),
    "ar": (
        "تبلى العلامات القديمة بمرور الوقت. لا أحد يقرؤها من جديد.",
        "لا يمكن قراءة العلامات بعد بضع سنوات.",
    ),
    "fr": ("Les anciennes marques s’effacent. Personne ne les relit.", "Les marques deviennent illisibles."),
}
OWN_WORDS = "We counted forty seized weapons without a mark. The police keep no list."
REASON = "The paragraph says it in the same words."
PHONE = {"width": 360, "height": 740}
PASSWORD = "four words nobody else has"


async def _answer(visitor: Visitor, question: str, words: str) -> None:
    """Fill in every part of one question and go back to the list."""
    await visitor.press(f'main a[href$="/questions/{question}"]')
    await visitor.choose("law", "in_part")
    await visitor.choose("practice", "does_not_work")
    await visitor.fill(
        {
            "narrative": words,
            "evidence-0-title": "Report on marking",
            "evidence-0-url": "https://example.org/marking",
            "evidence-0-publisher": "Example Institute",
            "evidence-0-year": "2025",
            "recommendation-action": "Mark the frame as well.",
            "recommendation-addressee": "Ministry of the Interior",
        }
    )
    await visitor.page.locator("#evidence-0-official").check()
    await visitor.page.locator("#recommendation-priority").select_option("1")
    await visitor.choose("publication", "unnamed")
    await visitor.press('main button[value="list"]')
    row = visitor.page.locator(f'li:has(a[href$="/questions/{question}"]) .mark-done')
    assert await row.count() == 1


async def _submit(visitor: Visitor, words: str) -> None:
    """Check, hand in, and see the receipt."""
    await visitor.press('main a.button[href$="/check"]')
    shown = await visitor.text()
    assert words.split(".", maxsplit=1)[0] in shown
    assert "Report on marking" in shown
    assert "Mark the frame as well." in shown
    await visitor.press('form[action$="/submit"] button')
    assert visitor.page.url.endswith("/receipt")
    assert await visitor.page.locator(".receipt time").count() == 1


async def _contribute_confidentially(visitor: Visitor, invitation: str, question: str, words: str) -> str:
    """Enter with an invitation code, answer, submit, leave; returns the receipt code."""
    await visitor.open("/start")
    await visitor.fill({"code": invitation})
    await visitor.press("main form button")
    receipt = await visitor.text(".receipt-code")
    assert re.fullmatch(r"(\w{4}\s+){6}\w{4}", receipt.strip())
    await visitor.press('main form[action$="/start/keep"] button')
    await _answer(visitor, question, words)
    await _submit(visitor, words)
    own = visitor.page.url.removesuffix("/receipt")
    await visitor.press('main a.button[href$="/leave"]')
    await visitor.press('main form[action$="/leave"] button')
    response = await visitor.page.goto(own)
    assert response is not None
    assert words.split(".", maxsplit=1)[0] not in await visitor.text(), "who left can still read"
    return receipt


async def _mail_to(seeded: Seeded, email: str) -> str:
    """The link in the mail to an address; the portal sends it within seconds."""
    for _again in range(150):
        for path in seeded.mails.glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=default)
            found = re.search(r"https?://[^/\s]+/\w\w(/confirm/[\w-]+)", mail.get_content())
            if email in mail["To"] and found:
                return found.group(1)
        await asyncio.sleep(0.2)
    raise AssertionError(f"no mail to {email}")


async def _contribute_by_name(visitor: Visitor, seeded: Seeded, question: str) -> None:
    """Sign an organisation up, confirm the address, answer under its name, submit."""
    email = f"office-{visitor.language}@example.org"
    await visitor.open("/sign-up")
    name = f"River Watch {visitor.language}"
    await visitor.fill({"organisation": name, "email": email, "password": PASSWORD})
    await visitor.press("main form.question button")
    await visitor.open(await _mail_to(seeded, email))
    await visitor.press("main form button")
    await visitor.open(f"/c/{OPEN}/start")
    await visitor.choose("mode", "named")
    if await visitor.page.locator('input[name="organisation_id"]').count():
        await visitor.page.locator('main label[for="organisation_id"]').click()
    await visitor.press("main form.question button")
    await _answer(visitor, question, OWN_WORDS)
    await _submit(visitor, OWN_WORDS)


async def _draft(expert: Visitor, question: str, state_question: str, words: str, paragraph: str) -> None:
    """Read the answers, merge their words into a new paragraph, write it, set the position, give reasons."""
    await expert.open(f"/desk/{OPEN}/questions/{question}")
    read = await expert.text()
    assert words.split(".", maxsplit=1)[0] in read
    assert OWN_WORDS.split(".", maxsplit=1)[0] in read
    await expert.open(f"/desk/{OPEN}/submission/{state_question}")
    desk = expert.page
    for voice in (words, OWN_WORDS):
        first = voice.split(".", maxsplit=1)[0]
        await desk.locator(f'.select-words li:has(label:has-text("{first}")) input').first.check()
    await desk.locator('select[name="merge.into"]').select_option("new")
    await expert.press('button[formaction*="/sources?"]')
    assert await desk.locator('.paragraph textarea[name$=".text"]').count() == 1
    await desk.locator('.paragraph textarea[name$=".text"]').fill(paragraph)
    await expert.press('.paragraph [role="group"]:has(textarea[name$=".text"]) button')
    assert paragraph in await expert.text(".sheet")
    sources = desk.locator(f'.paragraph:has-text("{paragraph}") .source q')
    assert await sources.count() == 2
    save = 'button[formaction*="/answer?"]'
    if not await desk.locator(save).is_visible():
        await desk.locator(f"details:has({save}) > summary").click()
    await expert.choose("answer.position", "in_part")
    await expert.press(save)
    await _decide(expert, paragraph)
    await expert.press('button[formaction*="/send?"]')
    assert not await desk.locator('button[formaction*="/send?"]').count()


async def _decide(expert: Visitor, paragraph: str) -> None:
    """A decision and a reason for every answer that has none; the new paragraph took all of them up."""
    desk = expert.page
    number = await desk.locator(f'.paragraph:has-text("{paragraph}")').get_attribute("id")
    assert number
    at = int(number.removeprefix("p"))
    while await desk.locator(".decisions > li.is-open").count():
        waiting = desk.locator(".decisions > li.is-open").first
        here = await waiting.get_attribute("id")
        await waiting.locator('[name$=".decision"]').select_option("used")
        await waiting.locator('[name$=".reason"]').fill(REASON)
        await waiting.locator('[name$=".paragraph_id"]').select_option(index=at)
        await expert.press(f'[id="{here}"] [role="group"] button')
        assert await desk.locator(f'[id="{here}"].is-open').count() == 0


@pytest.mark.parametrize(
    ("number", "way"),
    [
        pytest.param(0, WAYS[0], id="en"),
        pytest.param(1, WAYS[1], id="ar", marks=pytest.mark.thorough),
        pytest.param(2, WAYS[2], id="fr-without-scripts", marks=pytest.mark.thorough),
    ],
)
async def test_words_go_all_the_way_and_their_author_learns_what_became_of_them(
    visitors: Visitors, portal: Portal, number: int, way: tuple[str, bool, str, str]
) -> None:
    language, scripts, question, state_question = way
    words, paragraph = WORDS[language]
    options: dict[str, Any] = {"java_script_enabled": scripts}
    seeded = portal.seeded
    contributor = await visitors.new(language, viewport=PHONE, **options)
    code = seeded.invitation_codes()[number]
    receipt = await _contribute_confidentially(contributor, code, question, words)
    await seeded.end_the_day()
    organisation = await visitors.new(language, viewport=PHONE, **options)
    await _contribute_by_name(organisation, seeded, question)
    expert = await visitors.person(seeded.key_of("expert"), language, **options)
    await _draft(expert, question, state_question, words, paragraph)
    focal_point = await visitors.person(seeded.key_of("focal_point"), language, **options)
    await focal_point.open(f"/desk/{OPEN}/submission/{state_question}")
    await focal_point.press('button[formaction*="/approve?"]')
    assert await focal_point.page.locator('button[formaction*="/reopen?"]').count() == 1
    back = await visitors.bearer(receipt, language, **options)
    await back.press('main a[href$="/reasons"]')
    shown = await back.text()
    assert REASON in shown
    assert paragraph in shown
    everybody = (contributor, organisation, expert, focal_point, back)
    assert [said for visitor in everybody for said in visitor.complaints] == []
