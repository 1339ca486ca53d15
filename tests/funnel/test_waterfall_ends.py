"""The waterfall on deals that come, go, change their worth and are put off at random: it balances, and ends where a plain loop ends."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.plan.frames import frame as framed
from treaty.funnel.catalogue import ask
from treaty.moments import to_us

NOW = datetime(2026, 7, 10, 12, tzinfo=UTC)
FIRST, END = date(2026, 4, 1), date(2026, 7, 1)


def lived(seed):
    """Sixty deals of a year: opened, worth something, changed up to three times, put off, and most of them decided."""
    dice, deals, changes = Random(seed), [], []
    for number in range(60):
        opened = datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=dice.randrange(180), minutes=dice.randrange(600))
        worth, due = Decimal(dice.randrange(1, 10**6)) / 100, date(2026, 1, 1) + timedelta(days=dice.randrange(365))
        story = [("amount", str(worth), opened), ("close_on", due.isoformat(), opened)]
        for _ in range(dice.randrange(4)):
            at = opened + timedelta(days=dice.randrange(1, 90))
            worth, due = Decimal(dice.randrange(1, 10**6)) / 100, date(2026, 1, 1) + timedelta(days=dice.randrange(365))
            story += [dice.choice([("amount", str(worth), at), ("close_on", due.isoformat(), at)])]
        story.sort(key=lambda step: step[2])
        closed = opened + timedelta(days=dice.randrange(100, 200)) if dice.random() < 0.6 else None
        amounts, dates = ([value for field, value, _ in story if field == wanted] for wanted in ("amount", "close_on"))
        deals.append(
            {
                "opportunity_id": number, "opened_us": to_us(opened), "closed_us": closed and to_us(closed), "currency": "EUR",
                "outcome": dice.choice(["won", "lost"]) if closed else "open", "amount": Decimal(amounts[-1]),
                "close_on": date.fromisoformat(dates[-1]), "story": story,
            }
        )  # fmt: skip
        changes += [
            {"change_id": len(changes) + place, "opportunity_id": number, "field": field, "value": value, "at_us": to_us(at)}
            for place, (field, value, at) in enumerate(story)
        ]
    return deals, changes


def open_at_its_end(deals, end_us):
    """What was open when the quarter ended and due by then, at what it was worth then: by a loop over the stories."""
    whole = Decimal(0)
    for deal in deals:
        told = {field: value for field, value, at in deal["story"] if to_us(at) < end_us}
        is_open = deal["opened_us"] < end_us and (deal["closed_us"] is None or deal["closed_us"] >= end_us)
        if is_open and date.fromisoformat(told["close_on"]) < END:
            whole += Decimal(told["amount"])
    return whole


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_it_balances_to_the_cent_and_ends_where_a_loop_ends(seed):
    deals, changes = lived(seed)
    rows = [{key: value for key, value in deal.items() if key != "story"} for deal in deals]
    frame = framed(at=NOW, opportunities=rows, opportunity_changes=changes)
    frame.lake.as_of = NOW  # the lake knows of everything until then
    quarter = frame.containing(FIRST, "quarter")
    found = {one.part: one for one in ask(frame, "pipeline_waterfall", quarter)}
    closing = found.pop("closing").figure
    assert sum(one.figure or Decimal(0) for one in found.values()) == closing
    assert closing == open_at_its_end(deals, quarter.us[1]) > 0
    assert {part for part, one in found.items() if one.n} >= {"opening", "created", "won"}
