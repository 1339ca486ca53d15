"""What an amount is worth in the agreement's currency: by hand, and against a plain loop on random deals and rates."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.funnel.fake_lake import FakeLake
from tests.often import often
from treaty.agreement.terms_parties import Rate
from treaty.currencies import decimals, in_units, of_units, rounded
from treaty.engine.days import day_number, local_day
from treaty.moments import from_us, to_us
from treaty.truth.measures import Exchange, in_currency
from treaty.truth.measures import in_units as units_of

BERLIN = "Europe/Berlin"
DATED = (("USD", Rate(source="ecb", on="deal_created")), ("GBP", Rate(source="ecb", on="deal_closed")))
STATED = (("CHF", Rate(source="stated", on="deal_created", rate=Decimal("1.05"))),)
EUR = Exchange("EUR", BERLIN, DATED + STATED)


def at(text, zone=BERLIN):
    return to_us(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def rate(number, currency, on, worth, *, said=1, becomes="EUR"):
    return {
        "rate_id": number, "currency": currency, "becomes": becomes, "rate_on": date.fromisoformat(on), "rate": Decimal(worth),
        "said": said, "received_us": 0,
    }  # fmt: skip


def deal(number, amount, currency, opened="2026-03-02 12:00", closed=None):
    return {
        "opportunity_id": number, "amount": Decimal(amount), "currency": currency,
        "opened_us": at(opened) if opened else None, "closed_us": at(closed) if closed else None,
    }  # fmt: skip


def told(lake, exchange=EUR):
    rows = lake.fetch(in_currency(lake, lake.table("opportunities"), exchange)).to_pylist()
    assert len({row["opportunity_id"] for row in rows}) == len(rows) == len(lake.rows["opportunities"])
    return {row["opportunity_id"]: (row["amount_units"], row["rate"], row["rate_on"]) for row in rows}


RATES = [
    rate(1, "USD", "2026-02-27", "0.9"),
    rate(2, "USD", "2026-03-02", "0.95"),
    rate(3, "USD", "2026-03-02", "0.85", said=2),
    rate(4, "GBP", "2026-02-27", "1.2"),
    rate(5, "USD", "2026-03-02", "155.5", becomes="JPY"),
]


def test_each_amount_is_converted_at_the_rate_of_its_day():
    lake = FakeLake(
        rates=RATES,
        opportunities=[
            deal(1, "100.00", "USD"),  # the correction of that day: 85.00
            deal(2, "100.00", "USD", opened="2026-03-01 23:59"),  # a Sunday: the rate of Friday, 90.00
            deal(3, "100.00", "EUR"),
            deal(4, "10.00", "CHF"),  # as stated: 10.50
            deal(5, "1.00", "GBP", opened="2026-02-20 12:00", closed="2026-03-05 12:00"),  # dated by its close: 1.20
            deal(6, "0.55", "USD", opened="2026-02-28 12:00"),  # 0.495, half a cent away from zero: 0.50
            deal(7, "-0.55", "USD", opened="2026-02-28 12:00"),
        ],
    )
    assert told(lake) == {
        1: (8500, Decimal("0.85"), date(2026, 3, 2)),
        2: (9000, Decimal("0.9"), date(2026, 2, 27)),
        3: (10000, Decimal(1), None),
        4: (1050, Decimal("1.05"), None),
        5: (120, Decimal("1.2"), date(2026, 2, 27)),
        6: (50, Decimal("0.9"), date(2026, 2, 27)),
        7: (-50, Decimal("0.9"), date(2026, 2, 27)),
    }


def test_what_has_no_rate_stays_and_is_not_converted():
    lake = FakeLake(
        rates=RATES,
        opportunities=[
            deal(1, "1", "USD", opened="2026-02-26 12:00"),  # before the first rate
            deal(2, "1", "SEK"),  # no rate is agreed
            deal(3, "1", ""),  # in no currency
            deal(4, "1", "USD", opened=None),  # nobody knows when it was created
            deal(5, "1", None),
        ],
    )
    assert set(told(lake).values()) == {(None, None, None)}
    assert set(told(lake, Exchange("EUR", BERLIN)).values()) == {(None, None, None)}


def test_a_deal_dated_by_its_close_is_dated_by_its_opening_until_then():
    lake = FakeLake(rates=RATES, opportunities=[deal(1, "1.00", "GBP"), deal(2, "1.00", "GBP", opened="2026-02-26 12:00")])
    assert told(lake) == {1: (120, Decimal("1.2"), date(2026, 2, 27)), 2: (None, None, None)}


def test_the_day_is_the_local_one():
    """23:30 UTC on 1 March is 2 March in Berlin, and still 1 March in New York."""
    lake = FakeLake(rates=[*RATES], opportunities=[deal(1, "1.00", "USD") | {"opened_us": to_us(datetime(2026, 3, 1, 23, 30, tzinfo=UTC))}])
    assert told(lake)[1][0] == 85
    assert told(lake, Exchange("EUR", "America/New_York", EUR.rates))[1][0] == 90


def test_the_agreements_currency_has_its_own_smallest_unit():
    yen = Exchange("JPY", BERLIN, (("USD", Rate(source="ecb", on="deal_created")),))
    lake = FakeLake(rates=RATES, opportunities=[deal(1, "1.00", "USD"), deal(2, "2.50", "JPY")])
    assert [units for units, _, _ in told(lake, yen).values()] == [156, 3]  # 155.5 and 2.5 yen
    dinar = Exchange("KWD", BERLIN, (("USD", Rate(source="stated", on="deal_created", rate=Decimal("0.3075"))),))
    assert [units for units, _, _ in told(lake, dinar).values()] == [308, None]  # 0.3075 dinar


def test_an_amount_beyond_all_measure_is_not_converted_and_breaks_nothing():
    lake = FakeLake(rates=[rate(1, "USD", "2026-03-01", "99999999")], opportunities=[deal(1, "99999999999999.9999", "USD")])
    assert told(lake)[1][0] is None


def test_several_amounts_of_a_deal_are_converted_at_one_rate():
    lake = FakeLake(rates=RATES, opportunities=[deal(1, "100.00", "USD")])
    rows = in_currency(lake, lake.table("opportunities").mutate(first=ibis.literal(Decimal("50.00"))), EUR, ("amount", "first"))
    assert [lake.row(rows)[name] for name in ("amount_units", "first_units")] == [8500, 4250]


CODES = ("EUR", "USD", "GBP", "CHF", "SEK", "")
DAYS = st.dates(date(2026, 3, 20), date(2026, 4, 5))


@st.composite
def books(draw):
    rates, said = [], {}
    for number in range(draw(st.integers(0, 12))):
        key = (draw(st.sampled_from(["USD", "GBP", "CHF"])), draw(DAYS))
        said[key] = said.get(key, 0) + 1
        worth = Decimal(draw(st.integers(1, 30_000))) / 10_000
        rates.append(rate(number, key[0], key[1].isoformat(), worth, said=said[key]))
    found = []
    for number in range(draw(st.integers(1, 8))):
        opened, closed = (draw(st.none() | st.integers(at("2026-03-19 12:00"), at("2026-04-06 12:00"))) for _ in range(2))
        amount = Decimal(draw(st.integers(-99_999, 9_999_999))) / 10_000
        found.append(
            {"opportunity_id": number, "amount": amount, "currency": draw(st.sampled_from(CODES)), "opened_us": opened, "closed_us": closed}
        )
    return rates, found


def expected(one, rates):
    """(units, rate) by a plain loop."""
    terms = dict(EUR.rates)
    if one["currency"] == "EUR":
        worth = Decimal(1)
    elif one["currency"] not in terms:
        return None, None
    elif terms[one["currency"]].source == "stated":
        worth = terms[one["currency"]].rate
    else:
        moment = one["opened_us"]
        if terms[one["currency"]].on == "deal_closed" and one["closed_us"] is not None:
            moment = one["closed_us"]
        if moment is None:
            return None, None
        day = from_us(moment).astimezone(ZoneInfo(BERLIN)).date()
        there = [r for r in rates if r["currency"] == one["currency"] and r["rate_on"] <= day]
        if not there:
            return None, None
        worth = max(there, key=lambda r: (r["rate_on"], r["said"]))["rate"]
    return int((one["amount"] * worth * 100).quantize(Decimal(1), ROUND_HALF_UP)), worth


@settings(max_examples=often(5, 300), deadline=None)
@given(books(), st.randoms(use_true_random=False))
def test_random_deals_are_worth_what_a_plain_loop_says_in_whatever_order(book, chance):
    rates, deals = book
    wanted = {one["opportunity_id"]: expected(one, rates) for one in deals}
    chance.shuffle(shuffled := list(deals))
    chance.shuffle(mixed := list(rates))
    for lake in (FakeLake(rates=rates, opportunities=deals), FakeLake(rates=mixed, opportunities=shuffled)):
        assert {number: (units, worth) for number, (units, worth, _) in told(lake).items()} == wanted


@pytest.mark.parametrize(("code", "places", "text", "units"), [("EUR", 2, "1.005", 101), ("JPY", 0, "12.5", 13), ("KWD", 3, "0.1235", 124)])
def test_an_amount_is_whole_in_the_smallest_unit_of_its_currency(code, places, text, units):
    amount = Decimal(text)
    assert decimals(code) == places
    assert in_units(amount, code) == -in_units(-amount, code) == units
    assert of_units(units, code) == rounded(amount, code)
    lake = FakeLake(opportunities=[{"amount": amount, "currency": code}])
    t = lake.table("opportunities")
    assert lake.row(t.select(units=units_of(t.amount, t.currency)))["units"] == units


def _asked(expression):
    return ibis.duckdb.connect().to_pyarrow(expression)


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "UTC"])
def test_local_days_are_those_of_the_calendar(zone):
    """Around every change of the clocks of four years, and every seventh hour between."""
    start = datetime(2010, 12, 1, tzinfo=UTC)
    moments = [to_us(start + timedelta(hours=hour, microseconds=off)) for hour in range(0, 4 * 8766, 7) for off in (-1, 0)]
    moments += [to_us(start + timedelta(minutes=30 * step)) - 1 for step in range(2 * 24 * 365)]
    t = ibis.memtable(pa.table({"us": moments}))
    found = _asked(t.select("us", day=local_day(t.us, zone))).to_pylist()
    place = ZoneInfo(zone)
    assert all(row["day"] == (from_us(row["us"]).astimezone(place).date() - date(1970, 1, 1)).days for row in found)


def test_dates_are_numbered_by_the_calendar():
    days = [date(1900, 1, 1) + timedelta(days=n) for n in range(0, 110_000, 11)]
    t = ibis.memtable(pa.table({"on": days}))
    assert _asked(t.select(n=day_number(t.on)))["n"].to_pylist() == [(day - date(1970, 1, 1)).days for day in days]
