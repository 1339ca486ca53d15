"""The records as plain rows: dictionaries of integers (microseconds), texts and decimals, as `tests.funnel.fake_lake` names them."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cached_property

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR, DAY = 3_600_000_000, 86_400_000_000


def us(moment):
    return None if moment is None else (moment - EPOCH) // timedelta(microseconds=1)


class Records:
    """tables: rows by table. What is found in them is found by looking at each."""

    def __init__(self, **tables):
        self.tables = tables

    def __getitem__(self, name):
        return self.tables.get(name, [])

    def by(self, table, column):
        return {row[column]: row for row in self[table]}

    @cached_property
    def leads(self):
        return self.by("leads", "lead_id")

    @cached_property
    def people(self):
        return self.by("people", "person_id")

    @cached_property
    def accounts(self):
        return self.by("accounts", "account_id")

    @cached_property
    def versions(self):
        return self.by("versions", "version_id")

    @cached_property
    def handoffs(self):
        return self.by("handoffs", "handoff_id")

    def customer(self, deal):
        """Whom a deal is with: its account, or that of its lead; nobody else where neither is known."""
        lead = self.leads.get(deal["lead_id"], {})
        known = [number for number in (deal["account_id"], lead.get("account_id")) if number is not None]
        return ("account", known[0]) if known else ("deal", deal["opportunity_id"])

    @cached_property
    def changes(self):
        """{(deal, field): what it was changed to, oldest first}; nothing said is no change."""
        found = defaultdict(list)
        for row in sorted(self["opportunity_changes"], key=lambda row: (row["at_us"], row["change_id"])):
            if row["value"]:
                found[row["opportunity_id"], row["field"]].append((row["at_us"], row["value"]))
        return found

    @cached_property
    def moves(self):
        """{lead: its moves that were not taken back, oldest first}"""
        found = defaultdict(list)
        for row in sorted(self["stage_moves"], key=lambda row: (row["at_us"], row["move_id"])):
            if row.get("withdrawn_us") is None:
                found[row["lead_id"]].append(row)
        return found

    @cached_property
    def first_touched(self):
        """{account: when somebody there was first touched}"""
        found = {}
        for row in self["touches"]:
            account = self.people[row["person_id"]]["account_id"]
            if account is not None:
                found[account] = min(row["occurred_us"], found.get(account, row["occurred_us"]))
        return found

    @cached_property
    def personas(self):
        """{person: the persona last stated of them}; a statement without a text takes the one before back."""
        found = {}
        for row in sorted(self["facts"], key=lambda row: (row["occurred_us"], row["fact_id"])):
            if row["subject"] == "person" and row["field"] == "persona":
                found[row["subject_id"]] = row["text"]
        return found


def of_database():
    """All that is in the operational database, people who were merged as whom they are known today."""
    from treaty.agreement.models import Version
    from treaty.feedback.models import Disposition
    from treaty.handoff.models import Handoff
    from treaty.sla.models import SlaClock
    from treaty.truth.models import (
        Account,
        Campaign,
        ExchangeRate,
        Fact,
        Lead,
        Opportunity,
        OpportunityChange,
        Person,
        Source,
        Spend,
        StageMove,
        Touch,
    )  # fmt: skip

    persons = {one.pk: one for one in Person.objects.all()}

    def today(number):
        while persons[number].merged_into_id is not None:
            number = persons[number].merged_into_id
        return number

    def rows(model, names, **more):
        moments = {to: name for name, to in (pair.split(">") for pair in names.split() if ">" in pair)}
        plain = [name for name in names.split() if ">" not in name]
        for one in model.objects.all():
            row = {name: getattr(one, name) for name in plain} | {to: us(getattr(one, name)) for to, name in moments.items()}
            yield row | {to: read(one) for to, read in more.items()}

    return Records(
        people=list(rows(Person, "account_id country", person_id=lambda one: one.pk)),
        accounts=list(rows(Account, "country", account_id=lambda one: one.pk)),
        versions=list(rows(Version, "number", version_id=lambda one: one.pk)),
        facts=[
            {**row, "subject_id": today(row["subject_id"]) if row["subject"] == "person" else row["subject_id"]}
            for row in rows(Fact, "subject subject_id field text occurred_at>occurred_us", fact_id=lambda one: one.pk)
        ],
        touches=list(
            rows(
                Touch, "channel campaign content occurred_at>occurred_us",
                touch_id=lambda one: one.pk, person_id=lambda one: today(one.seen_as_id),
            )
        ),
        leads=list(
            rows(
                Lead, "person_id owner_id version_id stage segment campaign channel source grade opened_at>opened_us closed_at>closed_us "
                "stage_since>stage_since_us", lead_id=lambda one: one.pk, account_id=lambda one: persons[one.person_id].account_id,
            )
        ),
        stage_moves=list(
            rows(StageMove, "lead_id from_stage to_stage how at>at_us withdrawn_at>withdrawn_us", move_id=lambda one: one.pk)
        ),
        opportunities=list(
            rows(
                Opportunity, "account_id lead_id owner_id stage outcome currency product lost_reason amount close_on opened_at>opened_us "
                "closed_at>closed_us", opportunity_id=lambda one: one.pk,
            )
        ),
        opportunity_changes=list(rows(OpportunityChange, "opportunity_id field value at>at_us", change_id=lambda one: one.pk)),
        spend=list(rows(Spend, "source_id channel campaign amount currency", spend_id=lambda one: one.pk, spent_on=lambda one: one.on)),
        campaigns=list(rows(Campaign, "slug channel")),
        sources=list(rows(Source, "name", source_id=lambda one: one.pk)),
        rates=[
            {"currency": one.currency, "becomes": one.to, "rate_on": one.on, "rate": one.rate, "said": one.said}
            for one in ExchangeRate.objects.all()
        ],
        clocks=list(
            rows(
                SlaClock, "lead_id handoff_id promise ended starts_at>starts_us due_at>due_us stopped_at>stopped_us "
                "breached_at>breached_us", clock_id=lambda one: one.pk,
            )
        ),
        handoffs=list(rows(Handoff, "lead_id completeness made_at>made_us", handoff_id=lambda one: one.pk)),
        dispositions=list(
            rows(Disposition, "handoff_id outcome reason at>at_us withdrawn_at>withdrawn_us", disposition_id=lambda one: one.pk)
        ),
    )  # fmt: skip
