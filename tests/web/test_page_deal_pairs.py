"""Deals that may be one, as pages: listed where deals are compared, side by side, answered by RevOps and taken back."""

from tests.conftest import NOON
from tests.truth.test_pairing import crm, hub, two  # noqa: F401 - fixtures
from tests.web.test_page_sources import text_of
from treaty.truth.models import Opportunity

LIST = "/sources/reconciliation/?what=opportunities"


def test_a_pair_is_listed_shown_answered_and_taken_back(as_, two, lake):  # noqa: F811
    lake.export(NOON)
    rui, where = as_("rui"), f"/deal-pairs/{two.key}/"
    page = rui.get(LIST)
    assert f'href="{where}"' in page.content.decode()
    assert "Both are of Kessler; 9,900.00 EUR and 10,000.00 EUR; both close on 1 April 2026" in text_of(page)
    assert where not in rui.get("/sources/reconciliation/?what=people").content.decode()
    page = text_of(rui.get(where))
    for words in ("to be answered", "Amount differs", "CRM c1", "Hub h1", "In all", "proposed from 6 on"):
        assert words in page, words
    page = text_of(rui.post(f"{where}answer/", {"answer": "same"}, follow=True))
    assert "are one deal: one of them is counted" in page
    assert "one deal, by Rui Costa" in page
    assert Opportunity.objects.get(external_id="h1").one_with.external_id == "c1"
    assert "was answered by Rui Costa meanwhile" in text_of(rui.post(f"{where}answer/", {"answer": "different"}, follow=True))
    assert "is asked again" in text_of(rui.post(f"{where}undo/", follow=True))
    assert "is no answer" in text_of(rui.post(f"{where}answer/", {"answer": "perhaps"}, follow=True))
    assert "are two deals" in text_of(rui.post(f"{where}answer/", {"answer": "different"}, follow=True))


def test_everybody_else_sees_and_does_not_answer(as_, two):  # noqa: F811
    where = f"/deal-pairs/{two.key}/"
    assert "RevOps answers whether they are one deal" in text_of(as_("mira").get(where))
    assert as_("mira").post(f"{where}answer/", {"answer": "same"}).status_code == 403
    assert as_("kim").get(where).status_code == 404
