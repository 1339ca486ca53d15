"""Before the first day: members, sources, content, and an agreement both sides really sign."""

import re
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files

from treaty.agreement.actions import make_key, propose, sign
from treaty.agreement.canonical import Bindings, hash_of, needed
from treaty.agreement.document import load
from treaty.agreement.models import Version
from treaty.demo.company import Company
from treaty.team.models import Absence, Member
from treaty.truth.actions import absorb
from treaty.truth.models import Content, Source

PASSPHRASE = "the demo company signs here"  # noqa: S105 - the demo's; printed on its sign-in page
HOUSE = "message: Halden sees a failing bearing weeks before it stops a line.\n"


def found(company: Company, start_on: date) -> Source:
    """Make everything that exists on the first morning. Returns the source of the company's history."""
    at = datetime.combine(start_on, time(6), tzinfo=UTC) - timedelta(days=10)
    source = Source.objects.create(name="Halden's systems", kind=Source.Kind.CONNECTOR, made_at=at)
    absorb(company.members(), source=source, received_at=at)
    for member in Member.objects.filter(zone=""):
        member.zone, member.country = member.zone or company.zone, member.country or "DE"
        member.save()
    _content(company, at)
    version = _agreement(start_on, at, company.world.leads)
    _absences(company, version.proposed_by, at)
    return source


def _content(company: Company, at: datetime) -> None:
    Content.objects.bulk_create(
        Content(slug=c.slug.lower(), title=c.title, journey_stage=c.journey_stage, persona=c.persona, objection=c.objection, made_at=at)
        for c in company.library
    )


def _agreement(start_on: date, at: datetime, leads: int) -> Version:
    """The example agreement, dated for this company, proposed by marketing and signed by both sides."""
    text = as_agreed((files("treaty.agreement") / "examples/halden.yaml").read_text())
    text = scaled(dated(text, start_on), leads)
    terms = load(text).terms
    if terms is None:
        raise ValueError("the example agreement does not load: run `treaty agreement check` on it")
    wanted = needed(terms)
    given = Bindings(
        lists={name: [] for name in wanted.lists},
        files={name: hash_of(HOUSE.encode()) for name in wanted.files},
        holidays={name: [] for name in wanted.holidays},
    )
    signatories = [Member.objects.get(email=email) for email in terms.signatories.everyone]
    version = propose(text, by=signatories[0], at=at, given=given)
    for n, member in enumerate(signatories):
        make_key(member, PASSPHRASE, at=at + timedelta(hours=n))
        sign(version, by=member, passphrase=PASSPHRASE, at=at + timedelta(hours=n, minutes=5))
    return version


def dated(text: str, start_on: date) -> str:
    """The same document, in force from the first day and locked for two quarters."""
    text = text.replace("from: 2026-01-01", f"from: {start_on.isoformat()}")
    days = {"effective": start_on, "locked_until": start_on + timedelta(days=181)}
    for name, day in days.items():
        text = re.sub(rf"(?m)^{name}: \S+", f"{name}: {day.isoformat()}", text)
    return text


ECONOMICS = """
economics:
  spend: all
  unassigned: by_touches
  costs:
    - {id: marketing-salaries, what: salaries, side: marketing, amount: 9_000, per: month, from: 2026-01-01}
    - {id: sales-salaries, what: salaries, side: sales, amount: 18_000, per: month, from: 2026-01-01}
    - {id: tools, what: tools, side: marketing, amount: 4_500, per: quarter, from: 2026-01-01}
  lag: sales_cycle
  margin: 64%
  amount_covers: 24 months
  churn: {share: 14%, per: year}
"""


GOAL = "  - {id: pipeline-month, measure: pipeline_created, target: 400_000, per: month, owned_by: both, kind: leading}\n"


def as_agreed(text: str) -> str:
    """The same document with what this company agreed besides: on cost and worth, and a goal by the month, which has a season before
    the first year is over. The example stays as it was signed in release 1."""
    text = text.replace("\nprofile:", f"{GOAL}\nprofile:", 1)
    return text.replace("\nincentives:", f"{ECONOMICS}\nincentives:", 1)


FULL_SIZE = 5000
"""Leads of the company for which the example's targets are meant."""
TARGETS = r"(target: |what: .*?amount: |id: volume, .*?at_least: |id: value, .*?at_least: |dach: )([\d_]+)"


def scaled(text: str, leads: int) -> str:
    """The same document with targets for a company of another size, in round figures."""

    def smaller(found: re.Match[str]) -> str:
        return found[1] + f"{_round(int(found[2]) * leads / FULL_SIZE):_}"

    return re.sub(TARGETS, smaller, text)


def _round(figure: float) -> int:
    """To two figures, at least 1."""
    step = int(10 ** max(0, len(str(int(figure))) - 2))
    return max(1, round(figure / step) * step)


def _absences(company: Company, by: Member, at: datetime) -> None:
    members = {member.email: member for member in Member.objects.all()}
    Absence.objects.bulk_create(
        Absence(member=members[a.member_email], starts_at=a.starts_at, ends_at=a.ends_at, note=a.note, by=by, at=at)
        for a in company.absences
        if a.member_email in members
    )
