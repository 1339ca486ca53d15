"""The seal, drawn from a hash, and the ring of time left."""

from math import cos, pi, radians, sin

from treaty.web.charts.svg import Element, Svg, circle, figure, line, path

_RAYS = 64
_SMALL_RAYS = 16
_BIG = 48  # below this size there is no room for 64 rays


def seal(digest: str, *, marketing_signed: bool, sales_signed: bool, size: int = 96) -> Svg:
    """Rays clockwise from the top, one per digit of the hash, the digit its length: first half sales, second half marketing.

    digest: 64 hexadecimal digits (ValueError otherwise). An unsigned half is dotted. Small seals draw the first 16 digits.
    Source: the look, "seal"; R2.
    """
    digits = [int(digit, 16) for digit in digest]
    if len(digits) != _RAYS:
        raise ValueError(f"a seal is drawn from 64 digits, not {len(digits)}: pass the SHA-256 in hexadecimal")
    count = _RAYS if size >= _BIG else _SMALL_RAYS
    css = ["seal-s" if sales_signed else "seal-wait"] * (count // 2) + ["seal-m" if marketing_signed else "seal-wait"] * (count // 2)
    rays = [_ray(index, digits[index], count, css[index]) for index in range(count)]
    centre = (96 / 2, 96 / 2) if count == _RAYS else (24 / 2, 24 / 2)
    return Svg(
        centre[0] * 2, centre[1] * 2, (*rays, *_middle(centre, is_big=count == _RAYS)), _seal_words(marketing_signed, sales_signed), "seal"
    )


def ring(left: float, *, is_soon: bool = False) -> Svg:
    """Time left as a share of the promise, 1 to 0, as an arc that shrinks clockwise; bold when it is soon. Out of time: a diamond."""
    track = circle((10, 10), 8, "ring-track")
    share = min(max(left, 0.0), 1.0)
    if left <= 0:
        return Svg(20, 20, (path([(10, 2.5), (17.5, 10), (10, 17.5), (2.5, 10)], "late", is_closed=True),), css="ring")
    css = "ring-soon" if is_soon else "ring-left"
    return Svg(20, 20, (track, circle((10, 10), 8, css) if share == 1 else _arc(share, css)), css="ring")


def _arc(share: float, css: str) -> Element:
    """From the top clockwise over `share` of a circle of radius 8 around (10, 10)."""
    angle = 2 * pi * share
    x, y = 10 + 8 * sin(angle), 10 - 8 * cos(angle)
    return Element("path", (("class", css), ("d", f"M10 2A8 8 0 {1 if share > 0.5 else 0} 1 {figure(x)} {figure(y)}")))


def _ray(index: int, digit: int, count: int, css: str) -> Element:
    centre, inner, shortest, step = (48, 27, 3.5, 1.0) if count == _RAYS else (12, 6.6, 1.0, 0.19)
    angle = radians((index + 0.5) * 360 / count)
    outer = inner + shortest + digit * step
    ends = [(centre + reach * sin(angle), centre - reach * cos(angle)) for reach in (inner, outer)]
    return line(ends[0], ends[1], css)


def _middle(centre: tuple[float, float], *, is_big: bool) -> list[Element]:
    if not is_big:
        return [circle(centre, 4.6, "seal-ring")]
    strokes = (("seal-mark mark-m", "M36.5 40H48"), ("seal-mark mark-s", "M48 40H59.5"), ("seal-mark mark-b", "M48 38.4V58.5"))
    marks = [Element("path", (("class", css), ("d", steps))) for css, steps in strokes]
    return [circle(centre, 24, "seal-ring"), circle(centre, 21.5, "seal-ring seal-inner"), *marks]


def _seal_words(marketing_signed: bool, sales_signed: bool) -> str:
    if marketing_signed and sales_signed:
        return "Seal drawn from the hash; whole: both sides have signed"
    if not (marketing_signed or sales_signed):
        return "Seal drawn from the hash; dotted: nobody has signed yet"
    return f"Seal drawn from the hash; half drawn: {'marketing' if marketing_signed else 'sales'} has signed"
