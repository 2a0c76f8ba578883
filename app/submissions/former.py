"""What programs called things until October 2026 (docs/glossary.md): taken and given until the next release."""

from typing import Any

from app.platform.i18n import Message
from app.submissions.models import DECISION_NAMES, DecisionKind, NationalAnswerState

OLD: dict[str, Any] = {"deprecated": True}
KINDS = {
    DecisionKind.USED: "taken_up",
    DecisionKind.USED_IN_PART: "taken_up_in_part",
    DecisionKind.NOTED: "noted",
    DecisionKind.NOT_USED: "not_taken_up",
    DecisionKind.OUTSIDE_SUBJECT: "out_of_scope",
}
KIND_OF = {former: kind.value for kind, former in KINDS.items()}
STATES = {
    NationalAnswerState.DRAFTING: "drafting",
    NationalAnswerState.FOR_APPROVAL: "proposed",
    NationalAnswerState.APPROVED: "cleared",
}
# Decisions by all their names: the record of acts says what they were called then.
NAMES: dict[str, Message] = {kind.value: name for kind, name in DECISION_NAMES.items()}
NAMES |= {former: DECISION_NAMES[kind] for kind, former in KINDS.items()}
_FIELDS = {"disposition": "decision", "passage_id": "paragraph_id"}


def renamed(data: Any) -> Any:
    """What was sent, its fields and the kind of decision by the names they have now; the newer name wins."""
    if not isinstance(data, dict):
        return data
    sent = {_FIELDS.get(name, name): value for name, value in data.items() if name in _FIELDS} | {
        name: value for name, value in data.items() if name not in _FIELDS
    }
    kind = sent.get("decision")
    return sent | {"decision": KIND_OF.get(kind, kind)} if isinstance(kind, str) else sent
