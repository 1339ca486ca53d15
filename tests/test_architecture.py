"""The drawing is kept equal to the house."""

import ast
import re

from tests.conftest import ROOT

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


def test_only_doors_read_the_system_clock():
    reads = re.compile(r"timezone\.now\(|datetime\.now\(|time\.time\(\)|datetime\.utcnow\(|date\.today\(")
    found = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] not in DOORS and reads.search(path.read_text())
    ]
    assert found == []


def test_no_file_is_longer_than_400_lines():
    long = {
        str(path.relative_to(SOURCE)): n
        for path in SOURCE.rglob("*.py")
        if "migrations" not in path.parts and (n := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_data_is_marked_safe():
    found = [str(path) for path in SOURCE.rglob("*.py") if "mark_safe" in path.read_text()]
    found += [str(path) for path in SOURCE.rglob("*.html") if re.search(r"\|\s*safe\b|autoescape off", path.read_text())]
    assert found == []


def test_no_page_asks_another_host_or_runs_inline_script():
    pages = list(SOURCE.rglob("*.html"))
    bad = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=|\sstyle=|(?:src|href)=\"https?://")
    assert {str(path.relative_to(SOURCE)) for path in pages if bad.search(path.read_text())} == set()
