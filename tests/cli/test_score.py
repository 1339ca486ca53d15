import csv
import json

import pytest
from typer.testing import CliRunner

from tests.qualification.learning import invented
from treaty.cli.main import app
from treaty.qualification.learning.points import probability


@pytest.fixture(scope="module")
def leads(tmp_path_factory):
    """A German export: semicolons, decimal commas, days first, the encoding of a spreadsheet."""
    made = invented.machines(2500)
    path = tmp_path_factory.mktemp("score") / "anfragen.csv"
    with path.open("w", encoding="cp1252", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(made.columns)
        writer.writerows(row.values() for row in made.rows)
    return path


def run(*words):
    done = CliRunner().invoke(app, ["score", *map(str, words)])
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def trained(leads):
    model = leads.with_name("m.json")
    return model, run("train", leads, "--outcome", "Kunde geworden", "--model", model, "--time", "Eingang", "--rising", "Seitenaufrufe")


def rows(path, **how):
    with path.open(newline="", **how) as stream:
        return list(csv.reader(stream, **({"delimiter": ";"} if how.get("encoding") == "cp1252" else {})))


def test_training_prints_a_report_a_person_can_read(trained):
    _, (code, out, err) = trained
    assert (code, err) == (0, "")
    assert out.startswith("anfragen.csv: learnt from 2,500 leads, of which ")
    assert "Umsatz Mio.: decimal comma" in out
    assert "'bitte wählen' stands for nothing" in out
    assert "  refused  Feld 7\n" in out
    assert "nearly decides: " in out
    assert "On leads it had not seen (the 6" in out
    assert "AUC 0." in out
    assert "Calibration on leads it had not seen: " in out
    assert "By month of 'Eingang'" in out
    assert "it counts for nobody until both sides have signed" in out


def test_applying_keeps_every_row_and_column_and_adds_probability_and_points(leads, trained):
    model, _ = trained
    out = leads.with_name("scored.csv")
    code, said, _ = run("apply", leads, "--model", model, "--out", out, "--why")
    assert code == 0
    assert said == f"Umsatz Mio.: decimal comma\n2,500 leads scored: {out}\n"
    before, after = rows(leads, encoding="cp1252"), rows(out, encoding="utf-8")
    assert after[0] == [*before[0], "probability", "points", "why"]
    assert [row[:-3] for row in after] == before
    chances = [float(row[-3]) for row in after[1:]]
    assert chances == pytest.approx([float(probability(int(row[-2]))) for row in after[1:]], abs=1e-6)
    assert any("Quelle Empfehlung +" in row[-1] for row in after)
    won = [row[before[0].index("Kunde geworden")] == "ja" for row in before[1:]]
    assert sum(chances) == pytest.approx(sum(won), rel=0.02)


def test_a_score_with_forced_leaks_is_warned_of_on_the_first_line_everywhere(leads, tmp_path):
    model, out = tmp_path / "m.json", tmp_path / "s.csv"
    words = ("train", leads, "--outcome", "Kunde geworden", "--model", model, "--keep", "Feld 7,Angebotswert")
    told = [run(*words)[1], run(*words, "--json")[1], model.read_text(encoding="utf-8")]
    told += [run("apply", leads, "--model", model, "--out", out)[1], run("apply", leads, "--model", model, "--out", out, "--json")[1]]
    for text in told:
        assert "WARNING: leaks were forced into this score: Angebotswert (refused), Feld 7 (refused)." in text.splitlines()[0]
    assert json.loads(told[1])["warning"] == json.loads(told[4])["warning"]


def test_a_dictionary_is_matched_by_name(leads, tmp_path):
    dictionary = tmp_path / "d.csv"
    dictionary.write_text("Column,Description\nbranche,Assigned by sales after the first call\nnowhere,x\n", encoding="utf-8")
    code, out, _ = run("train", leads, "--outcome", "Kunde geworden", "--model", tmp_path / "m.json", "--dictionary", dictionary, "--json")
    told = json.loads(out)
    [branche] = [one for one in told["columns"] if one["column"] == "Branche"]
    assert code == 0
    assert branche["verdict"] == "refused"
    assert "'assigned by'" in branche["evidence"][0]["says"]
    assert "The dictionary describes 1 of 14 columns." in told["notes"]
    assert told["asked"]["descriptions"] == {"Branche": "Assigned by sales after the first call"}


def test_rows_that_do_not_fit_are_named_and_the_others_used(leads, trained, tmp_path):
    text = leads.read_text(encoding="cp1252").splitlines()
    text[5] += ";too;many"
    bad = tmp_path / "bad.csv"
    bad.write_text("\n".join(text), encoding="cp1252")
    code, out, _ = run("apply", bad, "--model", trained[0], "--out", tmp_path / "s.csv")
    assert code == 3
    assert "bad.csv, line 6: " in out
    assert "2,499 leads scored" in out
    assert run("train", bad, "--outcome", "Kunde geworden", "--model", tmp_path / "m.json")[0] == 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("train", "LEADS", "--outcome", "nowhere", "--model", "M"), "there is no column 'nowhere'"),
        (("train", "LEADS", "--outcome", "Quelle", "--model", "M"), "say with --positive which of these means converted"),
        (("train", "/nowhere.csv", "--outcome", "a", "--model", "M"), "there is no file '/nowhere.csv'"),
        (("train", "LEADS", "--outcome", "Kunde geworden", "--model", "/nowhere/m.json"), "/nowhere/m.json cannot be opened"),
        (("train", "LEADS", "--outcome", "Kunde geworden", "--model", "M", "--keep", "x"), "there is no column 'x' to keep"),
        (("apply", "LEADS", "--model", "/nowhere/m.json", "--out", "O"), "/nowhere/m.json cannot be opened"),
        (("apply", "LEADS", "--model", "LEADS", "--out", "O"), "is no model"),
        (("apply", "LEADS", "--model", "GOOD", "--out", "LEADS"), "is the file that is scored"),
        (("apply", "OTHER", "--model", "GOOD", "--out", "O"), "none of the model's columns"),
        (("apply", "SCORED", "--model", "GOOD", "--out", "O"), "has a column 'probability' already"),
    ],
)
def test_every_fault_is_one_sentence(leads, trained, tmp_path, words, says):
    places = {"LEADS": leads, "M": tmp_path / "m.json", "O": tmp_path / "o.csv", "GOOD": trained[0]}
    places |= {"OTHER": tmp_path / "other.csv", "SCORED": tmp_path / "scored.csv"}
    places["OTHER"].write_text("a,b\nx,1\n", encoding="utf-8")
    places["SCORED"].write_text("Quelle,probability\nMesse,0.5\n", encoding="utf-8")
    code, out, err = run(*(places.get(word, word) for word in words))
    assert (code, out) == (1, "")
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("wins", "says"),
    [
        (lambda visits, n: n % 3 == 0, "That is no better than chance: this score tells nothing"),
        (
            lambda visits, n: (visits >= 4) == (n % 50 != 0),
            "That is rare for what is known before contact: look whether visits are known by then.",
        ),
    ],
)
def test_a_score_that_tells_nothing_or_too_much_is_said_to(tmp_path, wins, says):
    leads = tmp_path / "leads.csv"
    rows = [f"{n % 7},{int(wins(n % 7, n * 37))}" for n in range(1400)]
    leads.write_text("visits,won\n" + "\n".join(rows) + "\n", encoding="utf-8")
    _, out, _ = run("train", leads, "--outcome", "won", "--model", tmp_path / "m.json", "--keep", "visits")
    assert says in out


def test_what_would_steer_a_terminal_is_shown_as_a_dot(tmp_path):
    leads = tmp_path / "leads.csv"
    rows = [f"{n % 7},{'fair' if n % 3 else 'ads'},{int(n % 5 < 2)}" for n in range(400)]
    leads.write_text("visits\x1b[31m,source,won\n" + "\n".join(rows) + "\n", encoding="utf-8")
    code, out, _ = run("train", leads, "--outcome", "won", "--model", tmp_path / "m.json")
    assert code == 0
    assert "visits·[31m" in out
    assert "\x1b" not in out


@pytest.mark.needs_shared
def test_the_known_leaks_of_a_public_set_are_found_and_its_honest_columns_stay(shared, tmp_path):
    data = shared / "data/x_education_leads"
    for more in ((), ("--dictionary", data / "data_dictionary.csv")):
        code, out, _ = run("train", data / "leads.csv", "--outcome", "Converted", "--model", tmp_path / "m.json", "--json", *more)
        told = json.loads(out)
        verdicts = {one["column"]: one["verdict"] for one in told["columns"]}
        assert code == 0
        assert {name for name, verdict in verdicts.items() if verdict != "kept"} == {
            "Tags", "Lead Quality", "Lead Profile", "Last Activity", "Last Notable Activity", "Asymmetrique Activity Index",
            "Asymmetrique Profile Index", "Asymmetrique Activity Score", "Asymmetrique Profile Score",
        }  # fmt: skip
        assert verdicts["Tags"] == verdicts["Lead Quality"] == "refused"
        auc = {name: float(value) for name, value in told["figures"]["auc"].items()}
        assert 0.85 < auc["low"] < auc["value"] < auc["high"] < 0.90
