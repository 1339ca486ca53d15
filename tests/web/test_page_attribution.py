"""Who earned what was won: by the agreed model, to the cent, and every amount opens its deals."""

import csv
import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from web_doors import Door

from tests.conftest import NOON
from tests.world import HALDEN, signed
from treaty.agreement.canonical import hash_of
from treaty.agreement.models import InForce, Version
from treaty.attribution import chain
from treaty.truth.models import Account, ExchangeRate, Opportunity, Person, Source, Touch

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = NOON + DAY


def text(door, path="/attribution/"):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", door.says(path))))


def won(world, name, amount, channels, currency="EUR"):
    """A deal won at noon whose account was touched on these channels, a day apart, the last an hour before it was opened."""
    account = Account.objects.create(name=name, made_at=NOON - 50 * DAY)
    person = Person.objects.create(email=f"x@{name}.example", account=account, made_at=NOON - 50 * DAY)
    source = Source.objects.first() or Source.objects.create(name="site", kind="server", made_at=NOON)
    opened = NOON - 2 * DAY
    for place, channel in enumerate(reversed(channels)):
        at = opened - timedelta(hours=1) - place * DAY
        Touch.objects.create(
            person=person, seen_as=person, source=source, kind="page_view", channel=channel, campaign=f"{channel} camp" if channel else "",
            message_id=f"{name} {place}", occurred_at=at, known_at=at, received_at=at,
        )  # fmt: skip
    return Opportunity.objects.create(
        name=name, account=account, owner=world.sam, amount=Decimal(amount), currency=currency, outcome="won",
        opened_at=opened, closed_at=NOON, received_at=NOON,
    )  # fmt: skip


@pytest.fixture
def company(world, lake):
    """W-shaped without a lead: first touch and opportunity share 30 and 30, the others 10, all of 70."""
    won(world, "acme", "700.00", ["search", "email", "webinar"])
    won(world, "boro", "100.00", ["search", ""])
    won(world, "lone", "50.00", [])
    won(world, "dollar", "999.00", ["email"], currency="USD")
    lake.export(LATER)
    return world


def test_credit_is_worked_by_hand(company):
    """acme: 300 search, 100 email, 300 webinar; boro: 50 and 50; lone: nobody touched it."""
    page = text(Door(company.mira, LATER))
    assert "Search earned 41% of the €850 won in January to March" in page
    assert "Search 2 0.9 €350 41%" in page
    assert "Webinar 1 0.4 €300 35%" in page
    assert "Email 1 0.1 €100 12%" in page
    assert "no channel 1 0.5 €50 6%" in page
    assert "No touch 0 1.0 €50 6%" in page
    assert "All 3 €850 100%" in page


def test_both_teams_see_the_same(company):
    rows = [re.findall(r"<tbody.*?</tbody>", Door(who, LATER).says("/attribution/"), re.S) for who in (company.mira, company.sam)]
    assert rows[0] == rows[1] != []


def test_another_model_is_a_question_beside_the_number(company):
    page = text(Door(company.mira, LATER), "/attribution/?instead=last_touch")
    assert "What if last touch Difference" in page
    assert "Search 2 0.9 €350 41% €0 −€350" in page
    assert "Webinar 1 0.4 €300 35% €700 €400" in page
    assert "No touch 0 1.0 €50 6% €50 0" in page


def test_every_amount_opens_deals_that_add_up_to_it(company):
    door = Door(company.mira, LATER)
    hrefs = {unescape(href) for href in re.findall(r'href="(/figures/credited/[^"]*)"', door.says("/attribution/"))}
    search = next(href for href in hrefs if "channel=search" in href)
    page = text(door, search)
    assert "Two opportunities credited" in page
    assert "€350 in all" in page
    assert "€300" in page and "€50" in page  # noqa: PT018
    nobody = next(href for href in hrefs if "channel=%28unattributed%29" in href)
    assert "One opportunity credited" in text(door, nobody)
    without = next(href for href in hrefs if "channel=&" in f"{href}&")
    assert "€50 in all" in text(door, without)


def test_by_campaign_and_as_a_file(company):
    door = Door(company.mira, LATER)
    assert "search camp" in text(door, "/attribution/?by=campaign")
    file = b"".join(door.get("/attribution/?format=csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(file)))
    assert rows[0][:4] == ["Channel", "Won deals touched", "Its share of them", "Credited"]
    assert sum(Decimal(row[3]) for row in rows[1:]) == 850


def test_a_time_without_a_won_deal_says_so(company):
    page = text(Door(company.mira, LATER), "/attribution/?when=last_quarter")
    assert "Nothing was won in October to December 2025" in page


def test_without_an_agreement_it_says_what_comes_next(world, lake):
    InForce.objects.all().delete()
    lake.export(NOON)
    assert "No agreement is in force yet" in text(Door(world.mira, NOON))


def test_a_won_deal_says_what_each_touch_earned_and_why(company):
    deal = Opportunity.objects.get(name="acme")
    page = text(Door(company.sam, LATER), f"/opportunities/{deal.key}/")
    assert "What each touch earned By the agreed model, W-shaped" in page
    assert "By the agreed model, W-shaped; there is not the touch that made the lead (30%): the others share that" in page
    assert "search camp the first touch, 30% 42.9% €300" in page
    assert "email camp the only other, 10% 14.3% €100" in page
    assert "webinar camp the last before the opportunity, 30% 42.9% €300" in page
    assert "All 100% €700" in page


def test_a_deal_nobody_touched_says_so(company):
    deal = Opportunity.objects.get(name="lone")
    assert "No touch counts for this deal" in text(Door(company.sam, LATER), f"/opportunities/{deal.key}/")


MARKOV = HALDEN.replace("model: w_shaped", "model: markov").replace(
    "  weights: {first_touch: 30%, lead_created: 30%, opportunity_created: 30%, rest: 10%}\n", ""
)


def amended(world, text, at):
    """A second version, in force from then on."""
    InForce.objects.filter(version=world.version).update(ends_at=at)
    raw = signed(text)
    second = Version.objects.create(number=2, text=text, signed_bytes=raw, hash=hash_of(raw), proposed_by=world.mira, proposed_at=at - DAY)
    InForce.objects.create(version=second, applies_to="everyone", starts_at=at)


def rate(world, currency, worth, on):
    ExchangeRate.objects.create(source=world.source, currency=currency, to="EUR", on=on, rate=Decimal(worth), said=1, received_at=NOON)


def test_another_currency_counts_at_the_rate_of_its_day(company, lake):
    """999 dollars opened on the day before yesterday, at 0.9 of two days before that: 899.10, all by e-mail."""
    rate(company, "USD", "0.9", (NOON - 4 * DAY).date())
    rate(company, "USD", "0.1", (NOON - DAY).date())
    lake.export(LATER)
    page = text(Door(company.mira, LATER))
    assert "Email earned 57% of the €1.75k won in January to March" in page
    assert "All 4 €1,749.10 100%" in page
    assert "not in these sums" not in page
    door = Door(company.mira, LATER)
    assert "Email 1 1.0 $999 100%" in text(door, "/attribution/?money=USD")
    assert "All 1 $999 100%" in text(door, "/attribution/?money=USD")
    (href,) = {unescape(h) for h in re.findall(r'href="(/figures/credited/[^"]*email[^"]*)"', door.says("/attribution/"))}
    assert "€999.10 in all" in text(door, href)
    (own,) = {unescape(h) for h in re.findall(r'href="(/figures/credited/[^"]*email[^"]*)"', door.says("/attribution/?money=USD"))}
    assert "One opportunity credited" in text(door, own)
    deal = Opportunity.objects.get(name="dollar")
    page = text(door, f"/opportunities/{deal.key}/")
    assert "1 USD is 0.9 EUR, the rate of" in page
    assert "All 100% $999 €899.10" in page


def test_without_a_rate_an_amount_is_named_and_not_in_the_sum(company):
    assert "Beside it $999 without an agreed rate of the day: shared as it is, and not in these sums." in text(Door(company.mira, LATER))
    deal = Opportunity.objects.get(name="dollar")
    page = text(Door(company.mira, LATER), f"/opportunities/{deal.key}/")
    assert "not converted to EUR: no agreed rate of its day is known" in page
    assert "All 100% $999" in page


def test_a_currency_without_decimals_is_shared_to_its_smallest_unit(company, lake):
    won(company, "tokyo", "1000", ["search", "email", "webinar"], currency="JPY")
    lake.export(LATER)
    page = text(Door(company.mira, LATER), "/attribution/?money=JPY")
    assert "Search 1 0.4 ¥429 43% Webinar 1 0.4 ¥428 43% Email 1 0.1 ¥143 14%" in page


def test_each_deal_is_shared_by_the_version_in_force_when_it_closed(company, lake):
    """acme and the others closed under version 1; since then removal effects are agreed, and one more deal was won by them."""
    amended(company, MARKOV, NOON + timedelta(hours=1))
    late = won(company, "late", "90.00", ["search", "webinar"])
    Opportunity.objects.filter(pk=late.pk).update(closed_at=NOON + timedelta(hours=2))
    lake.export(LATER)
    door = Door(company.mira, LATER)
    page = text(door)
    assert "Each deal by the version in force when it closed: version 1 by W-shaped: 30% to" in page
    assert "and version 2 by" in page
    assert "A channel weighs what would not have been won without it" in page
    whole = text(door, f"/opportunities/{late.key}/")
    assert re.search(r"without search, [0-9.]+% less would have been won", whole)
    assert "All 100% €90" in whole
    old = text(door, f"/opportunities/{Opportunity.objects.get(name='acme').key}/")
    assert "search camp the first touch, 30% 42.9% €300" in old
    assert "All 4 €940 100%" in page


def test_markov_is_a_question_what_if_too(company):
    """Without search two of the five won deals would be gone, without e-mail two, without a webinar one."""
    page = text(Door(company.mira, LATER), "/attribution/?instead=markov")
    assert "What if" in page
    assert "Difference" in page
    assert "All 3 €850 100% €850" in page


def test_too_many_channels_for_removal_effects_are_said_on_every_page_of_credit(company, lake, monkeypatch):
    monkeypatch.setattr(chain, "MOST_STATES", 1)
    amended(company, MARKOV, NOON - timedelta(hours=1))
    lake.export(LATER)
    for path in ("/attribution/", "/campaigns/", "/campaigns/email%20camp/", "/economics/", "/figures/credited/?channel=email"):
        assert "There are too many channels to weigh them against each other" in text(Door(company.mira, LATER), path), path


@pytest.mark.parametrize("by", ["channel", "campaign", "content"])
def test_sums_over_every_dimension_are_the_deals_in_each_currency(company, lake, by):
    """Invariant 16: with what no touch earned, each column adds up to what was won, converted and in its own currency."""
    rate(company, "USD", "0.9137", (NOON - 4 * DAY).date())
    won(company, "tokyo", "1001", ["search", "email", "webinar"], currency="JPY")
    amended(company, MARKOV, NOON - timedelta(hours=1))
    lake.export(LATER)
    door = Door(company.mira, LATER)
    for money, whole in (("", Decimal("850") + Decimal("912.79")), ("USD", 999), ("JPY", 1001), ("EUR", 850)):
        file = b"".join(door.get(f"/attribution/?by={by}&money={money}&format=csv").streaming_content).decode("utf-8-sig")
        assert sum(Decimal(row[3]) for row in list(csv.reader(StringIO(file)))[1:]) == whole


def test_the_drawing_says_who_earned_and_what_nobody_did(company):
    """Of 850: search 350, no touch 50. By the first touch search has 800 (acme and boro), by the last the webinar has 700 of acme."""
    door = Door(company.mira, LATER)
    page = door.says("/attribution/")
    assert "Search earned 41% of what was won; 6% no touch earned" in page
    drawn = re.search(r"<figure class=.chart.>.*?</figure>", page, re.S)[0]
    assert {"Search: €350, 41%", "Webinar: €300, 35%", "No touch: €50, 6%", "Search, if first touch", "Webinar, if last touch"} <= {
        unescape(one) for one in re.findall(r"<title>([^<]*)</title>", drawn)
    }
    hrefs = {unescape(href) for href in re.findall(r'<a href="([^"]*)" tabindex="-1">', drawn)}
    assert {href.partition("channel=")[2] for href in hrefs} == {"search", "webinar", "email", "", "%28unattributed%29"}
    picture = door.get("/attribution/?chart=credit&format=svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert "Search earned 41% of what was won" in picture.content.decode()


def test_what_first_and_last_touch_would_have_given_is_worked_by_hand(company, lake):
    """First touch: acme 700 and boro 100 are search's. Last: acme 700 the webinar's, boro 100 of no channel. Both leave lone's 50."""
    from types import SimpleNamespace

    from treaty.engine.lake import open_lake
    from treaty.funnel.frame import frame_of
    from treaty.web.pages.attribution.credit import Asked, by_model

    frame = frame_of(open_lake(lake.where), LATER)
    asked = Asked("channel", SimpleNamespace(period=frame.period("quarter")))
    assert {name: amount for name, amount in by_model(frame, asked, "first_touch", "EUR").items() if amount} == {"search": 800}
    assert {name: amount for name, amount in by_model(frame, asked, "last_touch", "EUR").items() if amount} == {"webinar": 700, "": 100}


def test_of_many_origins_the_greatest_have_rows_and_the_others_one_together():
    """Eleven channels of 110, 100 … 10, and nothing of nobody: eight rows, the three of 30, 20 and 10 together, and nobody's."""
    from types import SimpleNamespace

    from tests.plan.frames import frame
    from treaty.web.formats import Viewer
    from treaty.web.pages.attribution.credit import Asked, Line
    from treaty.web.pages.attribution.drawing import _rows, finding

    lines = [Line(f"c{n}", f"c{n}", 1, 1.0, Decimal(10 * n), Decimal(660)) for n in range(11, 0, -1)]
    asked = Asked("channel", SimpleNamespace(period=frame().period("quarter")))
    rows = _rows(asked, lines, {"first_touch": {"c1": Decimal(400), "c2": Decimal(200)}}, "EUR", Viewer())
    assert [(row.name, row.amount, row.others) for row in rows[8:]] == [("3 others", 60, [600]), ("No touch", 0, [60])]
    assert [bool(row.href) for row in rows] == [True] * 8 + [False, False]
    assert len(_rows(asked, lines[:9], {}, "EUR", Viewer())) == 10
    assert finding("channel", lines) == "C11 earned 17% of what was won; nothing is left that no touch earned"


def test_an_origin_that_only_another_model_would_credit_is_drawn():
    """Search alone earned the 100 as agreed; by the first touch an AI assistant would have had 70 of it, and nobody 0."""
    from types import SimpleNamespace

    from tests.plan.frames import frame
    from treaty.web.formats import Viewer
    from treaty.web.pages.attribution.credit import Asked, Line
    from treaty.web.pages.attribution.drawing import _rows

    asked = Asked("channel", SimpleNamespace(period=frame().period("quarter")))
    others = {"first_touch": {"search": Decimal(30), "ai_assistant": Decimal(70), "email": Decimal(0)}}
    rows = _rows(asked, [Line("search", "Search", 1, 1.0, Decimal(100), Decimal(100))], others, "EUR", Viewer())
    assert [(row.name, row.amount, row.others, bool(row.href)) for row in rows] == [
        ("Search", 100, [30], True),
        ("AI assistant", 0, [70], False),
        ("No touch", 0, [0], False),
    ]


def test_where_nothing_was_won_nothing_is_drawn(company):
    assert "<figure" not in Door(company.mira, LATER).says("/attribution/?when=last_quarter")


def test_a_year_gone_by_is_asked_by_its_name(company):
    page = Door(company.mira, LATER).says("/attribution/?when=2024")
    assert "Nothing was won in 2024" in page
    assert 'href="/attribution/?when=2023"' in page
    assert 'href="/attribution/?when=2025"' in page
