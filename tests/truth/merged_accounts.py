"""What is known of accounts, by names instead of row numbers: two histories of the database can be compared."""

from tests.truth import merged
from treaty.team.models import Member
from treaty.truth.actions.following import root_of
from treaty.truth.models import Account, AccountIdentity, Fact, Opportunity, Person, SystemRecord

COLUMNS = ("name", "domain", "industry", "country", "employees", "owner__email")


def names() -> dict[int | None, str]:
    """By account, the first identity it ever had: the same whatever was merged since."""
    found: dict[int | None, str] = {None: "none"}
    for one in AccountIdentity.objects.order_by("pk"):
        found.setdefault(one.seen_as_id or one.account_id, f"{one.kind}:{one.value}")
    return found


def groups() -> set[frozenset[str]]:
    """Which accounts are one."""
    together: dict[int, set[str]] = {}
    for pk, name in names().items():
        if pk is not None:
            together.setdefault(root_of(Account, pk), set()).add(name)
    return {frozenset(some) for some in together.values()}


def known() -> dict[str, object]:
    """Everything that belongs to an account, by which it belongs to."""
    which = names()

    def of(number: float | None) -> str:
        return which[None if number is None else int(number)]

    told = list(Fact.objects.select_related("source").order_by("pk"))
    who, naming = merged.names(), ("account", "parent")
    owners = {float(number): email for number, email in Member.objects.values_list("pk", "email")}
    return {
        "accounts": sorted(
            (which[one.pop("pk")], which[one.pop("parent")], *map(str, one.values()))
            for one in Account.objects.filter(merged_into=None).values("pk", "parent", *COLUMNS)
        ),
        "identities": sorted((which[a], kind, value) for a, kind, value in AccountIdentity.objects.values_list("account", "kind", "value")),
        "deals": sorted((name, which[account]) for name, account in Opportunity.objects.values_list("external_id", "account")),
        "people": sorted((p, which[a]) for p, a in Person.objects.filter(merged_into=None).values_list("email", "account")),
        "said of accounts": sorted(
            (of(one.subject_id), of(one.stated_of_id or one.subject_id), one.field, one.occurred_at,
             of(one.number) if one.field in naming else owners[one.number] if one.field == "owner" else str(one.text or one.number))
            for one in told if one.subject == "account"
        ),
        "memberships": sorted(
            (who[one.stated_of_id or one.subject_id], of(one.number),
             of(one.number if one.stated_number is None else one.stated_number), one.occurred_at, one.known_at)
            for one in told if one.field == "account"
        ),
        "records": sorted((str(one.source), one.external_id, which[one.account_id]) for one in SystemRecord.objects.filter(kind="account")),
    }  # fmt: skip
