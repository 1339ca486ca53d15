"""Closing a period: when it may be, what the bytes hold, who signs, what can be taken back."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.books.company import CLOSE, DAY, FEBRUARY, LATER, with_deals
from tests.parties import PHRASE
from treaty.agreement.signing import WrongPassphrase
from treaty.agreement.tries import TooManyTries
from treaty.books import actions
from treaty.books.actions import MayNotClose, NotClosable
from treaty.books.calendar import Stands
from treaty.books.lines import Key, figures
from treaty.books.models import Closing, Mark
from treaty.books.queries import book, books, closed_of, period_of
from treaty.books.verifying import faults
from treaty.engine.manifest import Manifest
from treaty.journal.canonical import canonical
from treaty.journal.models import Entry

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def company(tmp_path):
    return with_deals(tmp_path)


def test_the_figures_of_a_quarter_are_worked_by_hand(company):
    """acme by W without a lead: 30 and 30 and 10 of 70 of 1,000.00 are 428.57, 428.57, 142.86; all of boro's 300.00 is search's."""
    found = figures(closed_of(company.close()).lines)
    of = {key.value: figure for key, figure in found.items() if (key.measure, key.by) == ("credited", "channel")}
    assert of == {"search": Decimal("728.57"), "webinar": Decimal("428.57"), "email": Decimal("142.86")}
    assert found[Key("revenue_closed", "", "", "EUR")] == 1350
    assert found[Key("pipeline_created", "", "", "EUR")] == 1550
    assert found[Key("deals_lost", "", "", "opportunities")] == 1
    assert found[Key("revenue_closed", "sourced", "sales", "EUR")] == 50


@pytest.mark.db
def test_it_is_closed_when_both_sides_have_signed_and_verifies(company):
    closing = company.close()
    assert book("2026-Q1", CLOSE).missing == ["marketing", "sales"]
    actions.sign(closing, by=company.people.sam, passphrase=PHRASE, at=CLOSE)
    assert (book("2026-Q1", CLOSE).stands, book("2026-Q1", CLOSE).missing) == (Stands.UNSIGNED, ["marketing"])
    assert list(faults(closing, company.place)) == ["2026-Q1 is not signed by marketing"]
    actions.sign(closing, by=company.people.mira, passphrase=PHRASE, at=CLOSE + HOUR)
    assert book("2026-Q1", CLOSE).stands == Stands.CLOSED
    assert list(faults(closing, company.place)) == []
    said = [(entry.verb, entry.codes["period"]) for entry in Entry.objects.filter(verb__startswith="books.").order_by("seq")]
    assert said == [("books.made", "2026-Q1"), ("books.signed", "2026-Q1"), ("books.signed", "2026-Q1"), ("books.closed", "2026-Q1")]


def test_the_bytes_are_canonical_and_name_every_file_with_rows_bytes_and_hash(company):
    raw = bytes(company.close().closed_bytes)
    data = json.loads(raw)
    assert canonical(data) == raw
    files = [file for table in data["inputs"]["tables"].values() for file in table["files"]]
    assert set(data["inputs"]["tables"]) >= {"touches", "merged", "people", "opportunities", "opportunity_changes"}
    assert sum(file["rows"] for file in data["inputs"]["tables"]["touches"]["files"]) == 4
    assert all(set(file) == {"sha256", "rows", "bytes", "first", "last"} for file in files)


def test_what_people_wrote_or_are_called_is_neither_in_the_bytes_nor_in_what_is_kept(company):
    company.edit(company.deal("secretive", "10.00"), "10.00")
    closing = company.close()
    kept = b"".join(path.read_bytes() for path in (company.where / "pinned").iterdir())
    for word in (b"ada@acme.example", b"bo@boro.example", b"secretive", b"mira.lang"):
        assert word not in kept
        assert word not in bytes(closing.closed_bytes)


def test_files_the_lake_has_too_take_no_more_room(company):
    company.close()
    assert all(path.stat().st_nlink >= 2 for path in (company.where / "pinned").iterdir())


@pytest.mark.parametrize(
    ("at", "days", "says"),
    [
        (FEBRUARY, 5, "2026-Q1 is in grace until 2026-04-07 15:30 UTC"),  # Wednesday to Tuesday, 17:30 in Berlin
        (CLOSE - timedelta(days=1), 5, "close it from then on, or name fewer days of grace"),
        (CLOSE, 10, "in grace until 2026-04-14 15:30 UTC"),
        (CLOSE, 61, "choose 0 to 60"),
    ],
)
def test_while_the_grace_runs_nothing_is_closed(company, at, days, says):
    with pytest.raises(NotClosable, match=says):
        company.close(at=at, grace_days=days)


def test_grace_can_be_shorter(company):
    just_over = CLOSE.replace(month=3, day=31, hour=22)  # midnight in Berlin, in summer time
    assert company.close(at=just_over, grace_days=0).period == "2026-Q1"


@pytest.mark.db
def test_no_day_is_closed_twice(company):
    company.close()
    for name in ("2026-Q1", "2026-02"):
        with pytest.raises(NotClosable, match="2026-Q1 has days of this period"):
            company.close(name)


def test_a_period_before_the_agreement_is_not_closed(company):
    with pytest.raises(NotClosable, match="no agreement held before 2026-01-01"):
        company.close("2025-Q4")


@pytest.mark.parametrize("who", ["sol", "ada", "kim"])
def test_only_signatories_and_the_steward_close_and_take_back(company, who):
    member = getattr(company.people, who)
    with pytest.raises(MayNotClose, match="the signatories of the agreement and its steward do"):
        actions.close(period_of("2026-Q1", CLOSE), company.lake(), by=member, at=CLOSE)
    with pytest.raises(MayNotClose):
        actions.withdraw(company.close(), by=member, at=CLOSE)


@pytest.mark.parametrize("who", ["sol", "ada", "rui"])
def test_nobody_signs_who_is_not_a_signatory(company, who):
    with pytest.raises(NotClosable, match="is not a signatory of the version in force"):
        actions.sign(company.close(), by=getattr(company.people, who), passphrase=PHRASE, at=CLOSE)


@pytest.mark.db
def test_a_side_signs_once(company):
    closing = company.close()
    actions.sign(closing, by=company.people.sam, passphrase=PHRASE, at=CLOSE)
    with pytest.raises(NotClosable, match="sales has already signed 2026-Q1"):
        actions.sign(closing, by=company.people.sam, passphrase=PHRASE, at=CLOSE)
    assert Mark.objects.count() == 1


def test_a_wrong_passphrase_signs_nothing_and_is_counted(company):
    closing = company.close()
    for _ in range(5):
        with pytest.raises(WrongPassphrase):
            actions.sign(closing, by=company.people.sam, passphrase="seven grey herons", at=CLOSE)
    with pytest.raises(TooManyTries):
        actions.sign(closing, by=company.people.sam, passphrase=PHRASE, at=CLOSE)
    assert not Mark.objects.exists()


@pytest.mark.db
def test_taken_back_it_is_made_anew_and_what_both_have_signed_stays(company):
    first = company.close()
    actions.sign(first, by=company.people.sam, passphrase=PHRASE, at=CLOSE)
    for _ in range(2):
        actions.withdraw(first, by=company.people.rui, at=CLOSE)
    company.edit(company.deal("late", "70.00", at=CLOSE), "70.00", CLOSE)
    second = company.both_sign(company.close(at=CLOSE + HOUR), CLOSE + HOUR)
    assert second.hash != first.hash
    assert Entry.objects.filter(verb="books.withdrawn").count() == 1
    with pytest.raises(NotClosable, match="is signed by both sides"):
        actions.withdraw(second, by=company.people.rui, at=LATER)
    with pytest.raises(NotClosable, match="were taken back"):
        actions.sign(first, by=company.people.mira, passphrase=PHRASE, at=LATER)


def test_a_version_signed_later_changes_nothing_of_an_earlier_quarter(company):
    """From April on all credit would be the last touch's; the first quarter is shared by what held at its end."""
    from tests.parties import EXAMPLE

    text = EXAMPLE.replace("model: w_shaped", "model: last_touch").replace("effective: 2026-01-01", "effective: 2026-04-01")
    text = text.replace("  weights: {first_touch: 30%, lead_created: 30%, opportunity_created: 30%, rest: 10%}\n", "")
    company.people.in_force(text, at=FEBRUARY, reason="Credit by the last touch")
    found = figures(closed_of(company.close()).lines)
    assert found[Key("credited", "channel", "webinar", "EUR")] == Decimal("428.57")


def test_periods_are_listed_with_where_they_stand(company):
    company.closed()
    assert [(one.name, str(one.stands)) for one in books(LATER)] == [("2026-Q2", "running"), ("2026-Q1", "closed")]
    months = [(one.name, str(one.stands)) for one in books(CLOSE, "month")]
    assert months == [("2026-04", "running"), ("2026-03", "taken"), ("2026-02", "taken"), ("2026-01", "taken")]
    assert Closing.objects.count() == 1


MARKOV = {"model: w_shaped": "model: markov", "effective: 2026-01-01": "effective: 2026-02-01"}
WEIGHTS = "  weights: {first_touch: 30%, lead_created: 30%, opportunity_created: 30%, rest: 10%}\n"


def test_what_stands_in_the_way_of_the_figures_is_a_sentence(company, monkeypatch):
    """Three channels are more than a chain of two states can weigh; a lake that never had deals; a statement stopped by its limit."""
    from tests.parties import EXAMPLE
    from treaty.books.figures import NotCountable, counting
    from treaty.books.queries import period_of
    from treaty.engine.limit import TookTooLong

    lake = company.lake()
    tables = {name: table for name, table in lake.manifest.tables.items() if name != "opportunities"}
    bare = replace(lake, manifest=Manifest(lake.version, lake.manifest.as_of_us, tables))
    with pytest.raises(NotCountable, match=r"cannot compute 2026-Q1 .*opportunities.*`treaty work` exports what this release needs"):
        actions.close(period_of("2026-Q1", CLOSE), bare, by=company.people.rui, at=CLOSE)
    text = EXAMPLE.replace(WEIGHTS, "")
    for old, new in MARKOV.items():
        text = text.replace(old, new)
    company.people.in_force(text, at=FEBRUARY - timedelta(days=15), reason="Credit by removal effects")
    monkeypatch.setattr("treaty.attribution.chain.MOST_STATES", 2)
    with pytest.raises(NotCountable, match=r"the credit of 2026-Q1 cannot be shared, order 1 makes 3 states.* agree on another model"):
        company.close()
    with (
        pytest.raises(NotCountable, match="the figures of 2026-Q1 took too long to count and nothing is stored: try again"),
        counting("2026-Q1"),
    ):
        raise TookTooLong(30)
    assert not Closing.objects.exists()


def months_closed(company, *names):
    return [company.both_sign(company.close(name)) for name in names]


def test_a_quarter_whose_months_are_closed_is_not_to_be_closed(company):
    """January alone: the quarter is closed in part. All three: it is covered. The quarter that runs is running."""
    months_closed(company, "2026-01")
    assert [(one.stands, one.is_covered) for one in books(CLOSE)] == [(Stands.RUNNING, False), (Stands.TAKEN, False)]
    months_closed(company, "2026-02", "2026-03")
    (quarter,) = [one for one in books(CLOSE) if one.name == "2026-Q1"]
    assert (quarter.stands, quarter.is_covered, [one.period for one in quarter.others]) == (
        Stands.TAKEN, True, ["2026-01", "2026-02", "2026-03"],
    )  # fmt: skip
    assert {one.stands for one in books(CLOSE, "month")} == {Stands.RUNNING, Stands.CLOSED}


def test_a_month_of_a_closed_quarter_is_taken(company):
    company.closed()
    assert [(one.stands, one.is_covered) for one in books(CLOSE, "month")[1:]] == [(Stands.TAKEN, True)] * 3


def fiscal_year(company, starts, since):
    from tests.parties import EXAMPLE

    text = EXAMPLE.replace('starts: "01-01"', f'starts: "{starts}"')
    assert text != EXAMPLE
    company.people.in_force(text.replace("effective: 2026-01-01", f"effective: {since:%Y-%m-%d}"), at=since - DAY, reason="Another year")


@pytest.mark.db
@pytest.mark.decides
def test_a_closing_is_found_by_its_days_when_the_fiscal_year_changes(company):
    """From April on years begin in April: January to March 2026 is the last quarter of 2025, and 2026-Q1 is April to June."""
    first = company.closed()
    fiscal_year(company, "04-01", LATER)
    later = LATER + DAY
    found = {one.name: one for one in books(later)}
    assert (found["2025-Q4"].closing, found["2025-Q4"].stands) == (first, Stands.CLOSED)
    assert (found["2026-Q1"].closing, found["2026-Q1"].stands) == (None, Stands.RUNNING)
    assert (book("2025-Q4", later).closing, book("2026-Q1", later).closing) == (first, None)
    july = CLOSE.replace(month=7, day=8)
    second = company.both_sign(company.close("2026-Q1", july), july)
    assert (second.period, second.first_on.month, first.period, first.first_on.month) == ("2026-Q1", 4, "2026-Q1", 1)
    assert list(faults(first, company.place)) == list(faults(second, company.place)) == []


def test_a_closing_no_fiscal_year_makes_any_more_is_found_by_its_hash(company):
    """Years begin in February: no quarter has the days of January to March 2026. The quarters that have some of them are taken."""
    first = company.closed()
    fiscal_year(company, "02-01", LATER)
    later = LATER + DAY
    name = first.hash[:12]
    assert [(one.name, str(one.stands)) for one in books(later)] == [
        ("2026-Q2", "running"), ("2026-Q1", "taken"), (name, "closed"), ("2025-Q4", "taken"),
    ]  # fmt: skip
    assert book(name, later).closing == first
    assert book(first.hash, later).closing == first


@pytest.mark.db
@pytest.mark.decides
def test_what_is_made_good_goes_to_the_days_and_not_to_the_name(company):
    """Into 2026-Q2, April to June, which is 2026-Q1 by the new year; July to September, the new 2026-Q2, has nothing of it."""
    from treaty.books.models import Adjustment
    from treaty.books.restating import restate
    from treaty.truth.models import Opportunity

    first = company.closed()
    company.edit(Opportunity.objects.get(name="acme"), "1700.00")
    restate(first, company.lake(LATER), at=LATER)
    assert {(row.into, row.into_on.month) for row in Adjustment.objects.all()} == {("2026-Q2", 4)}
    fiscal_year(company, "04-01", LATER + DAY)
    july, october = (CLOSE.replace(month=month, day=8) for month in (7, 10))
    second = company.both_sign(company.close("2026-Q1", july), july)
    third = company.both_sign(company.close("2026-Q2", october), october)
    assert [one["amount"] for one in closed_of(second).adjustments if one["measure"] == "revenue_closed"] == ["700"]
    assert closed_of(third).adjustments == []
    assert list(faults(first, company.place)) == list(faults(second, company.place)) == []
