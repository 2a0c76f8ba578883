"""Sending mail: to a server if one is set, else into a folder."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import aiosmtplib

from app.platform import clock, i18n, ids
from app.platform.settings import Settings

SECONDS = 20  # for each step with the server: other jobs wait meanwhile


def compose(settings: Settings, to: str, subject: str, text: str, language: str) -> EmailMessage:
    """One plain message with the headers that servers expect of a serious sender (RFC 5322, 3834)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(clock.now())
    # The part before the @ is drawn at random: it says nothing of the machine, the process or the person.
    domain = settings.mail_from.rpartition("@")[2].strip(" >") or "localhost"
    message["Message-ID"] = f"<{ids.random_id().hex}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message["Content-Language"] = i18n.BY_CODE[
        language
    ].tag  # setting the content takes away what spoke of it
    return message


async def send(settings: Settings, to: str, subject: str, text: str, language: str = i18n.SOURCE) -> None:
    """Send one plain message; without a mail server it is written to the mail folder."""
    message = compose(settings, to, subject, text, language)
    if not settings.smtp_host:
        settings.mail_folder.mkdir(parents=True, exist_ok=True)
        (settings.mail_folder / f"{ids.new_id()}.eml").write_bytes(message.as_bytes())
        return
    await aiosmtplib.send(
        message,
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or None,
        password=settings.smtp_password.get_secret_value() or None,
        start_tls=settings.smtp_tls,
        timeout=SECONDS,
    )


async def greet(settings: Settings) -> str:
    """Go as far with the mail server as one can without sending; says what went wrong, nothing where all is well."""
    server = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or None,
        password=settings.smtp_password.get_secret_value() or None,
        start_tls=settings.smtp_tls,
        timeout=SECONDS,
    )
    try:
        async with server:
            await server.noop()
    except (aiosmtplib.SMTPException, OSError) as problem:
        return type(problem).__name__
    return ""
