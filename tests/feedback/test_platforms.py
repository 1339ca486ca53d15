"""Files for advertising platforms: hashes as each documents them, rows as each reads them, nobody who withdrew in any."""

import hashlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.often import often
from treaty.feedback.platforms import CLICK_ID, Click, Contact, Conversion, Platform, email_hash, names_of, normal_email, phone_hash
from treaty.feedback.targeting import Gate, Why, audience, conversions
from treaty.truth.consent import Consent

AT = datetime(2026, 3, 29, 10, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
GOOGLE, META, LINKEDIN, MICROSOFT = Platform
TEST = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"
"""What Meta's documentation shows for test@example.com."""


def contact(n=1, email="test@example.com", consent=Consent.GIVEN, **more):
    return Contact(id=n, key=f"k{n}", name=f"P{n}", email=email, consent=consent, **more)


@pytest.mark.parametrize(
    ("platform", "email", "normal"),
    [
        (GOOGLE, " Ada.B@Gmail.com ", "adab@gmail.com"), (GOOGLE, "a.b@googlemail.com", "ab@googlemail.com"),
        (GOOGLE, "a.b@acme.example", "a.b@acme.example"), (META, " Ada.B@Gmail.com ", "ada.b@gmail.com"),
        (LINKEDIN, "ADA@acme.example", "ada@acme.example"), (MICROSOFT, "ADA@acme.example", "ada@acme.example"),
    ],
)  # fmt: skip
def test_an_address_in_the_form_its_platform_hashes(platform, email, normal):
    assert normal_email(platform, email) == normal
    assert email_hash(platform, email) == hashlib.sha256(normal.encode()).hexdigest()


def test_hashes_are_those_the_vendors_show():
    assert email_hash(META, "Test@Example.com ") == TEST
    assert phone_hash(META, "+448444124653").startswith("dc008fda46e2e64002cf2f82a4906236282d4")
    assert phone_hash(GOOGLE, "+448444124653") == hashlib.sha256(b"+448444124653").hexdigest()
    assert (phone_hash(LINKEDIN, "+448444124653"), email_hash(GOOGLE, "")) == ("", "")


@pytest.mark.parametrize(
    ("platform", "heads", "first"),
    [
        (GOOGLE, ["Email", "Phone"], [TEST, ""]), (META, ["email", "phone"], [TEST, ""]), (MICROSOFT, ["Email"], [TEST]),
        (LINKEDIN, ["email", "firstname", "lastname", "jobtitle", "employeecompany", "country", "googleaid"], [TEST, *[""] * 6]),
    ],
)  # fmt: skip
def test_a_list_says_who_is_in_it_and_why_the_others_are_not(platform, heads, first):
    people = [
        contact(1), contact(2), contact(3, "b@acme.example", Consent.UNKNOWN), contact(4, "c@acme.example", Consent.WITHDRAWN),
        contact(5, ""), contact(6, "D@acme.example"),
    ]  # fmt: skip
    made = audience(people, Gate(platform, frozenset({email_hash(platform, "d@acme.example")})))
    assert list(made.lines) == [heads, first]
    assert [(one.id, why) for one, why in made.left] == [
        (2, Why.TWICE), (3, Why.UNKNOWN), (4, Why.WITHDREW), (5, Why.NO_ADDRESS), (6, Why.SHARED),
    ]  # fmt: skip
    taken = audience(people, Gate(platform, frozenset(), takes_unknown=True))
    assert [one.id for one in taken.inside] == [1, 3, 6], "the house may take who never said; never who withdrew"


def won(click=None, at=AT, amount="24000.50", who=None, **more):
    who = who or contact(clicks=(click,) if click else ())
    return Conversion(contact=who, name="Won", at=at, order="d1-won", amount=Decimal(amount), currency="EUR", is_won=True, **more)


def rows(platform, told, at=AT + DAY):
    return conversions(told, Gate(platform, frozenset()), at=at, zone=BERLIN)


def test_a_google_row_has_the_moment_with_its_zone():
    made = rows(GOOGLE, [won(Click("gclid", "Cj0KCQ-abc_1", AT - 9 * DAY))])
    assert made.lines[0] == ["Google Click ID", "Conversion Name", "Conversion Time", "Conversion Value", "Conversion Currency"]
    assert made.lines[1] == ["Cj0KCQ-abc_1", "Won", "2026-03-29 12:00:00+0200", "24000.5", "EUR"], "summer time began that night"


def test_a_microsoft_row_is_one_of_the_bulk_file():
    made = rows(
        MICROSOFT, [won(Click("msclkid", "f894f652ea334e739002f7167ab8f8e3", AT - DAY), at=datetime(2026, 4, 1, 18, 50, 54, tzinfo=UTC))]
    )
    assert [dict(zip(made.lines[0], line, strict=True)) for line in made.lines[1:]][1] == {
        "Type": "Offline Conversion", "Status": "", "Id": "", "Parent Id": "", "Client Id": "", "Name": "",
        "Conversion Currency Code": "EUR", "Conversion Name": "Won", "Conversion Time": "4/1/2026 6:50:54 PM",
        "Conversion Value": "24000.5", "Microsoft Click Id": "f894f652ea334e739002f7167ab8f8e3",
    }  # fmt: skip
    assert made.lines[1][5] == "6.0"


def test_a_meta_row_has_seconds_and_the_click_as_its_cookie_has_it():
    made = rows(META, [won(Click("fbclid", "IwAR2abc", datetime(2026, 3, 1, tzinfo=UTC)))])
    assert made.lines[1] == ["Won", "1774778400", TEST, "", "fb.1.1772323200000.IwAR2abc", "24000.5", "EUR", "d1-won"]


def test_a_linkedin_row_has_milliseconds_and_never_no_amount():
    made = rows(LINKEDIN, [won(), Conversion(contact=contact(2), name="Sales accepted", at=AT - DAY, order="l-a", currency="EUR")])
    assert made.lines[1:] == [[TEST, "1774692000000", "LEAD", "1", "EUR"], [TEST, "1774778400000", "PURCHASE", "24000.5", "EUR"]]


@pytest.mark.parametrize(
    ("platform", "told", "why"),
    [
        (GOOGLE, won(), Why.NO_CLICK),
        (GOOGLE, won(Click("gclid", "abcdef", AT + DAY)), Why.NO_CLICK),  # clicked after it
        (GOOGLE, won(Click("gclid", "=HYPERLINK(1)", AT - DAY)), Why.NO_CLICK),  # anybody can write an address
        (GOOGLE, won(Click("gclid", "abcdef", AT - 91 * DAY)), Why.TOO_OLD),
        (LINKEDIN, won(at=AT - 90 * DAY), Why.TOO_OLD),
        (META, won(at=AT - 62 * DAY), Why.TOO_OLD),
        (LINKEDIN, won(who=contact(email="")), Why.NO_ADDRESS),
    ],
)
def test_what_a_platform_would_refuse_is_left_out(platform, told, why):
    assert [one[1] for one in rows(platform, [told]).left] == [why]


def test_what_came_exactly_at_the_end_of_the_window_counts():
    assert rows(GOOGLE, [won(Click("gclid", "abcdef", AT - 90 * DAY))]).inside


POOL = ["a.b@gmail.com", "ab@gmail.com", "A.B@gmail.com", "x@acme.example", "y@acme.example", ""]
PHONES = ["+4930123456", "+4930654321", ""]
PEOPLE = st.lists(
    st.tuples(st.sampled_from(POOL), st.sampled_from(PHONES), st.sampled_from(["", "click-1", "click-2"]), st.sampled_from(Consent))
)


@settings(max_examples=often(150, 5000), deadline=None)
@given(PEOPLE, st.sampled_from(Platform), st.booleans())
def test_nobody_who_withdrew_is_ever_in_a_file(drawn, platform, takes_unknown):
    clicks = [(Click(CLICK_ID[platform], click, AT - DAY),) if click else () for _, _, click, _ in drawn]
    people = [contact(n, email, consent, phone=phone, clicks=clicks[n]) for n, (email, phone, _, consent) in enumerate(drawn)]
    withheld = {name for one in people if one.consent is Consent.WITHDRAWN for name in names_of(platform, one)}
    gate = Gate(platform, frozenset(withheld), takes_unknown)
    told = [Conversion(contact=one, name="Won", at=AT, order=one.key) for one in people]
    for made in (audience(people, gate), conversions(told, gate, at=AT, zone=UTC)):
        assert not withheld & {cell for line in made.lines for cell in line}
        assert not any(name in cell for name in withheld for line in made.lines for cell in line), "nor within another value"
        assert len(made.inside) + len(made.left) == len(people), "everybody is in it or named with why not"
        assert takes_unknown or all(one.consent is Consent.GIVEN for one in made.inside)
