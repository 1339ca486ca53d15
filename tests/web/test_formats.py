"""How values are written. Expected texts are written by hand; `~` stands for a no-break space."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treaty.web import formats
from treaty.web.formats.manners import MANNERS, THIN

GERMAN = formats.manner_of("de-DE")
FRENCH = formats.manner_of("fr-FR")
SWISS = formats.manner_of("de-CH")
BERLIN = formats.viewer_of("Europe/Berlin")
NEW_YORK = formats.viewer_of("America/New_York", "en-US")
TUESDAY = datetime(2026, 3, 17, 9, 42, tzinfo=UTC)  # 10:42 in Berlin, before the clocks change on the 29th


def hard(text: str) -> str:
    return text.replace("~", "\u00a0").replace("-", "\u2212")


@pytest.mark.parametrize(
    ("value", "british", "german"),
    [(0, "0", "0"), (1, "1", "1"), (999, "999", "999"), (1248, "1,248", "1.248"), (-1234567, "-1,234,567", "-1.234.567")],
)
def test_numbers_are_grouped_by_manner(value, british, german):
    assert formats.number(value) == hard(british)
    assert formats.number(value, GERMAN) == hard(german)


@pytest.mark.parametrize(
    ("amount", "currency", "british", "german"),
    [
        ("0", "EUR", "€0", "0~€"),
        ("1012600", "EUR", "€1,012,600", "1.012.600~€"),
        ("1012600.00", "EUR", "€1,012,600", "1.012.600~€"),
        ("28920.5", "EUR", "€28,920.50", "28.920,50~€"),
        ("0.1", "USD", "$0.10", "0,10~$"),
        ("1.005", "EUR", "€1.005", "1,005~€"),  # a third digit is there, so it is shown
        ("-22959", "EUR", "-€22,959", "-22.959~€"),
        ("-0.00", "EUR", "€0", "0~€"),
        ("1E+6", "EUR", "€1,000,000", "1.000.000~€"),
        ("1200", "SEK", "SEK~1,200", "1.200~SEK"),
        ("1200", "JPY", "¥1,200", "1.200~¥"),
        ("0.5", "JPY", "¥0.5", "0,5~¥"),
        ("0.5", "KWD", "KWD~0.500", "0,500~KWD"),
        ("123456789012345678901234.56", "EUR", "€123,456,789,012,345,678,901,234.56", "123.456.789.012.345.678.901.234,56~€"),
    ],
)
def test_money_is_exact_to_its_last_digit(amount, currency, british, german):
    assert formats.money(Decimal(amount), currency) == hard(british)
    assert formats.money(Decimal(amount), currency, GERMAN) == hard(german)


def test_a_column_of_money_can_show_the_same_places():
    assert [formats.money(Decimal(amount), "EUR", places=2) for amount in ("28920", "21840.5")] == ["€28,920.00", "€21,840.50"]


def test_other_manners_of_money():
    assert formats.money(Decimal("1234.5"), "EUR", FRENCH) == f"1{THIN}234,50\u00a0€"
    assert formats.money(Decimal("1234.5"), "CHF", SWISS) == "CHF\u00a01’234.50"


@given(st.lists(st.decimals(min_value=-(10**12), max_value=10**12, places=2), max_size=12))
def test_a_printed_column_of_money_adds_up_to_its_printed_sum(amounts):
    def read(text: str) -> Decimal:
        return Decimal(text.replace("€", "").replace(",", "").replace("\u2212", "-"))

    printed = [formats.money(amount, "EUR") for amount in amounts]
    assert sum(map(read, printed)) == read(formats.money(sum(amounts, Decimal(0)), "EUR"))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_money_that_is_no_number_is_refused(amount):
    with pytest.raises(ValueError, match="is not an amount"):
        formats.money(Decimal(amount), "EUR")
    with pytest.raises(ValueError, match="is not an amount"):
        formats.money_short(Decimal(amount), "EUR")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "€0"), ("999", "€999"), ("1000", "€1k"), ("330000", "€330k"), ("1162000", "€1.16m"), ("1300000", "€1.3m"),
        ("999999", "€1m"), ("12345678", "€12.3m"), ("-22959", "-€23k"), ("0.4", "€0.4"), ("4.2E+15", "€4,200tn"), ("-0.001", "€0"),
    ],
)  # fmt: skip
def test_money_in_short_keeps_three_digits(amount, words):
    assert formats.money_short(Decimal(amount), "EUR") == hard(words)


def test_money_in_short_in_another_manner():
    assert formats.money_short(Decimal("1162000"), "EUR", GERMAN) == hard("1,16m~€")


@pytest.mark.parametrize(("value", "words"), [(104, "+104"), (-13, "-13"), (0, "0"), (Decimal("13.5"), "+13.5")])
def test_differences_carry_their_sign(value, words):
    assert formats.signed(value) == hard(words)


@pytest.mark.parametrize(
    ("value", "places", "words"), [(27.04, 1, "27.0"), (Decimal("0.05"), 1, "0.1"), (Decimal("2.5"), 0, "3"), (-1.25, 1, "-1.3")]
)
def test_measured_figures_round_half_away_from_zero(value, places, words):
    assert formats.decimal(value, places) == hard(words)


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (48, 59, "81.4%"),  # 48 / 59 = 0.81355
        (0, 59, "0.0%"), (59, 59, "100.0%"), (0, 0, "–"),
        (1999, 2000, "over 99.9%"),  # 0.9995: half up would say 100.0%
        (9994, 10000, "99.9%"),
        (1, 3000, "under 0.1%"),  # 0.00033
        (1, 2000, "0.1%"),  # 0.0005 is just half of it
    ],
)  # fmt: skip
def test_a_share_is_never_all_or_nothing_unless_it_is(part, whole, words):
    assert formats.share(part, whole) == words


def test_percent_without_places_drops_a_bare_zero():
    assert [formats.percent(value) for value in (Decimal("0.8"), 0.814, 1, 0)] == ["80%", "81.4%", "100%", "0%"]
    assert formats.percent(Decimal("0.814"), manner=GERMAN) == "81,4\u00a0%"
    assert formats.percent(Decimal("1.25")) == "125%"
    assert formats.percent(Decimal("-0.02")) == "\u22122%"


def test_intervals_and_chances():
    assert formats.interval(0.23, 0.414) == "23% to 41%"
    assert formats.n_of(1103, 1260) == "1,103 of 1,260"
    assert [formats.chance(p) for p in (0, 0.001, 0.01, 0.69, 0.999, 1)] == [
        "0 cases of 100", "1 case of 100", "1 case of 100", "69 cases of 100", "99 cases of 100", "100 cases of 100",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0~s"), (9, "9~s"), (59.9, "59~s"), (60, "1~min"), (34 * 60 + 59, "34~min"), (3599, "59~min"), (3600, "1~h"),
        (83 * 60, "1~h~23"), (3600 + 5 * 60, "1~h~05"), (18 * 3600 + 50 * 60, "18~h~50"), (100 * 3600, "100~h"), (-83 * 60, "-1~h~23"),
    ],
)  # fmt: skip
def test_lengths_are_cut_to_the_minute(seconds, words):
    assert formats.duration(timedelta(seconds=seconds)) == hard(words)


def test_lengths_of_wall_time_turn_into_days_after_two():
    lengths = [timedelta(hours=47, minutes=59), timedelta(days=2), timedelta(days=3, hours=4, minutes=59)]
    assert [formats.duration(length, in_days=True) for length in lengths] == [hard("47~h~59"), hard("2~d"), hard("3~d~4~h")]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.5, "less than a minute"),
        (1, "1~minute"),
        (34, "34~minutes"),
        (60, "1~hour"),
        (83, "1~hour 23~minutes"),
        (121, "2~hours 1~minute"),
    ],
)
def test_lengths_in_words(minutes, words):
    assert formats.duration_words(timedelta(minutes=minutes)) == hard(words)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (34 * 60 + 59, "34~min left"), (83 * 60, "1~h~23 left"), (60, "1~min left"), (59, "under a minute left"), (0, "due now"),
        (-1, "late by under a minute"), (-60, "late by 1~min"), (-26 * 60 - 30, "late by 26~min"), (-5 * 3600, "late by 5~h"),
    ],
)  # fmt: skip
def test_a_clock_says_what_is_left_or_how_late_it_is(seconds, words):
    assert formats.standing_words(timedelta(seconds=seconds)) == hard(words)


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=-59), "just now"), (timedelta(0), "just now"), (timedelta(seconds=59), "just now"),
        (timedelta(minutes=4), "4~min ago"), (timedelta(hours=3, minutes=50), "3~h ago"), (timedelta(hours=47), "47~h ago"),
        (timedelta(days=2), "2~days ago"), (timedelta(minutes=-4), "in 4~min"),
    ],
)  # fmt: skip
def test_how_long_ago(back, words):
    assert formats.ago(TUESDAY - back, TUESDAY) == hard(words)


def test_a_moment_is_shown_on_the_viewers_clock():
    assert formats.clock(TUESDAY, BERLIN) == "10:42"
    assert formats.clock(TUESDAY, NEW_YORK) == hard("5:42~am")  # New York changed its clocks on 8 March: UTC-4
    assert formats.clock(TUESDAY, formats.viewer_of("Asia/Kathmandu")) == "15:27"  # UTC+5:45
    assert formats.clock(datetime(2026, 3, 17, 4, 0, tzinfo=UTC), NEW_YORK) == hard("12:00~am")
    assert formats.clock(datetime(2026, 3, 17, 16, 0, tzinfo=UTC), NEW_YORK) == hard("12:00~pm")


def test_the_clock_moves_with_summer_time():
    assert formats.clock(datetime(2026, 3, 29, 0, 59, tzinfo=UTC), BERLIN) == "01:59"
    assert formats.clock(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), BERLIN) == "03:00"


def test_an_hour_that_happens_twice_names_its_zone():
    assert formats.clock(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), BERLIN) == hard("02:30~CEST")
    assert formats.clock(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), BERLIN) == hard("02:30~CET")
    assert formats.clock(datetime(2026, 10, 25, 2, 0, tzinfo=UTC), BERLIN) == "03:00"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 3, 17, 14, 40, tzinfo=UTC), "15:40"),
        (datetime(2026, 3, 17, 22, 59, tzinfo=UTC), "23:59"),
        (datetime(2026, 3, 17, 23, 0, tzinfo=UTC), "Wed 00:00"),  # midnight in Berlin is the next day
        (datetime(2026, 3, 23, 9, 0, tzinfo=UTC), "Mon 10:00"),  # six days on
        (datetime(2026, 3, 24, 9, 0, tzinfo=UTC), "24~Mar 10:00"),  # seven: the weekday alone would mislead
        (datetime(2026, 3, 11, 9, 0, tzinfo=UTC), "Wed 10:00"),
        (datetime(2025, 3, 16, 9, 0, tzinfo=UTC), "16~Mar~2025"),
    ],
)
def test_a_moment_is_as_short_as_stays_clear(moment, words):
    assert formats.short(moment, BERLIN, TUESDAY) == hard(words)
    assert formats.due(moment, BERLIN, TUESDAY) == hard(f"by {words}")


def test_days_are_named_near_and_dated_far():
    today = date(2026, 3, 17)
    assert [formats.day(today + timedelta(days=n), today) for n in (-1, 0, 1, 2)] == [
        "yesterday", "today", "tomorrow", "Thu 19\u00a0Mar",
    ]  # fmt: skip
    assert formats.day(date(2025, 12, 31), today) == "31\u00a0Dec\u00a02025"
    assert formats.day(date(2026, 3, 25), today, NEW_YORK.manner) == "Wed Mar\u00a025"
    assert formats.day(date(2025, 12, 31), today, NEW_YORK.manner) == "Dec\u00a031,\u00a02025"


def test_full_dates_months_and_spans():
    assert formats.full(TUESDAY, BERLIN) == "Tuesday 17 March 2026, 10:42"
    assert formats.full(TUESDAY, NEW_YORK) == "Tuesday, March 17, 2026, 5:42\u00a0am"
    assert formats.weekday_clock(TUESDAY, BERLIN) == "Tue 10:42"
    assert formats.month(date(2026, 3, 1), date(2026, 3, 17)) == "March"
    assert formats.month(date(2025, 9, 1), date(2026, 3, 17)) == "Sep\u00a02025"
    assert formats.span_of_days(date(2026, 3, 10), date(2026, 3, 16)) == "10 to 16 March"
    assert formats.span_of_days(date(2026, 2, 28), date(2026, 3, 6)) == "28 February to 6 March"
    assert formats.span_of_days(date(2025, 12, 29), date(2026, 1, 4)) == "29 December 2025 to 4 January 2026"
    assert formats.span_of_days(date(2026, 3, 16), date(2026, 3, 16)) == "16 March"


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (date(2026, 3, 10), date(2026, 3, 16), "10 to 16 March"),
        (date(2025, 3, 10), date(2025, 3, 16), "10 to 16 March 2025"),
        (date(2025, 12, 29), date(2026, 1, 4), "29 December 2025 to 4 January 2026"),
        (date(2027, 1, 1), date(2027, 1, 1), "1 January 2027"),
        (date(2026, 12, 31), date(2026, 12, 31), "31 December"),
    ],
)
def test_the_year_is_said_when_it_is_another_one_than_todays(first, last, says):
    assert formats.span_of_days(first, last, date(2026, 3, 17)) == says
    if first == last:
        assert formats.day_words(first, date(2026, 3, 17)) == says


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        formats.clock(datetime(2026, 3, 17, 9), BERLIN)  # noqa: DTZ001 (the point of the test)


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_zone_is_named(zone):
    with pytest.raises(ValueError, match="is not known: choose one such as Europe/Berlin"):
        formats.viewer_of(zone)


@pytest.mark.parametrize(
    ("locale", "like"),
    [("de-DE", "de-DE"), ("de", "de-DE"), ("de_LU", "de-DE"), ("en-AU", "en-GB"), ("ja-JP", "en-GB"), ("", "en-GB"), ("d", "en-GB")],
)
def test_a_locale_falls_back_to_its_language_then_to_british_english(locale, like):
    assert formats.manner_of(locale) == MANNERS[like]


def test_plurals_counts_and_lists():
    assert [formats.count(n, "lead") for n in (0, 1, 2, 1248)] == [
        "0\u00a0leads", "1\u00a0lead", "2\u00a0leads", "1,248\u00a0leads",
    ]  # fmt: skip
    assert formats.count(-1, "day") == "\u22121\u00a0day"
    assert formats.count(3, "opportunity", "opportunities") == "3\u00a0opportunities"
    assert [formats.spell(n, "lead") for n in (0, 1, 9, 12, 13)] == ["no leads", "one lead", "nine leads", "twelve leads", "13 leads"]
    assert formats.spell(7) == "seven"
    assert formats.spell(-2, "lead") == "\u22122 leads"
    assert formats.capital("nine leads are Ada’s") == "Nine leads are Ada’s"
    assert formats.capital("") == ""
    assert [formats.listing(names) for names in ((), ("Mira",), ("Mira", "Sam"), ("Mira", "Sam", "Sol"))] == [
        "", "Mira", "Mira and Sam", "Mira, Sam and Sol",
    ]  # fmt: skip
