"""One account as a member may see it: by what it is recognised, what is said of it, and which others were found to be it."""

from collections.abc import Iterable

from treaty.moments import from_us
from treaty.team.models import Member
from treaty.truth.actions import facts
from treaty.truth.actions.columns import ACCOUNT, COLUMNS, ROWS, shown
from treaty.truth.actions.facts import Held
from treaty.truth.actions.following import root_of
from treaty.truth.doubles import Said
from treaty.truth.models import Account, AccountIdentity, Source
from treaty.truth.queries import accounts

UNSAID = ("domain",)
"""Said among the identities."""


def account_of(member: Member, key: str) -> Account | None:
    """The account of this key, as it is known today; None where it is not this member's to see."""
    found = Account.objects.filter(key=key).values_list("pk", flat=True).first()
    return None if found is None else accounts(member).filter(pk=root_of(Account, found)).first()


def identities_of(account: Account) -> list[AccountIdentity]:
    """By what it is recognised, in the order in which that was told."""
    return list(AccountIdentity.objects.filter(account=account).select_related("seen_as").order_by("pk"))


def values_of(account: Account) -> list[tuple[str, Said]]:
    """The latest value of every field, of all its records together."""
    told = facts.latest((account.pk,), facts.claimants(), ACCOUNT)[account.pk]
    sources = Source.objects.in_bulk({held.source_id for held in told.values() if held.source_id})
    return [(field, _said(account, field, told[field], str(sources.get(told[field].source_id or 0, "")))) for field in _in_order(told)]


def _in_order(told: Iterable[str]) -> list[str]:
    there = {*told} - {*UNSAID}
    return [*(field for field in COLUMNS[ACCOUNT] if field in there), *sorted(there - {*COLUMNS[ACCOUNT]})]


def _said(account: Account, field: str, held: Held, source: str) -> Said:
    """Owner and parent by name: their values are numbers of rows."""
    named = getattr(account, field) if field in ROWS else None
    value = shown(held.text, held.number)
    return Said(str(named) if named else value, source, from_us(held.occurred_us))
