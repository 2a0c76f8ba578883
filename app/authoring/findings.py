"""The check list: each finding with the page where it is mended, texts of a language counted together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.platform.i18n import Message, _
from app.questionnaires.checks import Finding, check
from app.questionnaires.definition import Definition, Readiness, units_of
from app.questionnaires.drift import Drift

# More missing texts of one language than this become one line.
FEW = 8


@dataclass(frozen=True, slots=True)
class Mend:
    """One line of the check list; `route` and `params` lead to where it is mended."""

    message: Message
    blocks: bool
    route: str
    params: Mapping[str, Any]
    code: str = ""
    field: str = ""
    language: str = ""
    count: int = 1
    query: Mapping[str, Any] | None = None
    anchor: str = ""


def mends_of(
    definition: Definition, where: Mapping[str, Any], drifts: Sequence[Drift], place: str = ""
) -> list[Mend]:
    """Everything to mend, what blocks first; with a place, only what is to mend there."""
    found = [
        finding
        for finding in check(definition)
        if not place or finding.place == place or finding.place.startswith(f"{place}:")
    ]
    states = {unit.key: unit for unit in units_of(definition)}
    mends = [_mend(finding, where) for finding in found if not finding.language]
    grouped: dict[tuple[str, Readiness], list[Finding]] = {}
    for finding in found:
        if finding.language:
            state = states[finding.place].readiness(finding.language)
            grouped.setdefault((finding.language, state), []).append(finding)
    for (_language, state), group in grouped.items():
        mends += _of_language(group, state, where, together=not place and len(group) > FEW)
    mends += [_drift(drift, where) for drift in drifts]
    return sorted(mends, key=lambda mend: not mend.blocks)


def _of_language(
    findings: Sequence[Finding], state: Readiness, where: Mapping[str, Any], *, together: bool
) -> list[Mend]:
    if not together:
        return [_mend(finding, where, state) for finding in findings]
    first = findings[0]
    return [
        Mend(
            message=first.message,
            blocks=first.blocks,
            route="authoring.texts",
            params={**where, "lang": first.language},
            language=first.language,
            count=len(findings),
            query={"state": state.value},
        )
    ]


def _mend(finding: Finding, where: Mapping[str, Any], state: Readiness | None = None) -> Mend:
    group, _colon, rest = finding.place.partition(":")
    code = rest.removesuffix(f":{finding.field}")
    given: dict[str, Any] = {
        "message": finding.message,
        "blocks": finding.blocks,
        "field": finding.field,
        "language": finding.language,
        "code": code,
    }
    if finding.language and group == "q":
        params = {**where, "code": code, "lang": finding.language}
        return Mend(route="authoring.translate", params=params, **given)
    if finding.language:
        params = {**where, "lang": finding.language}
        query = {"group": group, "state": state.value if state else ""}
        return Mend(route="authoring.texts", params=params, query=query, **given)
    match group:
        case "q":
            return Mend(
                route="authoring.question", params={**where, "code": code}, anchor=_anchor(finding), **given
            )
        case "s":
            return Mend(route="authoring.section", params={**where, "code": code}, **given)
        case "c":
            name = code.partition("/")[0]
            return Mend(route="authoring.choices", params={**where, "list_name": name}, **given)
        case "g":
            return Mend(route="authoring.term", params={**where, "key": code}, **given)
    return Mend(route="authoring.version", params=where, anchor="add", **given)


def _anchor(finding: Finding) -> str:
    is_text = finding.place.endswith(f":{finding.field}")
    return f"texts-{finding.field}" if is_text else finding.field if finding.field != "code" else ""


def _drift(drift: Drift, where: Mapping[str, Any]) -> Mend:
    codes = {"mine": drift.civil_society.code, "theirs": drift.state.code}
    message = _("A question changed since it was mapped: %(mine)s informs %(theirs)s.", **codes)
    return Mend(message, True, "authoring.drift", where, anchor=f"{codes['mine']}-{codes['theirs']}")
