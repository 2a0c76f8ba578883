"""Pages: one template environment a language, the frame around each page, links, redirects."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from types import CodeType
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import APIRouter, Request
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.platform import bidi, clock, i18n, ids
from app.platform.cookies import BEARER_COOKIE, FORM_COOKIE, SESSION_COOKIE
from app.platform.csrf import csrf_token, form_secret, is_foreign
from app.platform.forms import GENERAL, Fields, FormOf, Sent, is_own_path
from app.platform.i18n import Message
from app.platform.phrasing import with_words_kept
from app.platform.sealing import key_of, seal, unseal
from app.platform.security import NOBODY, Actor
from app.platform.sheets import Sheet, ShownForm

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "app" / "static"
SAID_COOKIE = "said"

_paths: dict[str, str] = {}


def learn_routes(routers: Iterable[APIRouter]) -> None:
    """Remember every route's path by name, for `url`; called once when the application is made."""
    _paths.clear()
    for router in routers:
        for route in router.routes:
            name, path = getattr(route, "name", None), getattr(route, "path_format", None)
            if name and path and "GET" in getattr(route, "methods", ()):
                _paths[name] = path
            elif name and path:
                _paths.setdefault(name, path)


def url(name: str, language: str | None = None, query: dict[str, Any] | None = None, **params: Any) -> str:
    """The path of a route in a language (the current one unless told)."""
    filled = _paths[name].format(**{key: quote(str(value), safe="") for key, value in params.items()})
    path = f"/{language or i18n.current.get()}{filled}"
    kept = {key: value for key, value in (query or {}).items() if value not in (None, "")}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


@lru_cache
def static(name: str) -> str:
    """The address of a static file, changing with its content so that it can be cached for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a navigation bar."""

    label: Message
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """The same page in another language."""

    code: str
    tag: str
    native: str
    dir: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Chrome:
    """Everything around the page that templates/layouts/base.html shows."""

    language: str
    tag: str
    dir: str
    languages: Sequence[LanguageLink]
    viewer: str | None
    signed_in: bool
    confidential: bool
    service_nav: Sequence[Link]
    leave_url: str | None
    csrf: str
    said: str | None
    demonstration: bool
    path: str
    here: str
    sheet: Sheet
    static: Callable[[str], str] = static
    roles: frozenset[str] = frozenset()
    steps: Any = None  # of the work on one consultation, for those who do it
    begun: Any = None  # what this person can go on with, on the pages before it

    def asked(self, name: str) -> str:
        """What the address of this page says of something, also after its form came back; empty if nothing."""
        return dict(parse_qsl(urlsplit(self.here).query)).get(name, "")

    @property
    def wanted(self) -> str:
        """The page somebody is on her way to, as every way in has to carry it along; empty if none."""
        return self.asked("next")


_vocabulary: dict[str, Any] = {}


def learn_vocabulary(words: Mapping[str, Mapping[Any, Message]]) -> None:
    """Take the names of states and choices that every template may use, from wiring.VOCABULARY.

    Compiled templates are kept where the words are the same: tests make an application each.
    """
    if _vocabulary != words:
        _vocabulary.clear()
        _vocabulary.update(words)
        environment.cache_clear()


def field_name(name: str) -> Message | str:
    """What a field is called on the pages, from the name its form gave it; numbers of rows do not count."""
    words = [part for part in name.rpartition(".")[2].split("-") if not part.isdigit()]
    known: Mapping[Any, Message] = _vocabulary.get("field_names", {})
    return known.get("-".join(words)) or known.get(words[-1] if words else "") or " ".join(words)


def choice_name(value: str) -> Message | str | None:
    """A value that is chosen and not typed, in words; None for anything else."""
    known: Mapping[Any, Message] = _vocabulary.get("choice_names", {})
    return known.get(value) or (i18n.BY_CODE[value].native if value in i18n.BY_CODE else None)


ServiceNav = Callable[[Actor], Sequence[Link]]
_service_nav: list[ServiceNav] = []


def learn_navigation(entries: Sequence[ServiceNav]) -> None:
    """Take the makers of the links in the masthead, from wiring.SERVICE_NAV."""
    _service_nav[:] = entries


class CompiledTemplates(BytecodeCache):
    """Compiled templates in memory, for all languages: their code is the same in each, only its globals differ."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the bucket its code, if this source was compiled before."""
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._known[bucket.key, bucket.checksum] = bucket.code


_compiled = CompiledTemplates()


@lru_cache
def environment(code: str) -> Environment:
    """The templates of one language: its catalogue, its dates, its links."""
    env = Environment(
        bytecode_cache=_compiled,
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_translations(i18n.catalogue_of(code), newstyle=True)  # type: ignore[attr-defined]
    env.globals |= {"url": url, "comma": i18n.COMMAS.get(code, ", ")}
    env.globals |= {"field_name": field_name, "choice_name": choice_name}
    env.globals.update(_vocabulary)
    env.filters |= {
        "day": lambda value: i18n.day(value, code),
        "instant": lambda value: i18n.instant(value, code),
        "iso": lambda value: value.isoformat(),
        "number": lambda value: i18n.number(value, code),
        "native": lambda value: i18n.BY_CODE[value].native if value in i18n.BY_CODE else value,
        "tag": lambda value: i18n.BY_CODE[value].tag if value in i18n.BY_CODE else value,
        "dir_of": lambda value: i18n.BY_CODE[value].dir if value in i18n.BY_CODE else "auto",
        "language_name": lambda value: i18n.language_name(value, code),
        "text": lambda value: i18n.text_in(value, code)[0],
        "text_language": lambda value: i18n.text_in(value, code)[1],
        "visible": lambda value: bidi.visible(value, code),
        "listed": lambda values: i18n.listed(values, code),
    }
    return env


def own_address(address: str) -> str | None:
    """A path (with query and place) of this portal without its language; None for anything else."""
    if not is_own_path(address):
        return None
    parts = urlsplit(address)
    first, _slash, rest = parts.path[1:].partition("/")
    path = f"/{rest}" if first in i18n.BY_CODE else parts.path
    query = f"?{parts.query}" if parts.query else ""
    return path + query + (f"#{parts.fragment}" if parts.fragment else "")


def here_of(request: Request) -> str:
    """The address of the page somebody is on, without its language: after a POST, where the form stood."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    path = quote(request.scope["path"], safe="/~:@")
    if request.method in {"GET", "HEAD"}:
        return f"{path}?{query}" if query else path
    sent: Sent | None = getattr(request.state, "sent", None)
    return (own_address(sent.at) if sent is not None else None) or path


def _languages(here: str, code: str) -> list[LanguageLink]:
    return [
        LanguageLink(lang.code, lang.tag, lang.native, lang.dir, f"/{lang.code}{here}", lang.code == code)
        for lang in i18n.LANGUAGES
    ]


def _said_key(request: Request) -> bytes:
    return key_of(request.app.state.settings.secret.get_secret_value(), SAID_COOKIE)


def said_in(request: Request, code: str) -> str | None:
    """The sentence the last action left for this page; nothing that is not sealed by us."""
    raw = request.cookies.get(SAID_COOKIE)
    said = unseal(_said_key(request), raw) if raw else None
    return Message(said[0], said[1]).in_language(code) if said else None


def keep_for_browser(request: Request, response: Response, name: str, value: Any, seconds: int) -> None:
    """Give the browser something to bring back that it can neither read nor change.

    It goes when the browser is closed, as a session does: whoever opens the browser next brings nothing.
    """
    key = key_of(request.app.state.settings.secret.get_secret_value(), f"cookie-{name}")
    sealed = seal(key, [clock.now().timestamp() + seconds, value])
    set_cookie(request, response, name, sealed, max_age=None)


def kept_by_browser(request: Request, name: str) -> Any | None:
    """What `keep_for_browser` gave; None if nothing came back, nothing of ours, or too late."""
    raw = request.cookies.get(name)
    key = key_of(request.app.state.settings.secret.get_secret_value(), f"cookie-{name}")
    kept = unseal(key, raw) if raw else None
    return kept[1] if kept and clock.now().timestamp() < kept[0] else None


def _typed_elsewhere(request: Request) -> dict[str, list[str]]:
    """What stood in the forms of the page that sent this, or what was kept for this page.

    The part that was sent is among them, for the page may not show it any more.
    """
    sent: Sent | None = getattr(request.state, "sent", None)
    if sent is not None:
        own = _sent_part(request)
        return ({f"{own}.{name}": v for name, v in sent.fields.items()} if own else {}) | sent.others
    kept = getattr(request.state, "kept", None)
    return dict(kept.fields) if kept is not None else {}


def _unseen_elsewhere(request: Request) -> frozenset[str]:
    """Which of these nobody saw on the page they came from."""
    sent: Sent | None = getattr(request.state, "sent", None)
    if sent is not None:
        return sent.unseen
    kept = getattr(request.state, "kept", None)
    return kept.unseen if kept is not None else frozenset()


def _sent_part(request: Request) -> str:
    return request.query_params.get("part", "") if request.method == "POST" else ""


def _refused(request: Request, status: int) -> tuple[str, Fields] | None:
    """The form that comes back to be mended; after a clash it starts from what stands now."""
    sent: Sent | None = getattr(request.state, "sent", None)
    if sent is None or status in {HTTPStatus.OK, HTTPStatus.CONFLICT}:
        return None
    return f"/{request.state.language}{quote(request.scope['path'], safe='/~:@')}", sent.fields


def chrome_of(request: Request, csrf: str, status: int = 200) -> Chrome:
    """The frame for this request: language, person, links."""
    state = request.state
    here = here_of(request)
    code: str = getattr(state, "language", i18n.SOURCE)
    actor: Actor = getattr(state, "actor", NOBODY)
    language = i18n.BY_CODE[code]
    return Chrome(
        language=code,
        tag=language.tag,
        dir=language.dir,
        languages=_languages(here, code),
        viewer=actor.name or None,
        signed_in=actor.account_id is not None,
        confidential=actor.bearer_of is not None,
        service_nav=[link for make in _service_nav for link in make(actor)],
        leave_url=url("contributions.leave") if actor.bearer_of else None,
        csrf=csrf,
        # The sentence is of the action before: on the page of a refusal it would be untrue.
        said=said_in(request, code) if request.method in {"GET", "HEAD"} else None,
        demonstration=request.app.state.settings.demonstration,
        path=request.scope["path"],
        here=here,
        sheet=Sheet(
            _typed_elsewhere(request),
            typed_unseen=_unseen_elsewhere(request),
            sent_part=_sent_part(request),
            refused=_refused(request, status),
            is_clash=status == HTTPStatus.CONFLICT,
        ),
        roles=frozenset(role for role, _place in actor.roles),
        steps=getattr(state, "steps", None),
        begun=getattr(state, "begun", None),
    )


def render(
    request: Request,
    template: str,
    page: Any,
    form: FormOf[Any] | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """A page from its one dataclass, with the form as it was typed where there is one."""
    code: str = getattr(request.state, "language", i18n.SOURCE)
    browser, is_fresh = browser_secret(request)
    secret = form_secret(request) or browser
    shown = None
    if form is not None:
        told = {name: m.in_language(code) for name, m in form.errors.items()}
        shown = ShownForm(
            form.values, told, frozenset(n for n, m in form.errors.items() if m.text in GENERAL)
        )
        if form.errors and status == HTTPStatus.OK:
            status = 422
    chrome = chrome_of(request, csrf_token(request, secret), status)
    body = environment(code).get_template(template).render(page=page, chrome=chrome, form=shown)
    body = chrome.sheet.with_labels(body, lambda label: i18n.beginning(label, code))
    response = HTMLResponse(with_words_kept(body), status, headers)
    # A page that another site made the browser send for came without our cookies: it must not replace any.
    if is_fresh and (request.method in {"GET", "HEAD"} or not is_foreign(request)):
        set_cookie(request, response, FORM_COOKIE, browser, max_age=None)
    if SAID_COOKIE in request.cookies:
        response.delete_cookie(SAID_COOKIE)
    return response


def browser_secret(request: Request) -> tuple[str, bool]:
    """A secret of this browser that outlives signing in and out, and whether it was made just now."""
    known = request.cookies.get(FORM_COOKIE)
    if known:
        return known, False
    if not hasattr(request.state, "browser"):
        request.state.browser = ids.new_token()
    return request.state.browser, True


def set_cookie(request: Request, response: Response, name: str, value: str, max_age: int | None) -> None:
    """A cookie no script reads, sent to this site only."""
    secure = request.app.state.settings.secure_cookies
    response.set_cookie(name, value, max_age=max_age, httponly=True, secure=secure, samesite="lax")


def sign_in_browser(request: Request, response: Response, token: str) -> Response:
    """Give the browser the session of an account; what it had opened with a code it opens no more."""
    set_cookie(request, response, SESSION_COOKIE, token, max_age=None)
    if BEARER_COOKIE in request.cookies:
        response.delete_cookie(BEARER_COOKIE)
    return response


def see_other(request: Request, to: str, said: Message | None = None) -> Response:
    """Go to another page after a change, and say there what was done."""
    response = RedirectResponse(to, 303)
    if said is not None:
        params = {k: str(v) for k, v in said.params.items()}
        set_cookie(request, response, SAID_COOKIE, seal(_said_key(request), [said.text, params]), max_age=60)
    return response
