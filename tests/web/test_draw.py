"""Drawings: places worked by hand, edges that break charts, and no word that could become markup."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import web_drawings as samples
from hypothesis import given
from hypothesis import strategies as st

from treaty.web import charts
from treaty.web.charts.scale import Scale, shortened, spread, ticks
from treaty.web.charts.svg import Caption, Drawing, Svg, diamond, figure, line, path, rect, text

CAPTION = Caption(title="The finding", note="Unit, period")
NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)


def tree(svg: Svg) -> ElementTree.Element:
    return ElementTree.fromstring(svg.__html__())


def marks(svg: Svg, tag: str, css: str) -> list[dict[str, str]]:
    return [dict(one.attributes) for one in svg.elements if one.tag == tag and dict(one.attributes)["class"].split()[0] == css]


def words(svg: Svg) -> list[str]:
    return [one.words for one in svg.elements if one.tag == "text"]


def every_form(drawing: Drawing) -> list[Svg]:
    return [form for form in (drawing.wide, drawing.narrow, drawing.full) if form]


# --- the builder


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0"), (-0.04, "0"), (1.25, "1.2"), (48.0, "48"), (99999.96, "100000"), (1e7, "10000000"), (-3.14, "-3.1")]
)
def test_a_coordinate_has_one_decimal_at_most(value, written):
    assert figure(value) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_cannot_be_drawn(value):
    with pytest.raises(ValueError, match="cannot be drawn"):
        line((0, value), (1, 1), "c-rule")


def test_words_values_and_titles_are_escaped():
    element = text((1, 2), "<script>alert('x')</script>", 'c-text" onload="x')
    assert element.__html__() == (
        '<text class="c-text&quot; onload=&quot;x" x="1" y="2">&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;</text>'
    )
    assert "<title>a &amp; b</title>" in rect((0, 0), (1, 1), "c-m", "a & b").__html__()
    assert 'aria-label="&lt;b&gt;"' in Svg(1, 1, (), "<b>").__html__()


def test_a_drawing_without_a_label_is_hidden_from_who_listens():
    assert Svg(20, 20, ()).__html__() == '<svg width="20" viewBox="0 0 20 20" aria-hidden="true"></svg>'


def test_a_rectangle_is_never_negative():
    assert dict(rect((5, 5), (-3, 2), "c-m").attributes)["width"] == "0"


def test_paths_and_diamonds():
    assert dict(path([(0, 0), (1.5, 2)], "c-pace").attributes)["d"] == "M0 0L1.5 2"
    assert path([], "c-pace").__html__() == '<path class="c-pace"/>'
    assert dict(diamond((10, 10), 4, "late").attributes)["d"] == "M10 6L14 10L10 14L6 10Z"


def test_the_caption_speaks_even_without_a_label():
    assert CAPTION.spoken == "The finding. Unit, period"
    assert Caption(label="All of it").spoken == "All of it"
    assert Caption().spoken == "Drawing"


# --- scales and labels


def test_a_scale_is_linear_and_a_flat_one_stays_at_its_start():
    scale = Scale(0, 200, 100, 500)
    assert (scale(0), scale(50), scale(200)) == (100, 200, 500)
    assert scale.held(1000) == 500
    assert Scale(3, 3, 7, 90)(3) == 7


@pytest.mark.parametrize(
    ("high", "expected"),
    [
        (0, [0]),
        (-4, [0]),
        (1, [0, 0.25, 0.5, 0.75, 1]),
        (45, [0, 20, 40]),  # 45 / 4 = 11.25, the next round step is 20
        (1_300_000, [0, 400_000, 800_000, 1_200_000]),
        (1e12, [0, 2.5e11, 5e11, 7.5e11, 1e12]),
    ],
)
def test_ticks_are_round_and_at_most_four_above_zero(high, expected):
    assert ticks(high) == pytest.approx(expected)


@given(st.floats(1e-6, 1e15))
def test_ticks_never_pass_the_value_and_never_crowd(high):
    found = ticks(high)
    assert found[-1] <= high * (1 + 1e-6)
    assert 2 <= len(found) <= 5


def test_labels_move_apart_and_keep_their_order():
    assert spread([100, 100, 100], 17, 0, 300) == [100, 117, 134]
    assert spread([10, 200], 17, 0, 300) == [10, 200]
    assert spread([290, 295, 298], 17, 0, 300) == [266, 283, 300]  # pushed back from the end
    assert spread([120, 100], 17, 0, 300) == [120, 100]


@given(st.lists(st.floats(0, 300), min_size=1, max_size=8))
def test_labels_never_touch_while_there_is_room(places):
    moved = sorted(spread(places, 17, 0, 300))
    assert all(second - first >= 17 - 1e-9 for first, second in pairwise(moved))


def test_words_too_long_for_their_place_are_cut_with_an_ellipsis():
    assert shortened("Zakłady Odra", 200) == "Zakłady Odra"
    assert shortened("Zakłady Odra", 66) == "Zakłady O…"  # 66 / 6.6 = 10 letters
    assert shortened("Odra", 0) == "…"


# --- the pace


def pace(**changes):
    values = {"so_far": [0, 100, 100, 300], "days": 10, "target": 1000, "say": lambda value: f"{value:g}", "now": "300 today"}
    return charts.Pace(**{**values, **changes})


def test_the_pace_line_steps_at_the_end_of_each_day():
    svg = charts.pace_line(pace(), CAPTION).wide
    # x: 48 + day / 10 × 512; y: 302 - value / 1000 × 270. Day 2: 150.4; day 4: 252.8; 100: 275; 300: 221
    (line_so_far,) = marks(svg, "path", "c-shared")
    assert line_so_far["d"] == "M48 302L150.4 302L150.4 275L252.8 275L252.8 221L252.8 221"
    (dot,) = marks(svg, "circle", "c-shared-fill")
    assert (dot["cx"], dot["cy"]) == ("252.8", "221")
    (agreed,) = marks(svg, "path", "c-pace")
    assert agreed["d"].startswith("M48 302L99.2 275")
    assert agreed["d"].endswith("L560 32")
    assert "agreed pace" in words(svg)


def test_a_pace_that_is_not_straight_is_drawn_as_agreed():
    svg = charts.pace_line(pace(days=2, pace=[400, 1000]), CAPTION).wide
    # x: 48, 304, 560; y: 302 - 400 × 0.27 = 194
    assert marks(svg, "path", "c-pace")[0]["d"] == "M48 302L304 194L560 32"


def test_the_forecast_is_a_range_from_today_to_the_end():
    ahead = charts.Forecast(middle=900, low_80=700, high_80=1100, low_50=800, high_50=1000)
    svg = charts.pace_line(pace(forecast=ahead), CAPTION).wide
    # the top is now 1100: y(1100) = 32, y(700) = 302 - 700 / 1100 × 270 = 130.2, y(300) = 228.4
    assert marks(svg, "path", "c-band")[0]["d"] == "M252.8 228.4L560 32L560 130.2Z"
    assert {"1100", "900 forecast", "700"} <= set(words(svg))


def test_before_the_first_day_there_is_a_pace_and_no_dot():
    svg = charts.pace_line(pace(so_far=[]), CAPTION).wide
    assert marks(svg, "circle", "c-shared-fill") == []
    assert len(marks(svg, "path", "c-pace")) == 1


def test_a_label_near_the_left_edge_turns_to_the_right():
    early = charts.pace_line(pace(so_far=[50], now="a long label that needs room"), CAPTION).wide
    late = charts.pace_line(pace(so_far=[50] * 9, now="50 today"), CAPTION).wide
    assert "c-end" not in marks(early, "text", "c-strong")[0]["class"]
    assert "c-end" in marks(late, "text", "c-strong")[0]["class"]


# --- bars


def test_month_bars_start_at_zero_and_share_a_promised_line():
    rows = [
        charts.Month(name=name, value=value, words=str(value), promised=due)
        for name, value, due in (("Jan", 100, 80), ("Feb", 50, 80), ("Mar", 20, 40))
    ]
    svg = charts.month_bars(charts.Months(months=rows), CAPTION, is_small=True).wide
    # pitch 80; highest 100 → y(100) = 6, y(50) = 29, y(20) = 42.8 on a floor of 52
    bars = marks(svg, "rect", "c-shared-fill")
    assert [(bar["x"], bar["y"], bar["height"]) for bar in bars] == [("0", "6", "46"), ("80", "29", "23"), ("160", "42.8", "9.2")]
    # y(80) = 15.2 from 0 to 160 - 7 + 3; y(40) = 33.6 from 157 to 236
    assert [(one["x1"], one["x2"], one["y1"]) for one in marks(svg, "line", "c-rule")] == [("0", "156", "15.2"), ("157", "236", "33.6")]


def test_the_words_of_the_promise_stay_clear_of_the_bars_they_cross():
    svg = charts.month_bars(charts.Months(months=[charts.Month(name="Jan", value=126, words="126", promised=120)]), CAPTION).wide
    (label,) = marks(svg, "text", "c-text")
    assert float(label["y"]) == 34 - 7  # the bar reaches the top at 34, the promised line lies below it


def test_a_split_bar_gives_each_part_its_share():
    svg = samples.split().wide
    assert marks(svg, "rect", "c-work")[0]["x"] == "212.5"  # 240 × 5.4 / 6.1 = 212.46
    empty = charts.split_bar(charts.Split(waiting=0, working=0, waiting_words="", working_words=""), CAPTION).wide
    assert "nothing measured yet" in words(empty)


# --- dots


def dots(minutes, **changes):
    return charts.Dots(took=[timedelta(minutes=one) for one in minutes], promised=timedelta(hours=4), **changes)


def test_one_mark_is_one_lead_and_the_promise_itself_is_kept():
    svg = charts.dot_strip(dots([15, 20, 240, 241, 2000]), CAPTION).wide
    kept, late = marks(svg, "circle", "kept"), marks(svg, "path", "late")
    assert (len(kept), len(late)) == (3, 2)
    # 16 bins of 35.5 px from 4: bin 0 at 21.75, the last kept bin is the 8th at 4 + 7.5 × 35.5 = 270.25
    assert [mark["cx"] for mark in kept] == ["21.8", "21.8", "270.2"]
    assert [mark["cy"] for mark in kept[:2]] == ["169.8", "156.3"]  # 176 - 4.2 - 2, then 13.5 higher
    assert {"3 in time", "2 later"} <= set(words(svg))


def test_the_line_of_the_promise_stands_where_it_is():
    (rule,) = marks(charts.dot_strip(dots([15]), CAPTION).wide, "line", "c-rule")
    assert rule["x1"] == "288"  # half of 4 … 572, for the axis ends at twice the promise


def test_more_than_two_hundred_leads_become_bars():
    svg = charts.dot_strip(dots([10] * 150 + [300] * 60), CAPTION).wide
    assert marks(svg, "circle", "kept") == []
    assert [bar["height"] for bar in marks(svg, "rect", "kept") + marks(svg, "rect", "late")] == ["134", "53.6"]  # 60 / 150


def test_a_tall_pile_shrinks_instead_of_leaving_the_sheet():
    svg = charts.dot_strip(dots([10] * 199), CAPTION).wide
    assert min(float(mark["cy"]) for mark in marks(svg, "circle", "kept")) > 30


# --- interval, path, clock, ring, seal


def test_an_interval_lies_on_a_scale_from_nothing_to_all():
    svg = samples.interval().wide
    band = marks(svg, "rect", "c-band-2")[0]
    # 4 + 0.23 × 232 = 57.4; width 0.18 × 232 = 41.8; dot 4 + 0.31 × 232 = 75.9; agreed 80.6
    assert (band["x"], band["width"]) == ("57.4", "41.8")
    assert marks(svg, "circle", "c-shared-fill")[0]["cx"] == "75.9"
    assert marks(svg, "line", "c-rule")[0]["x1"] == "80.6"


def test_a_young_group_is_an_open_dot_and_none_is_too_early():
    assert marks(samples.interval(is_mature=False).wide, "circle", "c-open")
    nothing = charts.Interval(
        value=None, low=0, high=1, value_words="", low_words="", high_words="", agreed=0.33, agreed_words="33% agreed"
    )
    assert words(charts.interval_bar(nothing, CAPTION).wide) == ["too early to say", "33% agreed"]


def test_marks_of_a_path_that_would_hide_each_other_go_to_rows_of_their_own():
    same = [
        charts.Mark(party="marketing", at=NOON, words="a"),
        charts.Mark(party="sales", at=NOON, words="b"),
        charts.Mark(party="sales", at=NOON + timedelta(days=10), words="c"),
    ]
    svg = charts.path_line(charts.Path(marks=same, until=NOON + timedelta(days=20)), CAPTION).wide
    # one row below: the middle is 14 + 10 = 24; x from 7 to 536, ten of twenty days is 271.5
    assert (marks(svg, "circle", "c-m")[0]["cx"], marks(svg, "circle", "c-m")[0]["cy"]) == ("7", "24")
    boxes = marks(svg, "rect", "c-s")
    assert [(box["x"], box["y"]) for box in boxes] == [("2.8", "29.8"), ("267.3", "19.8")]  # centre less half of 8.4


@pytest.mark.parametrize(("end", "tag", "css"), [("won", "circle", "c-closed"), ("lost", "path", "c-lost"), ("open", "circle", "c-none")])
def test_the_end_of_a_path_is_told_by_its_shape(end, tag, css):
    assert len(marks(samples.path(end).wide, tag, css)) == 1


def test_a_clock_shows_what_is_gone_and_where_it_is_due():
    svg = charts.clock_line(charts.Clock(used=0.5, start="Mon 15:16", due="Tue 11:16"), CAPTION).wide
    # from 4 to 716: half is 360
    assert marks(svg, "circle", "c-ink")[0]["cx"] == "360"
    assert marks(svg, "line", "c-gone")[0]["x2"] == "360"
    assert marks(svg, "line", "c-rule")[0]["x1"] == "716"


def test_a_late_clock_runs_on_past_its_due_bar_as_a_diamond():
    svg = charts.clock_line(charts.Clock(used=1.25, start="Mon 15:16", due="Tue 11:16"), CAPTION).wide
    # the scale ends at 1.25: due at 4 + 708 × 0.8 = 570.4, now at 712
    assert marks(svg, "line", "c-rule")[0]["x1"] == "570.4"
    assert marks(svg, "path", "late")[0]["d"].startswith("M712 9")


def test_words_of_a_clock_give_way_before_they_touch():
    crowded = charts.Clock(
        used=0.9, start="Monday 15:16", due="Tuesday 11:16", warned_at=0.95, folds=[charts.Fold(0.02, "night"), charts.Fold(0.5, "night")]
    )
    assert words(charts.clock_line(crowded, CAPTION).wide) == ["Monday 15:16", "Tuesday 11:16", "night"]


def test_the_ring_shrinks_clockwise_and_ends_as_a_diamond():
    def arc(left: float) -> str:
        return dict(charts.ring(left).elements[-1].attributes).get("d", "")

    assert arc(0.25) == "M10 2A8 8 0 0 1 18 10"
    assert arc(0.5) == "M10 2A8 8 0 0 1 10 18"
    assert arc(0.75) == "M10 2A8 8 0 1 1 2 10"
    assert charts.ring(1).elements[-1].tag == "circle"
    assert marks(charts.ring(0), "path", "late")
    assert marks(charts.ring(0.1, is_soon=True), "path", "ring-soon")


def test_a_seal_has_a_ray_for_each_digit_and_half_of_it_waits():
    svg = charts.seal("0" * 63 + "f", marketing_signed=True, sales_signed=False)
    waiting, signed = marks(svg, "line", "seal-wait"), marks(svg, "line", "seal-m")
    assert (len(waiting), len(signed)) == (32, 32)
    # the first ray points 2.8125° right of the top: x = 48 + 27 sin, y = 48 - 27 cos
    assert (waiting[0]["x1"], waiting[0]["y1"]) == ("49.3", "21")

    def length(ray: dict[str, str]) -> float:
        return ((float(ray["x2"]) - float(ray["x1"])) ** 2 + (float(ray["y2"]) - float(ray["y1"])) ** 2) ** 0.5

    assert length(signed[0]) == pytest.approx(3.5, abs=0.1)  # digit 0
    assert length(signed[-1]) == pytest.approx(18.5, abs=0.1)  # digit f: 3.5 + 15
    assert svg.label == "Seal drawn from the hash; half drawn: marketing has signed"


def test_two_hashes_that_differ_in_one_digit_have_different_seals():
    one, other = (charts.seal(digest, marketing_signed=True, sales_signed=True) for digest in ("a" * 64, "a" * 63 + "b"))
    assert one.elements != other.elements


@pytest.mark.parametrize("digest", ["", "abc", "a" * 63, "a" * 65])
def test_a_seal_needs_the_whole_hash(digest):
    with pytest.raises(ValueError, match="drawn from 64 digits, not"):
        charts.seal(digest, marketing_signed=True, sales_signed=True)


# --- funnel, multiples, waiting


def test_funnel_bars_are_in_proportion_and_name_the_share_that_went_on():
    steps = [
        charts.Step(name="Qualified", count=200, words="200"),
        charts.Step(name="Accepted", count=50, words="50", on=0.25, low=0.2, high=0.3, on_words="25%", agreed=0.5),
    ]
    svg = charts.funnel_steps(charts.Funnel(steps=steps), CAPTION).wide
    assert [bar["width"] for bar in marks(svg, "rect", "c-shared-fill")] == ["240", "60"]
    assert marks(svg, "circle", "c-shared-fill")[0]["cx"] == "512.5"  # 470 + 0.25 × 170
    assert marks(svg, "line", "c-rule")[0]["x1"] == "555"


def test_pairs_lie_on_one_scale_from_nothing():
    rows = [charts.Pair(name="Search <b>", first=0.5, second=0.1, words="50% and 10%"), charts.Pair(name="Fair", first=0.0, second=0.25)]
    said = str(
        charts.pair_lines(charts.Pairs(rows=rows, first_words="spent", second_words="brought"), Caption(title="Far apart")).wide.__html__()
    )
    # from 176 to 530 px for 0 to 0.5: a tenth is at 246.8, a quarter at 353
    assert said.count('cx="530"') == said.count('cx="246.8"') == said.count('cx="353"') == 1
    assert "Search &lt;b&gt;" in said
    assert charts.pair_lines(charts.Pairs(rows=[], first_words="a", second_words="b"), Caption()).wide.height > 0


def test_panels_share_one_scale_and_say_when_it_is_too_early():
    first, second, *_ = samples.multiples()
    grids = [[one["x1"] for one in marks(panel.wide, "line", "c-grid")] for panel in (first, second)]
    assert grids == [["38", "132", "226"]] * 2
    assert words(second.wide).count("too early to say") == 2
    # in force over the last 3 of 7 rows: the firm line begins at 18 + 4 × 22
    assert marks(first.wide, "line", "c-rule")[0]["y1"] == "106"


def test_waiting_is_hatched_and_work_is_filled_to_scale():
    stretches = [
        charts.Stretch(name="Check", waiting=30, working=10, words="40 min"),
        charts.Stretch(name="Call", waiting=0, working=40, words="40 min", starts_clock=True),
    ]
    svg = charts.waiting_line(charts.Waiting(stretches=stretches), CAPTION).full
    # 1098 px for 80 min from 1: waiting 411.75, work from 412.75, the second from 550
    assert marks(svg, "rect", "c-wait")[0]["width"] == "410.2"
    assert [bar["x"] for bar in marks(svg, "rect", "c-work")] == ["412.8", "550"]
    assert marks(svg, "line", "c-rule")[0]["x1"] == "549.3"


def test_stretches_of_seconds_before_one_of_hours_do_not_write_over_each_other():
    stretches = [
        charts.Stretch(name="Until we had it", waiting=0, working=0, words="0 s"),
        charts.Stretch(name="Until told", waiting=0.05, working=0, words="3 s"),
        charts.Stretch(name="Until called", waiting=1010, working=0, words="16 h 50", starts_clock=True),
    ]
    svg = charts.waiting_line(charts.Waiting(stretches=stretches), CAPTION).full
    assert [one["y"] for one in marks(svg, "text", "c-label")] == ["72", "106", "140"]
    # the clock's words stand behind the eight letters of "Captured", at 8 px each and 16 px of room
    assert [one["x"] for one in marks(svg, "text", "c-text")] == ["80"]
    assert all(float(bar["width"]) >= 0 for bar in marks(svg, "rect", "c-wait"))


def test_more_leads_lie_to_the_right_and_more_won_above():
    choices = [charts.Choice(100, 0.1, 0.1, 0.1, "many"), charts.Choice(50, 0.2, 0.2, 0.2, "few")]
    svg = charts.trade_curve(charts.Trade(choices=choices, chosen=1, chosen_words="20% of 50", room=100, room_words="room"), CAPTION).wide
    # from 40 to 568 px for 0 to 106: 100 at 538.1, 50 at 289.1; from 176 up to 26 for 0 to 0.21: 0.1 at 104.6, 0.2 at 33.1
    assert [(one["cx"], one["cy"]) for one in marks(svg, "circle", "c-open")] == [("538.1", "104.6")]
    assert [(one["cx"], one["cy"]) for one in marks(svg, "circle", "c-shared-fill")] == [("289.1", "33.1")]
    assert marks(svg, "line", "c-rule")[0]["x1"] == "538.1"
