"""Remarks beside the clauses: who finds the way to say something, what is shown, what stays on the page when it is refused."""

import re

import pytest
from web_doors import Door, told

from tests.parties import BEGAN, DAY, EXAMPLE, GIVEN, HOUR, PHRASE, parties
from treaty.agreement import actions, remarks
from treaty.agreement.models import Remark, Version

CONTACT = "promises.first-contact"
AT = BEGAN + DAY


@pytest.fixture
def people(db):
    return parties()


@pytest.fixture
def version(people):
    return actions.propose(EXAMPLE, by=people.mira, at=BEGAN, given=GIVEN)


def door(member, at=AT):
    return Door(member, at)


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def ask(on, member, words="Why four hours?"):
    return remarks.remark(on, CONTACT, words, by=member, at=BEGAN + HOUR, is_question=True)


def test_beside_each_clause_is_a_way_to_say_something_for_who_may(people, version):
    for member, may in ((people.sam, True), (people.mira, True), (people.sol, False), (people.ada, False)):
        page = door(member).says("/agreement/versions/1/")
        assert (f"/agreement/versions/1/remarks/?clause={CONTACT}" in page) is may
    every = re.findall(r'class="thread-add" href="[^"]*clause=([^"]+)"', door(people.sam).says("/agreement/versions/1/"))
    assert len(every) == len(set(every)) > 60


def test_what_is_asked_stands_at_its_clause_with_its_count_and_on_the_lists(people, version):
    row = ask(version, people.sam)
    remarks.answer(row, "As measured in May.", by=people.mira, at=BEGAN + HOUR)
    for member in (people.sol, people.mira):
        page = door(member).says("/agreement/versions/1/")
        clause = re.search(r'<li id="promise-first-contact">.*?</li>', page, re.S).group(0)
        read = words_of(clause)
        assert "1\xa0open question" in clause
        assert "Sam Okafor asked, Mon 15 Dec" in read or "Sam Okafor asked" in read
        assert "Why four hours?" in read
        assert "As measured in May." in read
        asked = words_of(re.search(r'id="asked-title".*?</section>', page, re.S).group(0))
        assert "Sam Okafor on version 1" in asked
        assert "One question is open: nobody signs before it is settled." in words_of(page)
        assert "See what is open" in page
        assert ">Sign version 1<" not in page
    assert "Why four hours?" in words_of(door(people.mira).says("/agreement/draft/"))


def test_words_of_people_are_words(people, version):
    ask(version, people.sam, "<script>alert(1)</script>")
    for path in ("/agreement/versions/1/", "/agreement/versions/1/remarks/", f"/agreement/versions/1/remarks/?clause={CONTACT}"):
        page = door(people.mira).says(path)
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_one_asks_answers_and_settles_with_forms_alone(people, version):
    sam, mira = door(people.sam), door(people.mira)
    asked = sam.post("/agreement/versions/1/remarks/", {"clause": CONTACT, "words": "Why four hours?", "kind": "question"}, follow=True)
    assert told(asked) == ["Asked: nobody signs before it is settled."]
    assert "What is said about article 6" in asked.content.decode()
    row = Remark.objects.get()
    assert told(mira.post(f"/remarks/{row.key}/answers/", {"words": "As measured."}, follow=True)) == ["Answered."]
    refused = mira.post("/agreement/versions/1/sign/", {"do": "sign", "hash": version.hash, "passphrase": PHRASE})
    assert "Version 1 has an open question of Sam Okafor about article 6" in words_of(refused.content.decode())
    settled = mira.post(f"/remarks/{row.key}/settlement/", {"words": "Four hours stay."}, follow=True)
    assert told(settled) == ["Settled. How it was settled stays with the version."]
    assert "Settled by Mira Lang" in words_of(settled.content.decode())
    assert "Sign for marketing" in words_of(mira.says("/agreement/versions/1/sign/"))


def test_what_was_typed_stays_when_it_is_refused(people, version):
    answer = door(people.sam).post(
        "/agreement/versions/1/remarks/", {"clause": "promises.gone", "words": "Why <that>?", "kind": "question"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "This clause is not in the text any more" in words_of(page)
    assert "Why &lt;that&gt;?" in page
    empty = door(people.sam).post("/agreement/versions/1/remarks/", {"clause": CONTACT, "words": " ", "kind": "remark"})
    assert (empty.status_code, "Nothing is said" in words_of(empty.content.decode())) == (400, True)


def test_who_may_not_is_told_and_nothing_is_kept(people, version):
    row = ask(version, people.sam)
    refused = door(people.sol).post("/agreement/versions/1/remarks/", {"clause": CONTACT, "words": "And me?", "kind": "question"})
    assert (refused.status_code, "Sol Meyer cannot remark" in words_of(refused.content.decode())) == (400, True)
    for what in ("answers", "settlement", "withdraw"):
        answer = door(people.sol).post(f"/remarks/{row.key}/{what}/", {"words": "x"}, follow=True)
        assert told(answer)[0].startswith(("Sol Meyer cannot", "It is Sam Okafor's"))
    assert [one.words for one in Remark.objects.all()] == ["Why four hours?"]


def test_a_remark_is_taken_back_by_who_made_it(people, version):
    row = ask(version, people.sam)
    assert "Take it back" not in door(people.mira).says(f"/agreement/versions/1/remarks/?clause={CONTACT}")
    assert "Take it back" in door(people.sam).says(f"/agreement/versions/1/remarks/?clause={CONTACT}")
    assert told(door(people.sam).post(f"/remarks/{row.key}/withdraw/", follow=True)) == ["Taken back: its words are erased."]
    assert door(people.sam).post(f"/remarks/{row.key}/withdraw/").status_code == 404


def test_what_is_said_of_a_draft_is_for_who_writes_drafts(people):
    draft = actions.save_draft(EXAMPLE, by=people.mira, at=BEGAN)
    row = ask(draft, people.rui)
    path = f"/agreement/draft/{draft.key}/remarks/"
    assert [door(member).get(path).status_code for member in (people.rui, people.sol)] == [200, 404]
    assert door(people.sol).post(f"/remarks/{row.key}/answers/", {"words": "x"}).status_code == 404
    assert "Why four hours?" not in door(people.sol).says("/agreement/")
    assert "Why four hours?" in door(people.mira).says("/agreement/draft/")


def test_a_proposal_says_what_is_open_and_goes_on(people):
    draft = actions.save_draft(EXAMPLE, by=people.mira, at=BEGAN)
    ask(draft, people.rui)
    mira, path = door(people.mira), f"/agreement/draft/{draft.key}/proposal/"
    look = mira.post(path, {"do": "look", "text-0": "house"}).content.decode()
    assert "One question is open: nobody signs before it is settled." in words_of(look)
    assert "1\xa0open question" in look
    digest, kept = re.search(r'name="hash" value="(\w{64})"', look).group(1), re.search(r'name="kept-0" value="(\w{64})"', look).group(1)
    done = mira.post(path, {"do": "propose", "hash": digest, "kept-0": kept}, follow=True)
    assert told(done) == ["Version 1 is proposed. Nobody can change it any more. One question is open: nobody signs before it is settled."]
    assert Remark.objects.get().version == Version.objects.get()


def test_of_a_clause_that_is_gone_the_words_that_stood_there_stay(people):
    draft = actions.save_draft(EXAMPLE, by=people.mira, at=BEGAN)
    row = remarks.remark(
        draft, "reasons.rejected/reasons.rejected.duplicate", "Who merges?", by=people.rui, at=BEGAN + HOUR, is_question=True
    )
    without = re.sub(r"    - \{id: duplicate,.*\n", "", EXAMPLE)
    actions.save_draft(without, by=people.mira, at=BEGAN + HOUR, draft=draft)
    read = words_of(door(people.mira).says(f"/agreement/draft/{draft.key}/remarks/"))
    assert "A clause that is gone" in read
    assert row.quoted in read
    assert "Who merges?" in read


def test_a_signed_version_keeps_what_was_said_and_takes_no_more(people, version):
    row = ask(version, people.sam)
    remarks.settle(row, "Four hours stay.", by=people.mira, at=BEGAN + HOUR)
    people.both_sign(version, at=BEGAN + 2 * HOUR)
    page = door(people.sam).says("/agreement/versions/1/")
    assert "1\xa0settled question" in page
    assert 'class="thread-add"' not in page
    assert "Say it" not in door(people.sam).says(f"/agreement/versions/1/remarks/?clause={CONTACT}")


def test_the_page_of_a_version_asks_at_most_thirty_questions_of_the_database(people, version, django_assert_max_num_queries):
    for words in ("One?", "Two?", "Three?"):
        remarks.answer(ask(version, people.sam, words), "Yes.", by=people.mira, at=BEGAN + HOUR)
    at_the_door = door(people.mira)
    with django_assert_max_num_queries(30):
        at_the_door.get("/agreement/versions/1/")


def test_forms_want_the_token(people, version):
    from django.test import Client

    row = ask(version, people.sam)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.sam, backend="django.contrib.auth.backends.ModelBackend")
    paths = ("/agreement/versions/1/remarks/", *(f"/remarks/{row.key}/{what}/" for what in ("answers", "settlement", "withdraw")))
    assert [strict.post(path).status_code for path in paths] == [403] * 4
