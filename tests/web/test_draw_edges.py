"""What every drawing keeps, whatever it is given: well formed, labelled, on its sheet, no label on another."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import web_drawings as samples

from treaty.web import charts
from treaty.web.charts.svg import Caption, Drawing, Element, Svg

CAPTION = Caption(title="The finding", note="Unit, period")
NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)


def pace(**changes):
    values = {"so_far": [0, 100, 100, 300], "days": 10, "target": 1000, "say": lambda value: f"{value:g}"}
    return charts.Pace(**{**values, **changes})


def dots(minutes):
    return charts.Dots(took=[timedelta(minutes=one) for one in minutes], promised=timedelta(hours=4))


def tree(svg: Svg) -> ElementTree.Element:
    return ElementTree.fromstring(svg.__html__())


def every_form(drawing: Drawing) -> list[Svg]:
    return [form for form in (drawing.wide, drawing.narrow, drawing.full) if form]


EMPTY = [
    lambda: charts.pace_line(charts.Pace(so_far=[], days=0, target=0, say=str), CAPTION),
    lambda: charts.month_bars(charts.Months(months=[]), CAPTION),
    lambda: charts.dot_strip(dots([]), CAPTION),
    lambda: charts.path_line(charts.Path(marks=[], until=NOON, end="open"), CAPTION),
    lambda: charts.funnel_steps(charts.Funnel(steps=[]), CAPTION),
    lambda: charts.waiting_line(charts.Waiting(stretches=[]), CAPTION),
    lambda: charts.small_multiples([charts.Panel(caption=CAPTION, cohorts=[])])[0],
    lambda: charts.clock_line(charts.Clock(used=0, start="", due=""), CAPTION),
    lambda: charts.survival_curve(charts.Curve(steps=[], end=0), CAPTION),
    lambda: charts.waterfall_bars(charts.Waterfall(falls=[]), CAPTION),
    lambda: charts.trend_line(charts.Trend(points=[], say=str), CAPTION),
    lambda: charts.earned_bars(charts.Earnings(rows=[], words="as agreed"), CAPTION),
    lambda: charts.trade_curve(charts.Trade(choices=[], chosen=0, chosen_words=""), CAPTION),
]
ONE_OR_ZERO = [
    lambda: charts.pace_line(pace(so_far=[0], days=1, target=0), CAPTION),
    lambda: charts.month_bars(charts.Months(months=[charts.Month(name="Jan", value=0, words="0", promised=0)]), CAPTION),
    lambda: charts.dot_strip(dots([0]), CAPTION),
    lambda: charts.path_line(charts.Path(marks=[charts.Mark(party="sales", at=NOON, words="only")], until=NOON), CAPTION),
    lambda: charts.funnel_steps(charts.Funnel(steps=[charts.Step(name="Only", count=0, words="0")]), CAPTION),
    lambda: charts.waiting_line(charts.Waiting(stretches=[charts.Stretch(name="Only", waiting=0, working=0, words="0 min")]), CAPTION),
    lambda: charts.survival_curve(charts.Curve(steps=[(0, 0.0, 0.0, 0.0)], end=0, half=0, half_words="0 days"), CAPTION),
    lambda: charts.waterfall_bars(charts.Waterfall(falls=[charts.Fall(name="Only", amount=0, words="0", is_total=True)]), CAPTION),
    lambda: charts.trend_line(charts.Trend(points=[charts.Point(name="Jan", value=0, words="0")], say=str), CAPTION),
    lambda: charts.trend_line(charts.Trend(points=[charts.Point(name="Jan", value=None)] * 3, say=str), CAPTION),
    lambda: charts.earned_bars(charts.Earnings(rows=[charts.Earned(name="Only", amount=0, words="0")], words="as agreed"), CAPTION),
    lambda: charts.trade_curve(charts.Trade(choices=[charts.Choice(0, 0, 0, 0, "none")], chosen=0, chosen_words="0% of 0"), CAPTION),
]
HUGE = [
    lambda: charts.pace_line(pace(so_far=[Decimal("9e14")], days=3, target=Decimal("1e15")), CAPTION),
    lambda: charts.month_bars(charts.Months(months=[charts.Month(name="Jan", value=10**15, words="a lot", promised=1)]), CAPTION),
    lambda: charts.dot_strip(dots([10**7] * 5), CAPTION),
    lambda: charts.path_line(
        charts.Path(marks=[charts.Mark(party="sales", at=NOON - timedelta(days=n), words="x") for n in range(900)], until=NOON), CAPTION
    ),
    lambda: charts.clock_line(charts.Clock(used=400, start="long ago", due="then"), CAPTION),
    lambda: charts.survival_curve(charts.Curve(steps=[(10**9, 0.5, 0.4, 0.6)], end=90, half=10**9, half_words="a long time"), CAPTION),
    lambda: charts.waterfall_bars(
        charts.Waterfall(falls=[charts.Fall(name="Lost", amount=-(10**15), words="all of it", is_total=False)] * 3), CAPTION
    ),
    lambda: charts.trend_line(
        charts.Trend(points=[charts.Point(name="Jan", value=10**15, words="a lot", low=-5, high=10**16)] * 60, say=lambda v: f"{v:g}"),
        CAPTION,
    ),
    lambda: charts.earned_bars(
        charts.Earnings(
            rows=[charts.Earned(name="Search", amount=amount, words="a lot", others=(-(10**15), 10**15)) for amount in (10**15, -5)],
            words="as agreed",
            others=["first", "last"],
        ),
        CAPTION,
    ),
    lambda: charts.trade_curve(
        charts.Trade(choices=[charts.Choice(10**9, 1.0, 1.0, 1.0, "all")], chosen=0, chosen_words="a lot", room=10**12, room_words="more"),
        CAPTION,
    ),
    lambda: charts.interval_bar(
        charts.Interval(value=7.0, low=-3, high=9, value_words="700%", low_words="-300%", high_words="900%", agreed=4), CAPTION
    ),
]
SAMPLES = [
    samples.pace, lambda: samples.pace(with_forecast=True), samples.months, lambda: samples.months(is_small=False), samples.dots,
    lambda: samples.dots(is_small=True), samples.interval, samples.split, samples.path, samples.clock, samples.funnel, samples.waiting,
    lambda: samples.multiples()[0], samples.curve, samples.waterfall, samples.trend, samples.earned, samples.trade,
]  # fmt: skip
ALLOWED = {
    "class",
    "width",
    "height",
    "viewBox",
    "role",
    "aria-label",
    "aria-hidden",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "d",
    "href",
    "tabindex",
}


@pytest.mark.parametrize("make", [*EMPTY, *ONE_OR_ZERO, *HUGE, *SAMPLES])
def test_every_drawing_is_well_formed_labelled_and_on_its_sheet(make):
    for svg in every_form(make()):
        parsed = tree(svg)
        assert parsed.get("role") == "img"
        assert parsed.get("aria-label")
        for element in parsed.iter():
            assert set(element.attrib) <= ALLOWED
        for name in ("x", "x1", "x2", "cx"):
            for element in parsed.iter():
                if element.get(name) is not None:
                    assert -12 <= float(element.get(name)) <= float(svg.width) + 12, (element.attrib, svg.width)


@pytest.mark.parametrize("make", SAMPLES)
def test_no_two_labels_of_a_drawing_lie_on_each_other(make):
    """Boxes of 6 px a letter: a little less than the widest system face needs, a little more than most use."""
    for svg in every_form(make()):
        boxes = [_box(one) for one in svg.elements if one.tag == "text"]
        for index, (left, right, y) in enumerate(boxes):
            for other_left, other_right, other_y in boxes[index + 1 :]:
                assert abs(y - other_y) >= 10 or right <= other_left or other_right <= left, (svg.width, svg.label)


def _box(element: Element) -> tuple[float, float, float]:
    values, width = dict(element.attributes), len(element.words) * 6.0
    x = float(values["x"])
    left = x - width if "c-end" in values["class"] else x - width / 2 if "c-mid" in values["class"] else x
    return left, left + width, float(values["y"])


def test_the_narrow_form_is_drawn_anew_not_scaled():
    drawing = samples.pace()
    assert (drawing.wide.width, drawing.narrow.width) == (710, 358)
    assert (drawing.wide.css, drawing.narrow.css) == ("wide-only", "narrow-only")


def test_a_drawing_is_a_value_that_can_be_compared_and_changed():
    assert samples.clock() == samples.clock()
    assert replace(samples.clock().wide, label="other") != samples.clock().wide
