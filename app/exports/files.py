"""The files a submission is made final as: a Word document, and the document itself as JSON."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from app.exports.document import Document, QuestionChange, by_todays_names
from app.platform import i18n
from app.platform.i18n import Message, _
from app.platform.word import Writer
from app.questionnaires.positions import POSITION_NAMES, Position

MEDIA = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
CHANGE_NAMES: dict[str, Message] = {
    "added": _("Added"),
    "removed": _("Removed"),
    "changed": _("Changed"),
}
NO_POSITION = _("No position yet")


def safe_name(slug: str) -> str:
    """A file name every system takes."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", slug).strip("-") or "submission"


def as_json(
    document: Document,
    checksum: str = "",
    changes: Sequence[QuestionChange] = (),
    redacted_on: date | None = None,
) -> bytes:
    """The document itself with its checksum and what changed since the export before."""
    whole = {**document, "checksum": checksum, "changes": [change.as_json() for change in changes]}
    if redacted_on:
        whole["redacted_on"] = redacted_on.isoformat()
    return json.dumps(whole, ensure_ascii=False, indent=2).encode()


def as_word(
    document: Document,
    checksum: str = "",
    changes: Sequence[QuestionChange] = (),
    redacted_on: date | None = None,
) -> bytes:
    """A Word document: the submission question by question, then what changed since the export before."""
    document = by_todays_names(document)
    language = document["language"]
    made_at = datetime.fromisoformat(document["made_at"])
    title = document["consultation"]["title"]
    writer = Writer(language, title, made_at)
    pen = Pen(writer, language)
    writer.heading(title, 0)
    if document["is_draft"]:
        writer.on_every_page(pen.say(_("DRAFT: not approved, not final")))
    pen.front(document, made_at, checksum)
    if redacted_on:
        pen.redacted(redacted_on)
    for question in document["questions"]:
        pen.question(question)
    if changes:
        writer.page_break()
        before = document["number"] - 1
        writer.heading(pen.say(_("What changed since final file %(number)s", number=before)), 1)
        writer.note(pen.say(_("Inserted words are underlined, removed words are struck through.")))
        for change in changes:
            pen.change(change)
    writer.page_numbers()
    return writer.save()


class Pen:
    """Writes the parts of a submission in its language."""

    def __init__(self, writer: Writer, language: str) -> None:
        self.writer = writer
        self.language = language

    def say(self, message: Message) -> str:
        """Words of the portal in the submission's language."""
        return message.in_language(self.language)

    def front(self, document: Document, made_at: datetime, checksum: str) -> None:
        """What the document is: State, instruments, date, number, checksum."""
        instruments = "; ".join(each["name"] for each in document["instruments"])
        rows = [
            (_("State under review"), document["state"]["name"]),
            (_("Instruments"), instruments),
            (_("Cluster and phase"), f"{document['cluster']}, {document['phase']}"),
            (_("Language"), i18n.language_name(self.language, self.language)),
            (_("Made on"), i18n.instant(made_at, self.language)),
        ]
        if document["number"]:
            rows.append((_("Final file"), str(document["number"])))
        if checksum:
            rows.append((_("Checksum (SHA-256)"), checksum))
        self.writer.table((self.say(label), value) for label, value in rows)

    def redacted(self, on: date) -> None:
        """That this is not, word for word, what was made final."""
        day = i18n.day(on, self.language)
        self.writer.note(
            self.say(
                _(
                    "Words in this file were withdrawn by their author. They were taken out on %(day)s. The checksum is that of the file as it was made.",
                    day=day,
                )
            )
        )

    def question(self, question: Mapping[str, Any]) -> None:
        """One question with everything that answers it."""
        writer = self.writer
        provision = question["provision"] or question["instrument"]
        writer.heading(f"{question['code']} · {provision}", 1)
        prompt = question["prompt"]
        writer.text(prompt["text"], language=prompt["language"], bold=True)
        writer.labelled(self.say(_("Position")), self.position(question["position"]))
        if not question["paragraphs"]:
            writer.text(self.say(_("There is no text yet.")))
        for paragraph in question["paragraphs"]:
            writer.text(paragraph["text"])
            sources = self.sources(paragraph["sources"])
            if sources:
                writer.note(sources)
        self.references(question)
        if question["assistance"]:
            writer.labelled(self.say(_("Assistance needed")), question["assistance"])
        if question["approved_on"]:
            day = i18n.day(datetime.fromisoformat(question["approved_on"]).date(), self.language)
            writer.note(self.say(_("Approved on %(day)s", day=day)))

    def position(self, value: str | None) -> str:
        """The State's position in words."""
        return self.say(POSITION_NAMES[Position(value)] if value else NO_POSITION)

    def sources(self, sources: Mapping[str, Any]) -> str:
        """Whose words a paragraph rests on, as far as they allowed it."""
        said = [*sources["organisations"]]
        if sources["unnamed"]:
            said.append(self.say(_("contributions without a name: %(count)s", count=sources["unnamed"])))
        if sources["not_public"]:
            said.append(
                self.say(_("contributions that are not public: %(count)s", count=sources["not_public"]))
            )
        return self.say(_("Sources: %(sources)s", sources="; ".join(said))) if said else ""

    def references(self, question: Mapping[str, Any]) -> None:
        """The laws that are cited and the links, as lists."""
        cited = question["citations"]
        if cited:
            self.writer.heading(self.say(_("Laws and provisions")), 2)
            for each in cited:
                self.writer.link(each["title"], each["url"])
        if question["links"]:
            self.writer.heading(self.say(_("Links")), 2)
            for link in question["links"]:
                self.writer.link("", link)

    def change(self, change: QuestionChange) -> None:
        """What changed in one question."""
        writer = self.writer
        kind = "" if change.kind == "changed" else f" · {self.say(CHANGE_NAMES[change.kind])}"
        writer.heading(f"{change.code}{kind}", 2)
        if change.position:
            before, after = (self.position(each) for each in change.position)
            writer.labelled(self.say(_("Position")), f"{before} → {after}")
        for paragraph in change.paragraphs:
            label = self.say(CHANGE_NAMES[paragraph.kind])
            writer.note(self.say(_("%(what)s: paragraph %(number)s", what=label, number=paragraph.number)))
            writer.compared(paragraph.parts)
        for kind, cited in (("added", change.added), ("removed", change.removed)):
            for each in cited:
                writer.compared([(kind, " ".join(filter(None, (each["title"], each["url"]))))], "List Bullet")
        if change.assistance:
            writer.note(self.say(_("Assistance needed")))
            writer.compared(change.assistance)
