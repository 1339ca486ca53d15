"""The same leads through the doors as they stand open, each many times, in any order, 16 at once: the same people, touches, verdicts
and credit (F6; invariants 5, 8, 22, 26)."""

import logging
import sys
from time import monotonic

import pytest
from django.core.management import call_command

from tests.conftest import NOON
from tests.connectors.waits import instead_of_time
from tests.truth.merged import groups
from tests.truth.real_doors import DAY, Company, Doors, send
from tests.truth.test_doors import outcome
from tests.world import build
from treaty.attribution import sharing
from treaty.attribution.deals import Journey
from treaty.attribution.sharing import Model
from treaty.attribution.weights import RULES
from treaty.connectors.inbox import the_inbox
from treaty.connectors.models import Event, ImportFile, PulledProblem
from treaty.engine.lake import open_lake
from treaty.jobs.lake import refresh
from treaty.moments import to_us
from treaty.qualification.otherwise import otherwise
from treaty.truth.measures import Exchange
from treaty.truth.models import Lead, Opportunity, Touch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]
AT_ONCE = 16


@pytest.fixture(autouse=True, scope="module")
def _inbox_ends(django_db_setup):
    """Its thread holds a connection, and a database somebody is connected to cannot be dropped."""
    yield
    the_inbox().stop()


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch):
    """Everything is received at noon, in every order, so that what is judged can be compared."""
    instead_of_time(monkeypatch)
    logging.disable(logging.ERROR)  # a door that is busy says so, and is asked again
    for door in ("views", "hooks"):
        monkeypatch.setattr(f"treaty.web.intake.{door}.now", lambda: NOON)
    yield
    logging.disable(logging.NOTSET)


def credit(folder) -> list[tuple[str, str, int]]:
    """What each touch has of each deal, in cents, by the agreement's own model, both by the names their systems gave them."""
    for _ in range(2):  # PostgreSQL: rows written lately come with the next export, when nobody writes before them any more
        refresh(at=NOON + DAY, where=folder)
    lake = open_lake(folder)
    rows = sharing.credited(lake, (0, to_us(NOON + DAY)), Journey(), Model(RULES["w_shaped"]), Exchange("EUR", "UTC"))
    told = lake.fetch(rows.select("conversion", "touch_id", "units")).to_pylist()
    deals = dict(Opportunity.objects.values_list("pk", "external_id"))
    touches = dict(Touch.objects.values_list("pk", "message_id"))
    return sorted((deals[one["conversion"]], touches[one["touch_id"]], one["units"]) for one in told)


def through(company, folder, **way) -> dict[str, object]:
    """All that came of it in a new world."""
    call_command("flush", interactive=False, verbosity=0)
    build()
    folder.mkdir()
    doors, began = Doors(company, folder), monotonic()
    send(doors, **way)
    sent = monotonic() - began
    assert not Event.objects.filter(state__in=("quarantined", "waiting")).exists()
    assert not ImportFile.objects.filter(rejected__gt=0).exists()
    assert not PulledProblem.objects.exists()
    found = outcome() | {"groups": len(groups()), "credit": credit(folder / "lake")}
    leads = list(Lead.objects.select_related("version", "person"))
    said = ", ".join(f"{n} {what}" for what, n in doors.sent.items())
    print(f"\n{way}: {said} in {sent:.0f} s: {len(found['people'])} people, {len(found['touches'])} touches", file=sys.stderr)
    return found | {"otherwise": len(otherwise(leads, at=NOON))}


def asked_twice(leads, times, folder):
    company = Company(leads)
    once = through(company, folder / "once", times=1, at_once=1, seed=0)
    return once, through(company, folder / "often", times=times, at_once=AT_ONCE, seed=7)


def check(once, often, leads):
    assert (len(once["people"]), once["groups"], once["deals"], once["otherwise"]) == (leads, leads, leads, 0)
    assert len(once["verdicts"]) == leads
    assert len(once["touches"]) == 3 * leads  # a visit, a request, and that they were met at the fair
    assert len(once["credit"]) >= leads
    for what, found in once.items():
        assert often[what] == found, what


def test_ten_leads_through_the_doors_are_ten_people_however_they_arrive(tmp_path):
    check(*asked_twice(10, 2, tmp_path), 10)


@pytest.mark.proof
def test_a_thousand_leads_sent_twenty_times_through_the_doors_are_a_thousand_people(tmp_path):
    check(*asked_twice(1000, 20, tmp_path), 1000)
