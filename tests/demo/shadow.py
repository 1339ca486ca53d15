"""A slow, small stand-in for the product: it reads the records, qualifies by the agreement's words, hands over in turn.

Written apart from `treaty.qualification`, from the sentence "three downloads in 30 days, prices in 90 days, 50 people,
director or above, no free mail, not unsubscribed in 180 days; or asked for a demonstration".
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from treaty.demo.company import Company
from treaty.demo.names import FREE_MAIL
from treaty.demo.steps import HandoffSeen, Step
from treaty.truth.records import AccountRecord, PersonRecord, Record, TouchRecord

HIGH = ("director", "vp", "c_level")


@dataclass
class Known:
    """One person as the records tell: by e-mail, with the browser's touches joined when the form names both."""

    emails: set[str] = field(default_factory=set)
    domain: str = ""
    seniority: str = ""
    touches: list[TouchRecord] = field(default_factory=list)
    qualified_at: datetime | None = None

    @property
    def is_engaged(self) -> bool:
        return any(t.kind in ("content_download", "webinar_attended") for t in self.touches)

    def since(self, at: datetime, days: int, kind: str, path: str = "") -> int:
        window = at - timedelta(days)
        return sum(t.kind == kind and window < t.occurred_at <= at and t.path.startswith(path) for t in self.touches)


class Shadow:
    def __init__(self, company: Company) -> None:
        self.company = company
        self.people: dict[str, Known] = {}
        self.employees: dict[str, int] = {}
        self.waiting: dict[str, list[Known]] = {}
        self.records: list[Record] = []
        self.handoffs: list[HandoffSeen] = []
        self.answers: list[list[Step]] = []

    def run(self) -> "Shadow":
        for day in range(self.company.world.days):
            for record in self.company.records_of(day):
                self.absorb(record)
        return self

    def absorb(self, record: Record) -> None:
        self.records.append(record)
        if isinstance(record, AccountRecord):
            self.employees |= {record.ref.domain: record.fields["employees"]} if "employees" in record.fields else {}
            for person in self.waiting.get(record.ref.domain, []):
                self.judge(person, record.known_at)
        if isinstance(record, PersonRecord):
            person = self.person(record.ref)
            person.domain = record.account.domain or person.domain
            person.seniority = record.fields.get("seniority", "") or person.seniority
            self.waiting.setdefault(person.domain, []).append(person)
            self.judge(person, record.known_at)
        if isinstance(record, TouchRecord):
            person = self.person(record.ref)
            person.touches.append(record)
            self.judge(person, record.known_at)

    def person(self, ref) -> Known:
        keys = [key for key in (ref.email, ref.anonymous_id) if key]
        found = next((self.people[key] for key in keys if key in self.people), None) or Known()
        for key in keys:
            other = self.people.setdefault(key, found)
            if other is not found:
                found.touches += other.touches
                self.people |= {k: found for k, p in self.people.items() if p is other}
        found.emails |= {ref.email} - {""}
        return found

    def judge(self, person: Known, at: datetime) -> None:
        if person.qualified_at or not person.emails or not self.holds(person, at):
            return
        person.qualified_at = at
        reps = self.company.team.reps
        owner = reps[len(self.handoffs) % len(reps)].email
        email = sorted(person.emails)[0]
        handoff = HandoffSeen(handoff_key=f"h{len(self.handoffs)}", person_email=email, owner_email=owner, made_at=at)
        self.handoffs.append(handoff)
        self.answers.append(self.company.answer(handoff))

    def holds(self, person: Known, at: datetime) -> bool:
        if person.since(at, 10_000, "demo_request"):
            return True
        return (
            person.seniority in HIGH
            and self.employees.get(person.domain, 0) >= 50
            and person.since(at, 30, "content_download") >= 3
            and person.since(at, 90, "page_view", "/pricing") >= 1
            and not any(email.endswith(FREE_MAIL) for email in person.emails)
            and not person.since(at, 180, "unsubscribed")
        )

    @property
    def engaged(self) -> list[Known]:
        return [p for p in {id(p): p for p in self.people.values()}.values() if p.emails and p.is_engaged]
