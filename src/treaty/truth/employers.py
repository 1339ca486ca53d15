"""At which account a person is and why, and of which account it is a part."""

from treaty.truth.actions import facts
from treaty.truth.actions.employing import COMPANY, named_like
from treaty.truth.actions.states import FREE_MAIL_DOMAINS
from treaty.truth.identity import ladder, normal_company, work_domain
from treaty.truth.models import Account, AccountIdentity, Person, Source


def why_at(person: Person) -> str:
    """`their address is at kessler.example`, `HubSpot says so`; empty for somebody without an account."""
    if person.account_id is None:
        return ""
    held = facts.latest((person.pk,), facts.claimants())[person.pk].get("account")
    domain = work_domain(person.email, FREE_MAIL_DOMAINS)
    known = AccountIdentity.objects.filter(account=person.account_id, kind="domain", value__in=ladder(domain) if domain else [])
    if known.exists():
        return f"their address is at {known.order_by('-value')[0].value}"
    if held is not None and held.source_id is None:
        return "it alone is called like the company that is named for them"
    return f"{Source.objects.get(pk=held.source_id)} says so" if held and held.source_id else ""


def called_alike(person: Person) -> list[Account]:
    """The accounts that are called like the company named for somebody who is at none: more than one, or they would be there."""
    held = facts.latest((person.pk,), facts.claimants())[person.pk].get(COMPANY)
    name = normal_company(held.text) if held and held.text and person.account_id is None else ""
    return named_like({name}).get(name, []) if name else []


def above(account: Account) -> list[Account]:
    """The accounts of which this one is a part, the nearest first; systems may say that they run in a circle."""
    found: list[Account] = []
    while (parent := account.parent) is not None and parent not in found:
        found.append(parent)
        account = parent
    return found


def below(account: Account) -> list[Account]:
    """The accounts that are a part of this one, by name."""
    return list(account.subsidiaries.filter(merged_into=None).order_by("name", "pk"))
