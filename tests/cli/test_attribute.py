import csv
import io
import json

import pytest
from typer.testing import CliRunner

from tests.attribution import slow
from treaty.cli.main import app

TOUCHES = """user_id,timestamp,channel,lead_at
u1,2026-03-01T10:00:00Z,Paid Search,2026-03-02T10:00:00Z
u1,2026-03-02T10:00:00Z,Webinar,2026-03-02T10:00:00Z
u1,2026-03-20T10:00:00Z,Direct,2026-03-02T10:00:00Z
u2,2026-03-05T10:00:00Z,Webinar,
u3,2026-03-06T10:00:00Z,Email,
"""
CONVERSIONS = """user_id;converted at;revenue
u1;2026-03-21;100
u2;2026-03-31;50,5
u9;2026-03-31;7
"""


@pytest.fixture
def files(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


def run(*words):
    done = CliRunner().invoke(app, ["attribute", *words])
    return done.exit_code, done.stdout, done.stderr


def credit(out):
    return {(row["model"], row["channel"]): (float(row["conversions"]), float(row["value"])) for row in csv.DictReader(io.StringIO(out))}


def test_touches_and_conversions_of_two_files(files):
    status, out, err = run(
        files("touches.csv", TOUCHES),
        files("won.csv", CONVERSIONS),
        "--models",
        "first,linear,u,markov",
    )
    assert status == 0
    assert out.startswith("model,channel,conversions,value\n")
    found = credit(out)
    assert found["first_touch", "Paid Search"] == (1, 100)
    assert found["first_touch", "Webinar"] == (1, 50.5)
    assert found["first_touch", "(unattributed)"] == (1, 7)  # nobody saw u9 come
    assert found["linear", "Direct"] == (pytest.approx(1 / 3), pytest.approx(100 / 3))
    assert found["u_shaped", "Webinar"] == (pytest.approx(1.4), pytest.approx(90.5))
    paths = [(["Paid Search", "Webinar", "Direct"], 1, 0), (["Webinar"], 1, 0), (["Email"], 0, 1)]
    for channel, share in slow.markov(paths).items():
        assert found["markov", channel][0] == pytest.approx(float(share) * 2)
    assert "user_id as person" in err


def test_a_touch_as_old_as_the_lookback_no_longer_counts(files):
    names = files("touches.csv", TOUCHES), files("won.csv", "user_id,timestamp,value\nu1,2026-03-21T10:00:00Z,100\n")
    assert set(credit(run(*names, "--models", "linear", "--lookback", "20d")[1])) == {("linear", "Direct"), ("linear", "Webinar")}
    assert set(credit(run(*names, "--models", "linear", "--lookback", "19d")[1])) == {("linear", "Direct")}


@pytest.mark.parametrize(
    "rows",
    [
        "j,channel,converted,value\na,x,0,0\na,y,1,40\nb,x,0,0\n",  # the last touch says it
        "j,channel,converted,value\na,x,1,40\na,y,1,40\nb,x,0,0\n",  # every touch says it of the journey
        "j,channel,converted,value\na,x,yes,40\na,y,yes,40\nb,x,no,\n",
    ],
)
def test_one_file_says_who_converted(files, rows):
    status, out, _ = run(files("one.csv", rows.replace("j,", "journey,")), "--models", "last,shapley")
    assert status == 0
    assert credit(out) == {
        ("last_touch", "x"): (0, 0),
        ("last_touch", "y"): (1, 40),
        ("shapley", "x"): (0.5, 20),
        ("shapley", "y"): (0.5, 20),
    }


def test_ties_in_time_go_by_the_order_of_the_file(files):
    rows = "journey,timestamp,channel,converted\na,2026-01-01,x,0\na,2026-01-01,y,0\na,2026-01-01,z,1\n"
    found = credit(run(files("ties.csv", rows), "--models", "first,last")[1])
    assert (found["first_touch", "x"][0], found["last_touch", "z"][0]) == (1, 1)


def test_whose_journey_is_said_by_the_key(files):
    rows = "person,account,timestamp,channel,converted\np1,acme,2026-01-01,x,0\np2,acme,2026-01-02,y,1\n"
    path = files("both.csv", rows)
    assert credit(run(path, "--models", "first")[1])["first_touch", "y"][0] == 1
    assert credit(run(path, "--models", "first", "--key", "account")[1])["first_touch", "x"][0] == 1
    assert run(path, "--key", "journey")[0] == 1


def test_a_mapping_names_the_columns(files):
    path = files("odd.csv", "Kd,Wann,Woher,Erfolg\na,2026-01-01,x,0\na,2026-01-02,y,1\n")
    said = files("map.yaml", "files:\n  odd.csv:\n    columns: {Kd: person, Wann: at, Woher: channel, Erfolg: n}\n")
    assert run(path, "--models", "last")[0] == 1
    assert credit(run(path, "--models", "last", "--map", said)[1])["last_touch", "y"][0] == 1


def test_written_paths_and_json(files):
    path = files("paths.csv", "path,total_conversions,total_conversion_value,total_null\na > b,1,2.5,1\nb,1,1,0\n")
    status, out, _ = run(path, "--models", "linear", "--json")
    assert status == 0
    rows = json.loads(out)
    assert rows == [
        {"model": "linear", "channel": "a", "conversions": 0.5, "value": 1.25},
        {"model": "linear", "channel": "b", "conversions": 1.5, "value": 2.25},
    ]


def test_a_model_of_ones_own(files):
    path = files("paths.csv", "path,total_conversions\na > b > c,10\n")
    found = credit(run(path, "--models", "linear", "--weights", "first_touch=50%,last_touch=0.3,rest=20%")[1])
    assert [round(found["custom", channel][0], 9) for channel in "abc"] == [5, 2, 3]


def test_two_files_meet_by_the_id_they_share(files):
    touches = files("t.csv", "lead id,account id,timestamp,channel\n7,acme,2026-01-01,x\n8,boro,2026-01-01,y\n")
    assert credit(run(touches, files("c.csv", "account id,timestamp,value\nacme,2026-01-02,10\n"), "--models", "last")[1])[
        "last_touch", "x"
    ] == (1, 10)
    status, _, err = run(touches, files("d.csv", "journey,timestamp,value\n7,2026-01-02,10\n"), "--models", "last")
    assert status == 1
    assert "the two files share no id" in err


def test_a_touch_without_a_time_is_named_and_not_used(files):
    path = files("gap.csv", "journey,timestamp,channel,converted\na,2026-01-01,x,1\nb,,y,1\n")
    status, out, err = run(path, "--models", "last")
    assert status == 3
    assert credit(out) == {("last_touch", "x"): (1, 0)}
    assert "line 3: it has no time" in err


def test_counts_are_numbers_however_they_are_written(files):
    path = files("paths.csv", 'path;total_conversions\na;"1.234"\nb;5\n')
    assert credit(run(path, "--models", "last")[1])["last_touch", "b"] == (5, 0)


def test_the_value_may_stand_on_one_touch_of_a_journey_that_converted(files):
    rows = "journey,channel,converted,value\na,x,1,\na,y,1,100\n"
    assert credit(run(files("cv.csv", rows), "--models", "last")[1]) == {("last_touch", "x"): (0, 0), ("last_touch", "y"): (1, 100)}


def test_when_the_lead_was_made_may_stand_on_one_touch(files):
    rows = "journey,timestamp,channel,converted,lead_at\na,2026-01-01,x,0,2026-01-02\na,2026-01-02,y,0,\na,2026-01-03,z,1,\n"
    assert credit(run(files("l.csv", rows), "--models", "u_halves")[1])["u_halves", "y"][0] == 0.5


def test_a_row_that_cannot_be_read_is_named_and_the_others_count(files):
    path = files("bad.csv", "journey,timestamp,channel,converted\na,2026-01-01,x,1\na,yesterday,y,1\nb,2026-01-03,x,1\n")
    status, out, err = run(path, "--models", "last")
    assert status == 3
    assert credit(out)["last_touch", "x"][0] == 2
    assert "line 3" in err
    assert "'yesterday'" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--models", "foo"], "'foo' is no model"),
        (["--lookback", "soon"], "--lookback 'soon': write a length such as 30d"),
        (["--weights", "first_touch=all"], "write name=share"),
        (["--weights", "first_touch=10%"], "the shares make 0.1"),
        (["--models", "time_decay"], "the table has no times"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(files, words, says):
    status, out, err = run(files("paths.csv", "path,total_conversions\na,1\n"), *words)
    assert (status, out) == (1, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.needs_shared
def test_the_public_paths_add_up(shared):
    """19,785 conversions and 74,802.97 of value, first and last touch counted by a plain loop."""
    path = shared / "data" / "channelattribution_pathdata" / "path_data.csv"
    status, out, _ = run(str(path), "--models", "first,last,linear,markov,shapley")
    found = credit(out)
    assert status == 0
    for model in ("first_touch", "last_touch", "linear", "markov", "shapley"):
        assert sum(n for (name, _), (n, _) in found.items() if name == model) == pytest.approx(19_785)
        assert sum(value for (name, _), (_, value) in found.items() if name == model) == pytest.approx(74_802.971587)
    with path.open() as stream:
        rows = list(csv.DictReader(stream))
    expected = slow.markov([(r["path"].split(" > "), int(r["total_conversions"]), round(float(r["total_null"]))) for r in rows])
    for channel, share in expected.items():
        assert found["markov", channel][0] == pytest.approx(float(share) * 19_785, rel=1e-9)
        assert found["first_touch", channel][0] == sum(float(r["total_conversions"]) for r in rows if r["path"].split(" > ")[0] == channel)
        assert found["last_touch", channel][0] == sum(float(r["total_conversions"]) for r in rows if r["path"].split(" > ")[-1] == channel)
