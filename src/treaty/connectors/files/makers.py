"""Which function makes records of which kind of file."""

from collections.abc import Callable, Iterator

from treaty.connectors.files import make_deals, make_people
from treaty.connectors.files.row import Line
from treaty.truth.records import Record

MAKERS: dict[str, Callable[[Line], Iterator[Record]]] = {
    "leads": make_people.leads,
    "accounts": make_people.accounts,
    "opportunities": make_deals.opportunities,
    "stage history": make_deals.history,
    "links": make_deals.links,
    "activities": make_deals.activities,
    "touches": make_people.touches,
    "members": make_people.members,
    "spend": make_deals.spend,
    "campaigns": make_deals.campaigns,
    "rates": make_deals.rates,
}
"""Kinds that become records. Stages and products serve the others; what is not recognised stays in its file."""
