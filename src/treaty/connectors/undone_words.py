"""What an import wrote, in words: by the label of a model what one row and several rows of it are called."""

from collections.abc import Mapping

ONE_MANY: Mapping[str, tuple[str, str]] = {
    "truth.person": ("person", "people"),
    "truth.account": ("account", "accounts"),
    "truth.fact": ("value of a field", "values of fields"),
    "truth.touch": ("touch", "touches"),
    "truth.opportunity": ("deal", "deals"),
    "truth.opportunitychange": ("step in the history of a deal", "steps in the history of deals"),
    "truth.opportunityidentity": ("id of a deal in another system", "ids of deals in other systems"),
    "truth.buyingrole": ("buyer at a deal", "buyers at deals"),
    "truth.activity": ("activity of sales", "activities of sales"),
    "truth.spend": ("row of spend", "rows of spend"),
    "truth.exchangerate": ("rate of a currency", "rates of currencies"),
    "truth.campaign": ("campaign", "campaigns"),
    "team.member": ("member", "members"),
    "truth.systemrecord": ("record of a system", "records of systems"),
}


def words_of(label: str, n: int) -> str:
    """What so many rows of a model are called."""
    one, many = ONE_MANY.get(label, (label.rpartition(".")[2],) * 2)
    return one if n == 1 else many


def in_order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts by label, those people think of first."""
    places = {label: place for place, label in enumerate(ONE_MANY)}
    return sorted(counts.items(), key=lambda one: (places.get(one[0], len(places)), one[0]))
