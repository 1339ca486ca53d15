"""Lists: every link keeps the rest of the address; links that leave the web are refused."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.web.pieces import Column, Filter, Listing, Option, Row, Table, safe_link

WORTH = Column("Expected", "worth", is_number=True)
NAME = Column("Lead", "name")
PLACE = Listing(
    path="/leads/",
    query={"q": ["a&b"], "stage": ["mql", "sal"], "page": ["3"], "sort": ["-worth"]},
    sort="-worth",
    page=3,
    pages=24,
    total=1183,
)


def query(href: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(href).query)


def test_sorting_keeps_the_filters_and_starts_at_the_first_page():
    assert query(PLACE.sort_href(NAME)) == {"q": ["a&b"], "stage": ["mql", "sal"], "sort": ["name"]}


@pytest.mark.parametrize(
    ("sort", "column", "then"),
    [
        ("", NAME, "name"),
        ("name", NAME, "-name"),
        ("-name", NAME, "name"),
        ("", WORTH, "-worth"),
        ("-worth", WORTH, "worth"),
        ("worth", WORTH, "-worth"),
    ],
)
def test_words_sort_from_a_numbers_from_the_largest_and_a_second_click_turns_them(sort, column, then):
    assert query(Listing(path="/leads/", sort=sort).sort_href(column)) == {"sort": [then]}


def test_only_the_sorted_column_has_a_direction():
    assert (PLACE.direction(WORTH), PLACE.direction(NAME), PLACE.direction(Column("Standing"))) == ("descending", "", "")


def test_pages_near_this_one_the_ends_and_gaps_between():
    def shown(page: int, pages: int) -> list[int]:
        return Listing(path="/", page=page, pages=pages).near_pages

    assert shown(1, 1) == [1]
    assert shown(3, 24) == [1, 2, 3, 4, 5, 0, 24]
    assert shown(12, 24) == [1, 0, 10, 11, 12, 13, 14, 0, 24]
    assert shown(24, 24) == [1, 0, 22, 23, 24]


def test_the_first_page_has_no_number_in_its_address():
    assert "page" not in query(PLACE.page_href(1))
    assert query(PLACE.next_href)["page"] == ["4"]
    assert (Listing(path="/").previous_href, Listing(path="/").next_href) == ("", "")


def test_a_download_is_the_same_list_in_another_form():
    csv, excel = PLACE.download_links
    assert query(csv.href) == {"q": ["a&b"], "stage": ["mql", "sal"], "sort": ["-worth"], "format": ["csv"]}
    assert (csv.words, excel.words) == ("CSV", "Excel")


def test_the_filter_form_carries_what_is_not_its_own():
    filters = [Filter("q", "Find"), Filter("stage", "Stage", [Option("", "All", True)])]
    place = Listing(path="/leads/", query=PLACE.query, filters=filters)
    assert place.carried == [("sort", "-worth")]
    assert not place.is_filtered
    assert Listing(path="/", filters=[Filter("q", "Find", value="x")]).is_filtered
    assert Listing(path="/", filters=[Filter("stage", "Stage", [Option("mql", "MQL", True)])]).is_filtered


def test_a_row_that_does_not_fit_its_columns_is_refused():
    table = Table(columns=[NAME, WORTH], rows=[Row(("only one",))])
    with pytest.raises(ValueError, match="zip"):
        _ = table.body


@pytest.mark.parametrize(
    "href",
    [
        "/",
        "/leads/?q=a%20b",
        "#a4",
        "?page=2",
        "https://example.com/x",
        "HTTP://example.com",
        "mailto:a@b.example",
        "tel:+49341",
        "",
        "/leads/1/#why",
    ],
)
def test_links_that_stay_here_or_open_a_page_a_mail_or_a_call_are_kept(href):
    assert safe_link(href) == href


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x",
        "//evil.example", "/\\evil.example", "\\\\evil.example", "/\tevil", "/a b", "https:/evil", "file:///etc/passwd", "leads/1",
        "blob:x", "https://a\x00b",
    ],
)  # fmt: skip
def test_every_other_link_is_dropped(href):
    assert safe_link(href) == ""


@given(st.text(max_size=40))
def test_no_text_makes_a_link_with_another_scheme(text):
    kept = safe_link(text)
    assert kept in ("", text)
    assert not kept or kept.lower().startswith(("/", "#", "?", "http://", "https://", "mailto:", "tel:"))
    assert not kept.startswith(("//", "/\\"))
