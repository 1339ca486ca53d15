"""What the page shows is what comes out."""

import re

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "attribution.md"


def test_the_example_prints_what_the_page_says(capsys):
    code, said = re.findall(r"```(?:python|text)\n(.*?)```", PAGE.read_text(), re.S)
    exec(compile(code, PAGE.name, "exec"), {})
    assert capsys.readouterr().out == said
