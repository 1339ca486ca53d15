"""A small company whose funnel can be counted on the page, for the tests of the funnel and the numbers."""

import csv
import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from io import StringIO

from tests.conftest import NOON
from treaty.feedback.actions import accept
from treaty.sla.actions import refresh, start
from treaty.truth.models import Lead, Opportunity, OpportunityChange

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + 55 * DAY
"""4 May: those who arrived in March were all followed for thirty days."""


def text(door, path="/funnel/"):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path)))).replace("\u00a0", " ")


def deal(world, name, outcome, amount, opened, closed=None, **more):
    given = {"currency": "EUR", "owner": world.sol, "received_at": NOON, "stage": "discovery", **more}
    amount = None if amount is None else Decimal(amount)
    made = Opportunity.objects.create(name=name, outcome=outcome, amount=amount, opened_at=opened, closed_at=closed, **given)
    for field, value, at in [("stage", "discovery", opened), *([("amount", amount, opened)] if amount is not None else [])]:
        OpportunityChange.objects.create(opportunity=made, field=field, value=str(value), at=at, known_at=at, received_at=NOON)
    return made


def lived(world, lake):
    """Four leads qualified on 10 March; three accepted an hour later. One brought a deal of 700.50, won after twenty days; another
    of 300 was lost after ten, one of 900 is open, and one of 50 dollars was won."""
    leads = []
    for place, channel in enumerate(("webinar", "webinar", "search", "search")):
        handoff = world.handed_over(NOON, f"p{place}@acme.example")
        start(handoff)
        Lead.objects.filter(pk=handoff.lead_id).update(channel=channel)
        if place:
            accept(handoff, by=handoff.owner, at=NOON + HOUR)
        refresh(handoff)
        leads.append(handoff.lead)
    deal(world, "won", "won", "700.50", NOON + DAY, NOON + 21 * DAY, lead=leads[1])
    deal(world, "lost", "lost", "300", NOON + DAY, NOON + 11 * DAY)
    deal(world, "open", "open", "900", NOON + 2 * DAY, close_on=date(2026, 3, 31))
    deal(world, "dollars", "won", "50", NOON + DAY, NOON + 2 * DAY, currency="USD")
    lake.export(LATER)
    return world


def table(door, path):
    body = b"".join(door.get(path).streaming_content).decode()
    return list(csv.DictReader(StringIO(body)))
