"""The numbers there are, in the order people read them."""

from treaty.funnel.catalogue.entries.leads import LEADS
from treaty.funnel.catalogue.entries.made import MADE
from treaty.funnel.catalogue.entries.sales import SALES
from treaty.funnel.catalogue.measure import Composed, Measure

_ALL: tuple[Measure | Composed, ...] = (*SALES, *LEADS, *MADE)
CATALOGUE = {one.name: one for one in _ALL}
