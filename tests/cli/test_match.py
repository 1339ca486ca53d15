import csv
import json

import pytest
from typer.testing import CliRunner

from treaty.cli import match as door
from treaty.cli.main import app
from treaty.truth.matching import compare, matcher

PEOPLE = """id;Vorname;Nachname;E-Mail;Ort;cluster
1;Ada;Lovelace;ada@kessler.example;Köln;x
2;Ada;Lovelace;ada@kessler.example;Köln;y
3;Grace;Hopper;;Ulm;x
"""


@pytest.fixture
def run(tmp_path):
    def runs(text, *words, encoding="utf-8"):
        path = tmp_path / "people.csv"
        path.write_text(text, encoding=encoding)
        done = CliRunner().invoke(app, ["match", str(path), "--out", str(tmp_path / "out"), *words])
        return done.exit_code, done.stdout, done.stderr

    return runs


def rows(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.reader(stream))


def test_pairs_clusters_and_evidence_are_written(run, tmp_path):
    pytest.importorskip("splink")
    code, out, _ = run(PEOPLE, "--evidence", "--json", encoding="cp1252")
    assert code == 0
    assert rows(tmp_path / "out/clusters.csv") == [["id", "cluster"], ["1", "1"], ["2", "1"], ["3", "3"]]
    header, pair = rows(tmp_path / "out/pairs.csv")
    assert header == ["left", "right", "probability"]
    assert pair[:2] == ["1", "2"]
    assert float(pair[2]) > 0.9
    assert rows(tmp_path / "out/evidence.csv")[0] == ["left", "right", "compared", "found", "bits"]
    told = json.loads(out)
    assert (told["rows"], told["pairs"], told["clusters"], told["refused"]) == (3, 1, 2, 0)
    assert {c["column"]: c["taken_for"] for c in told["files"][0]["columns"]}["cluster"] == "label"


def test_links_between_two_files_tell_whose_id_it_is(run, tmp_path):
    pytest.importorskip("splink")
    other = tmp_path / "other.csv"
    other.write_text("id,full name,mail\n1,Grace Hopper,\n2,Ada Lovelace,ada@kessler.example\n")
    code, _, _ = run("id,first name,last name,email\n1,Ada,Lovelace,ada@kessler.example\n7,Bob,Martin,\n", "--with", str(other))
    assert code == 0
    assert rows(tmp_path / "out/pairs.csv")[1][:2] == ["1", "2"]
    assert rows(tmp_path / "out/clusters.csv") == [
        ["id", "cluster", "side"],
        ["1", "left:1", "left"],
        ["7", "left:7", "left"],
        ["1", "right:1", "right"],
        ["2", "left:1", "right"],
    ]


def test_rows_without_an_id_are_refused_and_said(run):
    pytest.importorskip("splink")
    code, _, err = run("id,name,email\n1,Ada Lovelace,a@x.org\n2,Ada Lovelace,a@x.org\n2,Bob Martin,b@x.org\n", "--id", "id")
    assert code == 3
    assert "line 4: id '2' stands in an earlier row too" in err


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("", (), "is empty"),
        ("id,name\n", (), "no rows"),
        ("id,name\n1,Ada\n", (), "one row"),
        ("id,weight\n1,17.5\n2,18.5\n", (), "no column of the table can be compared"),
        (PEOPLE, ("--id", "nr"), "there is no column 'nr' to name the rows"),
        (PEOPLE, ("--ignore", "nr"), "there is no column 'nr' to leave out"),
        (PEOPLE, ("--with", "/nowhere.csv"), "there is no file '/nowhere.csv'"),
    ],
)
def test_what_cannot_be_matched_is_said_in_one_sentence(run, text, words, says):
    code, out, err = run(text, *words)
    assert (code, out) == (1, "")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("chance", ["0", "1", "1.5", "nan"])
def test_a_threshold_that_is_no_chance_is_wrong_usage(run, chance):
    assert run(PEOPLE, "--threshold", chance)[0] == 2


def test_without_splink_the_extra_is_named(run, monkeypatch):
    def absent(_table):
        raise compare.NoSplink("matching needs Splink: install the extra, `pip install 'treaty[identity]'`")

    monkeypatch.setattr(compare, "_linker", absent)
    code, _, err = run(PEOPLE)
    assert code == 1
    assert "treaty[identity]" in err


def test_the_default_is_the_matchers():
    assert door.THRESHOLD == matcher.THRESHOLD
