"""E-mail: plain text and HTML of the same words, links that answer, sent by the SMTP server of the house.

Headers are made by the standard library, which lets no line end into them; text in HTML is escaped. Nothing is loaded from
elsewhere, nothing tells that it was read.
"""

import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from treaty.notify.messages import Message, Offer, more_words
from treaty.notify.transports import Declined, NotNow, Parcel

SECONDS = 20
Deliver = Callable[[EmailMessage], None]
"""Hands one e-mail to a server; raises what `smtplib` raises."""
Answers = Mapping[str, str]
"""By an offer's name, the address at which it is answered."""


def written(parcel: Parcel, sender: str, answers: Answers) -> EmailMessage:
    """The e-mail. Its id is made of `parcel.ref`, so it is the same at each try."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = parcel.message.headline
    mail["From"], mail["To"] = sender, parcel.to
    mail["Date"] = format_datetime(parcel.at)
    mail["Message-ID"] = f"<{parcel.ref}@{parseaddr(sender)[1].rpartition('@')[2] or 'treaty'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(as_text(parcel.message, answers, parcel.settings))
    mail.add_alternative(as_html(parcel.message, answers, parcel.settings), subtype="html")
    return mail


def as_text(message: Message, answers: Answers, settings: str = "") -> str:
    lines = [message.headline, "", *message.sentences, ""]
    lines += [f"{field.name}: {field.value}" for field in message.fields]
    lines += ["", *(f"{offer.words}: {answers[offer.name]}" for offer in message.offers if offer.name in answers)]
    lines += [f"{link.words}: {link.href}" for link in message.links]
    lines += [more_words(message), "", f"What you are told, and how: {settings}" if settings else ""]
    return "\n".join(line for line, before in zip(lines, ["x", *lines], strict=False) if line or before).strip() + "\n"


def as_html(message: Message, answers: Answers, settings: str = "") -> str:
    parts = [f'<h1 style="font-size:18px;margin:0 0 12px">{escape(message.headline)}</h1>']
    parts += [f'<p style="margin:0 0 8px">{escape(sentence)}</p>' for sentence in message.sentences]
    rows = "".join(_row(field.name, field.value) for field in message.fields)
    parts += [f'<table style="border-collapse:collapse;margin:8px 0">{rows}</table>'] if rows else []
    buttons = "".join(_button(offer, answers[offer.name]) for offer in message.offers if offer.name in answers)
    parts += [f'<p style="margin:16px 0">{buttons}</p>'] if buttons else []
    parts += [f'<p style="margin:0 0 4px"><a href="{escape(link.href)}">{escape(link.words)}</a></p>' for link in message.links]
    parts += [f"<p>{escape(more_words(message))}</p>"] if message.more else []
    foot = f'<p style="margin:24px 0 0;font-size:12px"><a href="{escape(settings)}">What you are told, and how</a></p>' if settings else ""
    return f'<!doctype html><html lang="en"><body style="font-family:sans-serif;font-size:15px">{"".join(parts)}{foot}</body></html>\n'


def _row(name: str, value: str) -> str:
    cell = "padding:2px 16px 2px 0;vertical-align:top;text-align:left"
    return f'<tr><th style="{cell};font-weight:normal">{escape(name)}</th><td style="{cell}">{escape(value)}</td></tr>'


def _button(offer: Offer, href: str) -> str:
    style = "display:inline-block;padding:8px 16px;margin:0 8px 8px 0;border:1px solid;text-decoration:none"
    return f'<a style="{style}" href="{escape(href)}">{escape(offer.words)}</a>'


def send(deliver: Deliver, parcel: Parcel, sender: str, answers: Answers) -> Any:
    """Raises Declined for an address that is refused, NotNow for everything that may pass."""
    try:
        deliver(written(parcel, sender, answers))
    except smtplib.SMTPRecipientsRefused as refused:
        _refused(refused)
    except smtplib.SMTPResponseException as answer:
        said = answer.smtp_error.decode("utf-8", "replace") if isinstance(answer.smtp_error, bytes) else str(answer.smtp_error)
        _by_code(answer.smtp_code, f"the server answered {answer.smtp_code}: {said[:200]}")
    except (smtplib.SMTPNotSupportedError, ValueError) as fault:
        raise Declined(str(fault)[:300]) from None
    except (smtplib.SMTPException, OSError) as fault:
        raise NotNow(f"the server of e-mail did not answer ({type(fault).__name__}: {fault})"[:300], in_doubt=True) from None
    return {"message_id": parcel.ref}


def _refused(refused: smtplib.SMTPRecipientsRefused) -> None:
    address, (code, said) = next(iter(refused.recipients.items()))
    _by_code(code, f"{address} is refused: {code} {said.decode('utf-8', 'replace')[:200]}")


def _by_code(code: int, says: str) -> None:
    """RFC 5321: 4xx passes, 5xx stays."""
    if 400 <= code < 500:
        raise NotNow(says, in_doubt=False)
    raise Declined(says)


@dataclass(frozen=True, slots=True)
class Server:
    """Where e-mail is handed over. is_tls: encrypted from the first byte on; else it is asked to encrypt, and must for a password."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    is_tls: bool = False

    def __call__(self, mail: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self.is_tls:
            with smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context) as smtp:
                self._hand_over(smtp, mail)
            return
        with smtplib.SMTP(self.host, self.port, timeout=SECONDS) as smtp:
            smtp.ehlo()
            if smtp.has_extn("starttls"):
                smtp.starttls(context=context)
            elif self.user:
                raise smtplib.SMTPNotSupportedError(f"{self.host} offers no encryption, so no password is sent: write smtps://")
            self._hand_over(smtp, mail)

    def _hand_over(self, smtp: smtplib.SMTP, mail: EmailMessage) -> None:
        if self.user:
            smtp.login(self.user, self.password)
        smtp.send_message(mail)


def server_of(url: str) -> Server:
    """`smtp://host:587` or `smtps://user:password@host`. Raises ValueError, naming what is good."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("TREATY_SMTP is no address of a server of e-mail: write smtp://host:587 or smtps://user:password@host")
    is_tls = parts.scheme == "smtps"
    port = parts.port or (465 if is_tls else 587)
    return Server(parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""), is_tls)
