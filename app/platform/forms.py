"""Forms: parsed, checked against forgery, validated; what was typed is always kept."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.datastructures import UploadFile

from app.platform.csrf import check_csrf, check_site, is_foreign, is_ours
from app.platform.errors import AppError, Invalid, TooLarge
from app.platform.i18n import Message, _

M = TypeVar("M", bound=BaseModel)
MAX_FIELDS = 10_000  # the page on which an answer is written has some 1,200 controls
MAX_DIGITS = 4  # of the place in a list
MAX_DEPTH = 12  # of a name: no page has a field that lies deeper
Fields = dict[str, list[str]]


class Problem(ValueError):
    """A validation failure with a sentence of its own; raise it in a validator."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(message.text)


class Input(BaseModel):
    """What every input has in common: no unknown type changes, nothing a database cannot keep."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def refuse_unstorable(cls, data: Any) -> Any:
        """Refuse the one character no database keeps, and broken surrogates."""
        for text in _strings(data):
            if UNKEPT.search(text):
                raise Problem(UNSTORABLE)
        return data


UNKEPT = re.compile("[\x00\ud800-\udfff]")
UNSTORABLE = _("The text holds a character that cannot be stored. Remove it and save again.")


def _strings(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data]
    if isinstance(data, dict):
        return [text for value in data.values() for text in _strings(value)]
    if isinstance(data, list | tuple):
        return [text for value in data for text in _strings(value)]
    return []


def _one_line(value: str) -> str:
    if "\n" in value or "\r" in value:
        raise Problem(_("Write this on one line."))
    return value.strip()


OneLine = Annotated[str, AfterValidator(_one_line)]


def _web_address(value: str) -> str:
    if value and not value.lower().startswith(("https://", "http://")):
        raise Problem(_("A web address starts with https:// or http://."))
    return value


# An address a reader can follow, or none.
WebAddress = Annotated[OneLine, AfterValidator(_web_address), Field(max_length=2000)]


class Nothing(Input):
    """A form that is only a button."""


@dataclass
class FormOf(Generic[M]):
    """A form that came in: the values as typed, and either the data or the errors by field."""

    values: dict[str, Any] = field(default_factory=dict)
    data: M | None = None
    errors: dict[str, Message] = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)
    problem: AppError | None = None  # why it was refused, where a service refused it

    @property
    def valid(self) -> M:
        """The data; raises Invalid with the errors if there is none."""
        if self.data is None:
            raise Invalid(self.errors)
        return self.data


SENTENCES: dict[str, Message] = {
    "missing": _("Fill this in."),
    "string_too_short": _("Fill this in."),
    "string_too_long": _("This is too long: at most %(max_length)s characters."),
    "too_long": _("There are too many of these: at most %(max_length)s."),
    "int_parsing": _("Write a whole number."),
    "enum": _("Choose one of the answers on this page."),
    "literal_error": _("Choose one of the answers on this page."),
    "date_parsing": _("Write the date as year-month-day, for example 2026-03-09."),
    "date_from_datetime_parsing": _("Write the date as year-month-day, for example 2026-03-09."),
    "datetime_parsing": _("Write the date and time as in 2026-03-09T23:59."),
    "datetime_from_date_parsing": _("Write the date and time as in 2026-03-09T23:59."),
    "uuid_parsing": _("Choose one of the answers on this page."),
    "greater_than_equal": _("The number is too small: at least %(ge)s."),
    "less_than_equal": _("The number is too large: at most %(le)s."),
}
# Sentences that do not say what they are about.
GENERAL = frozenset(sentence.text for sentence in SENTENCES.values())
NOT_UNDERSTOOD = _("We could not read this. Please check it.")


def sentences(problem: ValidationError | list[Any]) -> dict[str, Message]:
    """Pydantic's findings as one sentence a field, in words a contributor understands."""
    found: dict[str, Message] = {}
    errors = problem.errors() if isinstance(problem, ValidationError) else problem
    for error in errors:
        where = "-".join(str(part) for part in error["loc"] if part not in {"body", "path", "query"})
        context = error.get("ctx", {})
        cause = context.get("error")
        if isinstance(cause, Problem):
            sentence = cause.message
        else:
            kind = error["type"]
            if kind in {"too_long", "too_short"} and isinstance(error.get("input"), str):
                kind = f"string_{kind}"  # a text that is cleaned first is measured like a list
            known = SENTENCES.get(kind, NOT_UNDERSTOOD)
            sentence = Message(known.text, {k: v for k, v in context.items() if f"%({k})s" in known.text})
        found.setdefault(where, sentence)
    return found


def is_own_path(address: str) -> bool:
    """Whether an address that a browser brought is a path of this portal, and nothing a browser reads otherwise.

    Browsers drop control characters and turn strokes: "/<tab>/elsewhere" leads elsewhere.
    """
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return False
    return all(" " <= sign != "\x7f" for sign in address)


@dataclass(frozen=True)
class Sent:
    """What came with a POST: the fields of the form that was sent, and what stood in the others of its page.

    A page with several forms is one form of several parts, so that nothing typed is left behind: the
    fields of the part `reason` are named `reason.text`, and its button says `?part=reason`. Each part
    brings a digest (`was`) of what the page had filled in; a part that differs from it was changed.
    """

    part: str  # which part was sent; empty where the form has none
    fields: Fields  # of that part, without its prefix
    others: Fields  # of parts that were changed and not sent, with their prefixes
    files: dict[str, UploadFile]
    at: str  # the address of the page, from its path on; empty where no path of ours came
    was: str  # the digest of what the page had filled the sent fields in with
    unseen: frozenset[str]  # the names, with their prefixes, of fields and buttons whose values nobody sees
    proof: str
    is_ours: bool
    digest: str

    @property
    def typed(self) -> dict[str, str]:
        """The fields as single texts; of several values the last."""
        return {name: values[-1] for name, values in self.fields.items()}


RESERVED = frozenset({"csrf", "at", "was"})
OF_A_BUTTON = re.compile(r"b\d+\.")  # hidden fields of a part that is only a button: nobody typed them
# Fields that a page sends along for itself: nobody typed them, and nobody wants to read them.
FOR_THE_PAGE = frozenset({"version", "base", "before", "then", "settles", "carried", "next", "from"}) | {
    *("about", "code", "id", "key", "direction", "sources")
}
KEEPS = "keep-"  # where a page shows two versions of a field: which of them stays


def is_for_the_page(name: str) -> bool:
    """Whether a field of this name holds nothing that somebody typed."""
    plain = name.rpartition(".")[2]
    return plain in FOR_THE_PAGE or plain.startswith(KEEPS)


def counts(name: str, fields: Fields) -> bool:
    """Whether what stands in a field is what will be taken, on a page where one of two versions stays."""
    part, dot, plain = name.rpartition(".")
    kept = fields.get(f"{part}{dot}{KEEPS}{plain.rpartition('-')[2]}")
    return not kept or kept[-1] == ("joined" if plain.startswith("joined-") else "mine")


def digest_of(fields: Iterable[tuple[str, str]]) -> str:
    """A short digest of what stands in fields, the same for any order and whether empty ones are named."""
    filled = sorted((name, value.replace("\r\n", "\n")) for name, value in fields if value)
    return hashlib.sha256(json.dumps(filled).encode()).hexdigest()[:16]


# What forms carry and nobody writes: by their names, and what stands for a thing or for a place in a text.
UNWRITTEN = frozenset({"version", "base", "from", "into"})
REFERENCE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:\d*:\d*)?")


def written(name: str, values: Iterable[str]) -> list[str]:
    """What somebody wrote or chose in a field, and can read."""
    if name.rpartition(".")[2] in UNWRITTEN:
        return []
    return [value for value in values if value and not REFERENCE.fullmatch(value)]


def _fields_of(part: str, every: Fields) -> Fields:
    """The fields of one part without its prefix; of none, those that belong to no part."""
    if part:
        found = {n.removeprefix(f"{part}."): v for n, v in every.items() if n.startswith(f"{part}.")}
    else:
        parts = {name.removesuffix("was") for name in every if name.endswith(".was")}
        found = {
            n: v
            for n, v in every.items()
            if f"{n.partition('.')[0]}." not in parts and not OF_A_BUTTON.match(n)
        }
    return {name: values for name, values in found.items() if name not in RESERVED}


def _changed_parts(every: Fields, own: str) -> Fields:
    """The fields of all parts but one that hold something else than the page had filled in."""
    changed: Fields = {}
    for name, values in every.items():
        part, _dot, what = name.partition(".")
        if what != "was" or part == own:
            continue
        prefix = f"{part}."
        fields = {n: v for n, v in every.items() if n.startswith(prefix) and n != name}
        now = digest_of((n[len(prefix) :], value) for n, v in fields.items() for value in v)
        if now != values[-1].partition(";")[0]:
            changed |= fields
    return changed


def _unseen(every: Fields) -> frozenset[str]:
    """What the parts of a page say of themselves: `was` is a digest and the names of what nobody sees."""
    names: set[str] = set()
    for name, values in every.items():
        if name == "was" or name.endswith(".was"):
            names |= {name.removesuffix("was") + each for each in values[-1].split(";")[1:]}
    return frozenset(names)


def _texts(values: Iterable[Any]) -> list[str]:
    """Line ends as the browser had them before sending (HTML, form submission)."""
    return [str(value).replace("\r\n", "\n").replace("\r", "\n") for value in values]


async def read_form(request: Request) -> Sent:
    """Everything that a POST brought, read once a request."""
    known: Sent | None = getattr(request.state, "sent", None)
    if known is not None:
        return known
    # The body is kept whole: the session waits for it as well, and a stream can be read only once.
    limit = len(await request.body()) + 1
    form = await request.form(max_fields=MAX_FIELDS, max_files=1, max_part_size=limit)
    every: Fields = {}
    files: dict[str, UploadFile] = {}
    for name in dict.fromkeys(form.keys()):
        values = form.getlist(name)
        if isinstance(values[-1], UploadFile):
            files[name] = values[-1]
        else:
            every[name] = _texts(values)
    own = request.query_params.get("part", "")
    fields = _fields_of(own, every)
    proof = every.get("csrf", [""])[-1]
    at = every.get("at", [""])[-1]
    sent = Sent(
        part=own,
        fields=fields,
        others=_changed_parts(every, own),
        files=files,
        at=at if is_own_path(at) else "",
        was=every.get(f"{own}.was" if own else "was", [""])[-1].partition(";")[0],
        unseen=_unseen(every),
        proof=proof,
        is_ours=not is_foreign(request) and is_ours(request, proof),
        digest=await _digest(fields, files),
    )
    request.state.sent = sent
    return sent


async def _digest(fields: Fields, files: dict[str, UploadFile]) -> str:
    content = hashlib.sha256(json.dumps(sorted(fields.items())).encode())
    for name, file in sorted(files.items()):
        content.update(json.dumps([name, file.filename]).encode())
        content.update(hashlib.sha256(await file.read()).digest())
        await file.seek(0)
    return content.hexdigest()


def form(model: type[M]) -> Callable[[Request], Awaitable[FormOf[M]]]:
    """A dependency that reads the form into the model and never raises for what was typed.

    Names with dashes nest: `evidence-0-title` is the title of the first evidence.
    """
    lists = {name for name, info in model.model_fields.items() if _is_text_list(info.annotation)}

    async def parse(request: Request) -> FormOf[M]:
        sent = await read_form(request)
        if getattr(request.state, "too_large", False):
            raise TooLarge
        check_site(request)
        check_csrf(request, sent.proof)
        parsed: FormOf[M] = FormOf(files=dict(sent.files))
        parsed.values = {n: list(v) if n in lists else v[-1] for n, v in sent.fields.items()}
        nested, rows = _nested(parsed.values)
        try:
            parsed.data = model.model_validate(nested)
        except ValidationError as problem:
            parsed.errors = {_at_its_row(name, rows): told for name, told in sentences(problem).items()}
        return parsed

    return parse


NOT_OURS = _(
    "This form has a field that no page of the portal has. Load the page again and send it once more."
)


def _is_text_list(annotation: Any) -> bool:
    if get_origin(annotation) is UnionType:
        return any(_is_text_list(part) for part in get_args(annotation))
    return get_origin(annotation) in {list, tuple} and not (
        isinstance(get_args(annotation)[0], type) and issubclass(get_args(annotation)[0], BaseModel)
    )


def _nested(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Flat names to nested data; empty fields are left out, so that defaults apply.

    Lists close their gaps; the second value keeps the number each row had on the page.
    """
    tree: dict[str, Any] = {}
    for name, value in values.items():
        if value in ("", []):
            continue
        parts = name.split("-")
        if len(parts) > MAX_DEPTH:
            raise Invalid(detail=NOT_OURS)
        place = tree
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            if not isinstance(place.get(parts[-1]), dict):
                place[parts[-1]] = value
    rows: dict[str, list[str]] = {}
    return {name: _listed(name, value, rows) for name, value in tree.items()}, rows


def _listed(name: str, value: Any, rows: dict[str, list[str]]) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isascii() and key.isdigit() and len(key) <= MAX_DIGITS for key in value):
        rows[name] = sorted(value, key=int)
        return [_listed(f"{name}-{place}", value[key], rows) for place, key in enumerate(rows[name])]
    return {key: _listed(f"{name}-{key}", inner, rows) for key, inner in value.items()}


def _at_its_row(name: str, rows: dict[str, list[str]]) -> str:
    """The name of a field with the number its row has on the page, not in the list."""
    parts = name.split("-")
    for place, part in enumerate(parts[1:], 1):
        numbers = rows.get("-".join(parts[:place]), ())
        if part.isdigit() and int(part) < len(numbers):
            parts[place] = numbers[int(part)]
    return "-".join(parts)


JustAButton = Annotated[FormOf[Nothing], Depends(form(Nothing))]
