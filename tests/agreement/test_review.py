"""The definitions are looked at again, as agreed: due on a day, told a week before, kept with words."""

from datetime import date, timedelta

import pytest

from tests.parties import DAY, EXAMPLE, NEW_YEAR, parties
from treaty.agreement import reviews
from treaty.agreement.queries import in_force, signed_of
from treaty.agreement.reviews import NotLookedAt, look, windows
from treaty.agreement.terms_parties import Review
from treaty.journal.models import Entry

pytestmark = pytest.mark.django_db
SPRING = NEW_YEAR + 91 * DAY


@pytest.fixture
def people():
    found = parties()
    found.in_force(EXAMPLE)
    return found


def now(at=SPRING):
    return in_force(at)


def due():
    return reviews.due_on(now(), reviews.looks(now()))


def is_due(at):
    return reviews.is_near(due(), now(), at=at)


def test_a_quarter_after_it_took_effect_it_is_due(people):
    """1 January and 91 days are 2 April; a week before that it is told."""
    assert due() == date(2026, 4, 2)
    assert not is_due(NEW_YEAR + 80 * DAY)
    assert is_due(NEW_YEAR + 84 * DAY + timedelta(hours=2))
    assert is_due(NEW_YEAR + 200 * DAY)


def test_a_look_is_kept_and_the_next_is_counted_from_it(people):
    look("Read through all rejections of the quarter; the definition stands.", by=people.sam, at=SPRING)
    assert due() == date(2026, 4, 2) + timedelta(days=91)
    assert not is_due(SPRING)
    assert Entry.objects.get(verb="agreement.looked_at").agreement == now().version.hash


def test_nothing_said_and_who_may_not_are_refused(people):
    with pytest.raises(NotLookedAt, match="say in a sentence"):
        look("  ", by=people.mira, at=SPRING)
    with pytest.raises(NotLookedAt, match="Sol Meyer cannot keep this"):
        look("Fine.", by=people.sol, at=SPRING)
    with pytest.raises(NotLookedAt, match="no version is in force"):
        look("Fine.", by=people.mira, at=NEW_YEAR - 400 * DAY)


def test_every_agreed_rhythm_has_its_days():
    assert set(reviews.DAYS) == set(Review.model_fields["definitions"].annotation.__args__)


def test_a_year_has_as_many_windows_as_looks(people):
    assert windows(signed_of(now().version).terms) == 4
