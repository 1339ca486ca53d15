"""The numbers there are, in the order people read them."""

from treaty.funnel.catalogue.entries.economics import ECONOMICS
from treaty.funnel.catalogue.entries.economics_made import MADE_OF_ECONOMICS
from treaty.funnel.catalogue.entries.leads import LEADS
from treaty.funnel.catalogue.entries.made import MADE
from treaty.funnel.catalogue.entries.pipeline import PIPELINE
from treaty.funnel.catalogue.entries.sales import SALES
from treaty.funnel.catalogue.measure import Composed, Measure

_ALL: tuple[Measure | Composed, ...] = (*SALES, *PIPELINE, *LEADS, *MADE, *ECONOMICS, *MADE_OF_ECONOMICS)
CATALOGUE = {one.name: one for one in _ALL}
