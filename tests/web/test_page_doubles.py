"""Who may be one person, as pages: the list, both side by side, the answers and their undoing, by role."""

import pytest

from tests.conftest import NOON
from tests.truth.test_doubles import told, two  # noqa: F401 - a fixture
from tests.web.test_page_sources import text_of
from treaty.truth.models import Account, Merge, Person, Proposal, Search

PATH = "/doubles/"


@pytest.fixture
def pair(two) -> str:  # noqa: F811
    return f"{PATH}{Proposal.objects.get().key}/"


def answer(client, pair, said):
    return client.post(f"{pair}answer/", {"answer": said}, follow=True)


def test_with_nothing_proposed_the_page_says_when_there_is_something(as_):
    assert "No two people look like one" in text_of(as_("mira").get(PATH))


def test_the_list_and_its_file_name_both_and_what_speaks_for_it(as_, pair):
    page = text_of(as_("mira").get(PATH))
    assert "One pair may be one person" in page
    assert "Ada Brenner and A. Brenner" in page
    assert "One telephone number: +49301234567" in page
    lines = b"".join(as_("mira").get(f"{PATH}?format=csv").streaming_content).decode().splitlines()
    assert lines[0].startswith("People,First e-mail,Second e-mail,Account,What speaks for it,Probability,Found,Answer")
    assert lines[1].startswith("Ada Brenner and A. Brenner,ada@acme.example,a.brenner@acme.example,Acme,one telephone number")


def test_both_stand_side_by_side_with_source_and_what_would_be_shown(as_, pair):
    page = text_of(as_("rui").get(pair))
    for words in ("Name differs", "crm", "nothing said", "the later value", "both have +49301234567, told by crm", "known first"):
        assert words in page, words


def test_a_page_that_is_not_new_any_more_overrules_nobody(as_, pair):
    answer(as_("rui"), pair, "two")
    page = text_of(answer(as_("rui"), pair, "one"))
    assert "was answered by Rui Costa meanwhile" in page
    assert not Merge.objects.exists()
    assert Proposal.objects.get().answer == "different"


def test_one_person_is_undone_by_the_press_right_after(as_, pair):
    rui = as_("rui")
    page = answer(rui, pair, "one")
    merge = Merge.objects.get()
    assert f'action="/merges/{merge.key}/undo/"' in page.content.decode()
    assert "Ada Brenner and A. Brenner are one person." in text_of(page)
    assert "to be answered" in text_of(rui.post(f"/merges/{merge.key}/undo/", follow=True))
    merge.refresh_from_db()
    assert (merge.undone_by.name, Proposal.objects.get().answer) == ("Rui Costa", "open")


def test_one_person_is_parted_from_the_persons_page_at_any_time(as_, pair):
    rui = as_("rui")
    answer(rui, pair, "one")
    merge = Merge.objects.get()
    where = f"/people/{merge.gone.key}/"
    assert "A. Brenner (a.brenner@acme.example) is A. Brenner (ada@acme.example)" in text_of(rui.get(where))
    assert f"/merges/{merge.key}/parting/" not in as_("mira").get(where).content.decode()
    page = text_of(rui.post(f"/merges/{merge.key}/parting/", {"next": where}, follow=True))
    assert "are two people: each has what was theirs" in page
    assert Proposal.objects.get().answer == "different"
    assert Person.objects.filter(merged_into=None).count() == 2


def test_two_people_is_taken_back_and_later_leaves_it_open(as_, pair):
    rui = as_("rui")
    page = answer(rui, pair, "two")
    assert f'action="{pair}undo/"' in page.content.decode()
    assert "two people, by Rui Costa" in text_of(rui.get(pair))
    rui.post(f"{pair}undo/")
    assert "put off" not in text_of(rui.get(pair))
    answer(rui, pair, "later")
    assert "put off" in text_of(rui.get(pair))


def test_an_answer_that_is_none_is_named(as_, pair):
    assert "'maybe' is no answer: say one, two or later" in answer(as_("rui"), pair, "maybe").content.decode().replace("&#x27;", "'")


def test_owners_see_and_do_not_merge(world, as_, pair):
    Account.objects.update(owner=world.sol)
    sol = as_("sol")
    page = text_of(sol.get(pair))
    assert "RevOps answers whether they are one person" in page
    assert "One person 1" not in page
    assert answer(sol, pair, "one").status_code == 403
    assert as_("kim").get(pair).status_code == 404


def test_the_page_of_a_lead_leads_there(world, as_):
    lead = world.qualified(NOON)
    told(world, "x@acme.example", phone="+49 30 5550", name="X")
    told(world, "ada@acme.example", phone="+49 30 5550")
    page = as_("mira").get(f"/leads/{lead.key}/")
    assert f"/people/{lead.person.key}/" in page.content.decode()
    assert "1 may be theirs too" in text_of(page)
    assert "Who they may be as well" in text_of(as_("mira").get(f"/people/{lead.person.key}/"))


def test_searching_is_begun_by_revops_and_shows_how_far_it_is(world, as_, monkeypatch):
    assert "Nobody has been compared yet" in text_of(as_("mira").get(f"{PATH}search/"))
    assert "Look for doubles now" not in text_of(as_("mira").get(f"{PATH}search/"))
    page = text_of(as_("rui").post(f"{PATH}search/begin/", follow=True))
    assert "Comparing everybody" in page
    assert "No worker is running" in page
    Search.objects.update(ended_at=NOON, people=1200, found=3, proposed=2)
    page = text_of(as_("mira").get(f"{PATH}search/"))
    assert "1,200 people, 3 pairs that look like one" in page
    assert "2 of them new" in page


def test_without_the_extra_the_page_says_what_to_install(as_, monkeypatch):
    monkeypatch.setattr("treaty.jobs.doubles.find_spec", lambda _: None)
    page = as_("rui").get(f"{PATH}search/")
    assert "pip install &#x27;treaty[identity]&#x27;" in page.content.decode() or "pip install 'treaty[identity]'" in page.content.decode()
    assert "Look for doubles now" not in text_of(page)


def test_merging_unasked_is_offered_only_where_it_is_proven(as_, monkeypatch):
    rui = as_("rui")
    page = text_of(rui.get(f"{PATH}search/"))
    assert "381 right answers in a row missing" in page.replace("\xa0", " ")
    assert "Merge by itself" not in page
    assert "381 more in a row" in text_of(rui.post(f"{PATH}search/alone/", {"probability": "0.99"}, follow=True))
    monkeypatch.setattr("treaty.truth.actions.alone.answers", lambda: [(0.985, True)] * 400)
    page = text_of(rui.get(f"{PATH}search/"))
    assert "Merge by itself from 98.0% on" in page
    assert "Merge by itself from 99.0% on" not in page
    rui.post(f"{PATH}search/alone/", {"probability": "0.98"})
    assert "Pairs at least 98.0% likely are merged unasked" in text_of(rui.get(f"{PATH}search/"))
    rui.post(f"{PATH}search/alone/", {"probability": ""})
    assert "No pair is merged unasked: every one is answered" in text_of(rui.get(f"{PATH}search/"))
