"""Sending mail: to a server if one is set, else into a folder."""

from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib

from app.platform import ids
from app.platform.settings import Settings


async def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Send one plain message; without a mail server it is written to the mail folder."""
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.mail_from
    message["To"] = to
    message["Subject"] = subject
    message.set_content(text)
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
    )
