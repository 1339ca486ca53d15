"""Every number of the product, each once: its name, its sentence, its formula, what it counts, and the records behind it.

Pages, packs, files and the command line ask here, so the same name is the same number everywhere (R32; landscape facts 5.1).
"""

from treaty.funnel.catalogue.asking import (
    ALL,
    NoSuchNumber,
    Where,
    ask,
    asked_of,
    behind,
    counted,
    dimensions_of,
    find,
    one,
    series,
    summed,
)
from treaty.funnel.catalogue.entries import CATALOGUE
from treaty.funnel.catalogue.measure import Asked, Composed, Measure, Number

__all__ = [
    "ALL", "CATALOGUE", "Asked", "Composed", "Measure", "NoSuchNumber", "Number", "Where", "ask", "asked_of", "behind", "counted",
    "dimensions_of", "find", "one", "series", "summed",
]  # fmt: skip
