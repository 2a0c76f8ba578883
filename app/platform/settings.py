"""Settings, read once from the environment with the prefix PORTAL_."""

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_SECRET = "change-me: only for development and the demonstration"  # noqa: S105  (refused elsewhere)
SHORTEST_SECRET = 20
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEFAULT_DATABASE = "sqlite+aiosqlite:///var/polyphony.sqlite3"


class Settings(BaseSettings):
    """Everything an operator can set; each field is described in docs/operate.md."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", frozen=True)

    database_url: str = DEFAULT_DATABASE
    secret: SecretStr = SecretStr(DEFAULT_SECRET)
    public_url: str = "http://127.0.0.1:8000"
    demonstration: bool = False
    body_limit: int = 2_000_000
    upload_limit: int = 5_000_000
    mail_folder: Path = Path("var/mail")
    mail_from: str = "portal@polyphony.example"
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: bool = True
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = ""
    security_contact: str = ""
    pool_size: int = 10
    log_level: str = "INFO"

    @model_validator(mode="after")
    def refuse_the_default_secret(self) -> "Settings":
        """A portal reachable by others must not sign with a secret everybody knows, or can guess."""
        address = urlsplit(self.public_url)
        local = (address.hostname or "") in {*LOOPBACK, "testserver"}
        if len(self.secret.get_secret_value().strip()) < SHORTEST_SECRET:
            raise ValueError(
                f"PORTAL_SECRET is too short: at least {SHORTEST_SECRET} characters, drawn at random"
            )
        if self.has_known_secret and (not local or address.scheme == "https"):
            raise ValueError("PORTAL_SECRET must be set when PORTAL_PUBLIC_URL is not this machine")
        if self.demonstration and not local:
            raise ValueError("PORTAL_DEMONSTRATION signs anybody in: it is only for this machine")
        return self

    def refuse_strangers(self, host: str) -> None:
        """Refuse an address others can reach, with what opens the portal to anybody; raises ValueError."""
        what = "PORTAL_DEMONSTRATION signs anybody in" if self.demonstration else "PORTAL_SECRET is not set"
        if (self.demonstration or self.has_known_secret) and not _is_loopback(host):
            raise ValueError(
                f"{what}, and {host} can be reached from other machines. Serve on 127.0.0.1, or add "
                "--behind-my-own-door if nobody else reaches this address, as in a container."
            )

    @field_validator("security_contact")
    @classmethod
    def is_a_contact(cls, value: str) -> str:
        """An address to write to, or a page: as RFC 9116 wants it."""
        if value and not value.startswith(("mailto:", "https://")):
            raise ValueError("PORTAL_SECURITY_CONTACT begins with mailto: or https://")
        return value

    @property
    def has_known_secret(self) -> bool:
        """Whether forms are signed with the secret that stands in the source."""
        return self.secret.get_secret_value() == DEFAULT_SECRET

    @property
    def hosts(self) -> frozenset[str]:
        """The names under which requests may ask for the portal: its public one, and this machine's own."""
        return LOOPBACK | {urlsplit(self.public_url).hostname or ""}

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.database_url.startswith("sqlite")

    @property
    def has_oidc(self) -> bool:
        """Whether staff may sign in through an OpenID Connect provider."""
        return bool(self.oidc_issuer and self.oidc_client_id)

    @property
    def secure_cookies(self) -> bool:
        """Cookies are limited to TLS wherever the portal is reached through it."""
        return self.public_url.startswith("https://")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
