"""Colours keep their distance: WCAG contrast of every pair the pages use, computed from the tokens, light and dark."""

import re
from pathlib import Path

import pytest

import treaty.web

TOKENS = (Path(treaty.web.__file__).parent / "static/treaty/tokens.css").read_text()
PAIRS = dict(re.findall(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}), (?:#[0-9a-f]{6})\)", TOKENS))
DARK = dict(re.findall(r"--([\w-]+):\s*light-dark\((?:#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS))
GROUNDS = ("ground", "surface", "raised", "sunk", "sheet")
WORDS = ("ink", "ink-2", "ink-3", "shared-text", "marketing-text", "sales-text")
MARKS = ("shared", "marketing", "sales", "control", "focus", "what-if")


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of sRGB."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_right_at_its_ends():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known grey that just fails


@pytest.mark.parametrize("theme", [PAIRS, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("words", WORDS)
def test_words_can_be_read_on_every_ground(theme, ground, words):
    assert contrast(theme[words], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [PAIRS, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("mark", MARKS)
def test_marks_and_borders_can_be_seen_on_every_ground(theme, ground, mark):
    assert contrast(theme[mark], theme[ground]) >= 3


@pytest.mark.parametrize("theme", [PAIRS, DARK], ids=["light", "dark"])
def test_words_on_the_main_button_can_be_read(theme):
    assert contrast(theme["on-shared"], theme["shared"]) >= 4.5


def test_no_page_style_names_a_colour_of_its_own():
    for sheet in Path(treaty.web.__file__).parent.glob("static/treaty/*.css"):
        if sheet.name != "tokens.css":
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?![^{]*\{)|rgba?\(|hsl\(", re.sub(r"url\(#\w+\)", "", sheet.read_text())), (
                sheet.name
            )
