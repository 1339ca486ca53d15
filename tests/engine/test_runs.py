"""However small the files and however many the merges, the lake holds what the database holds, in runs that are sorted as one."""

import json
import random
import signal
import sqlite3
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import NOON
from tests.kills import homes
from tests.often import often
from treaty.engine import duck, files, runs, verify
from treaty.engine.export import export
from treaty.engine.lake import opened
from treaty.engine.manifest import Exported, Follow, LakeDamaged, Manifest, load, save
from treaty.engine.rows import Rows
from treaty.engine.tables import Table, number, text

VISITS = Table(
    "visits",
    "visit as t",
    {"visit_id": number("t.id"), "who": number("t.who"), "page": text("t.page"), "at_us": number("t.at")},
    mode="append",
    cluster=("page", "who", "at_us"),
)
MINUTE = timedelta(minutes=1)
TINY = {(runs, "PART"): 7, (files, "FILE_ROWS"): 20, (runs, "MOST_SMALL"): 3, (runs, "TOGETHER"): 3, (runs, "STEP"): 40}


@contextmanager
def tiny():
    """Files of 20 rows; four small runs are merged, and three of a size; forty rows an export and what the last file brings more."""
    with pytest.MonkeyPatch.context() as patch:
        for (module, name), value in TINY.items():
            patch.setattr(module, name, value)
        yield


def database(where=":memory:"):
    link = sqlite3.connect(where)
    link.execute("create table if not exists visit (id integer primary key, who integer, page text, at integer)")
    return link


def visit(link, many, dice):
    """Some without a page, many at the same moment, row numbers with gaps."""
    last = link.execute("select coalesce(max(id), 0) from visit").fetchone()[0]
    for _ in range(many):
        last += dice.choice((1, 1, 1, 5))
        page = dice.choice(("/", "/pricing", "/ünïcode", None))
        link.execute("insert into visit values (?, ?, ?, ?)", (last, dice.choice((1, 2, 3, None)), page, dice.randrange(4)))
    link.commit()


def content(manifest, folder):
    """All rows, in order of their number."""
    parts = [pq.read_table(folder / file.name) for file in manifest.tables["visits"].files]
    return pa.concat_tables([VISITS.arrow([]), *parts]).sort_by("visit_id").to_pylist()


def wanted(link):
    return VISITS.arrow(Rows(link.cursor).all(VISITS.select())).to_pylist()


def keys(file, folder):
    """What the rows of a file are sorted by, in their order; no page and nobody come last."""
    rows = pq.read_table(folder / file.name).select(VISITS.order).to_pylist()
    return [tuple((value is None, value) for value in row.values()) for row in rows]


def check(manifest, folder):
    """Within a run every key is greater than the one before, across its files; runs follow each other in row numbers."""
    every = runs.of(manifest.tables["visits"].files)
    for run in every:
        order = [key for file in run for key in keys(file, folder)]
        assert all(one < other for one, other in pairwise(order))
    spans = [(min(file.min_id for file in run), max(file.max_id for file in run)) for run in every]
    assert all(one[1] < other[0] for one, other in pairwise(spans))


@settings(max_examples=often(25, 150), deadline=None)
@given(st.lists(st.sampled_from((0, 1, 3, 19, 20, 21, 70)), max_size=30), st.randoms(use_true_random=False))
def test_whatever_is_merged_the_content_is_that_of_the_database(tmp_path_factory, batches, dice):
    folder, link = tmp_path_factory.mktemp("lake"), database()
    with tiny():
        before = None
        for turn, many in enumerate([*batches, *[0] * 400]):
            visit(link, many, dice)
            found = export([VISITS], Rows(link.cursor), folder, at=NOON + turn * MINUTE)
            assert content(found, folder) == wanted(link)
            check(found, folder)
            if turn >= len(batches) and before == found.tables:
                break
            before = found.tables
        assert list(verify.faults([VISITS], Rows(link.cursor), folder)) == []
        assert (before, found.tables["visits"].merging) == (found.tables, None)
        assert len(runs.of(found.tables["visits"].files)) <= most(len([size for size in range(9) if 20 * 3**size <= sum(batches)]))


def most(size):
    """Runs up to this size that may lie side by side: three smaller than a file; else two of the size, with others before and after."""
    return 3 if size == 0 else 2 + 3 * most(size - 1)


def test_seven_runs_become_one_in_steps_while_readers_see_the_old_ones(tmp_path):
    """70 rows make three files and a bit: 20 + 20 + 20 + 10 by hand, for SQLite gives some thousands at once."""
    link, dice = database(), random.Random(7)
    with tiny():
        seen = []
        for turn in range(9):
            visit(link, 20 if turn < 3 else 0, dice)
            found = export([VISITS], Rows(link.cursor), tmp_path, at=NOON + turn * MINUTE).tables["visits"]
            seen.append(([len(run) for run in runs.of(found.files)], sum(file.rows for file in found.merging.made) if found.merging else 0))
    assert [runs_of for runs_of, _ in seen[:2]] == [[1], [1, 1]]
    assert all(made >= 40 and runs_of == [1, 1, 1] for runs_of, made in seen[2:] if made)
    assert len(seen[-1][0]) == 1


def test_a_damaged_file_is_not_merged_into_a_whole_one(tmp_path):
    link, dice = database(), random.Random(7)
    with tiny():
        for turn in range(2):
            visit(link, 20, dice)
            found = export([VISITS], Rows(link.cursor), tmp_path, at=NOON + turn * MINUTE)
        path = tmp_path / found.tables["visits"].files[0].name
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        visit(link, 20, dice)
        with pytest.raises(LakeDamaged, match=path.name):
            export([VISITS], Rows(link.cursor), tmp_path, at=NOON + 2 * MINUTE)
        path.unlink()
        with pytest.raises(LakeDamaged, match=path.name):
            export([VISITS], Rows(link.cursor), tmp_path, at=NOON + 2 * MINUTE)
    assert load(tmp_path) == found


def test_a_row_twice_does_not_make_up_for_one_that_is_missing(tmp_path):
    link = database()
    visit(link, 9, random.Random(7))
    found = export([VISITS], Rows(link.cursor), tmp_path, at=NOON)
    whole = pq.read_table(tmp_path / found.tables["visits"].files[0].name).sort_by("visit_id")
    parts = (whole.slice(0, 5), whole.slice(4, 4))  # the fifth twice, the ninth not at all: nine rows
    made = tuple(files.add(VISITS, part, tmp_path, run="r") for part in parts)
    save(tmp_path, Manifest(2, found.as_of_us, {"visits": exported(VISITS, made)}))
    fifth, eighth = (whole["visit_id"][place].as_py() for place in (4, 7))
    assert list(verify.faults([VISITS], Rows(link.cursor), tmp_path)) == [
        f"visits: rows {fifth} to {eighth} are in the lake twice",
        "visits: 9 rows in the lake, 8 in the database",  # as far as the lake goes
    ]


def test_a_manifest_of_before_there_were_runs_is_read_and_merged_on(tmp_path):
    link, dice = database(), random.Random(7)
    with tiny():
        for turn in range(2):
            visit(link, 20, dice)
            export([VISITS], Rows(link.cursor), tmp_path, at=NOON + turn * MINUTE)
        old = json.loads((tmp_path / "manifest.json").read_text())
        assert not {"run", "merging"} & {key for table in old["tables"].values() for part in (table, *table["files"]) for key in part}
        for turn in range(2, 6):
            visit(link, 20, dice)
            found = export([VISITS], Rows(link.cursor), tmp_path, at=NOON + turn * MINUTE)
    assert len(runs.of(found.tables["visits"].files)) < 6
    assert content(found, tmp_path) == wanted(link)


SEEN = Table(
    "seen", "x as t", {"id": number("t.id"), "who": number("t.who")}, "append", cluster=("who",), follow=Follow("who", "person", "gone")
)
GONE = Table("gone", "y as t", {"id": number("t.id"), "canonical_id": number("t.c")})


def test_a_question_about_one_person_reads_no_file_of_the_others(tmp_path):
    """A run of sixty files of a hundred rows, sixty of each of a hundred people; the third is the seventh by now. What the files
    without either hold is destroyed: nobody reads it, but who asks for everybody."""
    rows = sorted(((place, place % 100) for place in range(6000)), key=lambda row: row[::-1])
    made = tuple(files.add(SEEN, SEEN.arrow(rows[at : at + 100]), tmp_path, run="one") for at in range(0, 6000, 100))
    parts = {"seen": exported(SEEN, made), "gone": exported(GONE, (files.add(GONE, GONE.arrow([(3, 7)]), tmp_path),))}
    lake = opened(Manifest(1, 1, parts), tmp_path)
    for at, file in enumerate(made):
        if not {3, 7} & {who for _, who in rows[100 * at : 100 * at + 100]}:
            without_rows(tmp_path / file.name)
    table, on = f"{lake.manifest.space}.seen", duck.cursor(tmp_path)
    expected = (120, sum(place for place, who in rows if who in (3, 7)))
    assert on.execute(f"select count(*), sum(id) from {table} where person = 7").fetchone() == expected
    some = "(values (7), (8000)) as p(person)"
    assert on.execute(f"select count(*), sum(id) from {table} join {some} using (person)").fetchone() == expected
    with pytest.raises(duckdb.Error):
        on.execute(f"select count(*), sum(id) from {table}").fetchone()


def exported(table, made):
    return Exported(table.shape, {name: column.kind for name, column in table.columns.items()}, made, follow=table.follow)


def without_rows(path):
    """The file with zeros where its rows were; what it says of them is left, the last bytes tell how much that is."""
    raw = path.read_bytes()
    end = len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")
    path.write_bytes(raw[:4] + bytes(end - 4) + raw[end:])


# Killed at every step

EVERY_STEP = """
import json, os, random, shutil, sys
from pathlib import Path
from tests.engine import test_runs as here
from treaty.engine import verify
from treaty.engine.export import export
from treaty.engine.manifest import load
from treaty.engine.rows import Rows

work = Path(sys.argv[1])
lake, kept = work / "lake", work / "kept"
link, dice = here.database(), random.Random(7)

def run(turn):
    return export([here.VISITS], Rows(link.cursor), lake, at=here.NOON + turn * here.MINUTE)

def killed(point, turn):
    child = os.fork()
    if not child:
        os.environ["TREATY_CRASH_AT"] = point
        run(turn)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def strangers():
    now = load(lake)
    known = {file.name for table in now.tables.values() for file in table.needed} | set(now.leaving)
    return sorted({path.name for path in lake.glob("*")} - known - {"manifest.json"})

with here.tiny():
    for turn in range(16):
        here.visit(link, (20, 7)[turn % 2], dice)
        old = here.content(load(lake), lake) if turn else []
        new = here.wanted(link)
        shutil.rmtree(kept, ignore_errors=True)
        lake.mkdir(exist_ok=True)
        shutil.copytree(lake, kept)
        for name in ("before-rename", "after-file", "after-merge", "before-manifest", "after-manifest", "after-removal"):
            passage = 1
            while (status := killed(f"lake-{name}:{passage}", turn)) < 0:
                there = (lake / "manifest.json").exists()
                found = here.content(load(lake), lake) if there else []
                after = run(turn)
                whole = here.content(after, lake) == new
                here.check(after, lake)
                faults = list(verify.faults([here.VISITS], Rows(link.cursor), lake))
                merges = after.tables["visits"].merging is not None
                print(json.dumps([name, status, merges, found == old, found == new, whole, faults, strangers()]))
                shutil.rmtree(lake)
                shutil.copytree(kept, lake)
                passage += 1
            assert status == 0, status
            shutil.rmtree(lake)
            shutil.copytree(kept, lake)
        run(turn)
"""


def test_an_export_that_merges_killed_at_any_step_leaves_the_old_lake_or_the_new_one(tmp_path):
    """Sixteen exports, each killed at every passage of every point there is, then made again."""
    done = homes.run(EVERY_STEP, homes.environment(tmp_path), str(tmp_path), timeout=200)
    assert done.returncode == 0, done.stderr
    met = Counter()
    for name, status, is_merging, is_old, is_new, is_whole, faults, strangers in map(json.loads, done.stdout.splitlines()):
        met[name] += 1
        met["while a merge goes on"] += is_merging
        assert status == -signal.SIGKILL
        assert is_new if name in ("after-manifest", "after-removal") else is_old, name
        assert (is_whole, faults, strangers) == (True, [], []), name
    assert met["after-file"] > met["after-manifest"] == 16
    assert (met["after-merge"], met["while a merge goes on"] > 0) == (2, True)
