"""The difference of two versions: exact, in words and in YAML."""

import json

import pytest

from treaty.agreement.difference import as_text, difference, yaml_difference
from treaty.agreement.document import load
from treaty.agreement.words import contract


def after(text, *changes):
    for written, instead in changes:
        assert written in text
        text = text.replace(written, instead, 1)
    terms = load(text).terms
    assert terms is not None, load(text).problems
    return terms


TWO = [
    ("kind: content_download, at_least: 3, within", "kind: content_download, at_least: 2, within"),
    ("within: 90 days", "within: 45 days"),
]


def test_the_words_of_a_changed_definition(text, halden):
    assert as_text(difference(halden, after(text, *TWO))).splitlines() == [
        "3  When a lead is ready",
        "",
        "   ~ Marketing qualified: sales is responsible. From here it may become sales accepted, rejected or recycled."
        " A lead comes here from the first moment that all of these hold:",
        "     ~ at least [-3-][+2+] content downloads in the last 30 days",
        "     ~ at least one page view whose page begins with /pricing in the last [-90-][+45+] days",
    ]


def test_a_clause_that_goes_and_one_that_comes(text, halden):
    changed = after(
        text,
        ("        - account: {employees: {at_least: 50}}\n", ""),
        ("    - {id: duplicate,", "    - {id: too_early, asks: when, returns: recycled, after: 7 days}\n    - {id: duplicate,"),
    )
    lines = as_text(difference(halden, changed)).splitlines()
    assert "     - a company of 50 or more people" in lines
    assert "     + too early (say when): the lead becomes recycled after 7 days" in lines
    assert len([line for line in lines if line.lstrip().startswith(("+", "-"))]) == 2


def test_a_part_that_is_new_is_marked_as_a_whole(text, halden):
    without = after(text, *[(text[text.index("pilot:\n") : text.index("lists:\n")], "")])
    (pilot,) = [article for article in difference(without, halden).changed if article.path == ("pilot",)]
    assert (pilot.how, {clause.how for clause in pilot.clauses}) == ("added", {"added"})
    assert "(removed)" in as_text(difference(halden, without))


def test_the_order_of_the_route_is_a_difference(text, halden):
    owner, pool = "    - {rule: account_owner}\n", "    - {rule: pool, pool: all-reps, pick: round_robin, weight: capacity}\n"
    changed = after(text, (owner, ""), (pool, pool + owner))
    assert [article.path for article in difference(halden, changed).changed] == [("handoff",)]


@pytest.mark.parametrize("changes", [[], TWO, [("target: 400_000", "target: 450_000")], [("mode: live", "mode: watch")]])
def test_what_stayed_and_came_reads_as_the_new_contract_and_what_stayed_and_went_as_the_old(text, halden, changes):
    new = after(text, *changes)
    found = difference(halden, new)
    for terms, skipped, read in ((halden, "added", "before"), (new, "removed", "after")):
        expected = [clause.text for article in contract(terms).articles for top in article.clauses for clause in top.walk()]
        assert [
            getattr(one, read) for article in found.articles for top in article.clauses for one in walk(top) if one.how != skipped
        ] == expected


def walk(clause):
    yield clause
    for item in clause.items:
        yield from walk(item)


def test_the_same_terms_have_no_difference_whatever_the_layout(text, halden):
    same = load(text.replace("1_200_000", "1200000")).terms
    assert difference(halden, same).is_empty
    assert as_text(difference(halden, same)) == "The two versions say the same."
    assert not difference(halden, halden.model_copy(update={"agreement": "Another"})).is_empty


def test_marked_pieces_know_the_term_they_say(text, halden):
    found = difference(halden, after(text, *TWO))
    pieces = [
        piece for article in found.changed for top in article.clauses for one in walk(top) for piece in one.pieces if piece.how == "added"
    ]
    assert [(piece.text, piece.path[-1]) for piece in pieces] == [("2", "at_least"), ("45", "within")]
    assert json.dumps(found.as_data())


def test_the_yaml_difference_shows_lines_and_comments_but_not_layout(text):
    changed = (
        text.replace("mode: live", "mode:   live")
        .replace("within: 90 days", "within: 45 days")
        .replace("# one person", "# exactly one person")
    )
    lines = [line for line in yaml_difference(text, changed, ("v3", "v4")).splitlines() if line[:1] in "+-"]
    assert lines[:2] == ["--- v3", "+++ v4"]
    assert [line.strip() for line in lines[2:]] == [
        "-    owner: sales                                      # one person, from this moment on",
        "+    owner: sales                                      # exactly one person, from this moment on",
        "-        - touches: {kind: page_view, where: {path: {starts_with: /pricing}}, within: 90 days}",
        "+        - touches: {kind: page_view, where: {path: {starts_with: /pricing}}, within: 45 days}",
    ]
    assert yaml_difference(text, text) == ""
