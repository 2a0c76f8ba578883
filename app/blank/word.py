"""The blank questionnaire as a Word document to be filled in and read back."""

from app.blank.controls import Controls
from app.blank.form import HOW, Blank, Field, Item, Part, Shape
from app.platform.i18n import Message, _
from app.platform.word import Writer
from app.questionnaires.compiled import Words
from app.questionnaires.models import Kind

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLACEHOLDERS: dict[Shape, Message] = {
    Shape.ONE_OF: _("Choose one."),
    Shape.LINE: _("Write here, on one line."),
    Shape.NUMBER: _("A number in digits."),
    Shape.DAY: _("Choose or write a date."),
    Shape.WORDS: _("Write here."),
}
DRAFT = _("DRAFT: not published, the questions may change")


def write_blank(blank: Blank) -> bytes:
    """The document; the same version gives the same bytes."""
    return _Pen(blank).write()


class _Pen:
    """Writes one blank questionnaire."""

    def __init__(self, blank: Blank) -> None:
        self.blank = blank
        self.writer = Writer(blank.language, str(blank.title), blank.made_at)
        self.controls = Controls(self.writer)

    def say(self, message: Message) -> str:
        """Words of the portal in the questionnaire's language."""
        return message.in_language(self.blank.language)

    def write(self) -> bytes:
        """Everything from the title to the glossary."""
        blank, writer = self.blank, self.writer
        if blank.is_draft:
            writer.on_every_page(self.say(DRAFT))
        writer.heading(str(blank.title), 0)
        self.front()
        for part in blank.parts:
            self.part(part)
        if blank.glossary:
            writer.heading(self.say(_("What the words mean")), 1)
            for term in blank.glossary:
                writer.labelled(str(term.term), str(term.meaning))
        writer.page_numbers()
        self.controls.protect()
        properties = writer.document.core_properties
        properties.identifier, properties.version = blank.name, str(blank.number)
        return writer.save()

    def front(self) -> None:
        """What this is, which version, and how answers come back."""
        blank, writer = self.blank, self.writer
        self.words(blank.introduction)
        for message in HOW[blank.edition]:
            writer.text(self.say(message), "List Bullet", blank.language)
        version = writer.labelled(self.say(_("Version")), "")
        self.controls.fixed(version, "version", self.say(_("Version")), blank.name)
        language = writer.labelled(self.say(_("Language")), "")
        self.controls.fixed(language, "language", self.say(_("Language")), blank.language)

    def words(self, text: Words | None, *, bold: bool = False, leads: bool = False) -> None:
        """A text of the questionnaire in the language it is really in."""
        if not text:
            return
        paragraph = self.writer.text(str(text), language=text.language, bold=bold)
        paragraph.paragraph_format.keep_with_next = leads

    def part(self, part: Part) -> None:
        """A section."""
        self.writer.heading(" ".join(filter(None, (part.number, str(part.title)))), part.level)
        for item in part.items:
            self.item(item, part.level + 1)

    def item(self, item: Item, level: int) -> None:
        """A question: what it is about, when to answer it, what is asked, and where to answer."""
        question, writer = item.question, self.writer
        topic = str(question.texts.get("topic", ""))
        writer.heading(f"{question.number}. {topic} ({question.code})", level)
        writer.note(self.say(question.place))
        for only_if in item.only_if:
            writer.text(self.say(only_if.sentence), language=self.blank.language)
            for clause in only_if.clauses:
                writer.text(self.say(clause), "List Bullet", self.blank.language)
        self.words(question.texts.get("prompt"), bold=True, leads=True)
        self.words(question.texts.get("help"))
        if question.kind is Kind.NOTE:
            self.words(question.texts.get("account"))
        self.aside(_("Why we ask this"), question.texts.get("why"))
        self.aside(_("An example of a good short answer"), question.texts.get("example"))
        for field in item.fields:
            self.field(field, f"{question.code}: {self.say(field.name)}")

    def aside(self, label: Message, text: Words | None) -> None:
        """Something that helps to answer."""
        if text:
            self.writer.labelled(self.say(label), str(text))

    def field(self, field: Field, name: str) -> None:
        """A place to answer under its name and what is asked there."""
        label = self.writer.text(self.say(field.name), language=self.blank.language, bold=True)
        label.paragraph_format.keep_with_next = True
        self.words(field.prompt, leads=True)
        if field.longest:
            self.writer.note(self.say(_("At most %(max)s characters.", max=field.longest)))
        if field.shape is Shape.SOME_OF:
            for option in field.options:
                self.controls.box(option.tag, str(option.label), option.label.language)
            return
        placeholder = self.say(PLACEHOLDERS[field.shape])
        if field.shape is Shape.ONE_OF:
            options = [(option.value, str(option.label)) for option in field.options]
            self.controls.one_of(field.tag, name, placeholder, options)
        elif field.shape is Shape.DAY:
            self.controls.day(field.tag, name, placeholder)
        else:
            self.controls.words(field.tag, name, placeholder, lines=field.shape is Shape.WORDS)
