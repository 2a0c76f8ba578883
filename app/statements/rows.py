"""One row of a table of statements: what its cells must hold, and what tells two rows apart."""

import hashlib
import re
import unicodedata
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields

from app.contributions.schemas import NARRATIVE_LIMIT
from app.organisations import names
from app.organisations.models import OPEN_KINDS, OrganisationKind
from app.platform import signs
from app.platform.i18n import CODES, Message, _

# The widest cell each column takes; the statement has a limit of its own.
WIDTHS = {"source": 300, "organisation": 200, "instrument": 16, "article": 16, "topic": 200}
KINDS = {kind.value: kind for kind in OPEN_KINDS}
UNATTRIBUTED = "unattributed"
COUNTRY = re.compile(r"[A-Z]{2}")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# What is left of letters after a table was saved in the wrong way: a sign for the unknown, question marks
# where letters were, and letters that are really the bytes of others.
LOST = re.compile("\ufffd|(?<!\\S)\\?{3,}|[ÃÂÐÑØÙ][\x80-\xbf]|â€")
READ_BY_PEOPLE = ("source", "organisation", "topic", "statement")
AROUND = 20

CellProblem = tuple[str, Message, Message]


@dataclass(frozen=True, slots=True)
class Row:
    """A statement with who said it, where it stands and what it is about."""

    line: int
    source: str
    organisation: str
    organisation_type: str
    based_in: str
    language: str
    instrument: str
    article: str
    topic: str
    statement: str

    @property
    def cells(self) -> dict[str, str]:
        """The columns without the line, which is not part of what was said."""
        return {name: text for name, text in asdict(self).items() if name != "line"}

    @property
    def kind(self) -> OrganisationKind:
        """What sort of organisation speaks."""
        return KINDS[self.organisation_type]

    @property
    def is_unattributed(self) -> bool:
        """Whether the record names nobody: the statement is taken in under a label, without a name."""
        return not self.organisation

    @property
    def speaker(self) -> tuple[str, str]:
        """What makes two rows come from the same voice: a name that reads alike, and a place.

        Statements without a name belong together when they stand at the same place of the same source.
        """
        if self.is_unattributed:
            return "", self.source
        return speaker_key(self.organisation, self.based_in)

    @property
    def fingerprint(self) -> str:
        """The same for the same row, whatever file or line it comes from."""
        return hashlib.sha256("\x1f".join(self.cells.values()).encode()).hexdigest()


COLUMNS = tuple(each.name for each in fields(Row) if each.name != "line")


def speaker_key(name: str, based_in: str) -> tuple[str, str]:
    """The organisation a name and a place stand for."""
    return names.same(name), based_in.upper()


def one_voice(speakers: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Each speaker with whom it is one: a name without a place is the one place where that name is known."""
    places: dict[str, set[str]] = {}
    for name, based_in in speakers:
        places.setdefault(name, set()).update({based_in} - {""})
    return {
        (name, based_in): (name, next(iter(places[name])) if len(places[name]) == 1 else based_in)
        for name, based_in in speakers
    }


def check_row(line: int, raw: dict[str, str], instruments: Collection[str]) -> tuple[Row, list[CellProblem]]:
    """The row with its spaces set right, and what is wrong with its cells; `instruments` are known codes."""
    cells = {name: _tidy(name, raw.get(name, "")) for name in COLUMNS}
    problems = [*_unstorable(cells), *_empty(cells), *_too_long(cells), *_unknown(cells, instruments)]
    return Row(line, **cells), problems


def _tidy(name: str, text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    if name == "statement":
        return text.replace("\r\n", "\n").replace("\r", "\n").strip()
    text = " ".join(text.split())
    if name == "organisation" and names.is_empty(text):
        return ""
    if name in {"based_in", "instrument"}:
        return signs.plain(text).upper()
    if name == "article":
        return signs.digits(text).upper()
    if name == "organisation_type":
        return signs.plain(text).lower().replace(" ", "_")
    return signs.plain(text).lower() if name == "language" else text


def _unstorable(cells: dict[str, str]) -> list[CellProblem]:
    told = _("This cell holds a character that cannot be stored.")
    fix = _("Remove the character: you do not see it, so type the words around it again.")
    return [(name, told, fix) for name, text in cells.items() if CONTROL.search(text)]


def lost_letters(row: Row) -> list[CellProblem]:
    """The cells of a row in which letters seem to be lost; nobody can be sure, so the row stays."""
    fix = _("Look it up where it comes from. If the letters are wrong there too, there is nothing to do.")
    found: list[CellProblem] = []
    for name in READ_BY_PEOPLE:
        text = row.cells[name]
        if place := LOST.search(text):
            part = text[max(0, place.start() - AROUND) : place.end() + AROUND]
            found.append((name, _("Letters seem to be lost in this cell: “%(part)s”", part=part), fix))
    return found


def _empty(cells: dict[str, str]) -> list[CellProblem]:
    found: list[CellProblem] = []
    if not cells["statement"]:
        found.append(
            ("statement", _("The statement is empty."), _("Write the statement, or leave the row out."))
        )
    if not cells["organisation"] and cells["organisation_type"] != UNATTRIBUTED:
        told = _("No organization is named.")
        fix = _("Name the organization that said this, or write “unattributed” as its type.")
        found.append(("organisation", told, fix))
    return found


def _too_long(cells: dict[str, str]) -> list[CellProblem]:
    limits = {**WIDTHS, "statement": NARRATIVE_LIMIT}
    return [
        (
            name,
            _("This cell has %(given)s characters.", given=len(cells[name])),
            _("Shorten it to at most %(limit)s characters.", limit=limit),
        )
        for name, limit in limits.items()
        if len(cells[name]) > limit
    ]


def _unknown(cells: dict[str, str], instruments: Collection[str]) -> list[CellProblem]:
    found: list[CellProblem] = []
    for name, known in (
        ("language", CODES),
        ("organisation_type", tuple(KINDS)),
        ("instrument", tuple(instruments)),
    ):
        if name == "organisation_type" and not cells["organisation"]:
            continue
        if cells[name] not in known:
            told = _("“%(given)s” is not known here.", given=cells[name][:60])
            found.append((name, told, _("Use one of: %(known)s.", known=", ".join(known))))
    if cells["based_in"] and not COUNTRY.fullmatch(cells["based_in"]):
        told = _("“%(given)s” is not the code of a country.", given=cells["based_in"][:60])
        found.append(("based_in", told, _("Write two letters such as MX, or leave the cell empty.")))
    return found
