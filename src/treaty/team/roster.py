"""Changing what is known of a member, and when they are away. The door keeps the journal, which lies to the right."""

import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from treaty.team.models import Absence, AbsenceKind, Member, Role
from treaty.team.queries import reps, zone_of

CHANGEABLE = ("name", "role", "manager", "zone", "country", "region", "languages", "capacity", "max_open", "theme", "keys_on")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class LastSteward(ValueError):
    """Without one member in RevOps nobody could change roles, sources and members any more."""


class NotAway(ValueError):
    """An absence that cannot be: it ends before it begins."""


def change(member: Member, wanted: Mapping[str, Any]) -> list[str]:
    """Set what differs; returns the names of what was changed. Raises LastSteward, ValueError for what is no field or member."""
    unknown = set(wanted) - set(CHANGEABLE)
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))} cannot be changed here")
    if wanted.get("role", member.role) != Role.REVOPS:
        check_not_last(member)
    if wanted.get("manager") is not None and wanted["manager"].pk == member.pk:
        raise ValueError(f"{member.name} cannot be their own manager: choose somebody else, or nobody")
    changed = [name for name, value in wanted.items() if getattr(member, name) != value]
    for name in changed:
        setattr(member, name, wanted[name])
    if changed:
        member.save(update_fields=changed)
    return changed


def check_not_last(member: Member) -> None:
    """Raises LastSteward if nobody else in RevOps can sign in."""
    others = Member.objects.filter(role=Role.REVOPS, is_active=True).exclude(pk=member.pk)
    if member.role == Role.REVOPS and member.is_active and not others.exists():
        raise LastSteward(f"{member.name} is the only one in RevOps: give somebody else that role first")


def one_time_password() -> str:
    """To be told once and changed: four groups of five letters that are not mistaken for each other, 99 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def read_languages(text: str) -> list[str]:
    """`de, en-GB` is two languages. Raises ValueError naming what is none."""
    found = [part.strip() for part in re.split(r"[,;\s]+", text) if part.strip()]
    for one in found:
        if not _LANGUAGE.fullmatch(one):
            raise ValueError(f"{one[:20]!r} is no language: write codes such as de, en")
    return list(dict.fromkeys(found))[:20]


def may_say_away(by: Member, member: Member) -> bool:
    """Oneself, one's manager, those who head sales for their reps, RevOps for everybody."""
    heads = by.role == Role.SALES_MANAGER and reps().filter(pk=member.pk).exists()
    return by.pk in (member.pk, member.manager_id) or by.role == Role.REVOPS or heads


def announce(
    member: Member, kind: str, *, first_on: date, back_on: date | None, by: Member, at: datetime, note: str = "", agreed: str = ""
) -> Absence:
    """They take no new handoffs from the first day, in their zone, until the day they are back; from now on if that is today.

    back_on: None until somebody ends it. agreed: the agreement's zone, see `zone_of`. Raises NotAway.
    """
    zone = zone_of(member, agreed)
    starts_at = max(datetime.combine(first_on, time(), zone), at)
    ends_at = datetime.combine(back_on, time(), zone) if back_on else None
    if ends_at is not None and ends_at <= starts_at:
        raise NotAway(f"{back_on:%-d %B %Y} is not after the first day: say the day they are back")
    return Absence.objects.create(
        member=member, kind=AbsenceKind(kind), starts_at=starts_at, ends_at=ends_at, note=note.strip()[:200], by=by, at=at
    )


def end(absence: Absence, *, at: datetime) -> None:
    """They are back now; one that has not begun never does. Ending it twice changes nothing."""
    ends_at = max(absence.starts_at, at)
    if absence.ends_at is None or absence.ends_at > ends_at:
        Absence.objects.filter(pk=absence.pk).update(ends_at=ends_at)
        absence.ends_at = ends_at
