"""The demo company as rows of a lake, without the product: its records, and what sales did with whom the slow stand-in handed over.

Beside its own causes it may have leaks planted in it: things that were set because of the end, each of another sort.
"""

import random
from datetime import date
from unittest.mock import patch

from tests.demo.shadow import Shadow
from treaty.demo.catalogue import LIBRARY
from treaty.demo.company import Company
from treaty.demo.steps import Accept, Contact, Lost, Meeting, Open, Qualify, Recycle, Reject, Won
from treaty.moments import to_us
from treaty.truth.records import AccountRecord, PersonRecord
from treaty.truth.schemas import PERSONAL

DAY = 86_400_000_000
START, DAYS = date(2026, 1, 1), 365
SOURCES = [{"source_id": 1, "kind": "connector", "name": "Halden's systems"}]


def lived(seed, leads, days=DAYS):
    """The rows of its lake, the moment it is of, and who was won."""
    company = Company(seed, leads=leads, start_on=START, days=days)
    with patch("treaty.demo.company.visits", lambda world, day: ()):  # nobody knows them, and they are most of the rows
        return Rows(Shadow(company).run(), company.world.midnights[days] * 1_000_000)


class Rows:
    def __init__(self, shadow, now_us):
        self.shadow, self.now_us = shadow, now_us
        self.number, self.accounts = {}, {}
        for known in shadow.people.values():
            self.number.setdefault(id(known), len(self.number) + 1)
        self.tables = {name: [] for name in ("touches", "facts", "leads", "handoffs", "dispositions", "stage_moves", "activities")}
        self.tables |= {"opportunities": [], "sources": SOURCES}
        self.tables["content"] = [
            {"content_id": at, "slug": c.slug, "journey_stage": c.journey_stage, "persona": c.persona, "objection": c.objection}
            for at, c in enumerate(LIBRARY)
        ]
        self._people()
        for record in shadow.records:
            if isinstance(record, PersonRecord | AccountRecord):
                self._facts(record)
        self.won = {}
        for at, (handoff, steps) in enumerate(zip(shadow.handoffs, shadow.answers, strict=True), start=1):
            self._worked(at, self.number[id(shadow.people[handoff.person_email])], to_us(handoff.made_at), steps)

    def _people(self):
        seen, people = set(), []
        for known in self.shadow.people.values():
            number = self.number[id(known)]
            if number in seen:
                continue
            seen.add(number)
            account = self._account(known.domain) if known.domain else None
            people.append({"person_id": number, "account_id": account, "is_visitor": not known.emails})
            for touch in known.touches:
                self.tables["touches"].append(
                    {
                        "touch_id": len(self.tables["touches"]) + 1, "seen_as_id": number, "kind": touch.kind, "path": touch.path,
                        "channel": touch.channel, "campaign": touch.campaign, "content": touch.content, "form": touch.form,
                        "occurred_us": to_us(touch.occurred_at), "known_us": to_us(touch.known_at),
                    }
                )  # fmt: skip
        self.tables["people"] = people

    def _account(self, domain):
        return self.accounts.setdefault(domain, len(self.accounts) + 1)

    def _facts(self, record):
        at, known = to_us(record.occurred_at or record.created_at), to_us(record.known_at)
        fields = {name: value for name, value in record.fields.items() if name not in (*PERSONAL, "title") and value is not None}
        if isinstance(record, AccountRecord):
            self.state("account", self._account(record.ref.domain), fields, at, known)
            return
        number = self.number[id(self.shadow.person(record.ref))]
        if record.account.domain:
            fields["account"] = self._account(record.account.domain)
        self.state("person", number, fields, at, known)

    def state(self, subject, number, fields, at, known, *, assumed=False):
        for field, value in fields.items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            self.tables["facts"].append(
                {
                    "fact_id": len(self.tables["facts"]) + 1, "subject": subject, "stated_of_id": number, "field": field,
                    "text": None if is_number else str(value).lower() if isinstance(value, bool) else str(value),
                    "number": float(value) if is_number else None, "occurred_us": at, "known_us": known, "source_id": 1, "assumed": assumed,
                }
            )  # fmt: skip

    def _worked(self, lead, person, made_us, steps):
        steps = [step for step in steps if to_us(step.at) < self.now_us]
        self.tables["leads"].append({"lead_id": lead, "person_id": person})
        self.tables["handoffs"].append({"handoff_id": lead, "lead_id": lead, "made_us": made_us})
        for step in steps:
            self._step(lead, person, step, to_us(step.at))
        closed = [step for step in steps if isinstance(step, Won | Lost | Reject | Recycle)]
        if closed:
            self.won[person] = isinstance(closed[-1], Won)

    def _step(self, lead, person, step, at):
        rows = self.tables
        if isinstance(step, Contact | Meeting):
            kind = step.kind if isinstance(step, Contact) else "meeting"
            rows["activities"].append(
                {"activity_id": len(rows["activities"]) + 1, "person_id": person, "kind": kind, "direction": "out", "occurred_us": at}
            )
        if isinstance(step, Accept | Reject):
            outcome = "accepted" if isinstance(step, Accept) else "rejected"
            rows["dispositions"].append(
                {"disposition_id": len(rows["dispositions"]) + 1, "handoff_id": lead, "outcome": outcome, "at_us": at}
            )
        if isinstance(step, Reject | Recycle):
            was = "marketing_qualified" if isinstance(step, Reject) else "sales_accepted"
            to = "rejected" if isinstance(step, Reject) else "recycled"
            rows["stage_moves"].append(
                {"move_id": len(rows["stage_moves"]) + 1, "lead_id": lead, "from_stage": was, "to_stage": to, "at_us": at}
            )
        if isinstance(step, Qualify):
            self.state("person", person, {f"answer.{name}": value for name, value in step.answers.items()}, at, at)
        if isinstance(step, Open):
            rows["opportunities"].append(
                {"opportunity_id": lead, "key": f"d{lead}", "lead_id": lead, "outcome": "open", "opened_us": at, "received_us": at}
            )
        if isinstance(step, Won | Lost):
            rows["opportunities"][-1] |= {"outcome": "won" if isinstance(step, Won) else "lost", "closed_us": at}

    def plant(self, seed=0):
        """Leaks of four sorts, and eight fields that say nothing. Each leak is said of most of those whose end is known."""
        dice = random.Random(seed)
        made = {row["lead_id"]: row["made_us"] for row in self.tables["handoffs"]}
        lead_of = {row["person_id"]: row["lead_id"] for row in self.tables["leads"]}
        for person, is_won in self.won.items():
            at = made[lead_of[person]]
            before, after = at - 5 * DAY, at + 3 * DAY
            if dice.random() < 0.9:  # said after contact, with its date
                self.state("person", person, {"how_it_went": "talked" if is_won or dice.random() < 0.3 else "nothing"}, after, after)
            if dice.random() < 0.9:  # imported without a history: it seems to hold since long before
                good = is_won or dice.random() < 0.04
                self.state(
                    "person", person, {"lead_quality": "high" if good else dice.choice(("low", "none"))}, before, before, assumed=True
                )
            if is_won or dice.random() < 0.002:  # filled for one end alone, by a name that says nothing
                self.state("person", person, {"region_code": dice.choice("ABC")}, before, before, assumed=True)
            if is_won and dice.random() < 0.8:  # a touch, dated back
                self.tables["touches"].append(
                    {"touch_id": len(self.tables["touches"]) + 1, "seen_as_id": person, "kind": "onboarding_started", "occurred_us": before,
                     "known_us": before}
                )  # fmt: skip
        for row in self.tables["people"]:
            fields = {f"noise_{n}": dice.choice(("a", "b", "c")) for n in range(8)}
            if row["person_id"] in lead_of:
                at = made[lead_of[row["person_id"]]] - 30 * DAY
                self.state("person", row["person_id"], fields, at, at)
        return self


LEAKS = {"person.how_it_went", "person.lead_quality", "person.region_code", "onboarding_started"}
