"""What is not a document: bombs, cycles, wrong encodings, unknown fields; each with its line and the way out."""

import time

import pytest

from treaty.agreement.document import dotted, load

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"agreement: A\ncurrency: \xff\n", 2, "byte 23 is not UTF-8"),
        ("a: 1\na: 2", 2, "'a' is given twice"),
        ("a: 1\nb: {c: 1, c: 2}", 2, "'c' is given twice"),
        ("1: x\n'1': y", 2, "'1' is given twice"),
        ("a: !!python/object:os.system x", 1, "the tag"),
        ("a: ! x", 1, "the tag !"),
        ("a: &x [1, *x]", 1, "the alias *x contains itself"),
        ("a: *x", 1, "the alias *x is not defined above"),
        ("%YAML 1.1\n---\na: NO", 2, "a YAML directive"),
        ("a: 1\n---\nb: 1", 2, "a second document begins"),
        ("x: &x {a: 1}\ny:\n  <<: *x", 3, "a merge key"),
        ("a: [1", 1, "the document is not YAML here"),
        ("a:\n\t- 1", 2, "the invisible character U+0009"),
        ("a: pay \u202e%08", 1, "the invisible character U+202E"),
        ('a: "\\u200b"', 1, "text with an invisible character"),
        ('a: "\\uD800"', 1, "text with an invisible character"),
        ("a: .nan", 1, ".nan is not a number"),
        ("a: 2026-02-30", 1, "2026-02-30 is not a day"),
        ("? [1]\n: 2", 1, "a key that is not a word"),
        ("- 1", 1, "there is no agreement"),
        ("", 1, "there is no agreement"),
        ("[" * 50_000, 1, "more than 20 levels"),
        ("- " * 50_000, 1, "more than 20 levels"),
        ("".join(" " * i + "a:\n" for i in range(30)), 21, "more than 20 levels"),
        ("a: " + "x" * 300_000, 1, "the document has 300,003 bytes"),
        (BOMB, 4, "more than 20,000 values"),
    ],
)
def test_a_text_that_is_no_document_is_refused_with_its_line(raw, line, says):
    (problem,) = load(raw).problems
    assert problem.line == line
    assert says in problem.says
    assert problem.way_out
    assert load(raw).terms is None


def test_a_bomb_of_aliases_is_refused_before_it_is_walked():
    started = time.process_time()
    load(BOMB)
    assert time.process_time() - started < 0.5  # it takes 3 ms; walking it would take minutes


def test_a_deep_alias_cannot_hide_the_depth():
    deep = "a: &a " + "[" * 15 + "x" + "]" * 15 + "\nb: " + "[" * 10 + "*a" + "]" * 10
    (problem,) = load(deep).problems
    assert (problem.line, problem.says) == (2, "more than 20 levels of nesting")


@pytest.mark.parametrize(
    ("written", "instead", "where", "says"),
    [
        ("currency: EUR", "currency: euro", "currency", ("'euro' is not the right form", "three letters")),
        ("mode: live", "mood: live", "mood", ("'mood' is not a part of the agreement", "did you mean mode?")),
        ("admit: 20", "admit: many", "on_start.already_qualifying.admit", ("'many'", "a whole number or use all")),
        (
            "{employees: {at_least: 50}}",
            "{employees: {atleast: 50}}",
            "profile.accounts.all[0].account.employees.atleast",
            ("'atleast' is not a field", "did you mean at_least?"),
        ),
        ("in: 85%\n", "in: 0.85\n", "promises.sales[0].in", ("0.85 is not a share", "80%")),
        ("change: +25%", "change: 25%", "goals[2].change", ("'25%' does not say which way", "+25% or -25%")),
        ("half_life: null", "half_life: 3 moons", "attribution.half_life", ("'3 moons' is not a length", "working days")),
        ("after: 90 days", "after: -90 days", "reasons.rejected[2].after", ("'-90 days' is not a length", "write a number")),
        ("Europe/Berlin", "Berlin", "time_zone", ("'Berlin' is not a time zone", "Europe/Berlin")),
        ("[mira.lang@halden.example]", "[mira]", "signatories.marketing[0]", ("'mira' is not an e-mail", "name@company")),
        ("[mira.lang@halden.example]", "[]", "signatories.marketing", ("marketing is empty", "name at least one")),
        ("rule: fallback", "rule: falback", "handoff.route[3].rule", ("'falback' is not known", "fallback?")),
        ("per: quarter, owned", "per: quartr, owned", "goals[0].per", ("'quartr' is not known", "quarter?")),
        (
            "kind: demo_request",
            "kind: Demo Request",
            "stages.marketing_qualified.shortcuts[0].touches.kind",
            ("'Demo Request'", "small letters"),
        ),
        ('"13:30-17:30"', '"12:00-17:30"', "promises.calendars.default.hours.mon-fri", ("09:00-12:30, 12:00-17:30", "do not overlap")),
        ("time_zone: Europe/Berlin\n", "", "time_zone", ("time_zone is missing", "add it")),
        (
            "moves: [engaged]}\n  engaged",
            "moves: engaged}\n  engaged",
            "stages.subscriber.moves",
            ("'engaged' does not fit", "write a list"),
        ),
    ],
)
def test_a_problem_names_the_place_the_value_and_the_way_out(text, written, instead, where, says):
    assert written in text
    (problem,) = [p for p in load(text.replace(written, instead, 1)).problems if dotted(p.path) == where]
    assert says[0] in problem.says
    assert says[1] in problem.way_out


def test_the_line_is_that_of_the_offending_key(text):
    lines = text.splitlines()
    where = next(i for i, line in enumerate(lines) if "kind: content_download, at_least: 3" in line)
    lines[where] = lines[where].replace("at_least: 3", "at_leat: 3")
    (problem,) = load("\n".join(lines)).problems
    assert (problem.line, lines[where][problem.column - 1 :][:8]) == (where + 1, "at_leat:")


def test_words_that_other_readers_turn_into_something_else_stay_words(text):
    changed = text.replace("[DE, AT, CH]", "[NO, AT, CH]")
    assert load(changed).terms.profile.segments["dach"].account["country"].in_ == ["NO", "AT", "CH"]
