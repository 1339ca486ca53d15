"""Members named by a CRM's users: made without a password, so they own records before they ever sign in."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import QuerySet

from treaty import trail
from treaty.agreement.leaving import StillNamed, check_may_leave
from treaty.prepared import prepared
from treaty.team.models import Member, Role
from treaty.truth.actions.work import Batch
from treaty.truth.identity import normal_email
from treaty.truth.records import MemberRecord


def save(numbered: list[tuple[int, MemberRecord]], batch: Batch) -> None:
    for number, record in numbered:
        try:
            email = normal_email(record.email)
            role = Role(record.role or Role.SALES_REP)
        except ValueError as problem:
            batch.done.refused.append((number, str(problem)))
            continue
        if not email:
            batch.done.refused.append((number, "a user without an e-mail cannot sign in: add one"))
            continue
        try:
            batch.done.count(is_new=_save(record, email, role, batch))
        except StillNamed as problem:
            batch.done.refused.append((number, str(problem)))
    _link_managers([record for _, record in numbered])


def _save(record: MemberRecord, email: str, role: Role, batch: Batch) -> bool:
    """True if new. A known member's role and rights are not changed by an import. Raises StillNamed for who cannot leave yet."""
    known = Member.objects.filter(email=email).first()
    if not record.is_active and (known is None or known.is_active):
        check_may_leave(known or Member(email=email, name=record.name or email), at=batch.received_at)
    member, is_new = Member.objects.get_or_create(
        email=email, defaults={"name": record.name or email, "role": role, "joined_at": batch.received_at, "password": "!"}
    )
    trail.made(Member, [member.pk] if is_new else ())
    before = None if is_new else _columns(member)
    if not record.is_active and member.is_active:
        member.is_active, member.left_at = False, batch.received_at
    for field in ("zone", "country", "region"):
        if getattr(record, field) and not getattr(member, field):
            setattr(member, field, getattr(record, field))
    if record.languages and not member.languages:
        member.languages = list(record.languages)
    if before is not None:
        trail.changing(Member, {member.pk: {name: value for name, value in _columns(member).items() if value != before[name]}})
    member.save()
    return is_new


def _columns(member: Member) -> dict[str, Any]:
    return {name: getattr(member, name) for name in ("is_active", "left_at", "zone", "country", "region", "languages")}


def _link_managers(records: list[MemberRecord]) -> None:
    for record in records:
        if record.manager_email and record.email:
            manager = Member.objects.filter(email=record.manager_email.strip().lower()).first()
            if manager:
                reports = Member.objects.filter(email=record.email.strip().lower(), manager=None).exclude(pk=manager.pk)
                trail.update(reports, manager_id=manager.pk)


def named(emails: Iterable[str]) -> dict[str, Member]:
    """The members among these addresses, by address in small letters."""
    wanted = {email.strip().lower() for email in emails if email}
    return {member.email: member for member in _with_address(wanted)} if wanted else {}


@prepared
def _with_address(emails: Collection[str]) -> QuerySet[Member]:
    return Member.objects.filter(email__among=emails)
