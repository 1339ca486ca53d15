"""Files that were pinned stay what they were, whatever the lake does; views are lakes for a while."""

from datetime import timedelta

import ibis
import pytest

from tests.conftest import NOON
from treaty.engine import duck
from treaty.engine import lake as lakes
from treaty.engine.files import GRACE
from treaty.engine.lake import LakeDamaged, folder, open_lake
from treaty.engine.mixed import rows, views
from treaty.engine.pinned import beside, damaged, pin, reopened
from treaty.jobs.lake import refresh
from treaty.truth.models import Opportunity, Person, Source, Touch

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = timedelta(days=1)


def deal(name, amount):
    return Opportunity.objects.create(name=name, amount=amount, currency="EUR", received_at=NOON)


def export(home, at=NOON):
    refresh(at=at, where=home)
    refresh(at=at, where=home)
    return open_lake(home)


def amounts(lake):
    return [int(row["amount"]) for row in lake.fetch(lake.table("opportunities").order_by("opportunity_id")).to_pylist()]


def test_a_pinned_table_says_what_it_said_long_after_the_lake_has_moved_on(tmp_path):
    row = deal("acme", 100)
    pinned = pin(export(tmp_path), ["opportunities"])
    Opportunity.objects.filter(pk=row.pk).update(amount=900)
    for days in range(1, 4):
        lake = export(tmp_path, NOON + days * (GRACE + DAY))
    assert (amounts(lake), amounts(reopened(pinned, lake.folder))) == ([900], [100])
    assert damaged(pinned, lake.folder) == ""


def test_what_is_led_through_merges_brings_them_along(tmp_path):
    source = Source.objects.create(name="site", kind="server", made_at=NOON)
    visitor, ada = (Person.objects.create(made_at=NOON) for _ in range(2))
    times = {"occurred_at": NOON, "known_at": NOON, "received_at": NOON}
    Touch.objects.create(source=source, message_id="m", person=visitor, seen_as=visitor, kind="page_view", **times)
    pinned = pin(export(tmp_path), ["touches"])
    Person.objects.filter(pk=visitor.pk).update(merged_into=ada)
    lake = export(tmp_path, NOON + DAY)

    def whose(of):
        return [row["person_id"] for row in of.fetch(of.table("touches")).to_pylist()]

    assert (whose(reopened(pinned, lake.folder)), whose(lake)) == ([visitor.pk], [ada.pk])


def test_pinning_twice_keeps_one_file_and_a_changed_one_is_found(tmp_path):
    deal("acme", 100)
    lake = export(tmp_path)
    assert pin(lake, ["opportunities"]) == pin(lake, ["opportunities"])
    [path] = beside(folder(tmp_path)).iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert str(path) in damaged(pin(lake, ["opportunities"]), lake.folder)


def test_a_file_that_is_gone_is_refused_not_read_as_nothing(tmp_path, monkeypatch):
    deal("acme", 100)
    lake = export(tmp_path)
    pinned = pin(lake, ["opportunities"])
    for place in (beside(lake.folder), lake.folder / "pinned"):
        for path in place.iterdir():
            path.unlink()
    monkeypatch.setattr(lakes, "_opened", [])
    monkeypatch.setattr(lakes, "_verified", set())
    with pytest.raises(LakeDamaged):
        reopened(pinned, lake.folder)


def test_views_are_a_lake_of_their_own_and_gone_at_the_end(tmp_path):
    deal("acme", 100)
    deal("boro", 300)
    lake = export(tmp_path)
    deals = lake.table("opportunities")

    def most(of):
        table = of.table("opportunities")
        return rows([of], "most", lambda: table.agg(most=table.amount.max()))[0]["most"]

    with views({"opportunities": deals}, lake) as every, views({"opportunities": deals.filter(deals.amount < 200)}, lake) as small:
        assert (most(every), most(small), every.asked) == (300, 100, {"opportunities"})
        with pytest.raises(LookupError, match="there is no table 'touches'"):
            every.table("touches")
    assert not duck.cursor(lake.folder).execute("select 1 from information_schema.schemata where schema_name like 'views_%'").fetchall()


def test_a_statement_written_for_other_columns_is_written_anew(tmp_path):
    deal("acme", 100)
    lake = export(tmp_path)
    table = lake.table("opportunities")

    def names(of):
        return list(rows([of], "names", lambda: of.table("opportunities"))[0])

    with (
        views({"opportunities": table.select("amount")}, lake) as one,
        views({"opportunities": table.select("key", n=ibis.literal(1))}, lake) as two,
    ):
        assert (names(one), names(two), names(one)) == (["amount"], ["key", "n"], ["amount"])
