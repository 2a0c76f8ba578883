"""What stands between a form and a questionnaire: the cell, what is wrong, and what its author can do."""

from dataclasses import dataclass, field

from app.platform.i18n import Message, _
from app.questionnaires.definition import Definition

MOST = 200
NOTHING_TO_DO = _("Nothing to do.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing about a cell; `row` is 0 and `column` empty where the whole sheet is meant."""

    sheet: str
    row: int
    column: str
    problem: Message
    remedy: Message = NOTHING_TO_DO


@dataclass(frozen=True, slots=True)
class FormRead:
    """What became of a file: a definition, or the reasons why not; notices are worth knowing.

    `is_named` where the form itself has a name, which nobody made of the name of its file; `made_of` is the
    beginning of the checksum of what the portal wrote, in a workbook that the portal wrote.
    """

    definition: Definition | None
    refusals: tuple[Refusal, ...] = ()
    notices: tuple[Refusal, ...] = ()
    is_named: bool = True
    made_of: str = ""


class Refused(Exception):
    """The file cannot be looked at any further."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(len(refusals))
        self.refusals = refusals


@dataclass(slots=True)
class Report:
    """Collects refusals and notices while a form is read; each once, and no more than somebody reads."""

    refusals: dict[Refusal, None] = field(default_factory=dict)
    notices: dict[Refusal, None] = field(default_factory=dict)

    def refuse(self, sheet: str, row: int, column: str, problem: Message, remedy: Message) -> None:
        """Note why the form cannot be taken."""
        if len(self.refusals) < MOST:
            self.refusals[Refusal(sheet, row, column, problem, remedy)] = None

    def notice(self, sheet: str, row: int, column: str, problem: Message) -> None:
        """Note what is left out."""
        if len(self.notices) < MOST:
            self.notices[Refusal(sheet, row, column, problem)] = None
