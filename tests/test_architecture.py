"""The drawing is kept equal to the house."""

import ast
import re

import pytest

from tests.conftest import ROOT
from treaty.web.charts import svg
from treaty.web.pieces import words

SOURCE = ROOT / "src" / "treaty"
DOORS = {"web", "cli", "jobs"}


def rooms_on_disk():
    return {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}


def test_every_room_is_in_the_architecture_and_no_other():
    text = (ROOT / "ARCHITECTURE.md").read_text().split("## Rooms")[1].split("Beside the rooms")[0]
    named = {name for line in text.splitlines() if line.startswith("| `") for name in re.findall(r"`([a-z]+)`", line.split("|")[1])}
    assert named == rooms_on_disk()


def test_every_room_says_its_question():
    silent = [room for room in rooms_on_disk() if not ast.get_docstring(ast.parse((SOURCE / room / "__init__.py").read_text()))]
    assert silent == []


def test_the_files_named_in_the_architecture_exist():
    text = (ROOT / "ARCHITECTURE.md").read_text()
    named = set(re.findall(r"`((?:" + "|".join(sorted(rooms_on_disk())) + r")/[a-z_/]+)", text))
    missing = [name for name in named if not ((SOURCE / f"{name}.py").exists() or (SOURCE / name).is_dir())]
    assert missing == []


CLOCKS = {
    "time.time", "time.time_ns", "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    "django.utils.timezone.now", "django.utils.timezone.localtime", "django.utils.timezone.localdate",
    "django.db.models.functions.Now", "django.db.models.functions.datetime.Now",
}  # fmt: skip


def clocks_read(source):
    """The system clocks a file names, whatever it calls them: `now()` imported bare is one too."""
    tree, bound = ast.parse(source), {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            bound |= {
                alias.asname or alias.name.split(".")[0]: alias.name if alias.asname else alias.name.split(".")[0] for alias in node.names
            }
        if isinstance(node, ast.ImportFrom) and node.module:
            bound |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    named = (dotted(node, bound) for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute))
    return {name for name in named if name in CLOCKS}


def dotted(node, bound):
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value, bound)}.{node.attr}"
    return bound.get(node.id, "") if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize(
    "source",
    [
        "from django.utils.timezone import now\nat = now()",
        "from django.utils.timezone import now as clock\nat = clock()",
        "from django.utils import timezone\nfield = DateTimeField(default=timezone.now)",
        "import datetime\nat = datetime.datetime.now(datetime.UTC)",
        "from datetime import date\nday = date.today()",
        "import time as t\nat = t.time()",
        "import django.utils.timezone\nat = django.utils.timezone.now()",
    ],
)
def test_a_clock_is_seen_however_it_is_named(source):
    assert len(clocks_read(source)) == 1


def test_only_doors_read_the_system_clock():
    files = [path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).parts[0] not in DOORS]
    assert {str(path.relative_to(SOURCE)): read for path in files if (read := clocks_read(path.read_text()))} == {}


def test_no_file_is_longer_than_400_lines():
    long = {
        str(path.relative_to(SOURCE)): n
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts and (n := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_data_is_marked_safe():
    marks = re.compile(r"mark_safe|\bSafe(String|Text|Data)\(")
    found = [str(path) for path in SOURCE.rglob("*.py") if marks.search(path.read_text())]
    found += [str(path) for path in SOURCE.rglob("*.html") if re.search(r"\|\s*safe(seq)?\b|autoescape off", path.read_text())]
    assert found == []


EVIL = '/"><script>alert(1)</script>&lt;'
ELEMENT = svg.Element("rect", (("class", EVIL),), EVIL, EVIL, EVIL)
SVG = svg.Svg(1, 1, (ELEMENT,), EVIL, EVIL)
WRITERS = (
    words.Figure(EVIL, EVIL), words.Figure(EVIL), words.Strong(EVIL), words.Faint(EVIL), words.Who("sales", EVIL, EVIL),
    words.Who("both", EVIL), words.Standing("kept", EVIL), words.Standing("", EVIL), words.Link(EVIL, EVIL), ELEMENT, SVG,
    svg.Drawing(svg.Caption(title=EVIL), SVG, SVG, SVG),
)  # fmt: skip
"""Everything that writes its own markup, full of somebody's bad words."""


def test_whatever_writes_its_own_markup_is_tried_with_bad_words():
    writing = {
        f"{path.stem}.{node.name}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and any(isinstance(part, ast.FunctionDef) and part.name == "__html__" for part in node.body)
    }
    assert writing == {f"{type(one).__module__.rpartition('.')[2]}.{type(one).__name__}" for one in WRITERS}


@pytest.mark.parametrize("one", WRITERS, ids=lambda one: type(one).__name__)
def test_bad_words_come_out_as_words(one):
    written = one.__html__()
    assert "<script" not in written
    assert '/">' not in written
    assert "&amp;lt;" in written


def test_no_page_asks_another_host_or_runs_inline_script():
    pages = list(SOURCE.rglob("*.html"))
    bad = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=|\sstyle=|(?:src|href)=\"https?://")
    assert {str(path.relative_to(SOURCE)) for path in pages if bad.search(path.read_text())} == set()
