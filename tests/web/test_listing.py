"""One list as page, CSV and workbook, from one address."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import RequestFactory
from python_calamine import CalamineWorkbook

from tests.conftest import NOON
from treaty.team.models import Member, Role
from treaty.web import downloads, listing
from treaty.web.formats import viewer_of
from treaty.web.here import Here
from treaty.web.listing import Field, Kind, Pick
from treaty.web.pieces import Link

MEMBERS: Kind[Member] = Kind(
    name="members",
    path="/members/",
    sort="name",
    page=2,
    href=lambda m: f"/members/{m.key}/",
    fields=(
        Field(words="Member", key="name", order=("name",), value=lambda m: m.name),
        Field(words="Role", key="role", order=("role", "name"), value=lambda m: m.role, show=lambda m, _: Link(m.role, "/roles/")),
        Field(words="Turns", key="turns", order=("capacity",), value=lambda m: m.capacity, is_number=True),
        Field(words="Joined", value=lambda m: m.joined_at, show=lambda m, here: str(m.joined_at.year)),
    ),
    picks=(
        Pick(key="q", words="Find", narrow=lambda rows, text: rows.filter(name__icontains=text)),
        Pick(key="role", words="Role", options=lambda _: list(Role.choices), narrow=lambda rows, role: rows.filter(role=role)),
    ),
)


def here(query: str = "", member=None) -> Here:
    request = RequestFactory().get("/members/" + query)
    request.session, request._messages = {}, None
    request._messages = FallbackStorage(request)
    return Here(request, member, NOON, viewer_of("Europe/Berlin"))


def table(query: str = ""):
    place = here(query)
    wanted = listing.asked(place, MEMBERS)
    return listing.table_of(place, MEMBERS, wanted, listing._narrowed(Member.objects.all(), wanted))


def names(query: str = "") -> list[str]:
    return [row.cells[0] for row in table(query).rows]


def test_a_page_has_so_many_rows_in_the_order_of_the_kind(world):
    assert names() == ["Ada Brandt", "Kim Dale"]
    assert names("?page=3") == ["Sam Okafor", "Sol Meyer"]


def test_a_page_beyond_the_last_is_the_last_and_nonsense_is_the_first(world):
    assert names("?page=99") == ["Sam Okafor", "Sol Meyer"]
    assert names("?page=-1") == names("?page=x") == names("?page=²") == names("?page=99999999999999") == names()


def test_sorting_turns_round_and_an_unknown_sort_is_the_usual_one(world):
    assert names("?sort=-name") == ["Sol Meyer", "Sam Okafor"]
    assert names("?sort=password") == names()


def test_filters_narrow_the_list_and_the_total(world):
    found = table("?role=sales_rep")
    assert ([row.cells[0] for row in found.rows], found.listing.total) == (["Kim Dale", "Sol Meyer"], 2)
    assert table("?q=ada").listing.total == 1
    assert table("?role=emperor").listing.total == 6  # not a role: as good as none


def test_a_page_costs_three_queries_whatever_its_length(world, django_assert_num_queries):
    with django_assert_num_queries(3):
        table("?sort=-turns&q=a")


def csv_of(query: str, rows=None) -> list[list[str]]:
    response = listing.show(here(query), MEMBERS, Member.objects.all() if rows is None else rows, title="Members")
    assert response["Content-Disposition"] == 'attachment; filename="members.csv"'
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode())))


def test_the_csv_is_the_same_query_without_pages(world):
    found = csv_of("?format=csv&sort=-name&role=sales_rep&page=7")
    assert found == [
        ["Member", "Role", "Turns", "Joined"],
        ["Sol Meyer", "sales_rep", "1", "2026-01-01T00:00:00Z"],
        ["Kim Dale", "sales_rep", "1", "2026-01-01T00:00:00Z"],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", "'quoted"])
def test_what_a_spreadsheet_would_run_is_marked_in_the_csv(world, name):
    Member.objects.filter(key=world.kim.key).update(name=name)
    assert csv_of("?format=csv&role=sales_rep&sort=name")[1:][0][0] in (f"'{name}", "Sol Meyer")
    assert [f"'{name}"] == [row[0] for row in csv_of("?format=csv&role=sales_rep") if row[0].startswith("'")]


def test_the_workbook_has_typed_cells_and_runs_nothing(world):
    Member.objects.filter(key=world.kim.key).update(name='=HYPERLINK("http://evil.example")', capacity=3)
    response = listing.show(here("?format=xlsx&role=sales_rep"), MEMBERS, Member.objects.all(), title="Members")
    raw = b"".join(response.streaming_content)
    book = CalamineWorkbook.from_filelike(BytesIO(raw))
    assert book.sheet_names == ["times in Europe Berlin"]
    head, first, _ = book.get_sheet_by_index(0).to_python()
    assert head == ["Member", "Role", "Turns", "Joined"]
    # midnight UTC at New Year is one o'clock in Berlin
    assert first == ['=HYPERLINK("http://evil.example")', "sales_rep", 3.0, datetime(2026, 1, 1, 1, 0)]  # noqa: DTZ001 - Excel has no zones


def test_more_rows_than_a_sheet_holds_are_refused_with_a_way_out():
    with pytest.raises(downloads.TooManyRows, match="take the CSV"):
        downloads.xlsx_file("x", ["a"], [], zone="UTC", total=1_048_576)


def test_values_excel_cannot_hold_exactly_are_text():
    rows = [[10**15, Decimal("12.50"), date(1899, 12, 31), datetime(1850, 1, 1, tzinfo=UTC), True, None, "x" * 40_000]]
    response = downloads.xlsx_file("x", list("abcdefg"), rows, zone="UTC", total=1)
    found = CalamineWorkbook.from_filelike(BytesIO(b"".join(response.streaming_content))).get_sheet_by_index(0).to_python()[1]
    assert found[:6] == [str(10**15), 12.5, "1899-12-31", "1850-01-01 00:00:00+00:00", True, ""]
    assert len(found[6]) == 32_767


def test_rows_of_a_measure_are_sorted_by_value_and_unknown_ones_come_last():
    kind = Kind(name="sums", path="/", sort="-n", page=9, fields=(Field(words="N", key="n", value=lambda row: row["n"], is_number=True),))
    place = here()
    rows = [{"n": 2}, {"n": None}, {"n": 1200}]
    found = listing.table_of(place, kind, listing.asked(place, kind), rows)
    assert [row.cells[0] for row in found.rows] == ["1,200", "2", ""]
