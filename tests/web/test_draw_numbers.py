"""Drawings of the numbers: curves, waterfalls and trends, their places worked by hand; drawings as files."""

from xml.etree import ElementTree

import pytest
import web_drawings as samples
from test_draw import marks, words

from treaty.web import charts, pictures
from treaty.web.charts.svg import Caption, text

CAPTION = Caption(title="The finding", note="Unit, period")


def test_a_curve_steps_down_when_somebody_leaves():
    """x: 44 at nothing, 262 at 40 days, so 5.45 px a day; y: 132 for nobody, 14 for all, so half lies at 73."""
    svg = samples.curve().wide
    (path,) = marks(svg, "path", "c-shared")
    assert path["d"] == "M44 14L49.5 14L49.5 37.6L71.2 37.6L71.2 73L153 73L153 96.6L262 96.6"
    (dot,) = marks(svg, "circle", "c-shared-fill")
    assert (dot["cx"], dot["cy"]) == ("71.2", "73")
    assert "5 days" in words(svg)


def test_a_curve_ends_where_its_axis_ends():
    drawn = charts.survival_curve(
        charts.Curve(steps=[(10, 0.9, 0.8, 1.0), (50, 0.4, 0.3, 0.5)], end=40, half=50, half_words="50 days"), CAPTION
    )
    assert marks(drawn.wide, "path", "c-shared")[0]["d"].endswith("L262 25.8")  # still nine of ten
    assert "50 days" not in words(drawn.wide)


def test_each_part_of_a_waterfall_hangs_where_the_one_before_ended():
    """590 − 150 px for 140,400: 35,200 is 110.3 wide; created goes to 590; won back to 364.4, lost to 311.1; the last again from 150."""
    svg = samples.waterfall().wide
    bars = [(css, marks(svg, "rect", css)) for css in ("c-shared-fill", "c-whatif-fill", "c-none")]
    placed = {css: [(bar["x"], bar["width"]) for bar in found] for css, found in bars}
    assert placed == {
        "c-shared-fill": [("150", "110.3"), ("150", "161.1")],
        "c-whatif-fill": [("260.3", "329.7")],
        "c-none": [("364.4", "225.6"), ("311.1", "53.3")],
    }
    assert 'href="/figures/pipeline_waterfall/"' in svg.__html__()


def test_what_is_earned_is_a_bar_and_what_other_models_say_an_outline_below():
    """400 px for 51,000, the most of anything: 34,000 is 266.7 wide, 28,000 219.6, 26,000 203.9; 12,000 of nobody, an outline, 94.1.
    By the first touch the webinar is at 600, search at 200 + 156.9."""
    svg = samples.earned().wide
    assert [bar["width"] for bar in marks(svg, "rect", "c-shared-fill")] == ["12", "266.7", "219.6", "203.9"]  # the first is of the key
    assert [(bar["x"], bar["width"]) for bar in marks(svg, "rect", "c-lost")] == [("200", "94.1")]
    assert [dot["cx"] for dot in marks(svg, "circle", "c-whatif")[1:]] == ["600", "356.9", "333.3", "294.1"]
    assert len(marks(svg, "path", "c-whatif")) == 5
    assert svg.__html__().count('href="/figures/credited/"') == 4
    assert {"as agreed", "if first touch", "if last touch", "€34,000, 34%"} <= set(words(svg))


def test_a_trend_has_a_gap_where_nothing_was_measured_and_open_dots_where_it_is_young():
    svg = samples.trend().wide
    assert len(marks(svg, "path", "c-shared")) == 2
    assert len(marks(svg, "circle", "c-shared-fill")) == 3
    assert len(marks(svg, "circle", "c-open")) == 1
    assert "28%" in words(svg)
    assert "25% usual" in words(svg)


def test_a_drawing_as_a_file_has_its_title_its_source_and_no_names_of_colours():
    drawn = pictures.standalone(samples.waterfall(), "Treaty, data as of Monday")
    root = ElementTree.fromstring(drawn)
    said = " ".join(root.itertext())
    assert "€35,200 became €51,400" in said
    assert "Treaty, data as of Monday" in said
    assert "<a " not in drawn
    assert "var(" not in drawn
    assert "fill:#0f5a41" in drawn  # what both share, in the light


def test_words_of_a_drawing_stay_words_in_a_file():
    sheet = charts.Svg(10, 10, (text((1, 2), "<script>", "c-text"),), "<b>")
    drawn = pictures.standalone(charts.Drawing(Caption(title="<script>alert(1)</script>", note="a & b"), sheet), "<i>")
    assert ElementTree.fromstring(drawn) is not None
    assert "<script" not in drawn
    assert "a &amp; b" in drawn


def test_every_class_a_drawing_uses_has_its_colours_in_a_file():
    style = pictures.style()
    for make in (
        samples.curve,
        samples.waterfall,
        samples.trend,
        samples.earned,
        samples.interval,
        samples.funnel,
        samples.months,
        lambda: samples.multiples()[0],
    ):
        for element in make().wide.elements:
            for name in dict(element.attributes)["class"].split():
                assert f".{name}" in style, name


@pytest.mark.parametrize("title", ["", "x" * 400, "many words " * 60])
def test_long_titles_break_into_lines(title):
    assert ElementTree.fromstring(pictures.standalone(charts.Drawing(Caption(title=title), charts.Svg(300, 100, (), "x")))) is not None
