"""Rates as they are stated, stated again and refused; and the same in the lake, to the last digit."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.conftest import NOON
from treaty.engine.lake import open_lake
from treaty.jobs import lake
from treaty.truth.actions import absorb
from treaty.truth.models import ExchangeRate, Source
from treaty.truth.records import RateRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HOUR = timedelta(hours=1)
ON = date(2026, 3, 2)


@pytest.fixture
def bank():
    return Source.objects.create(name="bank", kind=Source.Kind.IMPORT, made_at=NOON)


def usd(rate, to="EUR", on=ON):
    return RateRecord(currency="usd", on=on, rate=Decimal(rate), to=to)


def test_a_corrected_rate_is_a_row_of_its_own_and_the_same_again_changes_nothing(bank):
    first = absorb([usd("0.92"), usd("0.920")], source=bank, received_at=NOON)
    assert (first.stored, first.merged, first.refused) == (1, 1, [])
    again = absorb([usd("0.93"), usd("0.92", on=ON + timedelta(days=1))], source=bank, received_at=NOON + HOUR)
    assert (again.stored, again.merged) == (2, 0)
    back = absorb([usd("0.92")], source=bank, received_at=NOON + 2 * HOUR)
    assert back.stored == 1
    rows = ExchangeRate.objects.filter(on=ON).order_by("said").values_list("currency", "to", "rate", "said", "received_at")
    assert [(said, rate) for _, _, rate, said, _ in rows] == [(1, Decimal("0.92")), (2, Decimal("0.93")), (3, Decimal("0.92"))]
    assert [at for *_, at in rows] == [NOON, NOON + HOUR, NOON + 2 * HOUR]


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (usd("0"), "0 is not a rate"),
        (usd("-1"), "-1 is not a rate"),
        (usd("100000000"), "100000000 is not a rate"),
        (usd("NaN"), "NaN is not a rate"),
        (usd("0.12345678901"), "round it to 10 decimals and 15 digits"),
        (usd("123456.1234567891"), "round it to 10 decimals and 15 digits"),
        (usd("1", to="usd"), "USD in USD: a currency needs no rate to itself"),
        (usd("1", to="euro"), "'EURO' is not a currency"),
        (usd("1", to=""), "no agreement says which currency this becomes"),
    ],
)
def test_what_is_no_rate_is_refused_by_name(bank, record, says):
    done = absorb([record], source=bank, received_at=NOON)
    assert done.stored == done.merged == 0
    assert says in done.refused[0][1]


def test_a_rate_that_names_no_other_currency_becomes_the_agreements(world, bank):
    done = absorb([usd("0.92", to=""), RateRecord(currency="EUR", on=ON, rate=Decimal("1.087"), to="USD")], source=bank, received_at=NOON)
    assert ExchangeRate.objects.get().to == "EUR"
    assert done.refused == [(1, "EUR is the agreement's own currency: state what one USD is worth in EUR")]


def test_the_lake_holds_every_rate_to_its_last_digit(bank, tmp_path):
    rates = ["0.0000000001", "99999.9876543211", "0.9234567891", "17"]
    absorb([usd(rate, on=ON + timedelta(days=n)) for n, rate in enumerate(rates)], source=bank, received_at=NOON)
    lake.refresh(at=NOON, where=tmp_path)
    snapshot = open_lake(tmp_path)
    rows = snapshot.fetch(snapshot.table("rates").order_by("rate_on")).to_pylist()
    assert [row["rate"] for row in rows] == [Decimal(rate) for rate in rates]
    assert [row["rate_on"] for row in rows] == [ON + timedelta(days=n) for n in range(4)]
    assert {(row["currency"], row["becomes"], row["said"]) for row in rows} == {("USD", "EUR", 1)}
