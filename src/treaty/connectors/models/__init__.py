"""The inbox: every request and event as it came, every file as it was read, every system that is pulled.

Nothing acknowledged is ever thrown away.
"""

from treaty.connectors.models.enriching import Enriched, Enricher
from treaty.connectors.models.imports import Import, ImportFile, ImportPart, RefusedRow, SavedMapping, Stayed, Undoing
from treaty.connectors.models.inbox import Event, Parcel
from treaty.connectors.models.systems import CallCount, Connection, Mapped, PulledProblem, StreamPlace, ToldRecord, Written

__all__ = [
    "CallCount",
    "Connection",
    "Enriched",
    "Enricher",
    "Event",
    "Import",
    "ImportFile",
    "ImportPart",
    "Mapped",
    "Parcel",
    "PulledProblem",
    "RefusedRow",
    "SavedMapping",
    "Stayed",
    "StreamPlace",
    "ToldRecord",
    "Undoing",
    "Written",
]
