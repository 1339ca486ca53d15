"""A small company as no source should send it: equal moments, gaps, steps back, deals ended before they began, several currencies."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from tests.funnel.loops.records import HOUR, Records, us
from tests.world import HALDEN

BEGAN = datetime(2025, 7, 1, tzinfo=UTC)
STAGES = ("subscriber", "engaged", "marketing_qualified", "sales_accepted", "sales_qualified", "opportunity", "customer", "recycled")
WORDS = ("email", "webinar", "direct", "", None)
PLACES = ("DE", "AT", "", None)


def company(seed, size=40):
    """size: how many leads; as many people, half as many accounts, half as many deals again."""
    chance = Random(seed)
    made = _Made(chance, size)
    return Records(
        people=made.people(), accounts=made.accounts(), versions=[{"version_id": 1, "number": 1}, {"version_id": 2, "number": 2}],
        facts=made.facts(), touches=made.touches(), leads=made.leads(), stage_moves=made.moves(), opportunities=made.deals(),
        opportunity_changes=made.changes(), clocks=made.clocks(), handoffs=made.handoffs(), dispositions=made.dispositions(),
        rates=made.rates(), spend=made.spend(), campaigns=made.campaigns(), sources=[{"source_id": 1, "name": "ads"}],
    )  # fmt: skip


AGREED = """
economics:
  spend: {spend}
  unassigned: {unassigned}
  costs:
    - {{id: salaries, what: salaries, side: marketing, amount: 3_100.07, per: month, from: 2025-08-15}}
    - {{id: tools, what: tools, side: sales, amount: 900, per: quarter, from: 2025-07-01, until: 2026-02-10}}
    - {{id: fair, what: fair, side: sales, amount: 12_000, per: year, from: 2025-07-01}}
  lag: {lag}
  margin: 60%
  amount_covers: {covers}
  {stays}
"""
WAYS = (
    {"spend": "all", "unassigned": "by_won", "lag": "none", "covers": "12 months", "stays": "churn: {share: 7%, per: quarter}"},
    {"spend": "all", "unassigned": "by_touches", "lag": "sales_cycle", "covers": "1 year", "stays": "lifetime: 4 years"},
    {"spend": "[email, webinar]", "unassigned": "stays", "lag": "none", "covers": "1 month", "stays": "churn: {share: 2%, per: month}"},
)


def agreed(seed):
    """Halden's agreement with a word on cost, another for each seed."""
    return HALDEN.replace("\nincentives:", f"{AGREED.format(**WAYS[seed % len(WAYS)])}\nincentives:")


class _Made:
    def __init__(self, chance, size):
        self.chance, self.size = chance, size
        hours = [chance.randrange(252 * 24) for _ in range(size * 2)]
        self.moments = [us(BEGAN + timedelta(hours=h, minutes=chance.choice((0, 0, 30)))) for h in hours]
        """Few enough that much happens in the same moment."""

    def moment(self, gaps=0.0):
        return None if self.chance.random() < gaps else self.chance.choice(self.moments)

    def one_of(self, values):
        return self.chance.choice(values)

    def some(self, upto, gaps=0.2):
        return None if self.chance.random() < gaps else self.chance.randint(1, upto)

    def numbers(self, upto):
        return range(1, upto + 1)

    def people(self):
        return [{"person_id": n, "account_id": self.some(self.size // 2), "country": self.one_of(PLACES)} for n in self.numbers(self.size)]

    def accounts(self):
        return [{"account_id": n, "country": self.one_of(PLACES)} for n in self.numbers(self.size // 2)]

    def facts(self):
        return [
            {
                "fact_id": n, "subject": self.one_of(("person", "person", "account")), "subject_id": self.some(self.size, 0),
                "field": self.one_of(("persona", "persona", "title")), "text": self.one_of(("buyer", "user", None)),
                "occurred_us": self.moment(),
            }
            for n in self.numbers(self.size * 2)
        ]  # fmt: skip

    def rates(self):
        """Dollars have some, two of them for one day; pounds have none."""
        days = [date(2025, 8, 1), date(2025, 10, 1), date(2025, 10, 1), date(2026, 1, 2)]
        return [
            {
                "rate_id": n, "said": n, "received_us": 0, "currency": "USD", "becomes": "EUR", "rate_on": on,
                "rate": Decimal(self.chance.randrange(8_000, 12_000)) / 10_000,
            }
            for n, on in enumerate(days)
        ]  # fmt: skip

    def touches(self):
        return [
            {
                "touch_id": n, "person_id": self.some(self.size, 0), "occurred_us": self.moment(), "channel": self.one_of(WORDS),
                "campaign": self.one_of(("spring", "Spring ", "", None)), "content": self.one_of(("guide", "Guide ", "", None)),
            }
            for n in self.numbers(self.size * 6)
        ]  # fmt: skip

    def leads(self):
        return [
            {
                "lead_id": n, "person_id": self.some(self.size, 0), "account_id": self.some(self.size // 2), "owner_id": self.some(3, 0),
                "version_id": self.some(2), "opened_us": self.moment(), "closed_us": self.moment(0.5), "stage": self.one_of(STAGES),
                "stage_since_us": self.moment(), "segment": self.one_of(("dach", "", None)), "campaign": self.one_of(("spring", "Spring")),
                "channel": self.one_of(WORDS), "source": self.one_of(("site", "")), "grade": self.one_of(("A1", "B2", "")),
            }
            for n in self.numbers(self.size)
        ]  # fmt: skip

    def moves(self):
        """Any stage after any other, some taken back, the first of each lead made in some way."""
        found, number = [], 0
        for lead in self.numbers(self.size):
            from_stage = ""
            for at in sorted(self.moment() for _ in range(self.chance.randint(0, 7))):
                number += 1
                to_stage = self.one_of(STAGES)
                how = self.one_of(("definition", "passed_through", "member", "import"))
                withdrawn = at + HOUR if self.chance.random() < 0.15 else None
                found.append(
                    {
                        "move_id": number, "lead_id": lead, "from_stage": from_stage, "to_stage": to_stage, "how": how, "at_us": at,
                        "withdrawn_us": withdrawn,
                    }
                )  # fmt: skip
                from_stage = to_stage
        return found

    def amount(self, gaps=0.0):
        return None if self.chance.random() < gaps else Decimal(self.chance.randrange(0, 2_000_00)) / self.one_of((1, 10, 100))

    def on(self):
        return date(2025, 12, 1) + timedelta(days=self.chance.randrange(240))

    def deals(self):
        return [
            {
                "opportunity_id": n, "account_id": self.some(self.size // 2), "lead_id": self.some(self.size), "owner_id": self.some(3),
                "outcome": self.one_of(("won", "won", "lost", "open", "open")), "opened_us": self.moment(0.1),
                "closed_us": self.moment(0.2),
                "amount": self.amount(0.15), "currency": self.one_of(("EUR", "EUR", "USD", "GBP", "", None)),
                "stage": self.one_of(("demo", "proposal", "unseen", "")), "product": self.one_of(("press", "", None)),
                "lost_reason": self.one_of(("price", "", None)), "close_on": self.on() if self.chance.random() < 0.7 else None,
            }
            for n in self.numbers(self.size * 3 // 2)
        ]  # fmt: skip

    def changes(self):
        """Amounts, dates and stages that were changed, some in the same moment, some emptied."""
        values = {
            "amount": lambda: str(self.amount()),
            "close_on": lambda: self.on().isoformat(),
            "stage": lambda: self.one_of(("demo", "proposal")),
        }
        found = []
        for n in self.numbers(self.size * 6):
            name = self.one_of(tuple(values))
            value = "" if self.chance.random() < 0.1 else values[name]()
            found.append(
                {"change_id": n, "opportunity_id": self.some(self.size * 3 // 2, 0), "field": name, "value": value, "at_us": self.moment()}
            )
        return found

    def spend(self):
        """Days of a year, some twice; what names nothing, or a campaign alone, known or not, or in other letters."""
        return [
            {
                "spend_id": n, "source_id": self.one_of((1, 1, 2, None)), "spent_on": BEGAN.date() + timedelta(self.chance.randrange(300)),
                "amount": self.amount(), "currency": self.one_of(("EUR", "EUR", "USD", "GBP", "", None)),
                "channel": self.one_of(WORDS), "campaign": self.one_of(("spring", " Spring", "fair", "", "", None)),
            }
            for n in self.numbers(self.size * 2)
        ]  # fmt: skip

    def campaigns(self):
        return [{"campaign_id": 1, "slug": "spring", "channel": "webinar"}]

    def clocks(self):
        found = []
        for n in self.numbers(self.size * 2):
            ended, starts = self.one_of(("met", "late", "", "moved", "void")), self.moment()
            stopped = starts + self.chance.randrange(100) * HOUR // 3 if ended in ("met", "late") else None
            found.append(
                {
                    "clock_id": n, "lead_id": self.some(self.size, 0), "handoff_id": self.some(self.size, 0), "ended": ended,
                    "promise": self.one_of(("first-contact", "disposition")), "starts_us": starts, "stopped_us": stopped,
                    "due_us": starts + 8 * HOUR, "breached_us": None if ended == "met" else self.moment(0.3),
                }
            )  # fmt: skip
        return found

    def handoffs(self):
        return [
            {"handoff_id": n, "lead_id": self.some(self.size, 0), "made_us": self.moment(), "completeness": self.one_of((1.0, 0.75, 0.0))}
            for n in self.numbers(self.size)
        ]

    def dispositions(self):
        return [
            {
                "disposition_id": n, "handoff_id": self.some(self.size, 0), "outcome": self.one_of(("accepted", "rejected", "recycled")),
                "reason": self.one_of(("no_budget", "")), "at_us": self.moment(), "withdrawn_us": self.moment(0.8),
            }
            for n in self.numbers(self.size)
        ]  # fmt: skip
