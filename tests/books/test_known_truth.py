"""Any later history: closed bytes stay, parts sum to the difference, records sum to the parts, a plain loop finds the same."""

from collections import defaultdict
from decimal import Decimal
from random import Random

import pytest

from tests.books.company import DAY, LATER, with_deals
from treaty.books.comparing import compared
from treaty.books.lines import figures
from treaty.books.queries import closed_of, held_of
from treaty.books.verifying import faults
from treaty.truth.models import Opportunity, Touch

pytestmark = [pytest.mark.django_db, pytest.mark.proof]
ENDS = ("won", "lost", "open")


def history(company, random):
    """A few things that come to be known late: edits, new deals, touches, visitors who are somebody, a deal that is gone."""
    for deal in Opportunity.objects.all():
        if random.random() < 0.5:
            company.edit(deal, f"{random.randrange(100, 90_000) / 100:.2f}", LATER)
        if random.random() < 0.3:
            Opportunity.objects.filter(pk=deal.pk).update(outcome=random.choice(ENDS[:2]))
    for n in range(random.randrange(3)):
        company.deal(f"late {n}", f"{random.randrange(1, 50_000) / 100:.2f}", outcome=random.choice(ENDS), at=LATER)
    people = [row.person for row in Touch.objects.select_related("person")]
    for _ in range(random.randrange(5)):
        company.touch(random.choice(people), random.choice(("search", "email", "fair")), days=random.randrange(20, 90), received_at=LATER)
    for visitor in company.visitors:
        if random.random() < 0.7:
            company.meet(visitor, company.person(random.choice(("lone", "acme", "boro")), f"{visitor.pk}@x.example"))
    if random.random() < 0.3:
        gone = Opportunity.objects.filter(name="gone").first()
        gone.changes.all().delete()
        gone.delete()


def by_hand(period):
    """{(measure, by, value, unit): figure} of revenue and of deals lost, from the records themselves."""
    found = defaultdict(Decimal)
    start, end = period.starts_at, period.ends_at
    for deal in Opportunity.objects.exclude(outcome="open"):
        if start <= deal.closed_at < end:
            name = "revenue_closed" if deal.outcome == "won" else "deals_lost"
            found[name, "", "", "opportunities"] += 1
            if deal.outcome == "won":
                found[name, "", "", deal.currency] += deal.amount or 0
    return {key: figure for key, figure in found.items() if figure}


@pytest.mark.parametrize("seed", range(3))
def test_the_parts_sum_to_what_the_records_say_now(tmp_path, seed):
    random, company = Random(seed), with_deals(tmp_path)
    company.visitors = [company.person("nobody") for _ in range(3)]
    for visitor in company.visitors:
        company.touch(visitor, "podcast", days=random.randrange(20, 60))
    closing = company.closed()
    closed, before = closed_of(closing), bytes(closing.closed_bytes)
    history(company, random)
    changes = compared(closed, held_of(closed), company.lake(LATER + DAY))
    old = figures(closed.lines)
    for one in changes:
        assert sum(part.amount for part in one.parts) == one.new - old.get(one.key, 0) != 0
        for part in one.parts:
            if part.records:
                assert sum(amount for _, _, amount in part.records) + part.more[1] == part.amount
    now = {**{tuple(key): figure for key, figure in old.items()}, **{tuple(one.key): one.new for one in changes}}
    wanted = {key: figure for key, figure in now.items() if figure and key[0] in ("revenue_closed", "deals_lost") and not key[1]}
    assert wanted == by_hand(closed.period)
    closing.refresh_from_db()
    assert (bytes(closing.closed_bytes), list(faults(closing, company.place))) == (before, [])
