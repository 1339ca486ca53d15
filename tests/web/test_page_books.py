"""The page Period close: figures made, signed with a passphrase, compared; what each member may do; what is refused is said."""

import re
from html import unescape

import pytest
from web_doors import Door, told

from tests.books.company import CLOSE, DAY, LATER, with_deals
from tests.parties import PHRASE
from treaty.books.models import Closing, Mark, Restatement
from treaty.truth.models import Opportunity

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(tmp_path, lake):
    company = with_deals(tmp_path)
    company.lake()
    return company


def text(door, path):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


def test_from_figures_to_both_names(company):
    rui, sam, mira = (Door(getattr(company.people, name), CLOSE) for name in ("rui", "sam", "mira"))
    assert "January to March 2026 is to be closed" in text(rui, "/books/")
    assert "January to March 2026 can be closed" in text(rui, "/books/2026-Q1/")
    assert rui.post("/books/2026-Q1/close/", {"grace_days": "5"}).status_code == 303
    closing = Closing.objects.get()
    page = text(sam, "/books/2026-Q1/")
    assert "Sign for sales" in page
    assert closing.hash in page
    assert "Revenue closed all €1,350" in page
    for door, says in ((sam, "You have signed. Waited for: marketing."), (mira, "January to March 2026 is closed.")):
        done = door.post("/books/2026-Q1/signature/", {"hash": closing.hash, "passphrase": PHRASE}, follow=True)
        assert told(done) == [says]
    assert "January to March 2026 is closed; nothing waits" in text(rui, "/books/")
    assert "Signed by Sam Okafor" in text(rui, "/books/2026-Q1/")


def test_a_wrong_passphrase_is_said_at_the_form_and_signs_nothing(company):
    closing = company.close()
    refused = Door(company.people.sam, CLOSE).post("/books/2026-Q1/signature/", {"hash": closing.hash, "passphrase": "seven"})
    assert (refused.status_code, Mark.objects.exists()) == (400, False)
    assert "This passphrase does not open your signing key" in refused.content.decode()


def test_other_figures_than_the_page_showed_are_not_signed(company):
    company.close()
    refused = Door(company.people.sam, CLOSE).post("/books/2026-Q1/signature/", {"hash": "0" * 64, "passphrase": PHRASE})
    assert (refused.status_code, Mark.objects.exists()) == (400, False)


@pytest.mark.parametrize("who", ["sol", "ada"])
def test_who_is_no_signatory_reads_and_does_nothing(company, who):
    door = Door(getattr(company.people, who), CLOSE)
    assert "The signatories of the agreement and its steward make its figures." in text(door, "/books/2026-Q1/")
    assert door.post("/books/2026-Q1/close/").status_code == 400
    assert not Closing.objects.exists()
    closing = company.close()
    assert "Sign for" not in door.says("/books/2026-Q1/")
    assert door.post("/books/2026-Q1/signature/", {"hash": closing.hash, "passphrase": PHRASE}).status_code == 400
    door.post("/books/2026-Q1/withdraw/")
    company.both_sign(closing)
    company.edit(Opportunity.objects.get(name="acme"), "1700.00", CLOSE)
    company.lake(CLOSE + DAY)
    door.post("/books/2026-Q1/restatement/")
    assert (Closing.objects.get().withdrawn_at, Restatement.objects.count()) == (None, 0)


def test_grace_is_said_and_can_be_shorter(company):
    door = Door(company.people.mira, CLOSE - 6 * DAY)
    company.lake(CLOSE - 6 * DAY)
    assert "January to March 2026 is over; late data still count" in text(door, "/books/2026-Q1/")
    refused = door.post("/books/2026-Q1/close/", {"grace_days": "5"})
    assert "is in grace until" in refused.content.decode()
    assert "is no number of working days" in unescape(door.post("/books/2026-Q1/close/", {"grace_days": "soon"}).content.decode())
    assert door.post("/books/2026-Q1/close/", {"grace_days": "0"}).status_code == 303


def test_what_came_later_stands_beside_with_its_cause_and_its_deal(company):
    company.closed()
    door = Door(company.people.sam, LATER)
    assert "Nothing else so far" in text(door, "/books/2026-Q1/")
    deal = Opportunity.objects.get(name="acme")
    company.edit(deal, "1700.00")
    company.lake(LATER)
    said = told(door.post("/books/2026-Q1/restatement/", follow=True))
    assert said == ["Restatement 1 stands beside the figures."]
    page = text(door, "/books/2026-Q1/")
    assert "Revenue closed €1,350 €2,050 +€700 changed since ( acme )" in page
    assert f"/opportunities/{deal.key}/" in door.says("/books/2026-Q1/")
    assert "What pay makes good of it" in page
    assert "Revenue closed 2026-Q1 1 2026-Q2 +€700" in page
    assert "What earlier periods bring in" in text(door, "/books/2026-Q2/")
    assert told(door.post("/books/2026-Q1/restatement/", follow=True)) == ["The data say what they said last time."]
    assert "acme" not in text(Door(company.people.sol, LATER), "/books/2026-Q1/")


def test_figures_that_cannot_be_counted_are_said_at_the_form(company, monkeypatch):
    from tests.books.test_close import MARKOV, WEIGHTS
    from tests.parties import EXAMPLE

    text = EXAMPLE.replace(WEIGHTS, "")
    for old, new in MARKOV.items():
        text = text.replace(old, new)
    company.people.in_force(text, at=CLOSE - 70 * DAY, reason="Credit by removal effects")
    monkeypatch.setattr("treaty.attribution.chain.MOST_STATES", 2)
    refused = Door(company.people.rui, CLOSE).post("/books/2026-Q1/close/", {"grace_days": "5"})
    assert (refused.status_code, Closing.objects.exists()) == (400, False)
    assert "The credit of 2026-Q1 cannot be shared" in refused.content.decode()


def test_figures_are_taken_as_a_file(company):
    company.closed()
    door = Door(company.people.mira, CLOSE)
    body = b"".join(door.get("/books/2026-Q1/?format=csv").streaming_content).decode()
    assert "revenue_closed,,,1350,EUR" in body
    assert "credited,channel,search,728.57,EUR" in body


def test_taken_back_by_who_may(company):
    company.close()
    done = Door(company.people.mira, CLOSE).post("/books/2026-Q1/withdraw/", follow=True)
    assert told(done) == ["The figures of January to March 2026 are taken back. Make them anew when all is in."]
    assert "is to be closed" in text(Door(company.people.mira, CLOSE), "/books/")


def test_a_quarter_closed_by_the_month_says_so_and_links_to_its_months(company):
    for name in ("2026-01", "2026-02"):
        company.both_sign(company.close(name))
    door = Door(company.people.rui, CLOSE)
    assert "January to March 2026 is closed in part" in text(door, "/books/2026-Q1/")
    assert "January to March 2026 is closed in part" in text(door, "/books/")
    company.both_sign(company.close("2026-03"))
    page = door.says("/books/2026-Q1/")
    assert "January to March 2026 is closed in other periods" in page
    assert 'href="/books/2026-02/"' in page
    assert "Make its figures" not in page
    assert "January to March 2026 is closed; nothing waits" in text(door, "/books/")


def test_what_another_fiscal_year_closed_is_there_by_its_hash(company):
    from tests.books.test_close import fiscal_year

    closing = company.closed()
    fiscal_year(company, "02-01", LATER)
    door = Door(company.people.rui, LATER + DAY)
    assert f'href="/books/{closing.hash[:12]}/"' in door.says("/books/")
    assert "January to March 2026 is closed" in text(door, f"/books/{closing.hash[:12]}/")


@pytest.mark.parametrize("name", ["summer", "2026-q1", "2026-13"])
def test_what_is_no_period_is_not_found(company, name):
    assert Door(company.people.mira, CLOSE).get(f"/books/{name}/").status_code == 404


def test_without_an_agreement_the_page_says_the_next_step(lake, world):
    world.version.in_force.delete()
    assert "No agreement is in force yet" in text(Door(world.mira, CLOSE), "/books/")
