"""A quarter of the demo company closed and signed by both sides; then data that come late. Called by books.sh, in a home of its own.

Builds the company without serving it, speaks through `treaty books` and the product's own actions, prints each step.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

NOW = datetime.now(UTC)
THIS = date(NOW.year, (NOW.month - 1) // 3 * 3 + 1, 1)
LAST = THIS - timedelta(days=1)
START = date(LAST.year, LAST.month - 2, 1)
LEADS, SEED, DAYS = int(sys.argv[1]), 7, (THIS - START).days
os.environ |= {"TREATY_PROCESS": "web", "DJANGO_SETTINGS_MODULE": "treaty.settings"}
import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402

TREATY = str(Path(sys.executable).with_name("treaty"))
PERIOD = f"{START.year}-Q{(START.month - 1) // 3 + 1}"
"""The last whole quarter before today: what is late comes now."""
LATE = NOW
SAM, MIRA, RUI = "sam.okafor@halden.example", "mira.lang@halden.example", "rui.costa@halden.example"


def main() -> None:
    call_command("migrate", verbosity=0, skip_checks=True, interactive=False)
    live()
    print(somebody_looks_around())
    deal_in_dollars()
    print()
    run("close", PERIOD, "--as", RUI)
    from treaty.demo.founding import PASSPHRASE

    for member in (SAM, MIRA):
        run("sign", PERIOD, "--as", member, typed=PASSPHRASE)
    run("verify", PERIOD)
    before = closed_hash()
    print(f"\nthe closed bytes: sha256 {before}\n")
    for what in (late_touches, people_who_are_one, an_amount, another_rate):
        print(f"then: {what()}")
    first = restated()
    told(first)
    by_rate(first)
    print("\nrestated twice more:", [len(restated()) for _ in range(2)], "restatements; adjustments there are:", adjustments())
    after = closed_hash()
    print(f"the closed bytes now: sha256 {after}: {'unchanged' if after == before else 'CHANGED'}")
    run("verify", PERIOD)
    run("list")
    if after != before:
        sys.exit(1)


def live() -> None:
    """The company lives through the quarter, in the product."""
    from treaty.demo.run import build

    began = datetime.now(UTC)
    build(leads=LEADS, seed=SEED, today=THIS, progress=lambda *_: None, zone="Europe/Berlin", days=DAYS)
    print(f"a company of {LEADS} leads lived from {START} on for {DAYS} days, in {(datetime.now(UTC) - began).total_seconds():.0f} s")


def run(*words: str, typed: str = "") -> str:
    """A command as somebody types it."""
    print(f"$ treaty books {' '.join(words)}", flush=True)
    done = subprocess.run([TREATY, "books", *words], input=f"{typed}\n", text=True, capture_output=True, check=False)
    print("".join(f"  {line}\n" for line in [*done.stdout.splitlines()[:12], *done.stderr.splitlines()]), end="")
    print(f"  exit {done.returncode}")
    if done.returncode:
        sys.exit(1)
    return done.stdout


def closed_hash() -> str:
    from hashlib import sha256

    from treaty.books.models import Closing

    return sha256(bytes(Closing.objects.get(period=PERIOD).closed_bytes)).hexdigest()


def won_deals() -> list[int]:
    from treaty.books.queries import period_of
    from treaty.truth.models import Opportunity

    period = period_of(PERIOD, LATE)
    rows = Opportunity.objects.filter(outcome="won", currency="EUR", closed_at__gte=period.starts_at, closed_at__lt=period.ends_at)
    return list(rows.exclude(amount=None).exclude(account=None).order_by("closed_at").values_list("pk", flat=True))


def person_of(number: int) -> object:
    from treaty.truth.models import Opportunity

    deal = Opportunity.objects.get(pk=number)
    return deal.lead.person if deal.lead else deal.account.people.exclude(email="").first()


def take_in(*events: dict[str, object]) -> None:
    """Through the tracking door, as a server sends them: the inbox, then the worker's own step."""
    from base64 import b64encode

    from django.test import Client

    from treaty.connectors.absorbing import absorb_waiting
    from treaty.connectors.sources import add_source
    from treaty.truth.models import Source

    global KEY  # noqa: PLW0603 - one source for the whole proof
    if not Source.objects.filter(name="Late website").exists():
        KEY = add_source("Late website", kind="server", at=LATE)[1]
    header = "Basic " + b64encode(f"{KEY}:".encode()).decode()
    for event in events:
        kind = str(event["type"])
        answer = Client().post(f"/v1/{kind}", json.dumps(event), content_type="application/json", headers={"authorization": header})
        assert answer.status_code == 200, answer.content
    while absorb_waiting(200, at=LATE):
        pass


KEY = ""


def late_touches() -> str:
    """A webinar that customers were at before they bought, told by a list that lay in a drawer."""
    from treaty.truth.models import Opportunity

    events = []
    for number in won_deals()[:6]:
        deal, person = Opportunity.objects.get(pk=number), person_of(number)
        at = deal.opened_at - timedelta(days=2)
        context = {"campaign": {"name": "drawer-webinar", "source": "webinar", "medium": "webinar"}, "traits": {"email": person.email}}
        events.append(event("track", number, at, event="Webinar Attended", userId=person.email, context=context))
    take_in(*events)
    from treaty.truth.models import Touch

    found = Touch.objects.filter(campaign="drawer-webinar")
    return f"{found.count()} touches of the quarter arrive only now, through the tracking door"


def event(kind: str, number: object, at: datetime, **more: object) -> dict[str, object]:
    return {"type": kind, "messageId": f"{kind} {number}", "timestamp": at.isoformat(), **more}


def somebody_looks_around() -> str:
    """A visitor nobody knows, on the site before the last deal of the quarter was opened."""
    from treaty.truth.models import Opportunity

    deal = Opportunity.objects.get(pk=won_deals()[-1])
    context = {"campaign": {"name": "podcast-summer", "source": "podcast", "medium": "podcast"}, "page": {"path": "/podcast"}}
    days = [deal.opened_at - timedelta(days=n) for n in (2, 4, 6)]
    take_in(*(event("page", place, at, anonymousId="visitor-1", context=context) for place, at in enumerate(days)))
    return "somebody unknown was on the site three times in the quarter"


def people_who_are_one() -> str:
    """The visitor turns out to be a customer's colleague."""
    from treaty.truth.models import Merge, Touch

    person = person_of(won_deals()[-1])
    take_in(event("identify", "late", LATE, userId=person.email, anonymousId="visitor-1", traits={"email": person.email}))
    gone = Merge.objects.latest("pk").gone
    return f"the visitor is recognised as a customer's colleague, with {Touch.objects.filter(seen_as=gone).count()} touches"


def an_amount() -> str:
    from treaty.truth.models import Opportunity, OpportunityChange

    deal = Opportunity.objects.get(pk=won_deals()[0])
    was, now = deal.amount, (deal.amount * Decimal("1.5")).quantize(Decimal("0.01"))
    Opportunity.objects.filter(pk=deal.pk).update(amount=now)
    OpportunityChange.objects.create(opportunity=deal, field="amount", value=str(now), at=LATE, known_at=LATE, received_at=LATE)
    return f"the amount of a won deal is {now} and no longer {was}"


def files(name: str, *rows: str) -> None:
    """A file as somebody is sent it, taken in as `treaty import` does."""
    path = Path(os.environ["TREATY_HOME"]) / name
    path.write_text("".join(f"{row}\n" for row in rows))
    print(f"$ cat {name}", *(f"  {row}" for row in rows), sep="\n")
    done = subprocess.run([TREATY, "import", str(path), "--source", "Dollars"], text=True, capture_output=True, check=False)
    print(f"$ treaty import {name} --source Dollars\n  exit {done.returncode}")
    if done.returncode:
        sys.exit(done.stderr)


DOLLARS, RATE, CORRECTED = Decimal(30_000), Decimal("0.9231"), Decimal("0.9132")
RATES = "Currency,Date,Rate"


def deal_in_dollars() -> None:
    """Won in the quarter; the agreement takes the rate of the day it was created, a day after the last one that is stated."""
    opened, closed = START + timedelta(days=20), START + timedelta(days=60)
    header = "Opportunity ID,Opportunity Name,Account Name,Stage,Amount,Currency,Created Date,Close Date"
    row = f"D-1,Spindles for Ohio,Ohio Spindle Works,Closed Won,{DOLLARS},USD,{opened} 10:00:00,{closed} 10:00:00"
    files("opportunities.csv", header, row)
    files("rates.csv", RATES, f"USD,{opened - timedelta(days=1)},{RATE}", f"USD,{closed - timedelta(days=1)},0.95")


def another_rate() -> str:
    """The rate of the deal's day was stated wrong; the right one comes in the same way."""
    files("rates-corrected.csv", RATES, f"USD,{START + timedelta(days=19)},{CORRECTED}")
    was, now = (rate * DOLLARS for rate in (RATE, CORRECTED))
    return f"the deal of {DOLLARS} USD, frozen as {was:.2f} EUR, is {now:.2f} EUR by the corrected rate: {now - was:.2f}"


def restated() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(
        subprocess.run([TREATY, "books", "restate", PERIOD, "--json"], text=True, capture_output=True, check=True).stdout
    )
    return found


SUMS = ("pipeline_created", "revenue_closed", "deals_lost", "pipeline_waterfall", "stage_reached", "credited", "new_customers", "spend")


def told(found: list[dict[str, object]]) -> None:
    """Each line with its parts; that they sum, and that the records of a sum sum to each part. Of a rate or a median no record has a
    part: it names those that matter to it, each with 0."""
    [one] = found
    lines, wrong = one["lines"], 0
    print(f"\n$ treaty books restate {PERIOD}: restatement {one['number']}, {len(lines)} lines, for example")
    causes: dict[str, int] = {}
    for line in lines:
        parts = [Decimal(part["amount"]) for part in line["causes"]]
        wrong += sum(parts) != Decimal(line["new"]) - Decimal(line["old"])
        for part in line["causes"]:
            causes[part["cause"]] = causes.get(part["cause"], 0) + 1
            of = [Decimal(record["amount"]) for record in part["records"]]
            whole = Decimal(part["amount"]) if str(line["measure"]).startswith(SUMS) else Decimal(0)
            wrong += bool(of) and sum(of) + Decimal(part["more"]["amount"]) != whole
        if not line["by"] or line["by"] == "channel":
            said = ", ".join(f"{part['cause']} {part['amount']} ({len(part['records']) + part['more']['n']} records)" for part in line["causes"])
            print(f"  {' '.join(filter(None, (line['measure'], line['by'], line['value'])))}: {line['old']} → {line['new']} {line['unit']}: {said}")
    print(f"causes, and on how many lines: {causes}")
    print(f"lines or parts that do not sum exactly: {wrong}")
    print("pay:", [{**row} for row in one["adjustments"]])
    if wrong:
        sys.exit(1)


def by_rate(found: list[dict[str, object]]) -> None:
    """What the corrected rate has changed of the revenue is what it changes of the one deal in dollars, to the cent."""
    [whole] = [line for line in found[0]["lines"] if (line["measure"], line["by"], line["unit"]) == ("revenue_closed", "", "EUR")]
    [part] = [part for part in whole["causes"] if part["cause"] == "rate"]
    wanted = DOLLARS * (CORRECTED - RATE)
    print(f"of the revenue by the rate: {part['amount']} EUR, by hand {wanted.normalize():f}; records: {part['records']}")
    if Decimal(part["amount"]) != wanted:
        sys.exit(1)


def adjustments() -> list[str]:
    from treaty.books.models import Adjustment

    return [f"{row.amount.normalize():f} {row.unit} of {row.measure} into {row.into}" for row in Adjustment.objects.order_by("pk")]


if __name__ == "__main__":
    main()
