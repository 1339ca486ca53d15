"""Consent: the last word counts, a withdrawal is never lost, and a form anybody can fill in lifts none that was stated."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.often import often
from treaty.truth.actions import absorb
from treaty.truth.consent import Consent, Said, Word, standing, word_of
from treaty.truth.consents import consents
from treaty.truth.models import Fact, Person, Source
from treaty.truth.records import PersonRecord, PersonRef, TouchRecord

DAY = timedelta(days=1)
ADA = "ada@acme.example"
GIVES, WITHDRAWS, BACK = Word.GIVES, Word.WITHDRAWS, Word.TAKES_BACK


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ([], "unknown"),
        ([(1, GIVES, False)], "given"),
        ([(1, GIVES, False), (2, WITHDRAWS, False)], "withdrawn"),
        ([(1, WITHDRAWS, False), (2, GIVES, False)], "given"),
        ([(1, GIVES, False), (1, WITHDRAWS, False)], "withdrawn"),  # of two at once the one that withdraws
        ([(1, WITHDRAWS, False), (2, GIVES, True)], "withdrawn"),  # a form lifts nothing that was stated
        ([(1, WITHDRAWS, True), (2, GIVES, True)], "given"),  # but what a form said
        ([(1, WITHDRAWS, False), (2, WITHDRAWS, True), (3, GIVES, True)], "withdrawn"),
        ([(1, GIVES, False), (2, WITHDRAWS, True)], "withdrawn"),  # anybody may withdraw
        ([(50, GIVES, False)], "unknown"),  # given tomorrow is not given
        ([(50, WITHDRAWS, False)], "withdrawn"),  # withdrawn tomorrow is
        ([(1, GIVES, False), (2, WITHDRAWS, False), (3, BACK, False)], "unknown"),
        ([(1, BACK, False)], "unknown"),  # who has not opted out has not agreed
        ([(1, GIVES, False), (2, BACK, False)], "given"),
    ],
)
def test_how_it_stands(said, stands):
    assert standing([Said(*one) for one in said], 10) == stands


WORDS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(Word), st.booleans()), max_size=8)


@settings(max_examples=often(100, 3000), deadline=None)
@given(WORDS, st.randoms())
def test_nobody_is_given_after_a_stated_withdrawal_that_no_statement_lifted(said, mixed):
    told = [Said(*one) for one in said]
    mixed.shuffle(told)
    stands = standing(told, 10)
    assert stands == standing([Said(*one) for one in said], 10), "the order of arrival changes nothing"
    last_no = max((min(one.at_us, 10) for one in told if one.word is WITHDRAWS and not one.is_claim), default=None)
    lifts = [one for one in told if one.word is not WITHDRAWS and not one.is_claim and one.at_us <= 10]
    if last_no is not None and not any(one.at_us > last_no for one in lifts):
        assert stands is Consent.WITHDRAWN
    if not any(one.word is GIVES and one.at_us <= 10 for one in told):
        assert stands is not Consent.GIVEN


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("consent", "true", GIVES), ("consent", "Ja", GIVES), ("consent", 1.0, GIVES), ("consent", "false", WITHDRAWS),
        ("consent", "revoked", WITHDRAWS), ("consent", "peut-être", WITHDRAWS), ("opted_out", "true", WITHDRAWS),
        ("opted_out", "2026-03-01", WITHDRAWS), ("opted_out", "false", BACK), ("opted_out", 0.0, BACK),
    ],
)  # fmt: skip
def test_a_word_that_is_no_clear_yes_counts_against_use(field, value, word):
    assert word_of(field, value) is word


def state(source, at, **fields):
    absorb([PersonRecord(ref=PersonRef(email=ADA), fields=fields, occurred_at=at, known_at=at)], source=source, received_at=at)


@pytest.fixture
def form(world):
    return Source.objects.create(name="site form", kind=Source.Kind.FORM, made_at=NOON - 90 * DAY)


@pytest.mark.django_db
def test_a_form_withdraws_what_a_system_stated_and_gives_back_nothing(world, form):
    state(world.source, NOON - 9 * DAY, consent=True)
    ada = Person.objects.get(email=ADA)
    assert consents(NOON)[ada.pk] is Consent.GIVEN
    state(form, NOON - 8 * DAY, consent=False)
    assert consents(NOON)[ada.pk] is Consent.WITHDRAWN
    state(world.source, NOON - 7 * DAY, consent=False)
    state(form, NOON - 6 * DAY, consent=True)
    assert consents(NOON)[ada.pk] is Consent.WITHDRAWN


@pytest.mark.django_db
def test_a_second_withdrawal_counts_though_the_consent_between_them_comes_last(world):
    state(world.source, NOON - 9 * DAY, consent=False)
    state(world.source, NOON - 5 * DAY, consent=False)
    state(world.source, NOON - 7 * DAY, consent=True)
    assert consents(NOON)[Person.objects.get(email=ADA).pk] is Consent.WITHDRAWN


@pytest.mark.django_db
def test_the_same_word_of_the_same_moment_is_kept_once(world):
    for _ in range(2):
        state(world.source, NOON - 9 * DAY, consent=False)
    assert Fact.objects.filter(field="consent").count() == 1


@pytest.mark.django_db
def test_an_unsubscription_and_a_flag_of_a_system_withdraw(world):
    state(world.source, NOON - 9 * DAY, consent=True)
    ada = Person.objects.get(email=ADA)
    gone = TouchRecord(ref=PersonRef(email=ADA), kind="unsubscribed", occurred_at=NOON - 8 * DAY, message_id="u1")
    absorb([gone], source=world.source, received_at=NOON - 8 * DAY)
    assert consents(NOON)[ada.pk] is Consent.WITHDRAWN
    state(world.source, NOON - 7 * DAY, consent=True)
    assert consents(NOON)[ada.pk] is Consent.WITHDRAWN, "a record that still says what it said before is no new consent"
    state(world.source, NOON - 6 * DAY, consent=False)
    state(world.source, NOON - 5 * DAY, consent=True)
    assert consents(NOON)[ada.pk] is Consent.GIVEN
    state(world.source, NOON - 4 * DAY, opted_out="true")
    assert consents(NOON)[ada.pk] is Consent.WITHDRAWN
