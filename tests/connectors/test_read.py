"""Hostile and careless files: what is good is kept, what is not is refused alone, nothing ever ends in a trace."""

import gzip
import json
import random
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from treaty.connectors.files.limits import FileRefused
from treaty.connectors.files.profile import profile_of
from treaty.connectors.files.reader import NoSuchFile, open_tables
from treaty.connectors.files.rows import RawTable, Refused, Row, Unread


def write(tmp_path: Path, content: str | bytes, name: str = "leads.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only(path: Path) -> RawTable:
    (table,) = open_tables([path])
    assert isinstance(table, RawTable), table
    return table


def cells(table: RawTable) -> list[list[str]]:
    return [row.cells for row in table.rows() if isinstance(row, Row)]


def refused(table: RawTable) -> list[Refused]:
    return [row for row in table.rows() if isinstance(row, Refused)]


ADA = [["1", "Ada Ünal", "ada@acme.example"], ["2", "Bo", "bo@acme.example"]]
PLAIN = "id,name,email\n1,Ada Ünal,ada@acme.example\n2,Bo,bo@acme.example\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_the_encoding_is_found(tmp_path, encoding):
    assert cells(only(write(tmp_path, PLAIN.encode(encoding)))) == ADA


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    assert cells(only(write(tmp_path, PLAIN.replace(",", delimiter)))) == ADA


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_every_kind_of_line_end_is_read(tmp_path, ending):
    assert cells(only(write(tmp_path, PLAIN.replace("\n", ending)))) == ADA


def test_mixed_line_ends_blank_lines_and_a_missing_last_one_do_no_harm(tmp_path):
    assert cells(only(write(tmp_path, "id,name\r\n1,Ada\n\n\r\n2,Bo\r\n3,Cy"))) == [["1", "Ada"], ["2", "Bo"], ["3", "Cy"]]


def test_a_stated_delimiter_is_obeyed(tmp_path):
    assert cells(only(write(tmp_path, "sep=;\nid;note\n1;a,b,c\n2;d,e,f\n"))) == [["1", "a,b,c"], ["2", "d,e,f"]]


def test_quotes_newlines_and_doubled_quotes_stay_in_their_cell(tmp_path):
    table = only(write(tmp_path, 'id,note\n1,"two\nlines, and ""quotes"""\n2,plain\n'))
    assert cells(table) == [["1", 'two\nlines, and "quotes"'], ["2", "plain"]]
    assert [row.line for row in table.rows()] == [2, 4]  # the first record takes lines 2 and 3


def test_backslash_escapes_of_database_dumps_are_read(tmp_path):
    assert cells(only(write(tmp_path, 'id,note\n1,"say \\"hi\\", then go"\n2,x\n'))) == [["1", 'say "hi", then go'], ["2", "x"]]


def test_a_cell_that_ends_in_a_backslash_escapes_nothing(tmp_path):
    assert cells(only(write(tmp_path, 'id,path\n1,"C:\\a,b\\"\n2,x\n'))) == [["1", "C:\\a,b\\"], ["2", "x"]]


def test_a_quote_that_never_closes_costs_one_row(tmp_path):
    rows = [f"{i},name {i}" for i in range(500)]
    rows[200] = '200,"stray'
    table = only(write(tmp_path, "id,name\n" + "\n".join(rows) + "\n"))
    assert len(cells(table)) == 499
    (bad,) = refused(table)
    assert (bad.line, bad.cells) == (202, ['200,"stray'])  # the header is line 1, row 0 is line 2
    assert "does not close" in bad.problem


def test_two_stray_quotes_far_apart_cost_two_rows_not_the_hundred_between(tmp_path):
    rows = [f"{i},name {i}" for i in range(300)]
    rows[50], rows[150] = '50,"stray', '150,"stray'
    table = only(write(tmp_path, "id,name\n" + "\n".join(rows) + "\n"))
    assert len(cells(table)) + len(refused(table)) == 300
    assert len(cells(table)) == 298


def test_a_row_wrapped_whole_in_quotes_is_unwrapped(tmp_path):
    assert cells(only(write(tmp_path, 'id,name,city\n1,Ada,Köln\n"2,""Bo, jr."",Bonn"\n'))) == [
        ["1", "Ada", "Köln"],
        ["2", "Bo, jr.", "Bonn"],
    ]


def test_rows_of_the_wrong_width_are_refused_with_line_and_reason(tmp_path):
    table = only(write(tmp_path, "id,name\n1,Ada\n2\n3,Cy,extra\n4,Di,\n5,Eve\n"))
    assert cells(table) == [["1", "Ada"], ["4", "Di"], ["5", "Eve"]]  # an empty cell too many is harmless
    assert [(r.line, r.problem) for r in refused(table)] == [
        (3, "1 cell where the header has 2"),
        (4, "3 cells where the header has 2"),
    ]


def test_a_stretch_of_nothing_but_refused_rows_ends_nothing(tmp_path):
    table = only(write(tmp_path, "id,name\n1,Ada\n" + "x\n" * 5000 + "2,Bo\n"))
    profile = profile_of(table)
    assert (profile.rows, profile.refused) == (2, 5000)


def test_bad_bytes_and_nul_refuse_their_row_alone(tmp_path):
    table = only(write(tmp_path, b"id,name\n1,J\xc3\xbcrg\n2,caf\xe9\n3,a\0b\n4,Z\xc3\xbcrich\n"))
    assert cells(table) == [["1", "Jürg"], ["4", "Zürich"]]
    assert [r.line for r in refused(table)] == [3, 4]
    assert "0xe9" in refused(table)[0].problem
    assert "NUL" in refused(table)[1].problem


def test_a_lone_surrogate_in_utf_16_refuses_its_row(tmp_path):
    body = "id,name\n1,Ada\n2,".encode("utf-16-le") + b"\x00\xd8" + "\n3,Cy\n".encode("utf-16-le")
    table = only(write(tmp_path, b"\xff\xfe" + body))
    assert cells(table) == [["1", "Ada"], ["3", "Cy"]]
    assert [r.line for r in refused(table)] == [3]


def test_a_cell_of_ten_megabytes_is_refused_and_kept(tmp_path):
    table = only(write(tmp_path, "id,note\n1,ok\n2," + "x" * 10_000_000 + "\n3,ok\n"))
    assert cells(table) == [["1", "ok"], ["3", "ok"]]
    (bad,) = refused(table)
    assert bad.line == 3
    assert len(bad.cells[1]) == 10_000_000


def test_a_line_that_never_ends_does_not_take_the_file_with_it(tmp_path):
    table = only(write(tmp_path, "id,note\n1,ok\n2," + "x" * 40_000_000 + "\n3,ok\n"))
    assert cells(table) == [["1", "ok"], ["3", "ok"]]
    assert len(refused(table)) == 1


def test_a_million_columns_are_refused_in_a_sentence(tmp_path):
    (unread,) = open_tables([write(tmp_path, ",".join(f"c{i}" for i in range(1_000_000)) + "\n1\n")])
    assert isinstance(unread, Unread)
    assert "1,000,000 columns" in unread.problem
    assert "2,000" in unread.problem


def test_lines_above_the_header_are_left_out_and_said(tmp_path):
    table = only(write(tmp_path, "Leads of March\nmade by Mira\n\nid,name,city\n1,Ada,Köln\n2,Bo,Bonn\n"))
    assert table.header == ("id", "name", "city")
    assert cells(table) == [["1", "Ada", "Köln"], ["2", "Bo", "Bonn"]]
    assert any("2 lines above" in note for note in table.notes)


def test_a_file_without_header_gets_numbered_columns_and_keeps_its_first_row(tmp_path):
    table = only(write(tmp_path, "1,ada@x.example,2026-01-02\n2,bo@x.example,2026-01-03\n"))
    assert table.header == ("column 1", "column 2", "column 3")
    assert len(cells(table)) == 2


def test_equal_and_empty_headers_stay_apart(tmp_path):
    assert only(write(tmp_path, "id,name,name,,x\n1,a,b,c,d\n")).header == ("id", "name", "name (2)", "column 4", "x")


def test_formula_cells_right_to_left_marks_and_emoji_are_data(tmp_path):
    odd = ['=cmd|"/c calc"!A1', "\u202eevil", "👩‍🚀", "<b>x</b>", "１２"]
    table = only(write(tmp_path, "id,note\n" + "".join(f'{i},"{t.replace(chr(34), chr(34) * 2)}"\n' for i, t in enumerate(odd))))
    assert [row[1] for row in cells(table)] == odd


def test_a_workbook_gives_a_table_for_each_sheet(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "book.xlsx"), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Leads")
    sheet.write_row(0, 0, ["Report"])
    sheet.write_row(2, 0, ["id", "created", "amount", "won"])
    sheet.write_row(3, 0, [7, datetime(2024, 2, 29), 1.5, True])  # noqa: DTZ001
    book.add_worksheet("Empty")
    other = book.add_worksheet("Other")
    other.write_row(0, 0, ["a", "b"])
    other.write_formula(1, 0, "=1+1", None, 2)
    book.close()
    leads, second = open_tables([tmp_path / "book.xlsx"])
    assert isinstance(leads, RawTable)
    assert isinstance(second, RawTable)
    assert (leads.name, leads.header) == ("book.xlsx: Leads", ("id", "created", "amount", "won"))
    assert cells(leads) == [["7", "2024-02-29", "1.5", "true"]]
    assert cells(second) == [["2", ""]]
    assert cells(leads) == cells(leads)  # read again from the same store


def test_parquet_keeps_dates_decimals_nulls_and_lists_as_text(tmp_path):
    pq.write_table(
        pa.table(
            {
                "id": [1, 2],
                "at": [datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), None],
                "on": [date(2024, 1, 2), None],
                "amount": [Decimal("10.50"), Decimal("0.10")],
                "share": [float("nan"), 2.0],
                "tags": [["a", "b"], None],
            }
        ),
        tmp_path / "deals.parquet",
    )
    assert cells(only(tmp_path / "deals.parquet")) == [
        ["1", "2024-01-02 03:04:05+00:00", "2024-01-02", "10.50", "", json.dumps(["a", "b"])],
        ["2", "", "", "0.10", "2", ""],
    ]


def test_a_workbook_with_one_cell_in_the_far_corner_is_refused_in_a_sentence(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "far.xlsx"))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1_048_575, 16_383, "b")  # 17 thousand million cells if laid out
    book.close()
    (unread,) = open_tables([tmp_path / "far.xlsx"])
    assert isinstance(unread, Unread)
    assert "save it as CSV" in unread.problem


def test_gzip_is_inflated_and_a_bomb_is_not(tmp_path):
    good, bomb = tmp_path / "leads.csv.gz", tmp_path / "bomb.csv.gz"
    good.write_bytes(gzip.compress(PLAIN.encode()))
    with gzip.open(bomb, "wb") as stream:
        stream.write(b"id,name\n")
        for _ in range(200):
            stream.write(b"0" * 1_000_000)
    assert cells(only(good)) == ADA
    (unread,) = open_tables([bomb])
    assert isinstance(unread, Unread)
    assert "MB when unpacked" in unread.problem


def test_a_truncated_gzip_says_that_it_ends_too_early(tmp_path):
    (unread,) = open_tables([write(tmp_path, gzip.compress(random.Random(1).randbytes(5000))[:3000], "x.csv.gz")])
    assert isinstance(unread, Unread)
    assert "damaged" in unread.problem or "not a table" in unread.problem


def test_a_zip_of_tables_is_read_and_its_names_lead_nowhere(tmp_path):
    with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../evil/leads.csv", PLAIN)
        archive.writestr("deals.csv", "id,amount\n1,10\n2,20\n")
    before = set(tmp_path.rglob("*"))
    tables = [t for t in open_tables([tmp_path / "export.zip"]) if isinstance(t, RawTable)]
    assert [cells(t) for t in tables] == [ADA, [["1", "10"], ["2", "20"]]]
    assert set(tmp_path.rglob("*")) == before


def test_a_zip_bomb_is_refused_by_its_own_directory(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 100_000_000)
    (unread,) = open_tables([tmp_path / "bomb.zip"])
    assert isinstance(unread, Unread)
    assert "unpacks to 95 MB" in unread.problem


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("blank.csv", b"\n\n \n"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(1, 9)) * 500),
        ("broken.xlsx", b"PK\x03\x04" + b"x" * 100),
        ("broken.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600),
        ("broken.parquet", b"PAR1" + b"x" * 100),
        ("broken.gz", b"\x1f\x8b" + b"x" * 100),
    ],
)
def test_what_is_no_table_is_named_with_a_reason(tmp_path, name, content):
    (unread,) = open_tables([write(tmp_path, content, name)])
    assert isinstance(unread, Unread)
    assert unread.name == name.removesuffix(".gz") or unread.name == name
    assert name in unread.problem or "cannot be read" in unread.problem


def test_a_folder_is_read_in_order_without_its_documents_and_links(tmp_path):
    for name in ("b.csv", "a.csv", "notes.md", ".hidden.csv"):
        write(tmp_path, PLAIN, name)
    (tmp_path / "link.csv").symlink_to("/etc/passwd")
    assert [table.name for table in open_tables([tmp_path])] == ["a.csv", "b.csv"]


def test_a_missing_file_is_said_before_anything_is_read(tmp_path):
    with pytest.raises(NoSuchFile, match=r"there is no file .*nowhere\.csv"):
        next(iter(open_tables([write(tmp_path, PLAIN), tmp_path / "nowhere.csv"])))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_end_in_rows_or_in_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    for table in open_tables([path]):
        if isinstance(table, RawTable):
            try:
                assert all(len(row.cells) == len(table.header) for row in table.rows() if isinstance(row, Row))
            except FileRefused:
                continue


LIKE_A_TOTAL = ("tot", "sum", "gra", "sub", "ges")
"""How words begin that alone make a row a line of totals."""
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=8))
def test_every_good_row_written_is_read_back(tmp_path_factory, rows):
    import csv

    rows = [row for row in rows if "".join(row).strip()[:3].lower() not in LIKE_A_TOTAL]
    path = tmp_path_factory.getbasetemp() / "good.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["name of person", "note", "city"], *rows])
    table = only(path)
    assert cells(table) == [row for row in rows if any(row)]
    assert refused(table) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<html><body><table><tr><td>Lead ID</td></tr></table></body></html>", "a web page"),
        ('<?xml version="1.0"?><Workbook/>', "a web page"),
        ('[{"id": 1, "email": "ada@acme.example"}]', "JSON, not a table"),
        ('{"id": 1}\n{"id": 2}\n', "JSON, not a table"),
    ],
)
def test_text_that_is_no_table_is_named_with_the_way_out(tmp_path, text, what):
    (unread,) = open_tables([write(tmp_path, text, "leads.xls")])
    assert isinstance(unread, Unread)
    assert what in unread.problem
    assert "CSV" in unread.problem or ".csv" in unread.problem


def test_a_line_of_totals_is_no_record_and_says_so(tmp_path):
    table = only(write(tmp_path, "deal,owner,stage,amount\nD1,sam,won,5\nTotal,,,5\nTotal,sam,won,7\nGrand Total (1 records),,,\n"))
    assert [row[0] for row in cells(table)] == ["D1", "Total"]  # a deal called Total, with all its cells, is one
    assert {row.problem for row in refused(table)} == {"a line of totals, not a record"}


def test_a_row_with_cells_too_many_is_not_taken_for_the_header(tmp_path):
    table = only(write(tmp_path, "id,email\n1,ada@acme.example,too,many,cells\n2,bo@acme.example\n3,cy@acme.example\n"))
    assert table.header == ("id", "email")
    assert [row.problem for row in refused(table)] == ["5 cells where the header has 2"]
