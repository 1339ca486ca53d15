"""Reading calendars: what is accepted, and what a refusal says."""

import pytest

from treaty.sla.calendars import BadCalendar, Calendar, Shift, read_calendar, read_shift

WEEK = {"mon": ["09:00-12:00", "13:00-17:00"]}


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("09:00-17:30", (540, 1050)),
        ("9:00 - 17:30", (540, 1050)),
        ("22:00-06:00", (1320, 1800)),  # ends on the next day
        ("09:00-09:00", (540, 1980)),  # 24 hours
        ("00:00-00:00", (0, 1440)),
        ("00:00-24:00", (0, 1440)),
        ("09:00-00:00", (540, 1440)),  # closing at midnight is not an endless loop
    ],
)
def test_hours_are_read(text, shift):
    assert read_shift(text) == Shift(*shift)


@pytest.mark.parametrize(
    "text", ["9-17", "09:00", "", "09:00-25:00", "09:60-10:00", "24:01-01:00", "24:00-06:00", "09:00-17:00-18:00", 900, None, "٠٩:٠٠-١٧:٠٠"]
)
def test_bad_hours_are_refused_with_the_way_out(text):
    with pytest.raises(BadCalendar, match=r"hours .*(write|use)"):
        read_shift(text)


@pytest.mark.parametrize(
    "tz",
    ["Europe/Berln", "", None, 5, "../etc/passwd", "/etc/localtime", "localtime", "America", "right/UTC", "+02:00", "a\0b", "x" * 5000],
)
def test_an_unknown_zone_is_refused(tz):
    with pytest.raises(BadCalendar, match="use an IANA name"):
        read_calendar({"tz": tz, "week": WEEK})


def test_a_misspelt_zone_is_answered_with_the_likely_one():
    with pytest.raises(BadCalendar, match="such as Europe/Berlin"):
        read_calendar({"tz": "Europe/Berln", "week": WEEK})


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([], "object in braces"),
        ({"tz": "UTC"}, "week is None"),
        ({"tz": "UTC", "week": {"monday": []}}, "its names are mon, tue"),
        ({"tz": "UTC", "week": {"mon": "09:00-17:00"}}, "list in square brackets"),
        ({"tz": "UTC", "week": {"mon": ["9 to 5"]}}, r"mon: hours '9 to 5': write"),
        ({"tz": "UTC", "week": WEEK, "holidays": ["25.12.2026"]}, "write a date as 2026-12-25"),
        ({"tz": "UTC", "week": WEEK, "holidays": ["0000-00-00"]}, "write a date"),
        ({"tz": "UTC", "week": WEEK, "special": {"2026-12-24": ["9"]}}, "special 2026-12-24: hours '9'"),
        ({"tz": "UTC", "week": WEEK, "holiday": []}, "its names are tz, week, holidays, special"),
    ],
)
def test_a_bad_calendar_is_refused_naming_the_part(value, says):
    with pytest.raises(BadCalendar, match=says):
        read_calendar(value)


def test_days_that_are_not_named_are_closed():
    calendar = read_calendar({"tz": "UTC", "week": WEEK})
    assert calendar.week == ((Shift(540, 720), Shift(780, 1020)), (), (), (), (), (), ())


@pytest.mark.parametrize("week", [((),) * 6, (((540, 540),),) + ((),) * 6, (((1440, 1500),),) + ((),) * 6, (((0, 1441),),) + ((),) * 6])
def test_a_calendar_built_by_hand_is_checked_too(week):
    with pytest.raises(BadCalendar):
        Calendar("UTC", week)


def test_calendars_can_be_compared_and_kept_in_sets():
    first, second = (read_calendar({"tz": "UTC", "week": WEEK, "special": {"2026-12-24": []}}) for _ in range(2))
    assert first == second
    assert len({first, second}) == 1
