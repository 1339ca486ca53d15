"""What an import wrote leaves the lake with the next export, also from tables that otherwise only grow (invariant 23)."""

from datetime import timedelta

import pytest

from tests.conftest import NOON
from tests.connectors.test_undo import records, stands
from tests.connectors.undone import imported, taken_back
from treaty.books.exported import TABLES
from treaty.connectors import importing
from treaty.engine import rows, verify
from treaty.engine.lake import folder, open_lake
from treaty.jobs import lake
from treaty.truth.models import TakenOut, Touch

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MINUTE = timedelta(minutes=1)


def export(home, n: int) -> None:
    lake.refresh(at=NOON + n * MINUTE, where=home)


def faults(home) -> list[str]:
    with rows.snapshot() as snapshot:
        return list(verify.faults(TABLES, snapshot, folder(home)))


def touches(home) -> set[int]:
    snapshot = open_lake(home)
    return {row["touch_id"] for row in snapshot.fetch(snapshot.table("touches").select("touch_id")).to_pylist()}


@pytest.fixture
def home(tmp_path):
    """The lake with an import, before and after which others told something."""
    files = importing.source_for("files", at=NOON)
    stands(files, *records("Controller", "Demo", 50, 2))
    export(tmp_path, 0)
    run = imported(*records())
    stands(files, *records("CEO", "Trial", 70, 3), at=NOON + MINUTE)
    export(tmp_path, 1)
    taken_back(run, at=NOON + 2 * MINUTE)
    return tmp_path


def test_the_next_export_is_what_the_database_says(home):
    assert Touch.objects.filter(message_id="t1").count() == 0
    assert faults(home) != [], "the export before still has it"
    export(home, 2)
    assert faults(home) == []
    assert touches(home) == set(Touch.objects.values_list("pk", flat=True))


def test_without_the_word_that_rows_were_taken_out_they_would_stay(home):
    TakenOut.objects.all().delete()
    export(home, 2)
    assert any(fault.startswith("touches") for fault in faults(home))


def test_what_is_told_afterwards_is_appended_again(home):
    export(home, 2)
    before = open_lake(home).manifest.tables["touches"].files
    stands(importing.source_for("files", at=NOON), *records("CFO", "Demo", 90, 4), at=NOON + 3 * MINUTE)
    export(home, 3)
    after = open_lake(home).manifest.tables["touches"].files
    assert after[: len(before)] == before
    assert faults(home) == []
