"""Two numbers over periods beside each other: places worked by hand, and what is open."""

from test_draw import CAPTION, every_form, marks, tree, words

from treaty.web import charts

ROWS = [
    charts.Beside(name="2 Mar", first=1, second=4, words="1 and 4", is_whole=False),
    charts.Beside(name="9 Mar", first=2, second=2, words="2 and 2"),
]


def drawn(rows, second_words="Version 1"):
    given = charts.Besides(rows=rows, first_words="The draft", second_words=second_words, say=lambda value: f"{value:g}")
    return charts.beside_lines(given, CAPTION)


def test_both_lines_stand_on_one_scale_from_nothing():
    """Wide, 710 by 240: the axis runs from 214 for none to 34 for four, so a unit is 45; two periods share the 666 right of 36."""
    wide = drawn(ROWS).wide
    first, second = marks(wide, "path", "c-shared")[0]["d"], marks(wide, "path", "c-whatif")[0]["d"]
    assert (first, second) == ("M202.5 169L535.5 124", "M202.5 34L535.5 124")
    assert {"2 Mar", "9 Mar", "The draft", "Version 1", "4"} <= set(words(wide))


def test_a_period_that_is_not_whole_is_a_ring():
    wide = drawn(ROWS).wide
    assert [(mark["cx"], mark["cy"]) for mark in marks(wide, "circle", "c-open")] == [("202.5", "34"), ("202.5", "169")]
    assert [mark["cx"] for mark in marks(wide, "circle", "c-shared-fill")] == ["535.5"]


def test_beside_nothing_there_is_one_line():
    alone = [charts.Beside(name=row.name, first=row.first, words=row.words) for row in ROWS]
    wide = drawn(alone, "").wide
    assert (len(marks(wide, "path", "c-whatif")), len(marks(wide, "path", "c-shared"))) == (0, 1)


def test_no_period_none_at_all_and_many_are_drawn_and_escaped():
    many = [charts.Beside(name="<b>", first=place % 5, second=0, words="<i>") for place in range(400)]
    for rows in ([], [charts.Beside(name="2 Mar", first=0, second=0)], many):
        for form in every_form(drawn(rows)):
            tree(form)
