"""Who acts, what they may do, and the headers every answer carries."""

from dataclasses import dataclass
from uuid import UUID

from app.platform.errors import Forbidden
from app.platform.i18n import Message

HEADERS = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)
# Only where the portal is reached through TLS: browsers then never try the open line again.
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")
PRIVATE = ((b"cache-control", b"no-store"), (b"vary", b"Cookie"))


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something: a person with roles, the bearer of a code, or a job."""

    account_id: UUID | None = None
    name: str = ""
    roles: frozenset[tuple[str, UUID]] = frozenset()
    bearer_of: UUID | None = None
    job: str = ""

    @classmethod
    def system(cls, job: str) -> "Actor":
        """The portal itself, acting for a scheduled job or the command line."""
        return cls(name=job, job=job)

    @property
    def is_system(self) -> bool:
        """Whether the portal acts, not a person."""
        return bool(self.job)

    @property
    def is_known(self) -> bool:
        """Whether this is somebody at all: signed in, holding a code, or the portal."""
        return self.account_id is not None or self.bearer_of is not None or self.is_system

    def holds(self, role: str, where: UUID | None) -> bool:
        """Whether the person has this role in that organisation."""
        return where is not None and (role, where) in self.roles

    def holds_any(self, roles: frozenset[str], where: UUID | None) -> bool:
        """Whether the person has one of these roles in that organisation."""
        return where is not None and any(role in roles and place == where for role, place in self.roles)

    def places(self, *roles: str) -> tuple[UUID, ...]:
        """The organisations in which the person has one of these roles."""
        return tuple(sorted({place for role, place in self.roles if role in roles}, key=str))

    def has_role(self, role: str) -> bool:
        """Whether the person has this role anywhere."""
        return any(held == role for held, _place in self.roles)


NOBODY = Actor()


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether something is allowed, and if not, the sentence that says why."""

    allowed: bool
    reason: Message | None = None

    def __bool__(self) -> bool:
        return self.allowed


ALLOW = Permission(True)


def deny(reason: Message) -> Permission:
    """A refusal with its reason."""
    return Permission(False, reason)


def require(decision: Permission) -> None:
    """Go on only if it is allowed; raises Forbidden with the reason."""
    if not decision.allowed:
        raise Forbidden(decision.reason)
