"""Both vows side by side, and the cases behind them; one person's attainment is theirs and their manager's alone."""

import csv
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from web_doors import Door

from tests.conftest import NOON
from treaty.feedback.contact import log_contact
from treaty.handoff.models import Handoff
from treaty.sla.actions import refresh, start
from treaty.sla.watch import tick
from treaty.team.models import Member, Role
from treaty.truth.models import Assignment, Lead

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
THURSDAY = NOON + timedelta(days=2)


def text(door, path):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


def test_the_article_it_speaks_of_is_reached(company):
    door = Door(company.sam, THURSDAY)
    (path, anchor) = re.search(r'href="(/agreement/[^"#]*)#([^"]+)">article', door.says("/promises/")).groups()
    assert f'id="{anchor}"' in door.says(path)  # before: an address that was not found


def of(world, owner, email, contact_after=None):
    """A handoff made Tuesday noon UTC, due at 16:30 UTC; with a first contact so long after, or none."""
    made = world.handed_over(NOON, email)
    Handoff.objects.filter(pk=made.pk).update(owner=owner)
    Lead.objects.filter(pk=made.lead_id).update(owner=owner)
    Assignment.objects.filter(lead=made.lead_id, ends_at=None).update(owner=owner)
    made.refresh_from_db()
    start(made)
    if contact_after is not None:
        log_contact(made.lead, "call", by=owner, at=NOON + contact_after)
        refresh(made)
    return made


@pytest.fixture
def company(world, lake):
    """Sol kept one and was late once, Kim kept one. World.sam is the manager of both."""
    of(world, world.sol, "ada@acme.example", HOUR)
    of(world, world.sol, "bo@acme.example", 26 * HOUR)  # Wednesday 14:00 UTC: after Tuesday 16:30
    of(world, world.kim, "cy@acme.example", 2 * HOUR)
    tick(at=THURSDAY)
    lake.export(THURSDAY)
    return world


def test_both_vows_stand_side_by_side_in_the_words_of_the_agreement(company):
    page = text(Door(company.mira, THURSDAY), "/promises/")
    assert "Marketing promised sales Mira Lang" in page
    assert "Sales promised marketing Sam Okafor" in page
    assert "Makes the first contact within 4 working hours in at least 85 of 100 cases" in page
    assert "If the time runs out, the owner's manager is told and the lead is routed again." in page
    assert "not carried out yet Content requests are recorded in the agreement; this release does not carry them out yet." in page


def test_attainment_is_shown_with_its_cases(company):
    body = Door(company.mira, THURSDAY).says("/promises/")
    assert '<a class="fig" href="/promises/first-contact/?period=2026-03-01">66.7%</a>' in body
    page = text(Door(company.mira, THURSDAY), "/promises/first-contact/?period=2026-03-01")
    assert "2 of 3 kept in March" in page


def test_a_clock_is_late_by_what_the_record_says(company):
    page = text(Door(company.sam, THURSDAY), "/promises/first-contact/?period=2026-03-01&is=not_kept")
    assert "not kept 21 h 30 later, nights included" in page  # from Tuesday 16:30 to Wednesday 14:00
    assert page.count("Ada Brenner") == 1


@pytest.mark.parametrize(
    ("viewer", "names"),
    [("sam", {"Sol Meyer", "Kim Dale"}), ("sol", {"Sol Meyer"}), ("mira", set()), ("rui", set()), ("ada_brandt", set())],
)
def test_one_persons_attainment_is_seen_by_them_and_their_manager(company, viewer, names):
    door = Door(getattr(company, viewer), THURSDAY)
    body = b"".join(door.get("/promises/first-contact/?period=2026-03-01&format=csv").streaming_content).decode()
    rows = list(csv.DictReader(StringIO(body)))
    assert len(rows) == 3
    assert {row.get("Owner", "") for row in rows} - {""} == names


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ("from=2025-03-09&to=2025-03-15", "Nothing was due from 9 to 15 March 2025"),
        ("from=2025-01-01&to=2025-01-01", "Nothing was due on 1 January 2025"),
        ("from=2026-03-02&to=2026-03-02", "Nothing was due on 2 March"),
    ],
)
def test_days_of_another_year_are_told_with_it(company, days, says):
    title = re.search(r"<h1[^>]*>(.*?)</h1>", Door(company.sam, THURSDAY).says(f"/promises/first-contact/?{days}"))[1]
    assert unescape(title) == says


def test_the_crumb_of_some_days_names_the_month_as_people_write_it(company):
    body = Door(company.sam, THURSDAY).says("/promises/first-contact/?from=2026-03-09&to=2026-03-15")
    assert "9 to 15 March" in body
    assert "9 to 15 march" not in body


def test_asking_for_somebody_elses_attainment_by_address_shows_everybodys(company):
    door = Door(company.kim, THURSDAY)
    body = b"".join(door.get(f"/promises/first-contact/?period=2026-03-01&owner={company.sol.key}&format=csv").streaming_content).decode()
    assert len(list(csv.DictReader(StringIO(body)))) == 3
    own = b"".join(door.get(f"/promises/first-contact/?period=2026-03-01&owner={company.kim.key}&format=csv").streaming_content).decode()
    assert len(list(csv.DictReader(StringIO(own)))) == 1


def test_a_rep_does_not_read_the_names_of_leads_that_are_not_theirs(company):
    stranger = Member.objects.create(email="new@halden.example", name="New", role=Role.SALES_REP, joined_at=NOON, password="!")
    page = text(Door(stranger, THURSDAY), "/promises/first-contact/?period=2026-03-01")
    assert "2 of 3 kept in March" in page
    assert "Ada Brenner" not in page
    assert page.count("a colleague’s lead") == 3


def test_the_way_to_the_first_contact_is_split(company):
    page = text(Door(company.mira, THURSDAY), "/promises/")
    # the three contacts came 1, 2 and 26 hours after the handoff: 9 h 40 on average, 2 h in the middle
    assert "Until the first contact Sales reading and calling, nights included 3 2 h" in page
    assert "The whole way 3 9 h 40" in page


def test_late_first_contacts_are_listed_without_an_owner(company):
    page = text(Door(company.mira, THURSDAY), "/promises/")
    later = page[page.index("One came later") :]
    # Tuesday 13:30 to 17:30 are four hours, Wednesday 9:00 to 12:30 and 13:30 to 15:00 five more
    assert "9 h" in later
    assert "Sol Meyer" not in later


def test_promises_are_taken_away_as_a_file(company):
    body = b"".join(Door(company.mira, THURSDAY).get("/promises/?format=csv").streaming_content).decode()
    rows = {(row["promise"], row["period from"]): row for row in csv.DictReader(StringIO(body))}
    row = rows["first-contact", "2026-03-01"]
    assert (row["kept"], row["cases"], row["promised"], row["standing"]) == ("2", "3", "0.85", "below")
    assert rows["content", ""]["standing"] == "later"


def test_a_promise_that_does_not_exist_is_not_found(company):
    assert Door(company.mira, THURSDAY).get("/promises/luck/").status_code == 404


@pytest.mark.parametrize("query", ["?period=0000-00-00", "?period=<b>", "?period=9999-12-31", "?is=nothing&owner=nobody"])
def test_a_strange_address_still_answers(company, query):
    assert Door(company.mira, THURSDAY).get(f"/promises/first-contact/{query}").status_code == 200


def test_before_the_first_export_it_says_when_figures_come(world, lake):
    assert "Figures follow within a minute" in text(Door(world.sam, NOON), "/promises/")
    assert "Figures follow within a minute" in text(Door(world.sam, NOON), "/promises/first-contact/")


def test_promises_ask_little_of_the_database(company, django_assert_max_num_queries):
    door = Door(company.sam, THURSDAY)
    door.get("/promises/")
    with django_assert_max_num_queries(20):
        door.get("/promises/")
