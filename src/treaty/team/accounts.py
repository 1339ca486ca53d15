"""Who may log in: accounts made, given a password, switched off. The door keeps the journal, which lies to the right."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from treaty.team.models import Member, Role

_COUNTRY = re.compile(r"[A-Z]{2}")


def add_member(
    email: str,
    name: str,
    role: str,
    *,
    password: str,
    at: datetime,
    zone: str = "",
    country: str = "",
    manager: str = "",
    once: bool = False,
) -> Member:
    """A new account; once: see `set_password`. Raises ValueError for a value that does not fit, LookupError for a manager who is not there.

    Somebody an import has named already keeps the records they own and gets name, role and password.
    """
    email = email.strip().lower()
    _check_email(email)
    known = Member.objects.filter(email=email).first()
    if known is not None and known.has_usable_password():
        raise ValueError(f"{email} has an account already: `treaty member password {email}` gives it another password")
    member = known or Member(email=email, joined_at=at)
    member.name, member.role, member.is_active, member.left_at = _checked_name(name), _checked_role(role), True, None
    member.zone, member.country = _checked_zone(zone or member.zone), _checked_country(country or member.country)
    member.manager = member_named(manager) if manager else member.manager
    set_password(member, password, once=once)
    return member


def set_password(member: Member, password: str, *, once: bool = False) -> None:
    """Raises ValueError for a password that is short or common; sessions opened with the old one end.

    once: somebody else knows it, so it opens only the page on which another is chosen.
    """
    try:
        validate_password(password, member)
    except ValidationError as weak:
        raise ValueError(" ".join(weak.messages)) from None
    member.set_password(password)
    member.must_change = once
    member.save()


def switch_off(member: Member, *, at: datetime) -> None:
    """They cannot log in any more and take no leads; what they did stays under their name."""
    member.is_active, member.left_at = False, at
    member.save(update_fields=["is_active", "left_at"])


def switch_on(member: Member) -> None:
    """They are back, with the password they had."""
    member.is_active, member.left_at = True, None
    member.save(update_fields=["is_active", "left_at"])


def member_named(email: str) -> Member:
    """Raises LookupError."""
    member = Member.objects.filter(email=email.strip().lower()).first()
    if member is None:
        raise LookupError(f"{email} is not a member: `treaty member list` shows who is")
    return member


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise ValueError(f"{email!r} is not an e-mail address: write it as ada@company.example") from None


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > 120:
        raise ValueError(f"{name[:40]!r} cannot be a name: write 1 to 120 characters")
    return name.strip()


def _checked_role(role: str) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise ValueError(f"{role!r} is not a role: use one of {', '.join(Role)}") from None


def _checked_zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key if zone else ""
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{zone!r} is not a time zone: write it as Europe/Berlin") from None


def _checked_country(country: str) -> str:
    if country and not _COUNTRY.fullmatch(country.upper()):
        raise ValueError(f"{country!r} is not a country: write two letters, such as DE")
    return country.upper()
