"""The way of a lead as a map: one box for each stage, on the side of whoever is responsible, and a line for each way onward."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from treaty.web.charts.svg import Caption, Drawing, Element, Sheet, drawing, path, rect, text

ROW, HEIGHT = 40, 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """name: in words; owner: marketing or sales; moves: names of the stages it may become; href: the page a click opens."""

    name: str
    owner: str
    moves: Sequence[str]
    href: str = ""


def lifecycle_map(stages: Sequence[Stage], caption: Caption) -> Drawing:
    """In the order of the agreement from the top. Ways onward run at the right, ways back at the left; the further, the further out."""
    return drawing(caption, _sheet(stages, 560, 150), _sheet(stages, 340, 118))


def _sheet(stages: Sequence[Stage], width: int, box: int) -> Sheet:
    edge = (width - 2 * box - 16) / 2
    left = {"marketing": edge, "sales": edge + box + 16}
    places = {stage.name: i for i, stage in enumerate(stages)}
    sheet = Sheet(width, 20 + ROW * len(stages))
    sheet.add(text((left["marketing"] + box / 2, 12), "Marketing", "c-text", "middle"))
    sheet.add(text((left["sales"] + box / 2, 12), "Sales", "c-text", "middle"))
    for i, stage in enumerate(stages):
        for target in stage.moves:
            if target in places and places[target] != i:
                other = stages[places[target]]
                sheet.extend(_way(stage, other, (i, places[target]), left, box, edge))
    for i, stage in enumerate(stages):
        corner = (left.get(stage.owner, left["sales"]), 20 + ROW * i)
        css = "map-m" if stage.owner == "marketing" else "map-s"
        sheet.add(replace(rect(corner, (box, HEIGHT), f"map-box {css}", stage.name), href=stage.href))
        sheet.add(text((corner[0] + box / 2, corner[1] + 18), stage.name, "map-name", "middle"))
    return sheet


def _way(stage: Stage, other: Stage, rows: tuple[int, int], left: Mapping[str, float], box: int, edge: float) -> Iterator[Element]:
    """A bracket from box to box, with its head at the box it leads to."""
    start, end = rows
    is_down = end > start
    far = 8 + min(abs(end - start), 9) * (edge - 12) / 9
    sides = [left.get(one.owner, left["sales"]) + (box if is_down else 0) for one in (stage, other)]
    out = (max(sides) if is_down else min(sides)) + (far if is_down else -far)
    ys = (20 + ROW * start + HEIGHT * 0.7, 20 + ROW * end + HEIGHT * 0.3)
    says = f"{stage.name}, then {other.name}"
    yield path([(sides[0], ys[0]), (out, ys[0]), (out, ys[1]), (sides[1], ys[1])], "map-way" if is_down else "map-way map-back", title=says)
    tip = 5 if is_down else -5
    yield path([(sides[1], ys[1]), (sides[1] + tip, ys[1] - 3.5), (sides[1] + tip, ys[1] + 3.5)], "map-head", is_closed=True)
