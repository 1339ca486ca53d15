"""The page of a suggested definition: the curve, the sentence, what was refused, and the draft that comes of a point."""

import json
import re
from html import unescape

import pytest
from web_doors import Door

from tests.cli.test_suggest import rows
from tests.conftest import NOON
from tests.given_lake import given
from treaty.agreement.document import load
from treaty.agreement.models import Draft
from treaty.engine.lake import reading

pytestmark = pytest.mark.django_db


def words_of(page):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return given(tmp_path_factory.mktemp("lake"), NOON, **rows())


def shown(world, lake, query=""):
    with reading(lake):
        answer = Door(world.mira, NOON).get(f"/agreement/suggest/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_says_what_it_asks_why_and_what_was_refused(world, lake):
    text = words_of(shown(world, lake))
    assert "at least one request for a demonstration" in text
    assert "What came before a good end" in text
    assert "person.closed_with refused: " in text
    assert re.search(r"[Ll]eads? a week, of which \d+% are won", text)


def test_another_point_of_the_curve_can_be_looked_at(world, lake):
    first, beyond = (words_of(shown(world, lake, query)) for query in ("?point=1", "?point=99"))
    assert "Point 1:" in first
    assert "Fewer leads" not in beyond
    assert "Point 1:" in words_of(shown(world, lake, "?point=0"))


def test_a_point_becomes_a_draft_of_the_version_in_force(world, lake):
    page = shown(world, lake)
    ways = json.loads(unescape(re.search(r'name="ways" value="([^"]*)"', page)[1]))
    with reading(lake):
        answer = Door(world.mira, NOON).post("/agreement/suggest/", {"ways": json.dumps(ways), "stage": "marketing_qualified"})
    draft = Draft.objects.get()
    assert answer["Location"] == f"/agreement/draft/{draft.key}/"
    loaded = load(draft.text)
    assert loaded.errors == ()
    assert any(node.touches for node in loaded.terms.stages["marketing_qualified"].definition.walk())


SENT = [
    {},
    {"ways": "[]", "stage": "marketing_qualified"},
    {"ways": '[{"touches": {"kind": "x"}}]', "stage": "hot"},
    {"ways": '[{"hat": 1}]', "stage": "marketing_qualified"},
]


@pytest.mark.parametrize("sent", SENT)
def test_what_is_no_definition_becomes_no_draft(world, lake, sent):
    with reading(lake):
        Door(world.mira, NOON).post("/agreement/suggest/", sent)
    assert not Draft.objects.exists()


def test_with_too_little_it_says_how_much_would_be_enough(world, tmp_path):
    text = words_of(shown(world, given(tmp_path, NOON, **rows(60))))
    assert "Too few leads were won, or were not, to suggest a definition" in text
    assert "By what sales accepted" in text
    assert "would be enough" in text


def test_the_session_lays_the_signals_beside_the_last_deals_and_keeps_the_notes(world, lake):
    with reading(lake):
        door = Door(world.mira, NOON)
        text = words_of(door.get("/agreement/suggest/session/").content.decode())
        assert text.count("What made it good?") == 1
        assert "at least one request for a demonstration" in text
        assert "none of the signals" in text
        key = re.search(r'name="note-(\w+)"', door.get("/agreement/suggest/session/").content.decode())[1]
        door.post("/agreement/suggest/session/", {f"note-{key}": "The buyer knew\nwhat they wanted: now"})
    draft = Draft.objects.get()
    assert draft.text.startswith(
        f"# Said by {world.mira.name} and others in the session of 2026-03-10:\n# won, {key}: The buyer knew what they wanted: now\n"
    )
    assert load(draft.text).errors == ()


def test_by_what_sales_accepted(world, lake):
    text = words_of(shown(world, lake, "?by=accepted"))
    assert "Nothing was found that speaks for a lead" in text
    assert "By what was won" in text
