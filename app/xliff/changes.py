"""Taking translations in: what a file changes in a definition, text by text, and why not where it does not."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from app.platform.forms import UNKEPT, UNSTORABLE
from app.platform.i18n import Message, _
from app.questionnaires.definition import Definition, Mark, Progress, Readiness, Unit, fingerprint, units_of
from app.xliff import document as xliff
from app.xliff import inline
from app.xliff.document import FileUnit, TextsFile


class Outcome(StrEnum):
    """What became of one text of a file."""

    TAKEN = "taken"
    SAME = "same"
    OUTDATED = "outdated"
    STAYS = "stays"
    EMPTY = "empty"
    ABSENT = "absent"
    UNKNOWN = "unknown"
    REFUSED = "refused"


OUTCOME_NAMES: dict[Outcome, Message] = {
    Outcome.TAKEN: _("Imported"),
    Outcome.SAME: _("As it was"),
    Outcome.OUTDATED: _("Translated from an older text: to be looked at again"),
    Outcome.STAYS: _("Left out: the portal has a translation of the text as it is today"),
    Outcome.EMPTY: _("Not translated in the file: what was there stays"),
    Outcome.ABSENT: _("Not in the file: what was there stays"),
    Outcome.UNKNOWN: _("Not a text of this version"),
    Outcome.REFUSED: _("Refused"),
}
# What the table of a report names; the others are numbers only.
TOLD = frozenset(Outcome) - {Outcome.SAME, Outcome.TAKEN, Outcome.ABSENT}
TOO_LONG = _("The translation is too long: at most %(max)s characters.", max=xliff.LONGEST)
TWICE = _("The file has this text more than once.")


@dataclass(frozen=True, slots=True)
class Line:
    """One text: what became of it, whether that changed anything, and the reason where one is due."""

    id: str
    outcome: Outcome
    changed: bool = False
    reason: Message | None = None
    text: str = ""

    @property
    def name(self) -> Message:
        """What became of it, in words."""
        return OUTCOME_NAMES[self.outcome]

    @property
    def place(self) -> tuple[str, Message]:
        """What the text belongs to, and which text it is."""
        return xliff.place_of(self.id)


@dataclass(frozen=True, slots=True)
class TextsReport:
    """What a file did."""

    language: str
    lines: tuple[Line, ...]

    @property
    def changed(self) -> int:
        """How many texts are not what they were."""
        return sum(line.changed for line in self.lines)

    @property
    def told(self) -> list[Line]:
        """The texts that somebody has to know of."""
        return [line for line in self.lines if line.outcome in TOLD]

    def count(self, *outcomes: Outcome) -> int:
        """How many texts came out so."""
        return sum(line.outcome in outcomes for line in self.lines)


def take(definition: Definition, file: TextsFile) -> TextsReport:
    """Write the translations of a file into a definition; the same file changes nothing the second time."""
    known = {xliff.token_of(unit.key): unit for unit in units_of(definition) if unit.source}
    times = Counter(entry.id for entry in file.units)
    lines: list[Line] = []
    for entry in file.units:
        unit = known.get(entry.id)
        if unit is None:
            lines.append(Line(entry.id[:120], Outcome.UNKNOWN, text=entry.target))
        elif times[entry.id] > 1:
            lines.append(Line(entry.id, Outcome.REFUSED, reason=TWICE, text=entry.target))
        else:
            lines.append(_take(unit, entry, file.language))
    lines += [Line(id_, Outcome.ABSENT) for id_ in known if id_ not in times]
    return TextsReport(file.language, tuple(lines))


def _take(unit: Unit, entry: FileUnit, language: str) -> Line:
    if not entry.target.strip():
        return Line(entry.id, Outcome.EMPTY)
    problem = _problem(unit, entry)
    if problem is not None:
        return Line(entry.id, Outcome.REFUSED, reason=problem, text=entry.target)
    is_of_today = _same_words(entry.source, unit.source)
    unchanged = entry.target == unit.text(language)
    readiness = unit.readiness(language)
    if not is_of_today:
        if readiness in {Readiness.DRAFT, Readiness.REVIEWED} and unit.carrier.states.get(unit.kind, {}).get(
            language
        ):
            return Line(entry.id, Outcome.STAYS, text=entry.target)
        changed = _write(unit, language, entry, fingerprint(entry.source))
        return Line(entry.id, Outcome.OUTDATED, changed, text=entry.target)
    if unchanged and readiness is Readiness.OUTDATED and entry.says_outdated:
        return Line(entry.id, Outcome.OUTDATED, text=entry.target)
    if unchanged and (entry.says_outdated or readiness is Readiness(entry.progress.value)):
        return Line(entry.id, Outcome.SAME)
    return Line(entry.id, Outcome.TAKEN, _write(unit, language, entry, fingerprint(unit.source)))


def _write(unit: Unit, language: str, entry: FileUnit, source: str) -> bool:
    """Put a translation with the text it was made from; whether that is news."""
    before = (unit.text(language), unit.carrier.states.get(unit.kind, {}).get(language))
    mark = Mark(state=Progress(entry.progress), source=source)
    if before == (entry.target, mark):
        return False
    unit.put(language, entry.target, entry.progress)
    unit.carrier.states[unit.kind][language] = mark
    return True


def _problem(unit: Unit, entry: FileUnit) -> Message | None:
    """Why a translation cannot stand, if so; it must have the placeholders and tags of its own source."""
    if len(entry.target) > xliff.LONGEST:
        return TOO_LONG
    if UNKEPT.search(entry.target):
        return UNSTORABLE
    wanted, found = inline.protected(entry.source), inline.protected(entry.target)
    if _same_words(entry.source, unit.source):
        wanted = inline.protected(unit.source)
    lost, added = (", ".join((a - b).elements()) for a, b in ((wanted, found), (found, wanted)))
    if lost and added:
        return _(
            "Placeholders or tags differ: %(lost)s is missing, %(added)s is too much.", lost=lost, added=added
        )
    if lost:
        return _("A placeholder or tag is missing: %(lost)s.", lost=lost)
    if added:
        return _("A placeholder or tag is not in the source: %(added)s.", added=added)
    return None


def _same_words(one: str, other: str) -> bool:
    """Whether two sources are the same text; tools are careless with spaces and ends of lines."""
    return one == other or one.split() == other.split()
