"""`treaty worktime` as a person or a script meets it: its output and its exit code.

Vectors, results and wrong usage pass through another process; the many rows that are refused through the command in this one.
"""

import csv
import json
import os
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from tests.conftest import ROOT
from treaty.cli.worktime import worktime

RUN = "import typer; from treaty.cli.worktime import worktime; typer.run(worktime)"
OFFICE = {
    "office": {"tz": "Europe/Berlin", "week": {"tue": ["09:00-17:00"], "wed": ["09:00-17:00"]}},
    "broken": {"tz": "Mars/Base", "week": {}},
}
HEADER = "id,kind,calendar,start,duration_s,end,pauses_utc,changes_utc\n"
GOOD = "ok,due,office,2025-06-03T10:00:00+02:00,3600,,,\n"
GOOD_RESULT = "ok,2025-06-03T09:00:00Z"


def run(*arguments, tz="UTC"):
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"TZ": tz},
        timeout=60,
        check=False,
    )


def run_here(*arguments):
    app = typer.Typer()
    app.command()(worktime)
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def run_apart(*arguments):
    done = run(*arguments)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.fixture
def ask(tmp_path):
    """Run the command on the text or bytes of a file of cases."""
    (tmp_path / "c.json").write_text(json.dumps(OFFICE))

    def asked(cases, *flags, how=run_here):
        (tmp_path / "cases.csv").write_bytes(cases if isinstance(cases, bytes) else cases.encode())
        return how(tmp_path / "cases.csv", "--calendars", tmp_path / "c.json", *flags)

    return asked


@pytest.mark.needs_shared
@pytest.mark.parametrize("tz", ["UTC", "Asia/Kathmandu", "America/Los_Angeles"])
def test_every_vector_is_exact_whatever_the_zone_of_the_server(shared, tz):
    cases = shared / "vectors/business_hours.csv"
    done = run(cases, "--calendars", shared / "vectors/business_hours_calendars.json", tz=tz)
    with cases.open(encoding="utf-8", newline="") as file:
        expected = "".join(f"{row['id']},{row['expected']}\n" for row in csv.DictReader(file))
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (0, "id,result\n" + expected, "")


def test_instants_none_and_seconds_are_printed(ask):
    rows = (
        "a,due,office,2025-06-03T16:00:00+02:00,7200,,,\n"
        "b,due,office,2025-06-03T16:00:00+02:00,7200,,2025-06-03T14:30:00Z/,\n"
        "c,elapsed,office,2025-06-03T16:00:00+02:00,,2025-06-04T10:00:00+02:00,,\n"
    )
    code, out, _ = ask(HEADER + rows, how=run_apart)
    assert (code, out) == (0, "id,result\na,2025-06-04T08:00:00Z\nb,NONE\nc,7200\n")
    assert json.loads(ask(HEADER + rows, "--json", how=run_apart)[1]) == [
        {"id": "a", "result": "2025-06-04T08:00:00Z"},
        {"id": "b", "result": "NONE"},
        {"id": "c", "result": 7200},
    ]


def test_working_days_and_lengths_in_words_are_read(ask):
    code, out, _ = ask(
        "id,note,kind,days,calendar,start,duration\n"
        "a,x,due_days,1,office,2025-06-03T10:00:00+02:00,\n"
        "b,x,due_days,,office,2025-06-03T10:00:00+02:00,2 working days\n"
        "c,x,due,,office,2025-06-03T10:00:00+02:00,2 working hours\n"
    )
    assert (code, out) == (0, "id,result\na,2025-06-04T15:00:00Z\nb,2025-06-10T15:00:00Z\nc,2025-06-03T10:00:00Z\n")


def test_end_before_start_counts_as_zero_and_is_reported(ask):
    code, out, err = ask(HEADER + "a,elapsed,office,2025-06-04T10:00:00Z,,2025-06-03T10:00:00Z,,\n")
    assert (code, out) == (0, "id,result\na,0\n")
    assert "end is before start" in err


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a,due,office,2025-06-03T10:00:00,3600,,,", "with its offset"),
        ("a,due,office,0000-00-00T00:00:00Z,3600,,,", "1900 to 2200"),
        ("a,due,office,9999-12-31T23:59:59Z,3600,,,", "1900 to 2200"),
        ("a,due,office,0001-01-01T00:00:00+14:00,3600,,,", "1900 to 2200"),
        ("a,due,office,,3600,,,", "start ''"),
        ("a,due,nowhere,2025-06-03T10:00:00Z,3600,,,", "use one of 'office'"),
        ("a,due,broken,2025-06-03T10:00:00Z,3600,,,", "Mars/Base"),
        ("a,later,office,2025-06-03T10:00:00Z,3600,,,", "use due, elapsed, due_days"),
        ("a,due,office,2025-06-03T10:00:00Z,-5,,,", "duration_s '-5'"),
        ("a,due,office,2025-06-03T10:00:00Z,1e400,,,", "duration_s '1e400'"),
        ("a,due,office,2025-06-03T10:00:00Z,99999999999999999999,,,", "seconds"),
        ("a,due,office,2025-06-03T10:00:00Z,999999999999,,,", "hundred years"),
        ("a,due,office,2025-06-03T10:00:00Z,,,,", "duration_s ''"),
        ("a,elapsed,office,2025-06-03T10:00:00Z,,soon,,", "end 'soon'"),
        ("a,due,office,2025-06-03T10:00:00Z,60,,2025-06-03T10:00:00Z,", "from/to"),
        ("a,due,office,2025-06-03T10:00:00Z,60,,2025-06-03T10:00:00Z/2025-06-02T10:00:00Z,", "swap"),
        ("a,due,office,2025-06-03T10:00:00Z,60,,,2025-06-03T10:00:00Z", "calendar ''"),
        ("a,due_days,office,2025-06-03T10:00:00Z,60,,,", "days ''"),
        (",due,office,2025-06-03T10:00:00Z,60,,,", "id is empty"),
        ("a\0b,due,office,2025-06-03T10:00:00Z,60,,,", "not printable"),
        ("a,due,office,2025-06-03T10:00\0:00Z,60,,,", r"start '2025-06-03T10:00\x00:00Z'"),
        ("a", "kind ''"),
        ("a,due,office," + "9" * 200_000 + ",60,,,", "start '999"),
        ('a,"due"x,office,2025-06-03T10:00:00Z,60,,,', "close the quotes"),
    ],
)
def test_a_row_that_cannot_be_counted_is_refused_and_the_others_are_answered(ask, row, says):
    code, out, err = ask(HEADER + row + "\n" + GOOD)
    assert (code, out) == (3, f"id,result\n{GOOD_RESULT}\n")
    assert says in err
    assert err.startswith("line 2")
    assert err.count("\n") == 1


def test_a_quote_that_never_closes_is_told_and_what_came_before_is_kept(ask):
    code, out, err = ask(HEADER + GOOD + 'a,due,"office,2025-06-03T10:00:00Z,60,,,\n' + GOOD, how=run_apart)
    assert (code, out) == (3, f"id,result\n{GOOD_RESULT}\n")
    assert "close the quotes" in err


@pytest.mark.parametrize(
    "cases",
    [
        b"\xef\xbb\xbf" + (HEADER + GOOD).encode(),  # a byte order mark
        (HEADER + GOOD).replace("\n", "\r\n"),
        (HEADER + "\n" + GOOD + "\n\n"),  # empty lines
        (HEADER + GOOD).replace("id,kind", " id , kind "),
        HEADER + GOOD.replace("ok,due", "ok, due").replace(",3600", ",3600.0"),
        (HEADER + GOOD).replace("changes_utc", "changes_utc,reason").replace(",,,", ',,,,"a\u2028b, c\n d"'),
    ],
)
def test_harmless_differences_of_form_are_accepted(ask, cases):
    assert ask(cases) == (0, f"id,result\n{GOOD_RESULT}\n", "")


@pytest.mark.parametrize(
    ("cases", "says"),
    [
        ("", "no column id, kind, calendar, start"),
        ("id,kind,start\n", "no column calendar"),
        ("\n", "no column"),
        (HEADER.encode("utf-16"), "save it again as UTF-8"),
        (b"\x00\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_cases_fails_with_one_sentence(ask, cases, says):
    code, out, err = ask(cases)
    assert (code, out) == (1, "")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"a": NaN', "[" * 100_000, '{"a": {}, "a": {}}', "\xff"])
def test_calendars_that_cannot_be_read_fail_with_one_sentence(tmp_path, text):
    (tmp_path / "c.json").write_bytes(text.encode("latin-1"))
    (tmp_path / "cases.csv").write_text(HEADER + GOOD)
    code, out, err = run_here(tmp_path / "cases.csv", "--calendars", tmp_path / "c.json")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "c.json" in err


def test_a_missing_file_and_wrong_usage_differ(tmp_path):
    (tmp_path / "c.json").write_text(json.dumps(OFFICE))
    missing = run(tmp_path / "none.csv", "--calendars", tmp_path / "c.json")
    assert (missing.returncode, missing.stderr.count(b"\n")) == (1, 1)
    assert run(tmp_path / "none.csv").returncode == 2
    assert run("--calender", "x").returncode == 2


def test_it_starts_without_the_heavy_libraries():
    code = "import sys, treaty.cli.worktime; print(sorted({'django', 'ibis', 'duckdb', 'pyarrow', 'pydantic', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)
    assert done.stdout.strip() == "[]"
