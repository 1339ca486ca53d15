"""Two versions side by side: what comes and goes, what stays folded, any two, drafts for those who write them."""

import re

import pytest
from web_doors import Door

from tests.parties import DAY, EXAMPLE, HOUR, NEW_YEAR, parties
from treaty.agreement import actions
from treaty.agreement.canonical import Bindings
from treaty.agreement.difference import difference
from treaty.agreement.document import load
from treaty.web.pages.agreement.sidebyside import laid

AFTER = NEW_YEAR + DAY
LATER = EXAMPLE.replace("effective: 2026-01-01", "effective: 2026-03-01").replace("in: 85%\n", "in: 90%\n")
GIVEN = Bindings(files={"message-house.yaml": "e3" * 32})


def after(*changes):
    text = EXAMPLE
    for written, instead in changes:
        assert written in text
        text = text.replace(written, instead, 1)
    return load(text).terms


@pytest.fixture
def people(db):
    return parties()


@pytest.fixture
def two(people):
    people.in_force()
    return actions.propose(LATER, by=people.sam, at=AFTER, reason="Calm.", given=GIVEN)


def door(member):
    return Door(member, AFTER + HOUR)


# Laying it out


def rows_of(terms_before, terms_after, number):
    (article,) = [one for one in laid(difference(terms_before, terms_after)) if one.number == number]
    return article, [row for stretch in article.stretches for row in stretch.rows]


def test_a_changed_figure_is_marked_in_its_place_and_the_rest_of_its_article_is_folded():
    article, rows = rows_of(after(), after(("in: 85%\n", "in: 90%\n")), 6)
    (changed,) = [row for row in rows if row.how != "same"]
    assert [part for part in changed.old.words if part[1] != "same"] == [("85", "removed")]
    assert [part for part in changed.new.words if part[1] != "same"] == [("90", "added")]
    assert changed.old.number == changed.new.number
    assert [stretch.stays for stretch in article.stretches].count(False) == 1
    assert sum(stretch.clauses for stretch in article.stretches) == len([row for row in rows if row.depth == 0])


def test_a_clause_that_goes_moves_the_numbers_of_those_behind_it_in_the_new_version_only():
    """What a lead must be, listed under a stage: (iii), the company of 50 or more people, goes; (iv) becomes (iii)."""
    _, rows = rows_of(after(), after(("        - account: {employees: {at_least: 50}}\n", "")), 3)
    gone = next(i for i, row in enumerate(rows) if row.how == "removed")
    assert ("".join(words for words, _ in rows[gone].old.words), rows[gone].new) == ("a company of 50 or more people", None)
    assert (rows[gone].old.number, rows[gone].depth) == ("(iii)", 1)
    assert (rows[gone + 1].old.number, rows[gone + 1].new.number) == ("(iv)", "(iii)")
    assert {how for _, how in rows[gone].old.words} == {"same"}  # it goes as a whole, so no word of it is marked


def test_articles_that_stay_are_there_too():
    found = laid(difference(after(), after(("in: 85%\n", "in: 90%\n"))))
    assert [one.number for one in found if one.how != "same"] == [6]
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert all(stretch.stays for one in found if one.how == "same" for stretch in one.stretches)


def test_what_the_release_does_not_carry_out_yet_is_no_change_of_the_contract():
    found = laid(difference(after(), after(("watch: [acceptance_rate, win_rate, signal_lift]", "watch: []"))))
    assert not [
        row for one in found for stretch in one.stretches for row in stretch.rows if "watching the measures for drift" in str(row.old)
    ]


# The page


def columns(page: str) -> list[list[str]]:
    """Per changed row the words before and after."""
    rows = re.findall(r'<div class="pair in-\d pair-\w+">(.*?)</div>\s*(?=<div class="pair|</section|</details|<details|$)', page, re.S)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<p[^>]*>(.*?)</p>", row, re.S)] for row in rows]


def test_old_and_new_stand_beside_each_other(people, two):
    page = door(people.sol).says("/agreement/compare/?old=1&new=2")
    assert ("<del>85</del>" in page, "<ins>90</ins>" in page) == (True, True)
    changed = columns(page)
    assert any("in at least 85 of 100" in before and "in at least 90 of 100" in now for before, now in changed)
    assert page.count('<details class="pair-fold" id="article-') == page.count("stays as it is</span></summary>")
    assert 'id="article-promises"' in page.partition('<section class="pair-article"')[2]
    assert "/agreement/compare/?old=1&amp;new=2&amp;in=yaml" in page


def test_the_other_way_round_what_came_goes(people, two):
    page = door(people.sol).says("/agreement/compare/?old=2&new=1")
    assert ("<del>90</del>" in page, "<ins>85</ins>" in page) == (True, True)


def test_the_same_twice_says_so(people, two):
    assert "The two say the same, word for word." in door(people.sol).says("/agreement/compare/?old=1&new=1")


def test_without_a_choice_there_is_one_to_make(people, two):
    page = door(people.sol).says("/agreement/compare/")
    assert re.findall(r'<option value="(\w+)"', page) == ["2", "1", "2", "1"]


def test_a_draft_is_compared_by_who_writes_drafts_alone(people, two):
    draft = actions.save_draft(LATER.replace("in: 90%\n", "in: 95%\n"), by=people.mira, at=AFTER)
    path = f"/agreement/compare/?old=1&new=draft-{draft.key}"
    page = door(people.rui).says(path)
    assert "<ins>95</ins>" in page
    assert "The draft of Mira Lang" in page
    assert door(people.sol).get(path).status_code == 404
    assert "draft-" not in door(people.sol).says("/agreement/compare/")


def test_a_draft_with_faults_shows_them_first(people, two):
    draft = actions.save_draft("agreement: x\n", by=people.mira, at=AFTER)
    answer = door(people.mira).get(f"/agreement/compare/?old=1&new=draft-{draft.key}")
    assert answer["Location"] == f"/agreement/draft/{draft.key}/#problems"


@pytest.mark.parametrize("asked", ["old=9&new=1", "old=1&new=x", "old=-1&new=1", "old=1&new=draft-none", "old=1&new=" + "9" * 40])
def test_what_is_not_there_is_not_found(people, two, asked):
    assert door(people.mira).get(f"/agreement/compare/?{asked}").status_code == 404


def test_before_any_version_is_proposed_there_is_nothing_to_compare(people):
    assert door(people.mira).get("/agreement/compare/").status_code == 404
    actions.propose(EXAMPLE, by=people.mira, at=AFTER, given=GIVEN)
    assert "The two say the same" in door(people.mira).says("/agreement/compare/")


def test_it_is_taken_away_as_text_in_words_or_in_yaml(people, two):
    words = door(people.sol).get("/agreement/compare/?old=1&new=2&as=text")
    assert words["Content-Disposition"] == 'attachment; filename="difference-1-2.txt"'
    assert "[-85-][+90+]" in words.content.decode()
    yaml = door(people.sol).get("/agreement/compare/?old=1&new=2&in=yaml&as=text").content.decode()
    assert yaml.startswith("--- version 1\n+++ version 2\n")
    assert "\n+      in: 90%\n" in yaml


def test_changed_bytes_are_not_compared(people, two):
    from treaty.agreement.models import Version

    Version.objects.filter(number=1).update(signed_bytes=b"{}")
    assert door(people.sol).get("/agreement/compare/?old=1&new=2").status_code == 503
