"""Statements on the command line: a report, and with --yes the import itself."""

import sys
from pathlib import Path

from app.platform.db import Database
from app.platform.errors import AppError
from app.statements import queries, service
from app.statements.formats import Finding, readable
from app.statements.plan import Fate, Preview


def read(file: Path) -> bytes | None:
    """What the file holds; nothing, and a line saying why, where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as problem:
        _say(f"{file}: {problem.strerror}", error=True)
        return None


async def run(db: Database, slug: str, email: str, data: bytes, *, write: bool) -> int:
    """Look at a table as this facilitator, or take it in; returns the exit code."""
    try:
        async with db.write() if write else db.read() as session:
            actor = await queries.find_actor_by_email(session, email)
            if actor is None:
                _say(f"Nobody has the address {email}.", error=True)
                return 2
            act = service.import_statements if write else service.preview_statements
            seen = await act(session, actor, slug, data)
    except AppError as problem:
        _say(str(problem.detail), error=True)
        return 1
    _report(seen, written=write)
    return 0 if not seen.table.problems else 1


def _report(seen: Preview, *, written: bool) -> None:
    for finding in seen.table.findings:
        _say(_line(finding))
    for each in seen.plan.placed:
        code = seen.version.codes[each.question_id] if each.question_id else ""
        reason = str(each.reason or "")
        _say("\t".join([f"line {each.row.line}", each.fate.value, code, reason, each.row.organisation]))
    counts = ", ".join(f"{fate.value} {len(seen.plan.of(fate))}" for fate in Fate)
    _say(f"{counts}, with problems {len(seen.table.lost_lines)}, new organizations {seen.new_organisations}")
    _say("Taken in." if written else "Nothing was written. Add --yes to take the statements in.")


def _line(finding: Finding) -> str:
    place = f"line {finding.line}" + (f", {finding.column}" if finding.column else "")
    return f"{place}: {finding.problem} {finding.remedy}"


def _say(text: str, *, error: bool = False) -> None:
    stream = sys.stderr if error else sys.stdout
    stream.write("\t".join(readable(part) for part in text.split("\t")) + "\n")
