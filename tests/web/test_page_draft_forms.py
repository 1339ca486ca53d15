"""A draft as forms: nothing is lost between form and text, two people write one draft, and every saving can be gone back to."""

import pytest
from form_fields import fields_of
from web_doors import Door, told

from tests.parties import DAY, EXAMPLE, HOUR, NEW_YEAR, parties
from treaty.agreement import actions
from treaty.agreement.forms.parts import PIECES
from treaty.agreement.layout import fmt
from treaty.agreement.models import Draft
from treaty.agreement.yamltree import parse

pytestmark = pytest.mark.django_db
AFTER = NEW_YEAR + DAY


@pytest.fixture
def people():
    return parties()


@pytest.fixture
def draft(people):
    return actions.save_draft(EXAMPLE, by=people.mira, at=AFTER)


def door(member, at=AFTER + HOUR):
    return Door(member, at)


def address(draft, name=""):
    return f"/agreement/draft/{draft.key}/parts/{name + '/' if name else ''}"


def filled(mine, draft, name, **changes):
    """The fields of a part as its page has them, with some of them changed."""
    fields = fields_of(mine.says(address(draft, name)), "part")
    return {**fields, **{field.replace("__", "."): value for field, value in changes.items()}}


def test_a_draft_is_paper_with_a_way_into_each_part(people, draft):
    page = door(people.mira).says(address(draft))
    assert "When a lead is ready" in page
    for piece in PIECES:
        assert address(draft, piece.name) in page


@pytest.mark.parametrize("name", [piece.name for piece in PIECES])
def test_a_form_nobody_touched_leaves_the_text_alone(people, draft, name):
    mine = door(people.mira)
    answer = mine.post(address(draft, name), {**filled(mine, draft, name), "do": "save"}, follow=True)
    assert told(answer) == ["Nothing of it was changed."]
    draft.refresh_from_db()
    assert draft.text == EXAMPLE


def test_what_is_written_in_a_form_stands_in_the_text_with_its_comments(people, draft):
    mine = door(people.mira)
    sent = filled(mine, draft, "promises", promises__sales__0__within="2 working hours", do="save")
    assert told(mine.post(address(draft, "promises"), sent, follow=True)) == ["Saved."]
    draft.refresh_from_db()
    before, now = fmt(EXAMPLE).splitlines(), draft.text.splitlines()
    changed = [(one, other) for one, other in zip(before, now, strict=True) if one != other]
    assert len(changed) == 1
    assert changed[0][0].replace("within: 4 working hours", "within: 2 working hours") == changed[0][1]


def test_a_press_changes_the_form_and_saves_nothing(people, draft):
    mine = door(people.mira)
    page = mine.post(address(draft, "goals"), {**filled(mine, draft, "goals"), "do": "add:goals"})
    many = len(parse(EXAMPLE).data["goals"])
    assert f'name="goals.{many}.measure"' in page.content.decode()
    assert "data-changed" in page.content.decode()
    draft.refresh_from_db()
    assert draft.text == EXAMPLE


def test_a_fault_stands_at_its_field_and_what_was_typed_stays(people, draft):
    mine = door(people.mira)
    sent = filled(mine, draft, "promises", promises__sales__0__within="soon", do="save")
    mine.post(address(draft, "promises"), sent)
    page = mine.says(address(draft, "promises"))
    assert 'value="soon"' in page
    assert "soon&#x27; is not a length of time" in page
    assert 'aria-invalid="true"' in page


def test_two_rows_of_one_name_are_told_of_and_nothing_is_lost(people, draft):
    mine = door(people.mira)
    sent = filled(mine, draft, "stages", do="save")
    names = [field for field in sent if field.endswith("@name") and field.startswith("stages.")]
    answer = mine.post(address(draft, "stages"), sent | {names[1]: sent[names[0]]})
    assert answer.status_code == 422
    assert "is there twice: give one of them another name" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.text == EXAMPLE


def test_another_part_that_somebody_saved_meanwhile_is_joined(people, draft):
    mine, theirs = door(people.mira), door(people.rui, AFTER + 2 * HOUR)
    opened = filled(mine, draft, "goals", goals__0__target="1,300,000", do="save")
    theirs.post(address(draft, "promises"), filled(theirs, draft, "promises", promises__sales__0__within="2 working hours", do="save"))
    assert told(mine.post(address(draft, "goals"), opened, follow=True)) == ["Saved."]
    draft.refresh_from_db()
    assert "within: 2 working hours" in draft.text
    assert "target: 1_300_000" in draft.text


def test_the_same_part_that_somebody_saved_meanwhile_is_shown_before_anything_is_written_over(people, draft):
    mine, theirs = door(people.mira, AFTER + 3 * HOUR), door(people.rui, AFTER + 2 * HOUR)
    opened = filled(mine, draft, "goals", goals__0__target="1,300,000", do="save")
    theirs.post(address(draft, "goals"), filled(theirs, draft, "goals", goals__0__target="1,250,000", do="save"))
    answer = mine.post(address(draft, "goals"), opened)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Rui Costa saved this part" in page
    assert 'value="1,300,000"' in page
    draft.refresh_from_db()
    assert "target: 1_250_000" in draft.text
    again = fields_of(page, "part")
    assert told(mine.post(address(draft, "goals"), {**again, "do": "save"}, follow=True)) == ["Saved."]
    draft.refresh_from_db()
    assert "target: 1_300_000" in draft.text


def test_who_has_the_page_open_hears_of_another_saving(people, draft):
    mine, theirs = door(people.mira, AFTER + 3 * HOUR), door(people.rui, AFTER + 2 * HOUR)
    fresh = f"/agreement/draft/{draft.key}/news/?seen="
    seen = mine.get(address(draft, "goals")).context["seen"]
    assert "saved" not in mine.says(f"{fresh}{seen}")
    theirs.post(address(draft, "goals"), filled(theirs, draft, "goals", goals__0__target="1,250,000", do="save"))
    assert "Rui Costa saved What we both own" in mine.says(f"{fresh}{seen}")
    assert mine.get(f"{fresh}soon").status_code == 200


def test_a_saving_is_gone_back_to_and_that_too(people, draft):
    mine = door(people.mira)
    mine.post(address(draft, "goals"), filled(mine, draft, "goals", goals__0__target="1,300,000", do="save"))
    saves = f"/agreement/draft/{draft.key}/saves/"
    first = draft.saves.first()
    mine.post(saves, {"to": str(first.pk)})
    draft.refresh_from_db()
    assert draft.text == EXAMPLE
    assert [save.says for save in draft.saves.all()][:2] == ["the beginning", "What we both own"]
    mine.post(saves, {"to": str(draft.saves.all()[1].pk)})
    draft.refresh_from_db()
    assert "target: 1_300_000" in draft.text
    assert mine.post(saves, {"to": "999999"}).status_code == 404


def test_a_text_that_cannot_be_read_is_edited_as_text(people, draft):
    Draft.objects.filter(pk=draft.pk).update(text="agreement: [\n")
    page = door(people.mira).says(address(draft, "goals"))
    assert "The draft cannot be read at line" in page
    assert f'href="/agreement/draft/{draft.key}/"' in page


def test_a_part_that_forms_cannot_show_is_edited_as_text(people, draft):
    Draft.objects.filter(pk=draft.pk).update(text=EXAMPLE + "colours: {}\n")
    assert "What is measured" in door(people.mira).says(address(draft, "goals"))
    Draft.objects.filter(pk=draft.pk).update(
        text=EXAMPLE.replace("owner: marketing, moves: [engaged]", "owner: marketing, moves: engaged", 1)
    )
    assert "forms cannot show" in door(people.mira).says(address(draft, "stages"))


def test_how_it_reads_follows_what_is_typed(people, draft):
    mine = door(people.mira)
    sent = filled(mine, draft, "promises", promises__sales__0__within="2 working hours")
    page = mine.post(f"{address(draft, 'promises')}look/", sent).content.decode()
    assert "2 working hours" in page
    assert "within: 2 working hours" in page


def test_parts_are_not_there_for_who_takes_leads_or_for_names_nobody_gave(people, draft):
    assert door(people.sol).get(address(draft, "goals")).status_code == 404
    assert door(people.mira).get(address(draft, "nothing")).status_code == 404


def test_htmx_gets_the_form_and_what_stands_beside_it(people, draft):
    mine = door(people.mira)
    answer = mine.post(address(draft, "goals"), {**filled(mine, draft, "goals"), "do": "add:goals"}, **{"HX-Request": "true"})
    page = answer.content.decode()
    assert page.lstrip().startswith("<form")
    assert 'hx-swap-oob="innerHTML"' in page


def test_an_imagined_lead_is_routed_by_the_route_as_it_is_being_written(people, draft):
    """The example's pool takes turns; with everybody of it away the last rule gives the lead to Sam."""
    mine = door(people.mira)
    members = [email for pool in parse(EXAMPLE).data["handoff"]["pools"].values() for email in pool["members"]]
    tried = mine.post(f"/agreement/draft/{draft.key}/route/", {"try-segment": "rest"}).content.decode()
    assert "next in turn in" in tried
    alone = mine.post(f"/agreement/draft/{draft.key}/route/", {"try-segment": "rest", "try-away": members}).content.decode()
    assert "nobody is left without an owner" in alone
    fields = filled(mine, draft, "handoff")
    routes = len(parse(EXAMPLE).data["handoff"]["route"])
    without = {**fields, "try-segment": "rest", "try-away": members}
    without[f"handoff.route.{routes - 1}.to"] = "kim.nobody@halden.example"
    assert (
        "can be tried once"
        in mine.post(
            f"/agreement/draft/{draft.key}/route/", without | {"handoff.at": ["nowhere"], "handoff.route.0.rule": [""]}
        ).content.decode()
    )


def test_the_stages_are_drawn_as_a_map_that_leads_to_their_forms(people, draft):
    page = door(people.mira).says(address(draft, "stages"))
    assert "engaged, then marketing qualified" in page
    assert "A lead begins as subscriber" in page
