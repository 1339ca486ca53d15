"""Files become truth: every row ends stored, merged or refused, twice is once, and a killed import goes on."""

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.db.models import Sum

from tests.conftest import NOON
from treaty.connectors import fates, importing, refused
from treaty.connectors.files.exports import open_exports
from treaty.connectors.files.mapping import Mapping
from treaty.connectors.files.rows import storable
from treaty.connectors.files.to_records import Made
from treaty.connectors.models import Import, ImportFile, RefusedRow
from treaty.journal.models import Entry, Words
from treaty.qualification.models import NextJudgement
from treaty.team.models import Member
from treaty.truth.models import ExchangeRate, Opportunity, Person, Source, Spend, Touch
from treaty.truth.records import SpendRecord

pytestmark = pytest.mark.django_db
LEADS = (
    "lead_id,email,source,first_contact\n1,ada@acme.example,web,2026-01-05\n,,web,2026-01-06\n2,bo@acme.example,web,2026-02-30\n"
    "3,cy@acme.example,web,2026-01-07\n4,di@acme.example,web,2026-01-08\n"
)


def read(tmp_path: Path, source: str = "files", mapping: dict[str, object] | None = None, at=NOON, **files: str) -> Import:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return run(open_exports([tmp_path / f"{name}.csv" for name in files], Mapping.model_validate(mapping or {})), source, at)


def run(exports, source: str = "files", at=NOON) -> Import:
    made = importing.begin(exports, source=importing.source_for(source, at=at), at=at)
    return importing.run_import(made, exports, clock=lambda: at)


def counts(done: Import) -> list[tuple[str, int, int, int, int]]:
    return list(done.files.order_by("name").values_list("name", "read", "stored", "merged", "rejected"))


def test_every_row_is_stored_merged_or_refused(tmp_path):
    done = read(tmp_path, leads=LEADS)
    # Ada, Cy and Di are stored; one row names nobody; 30 February does not exist
    assert counts(done) == [("leads.csv", 5, 3, 0, 2)]
    assert [(row.number, row.cells[:2]) for row in RefusedRow.objects.order_by("number")] == [(3, ["", ""]), (4, ["2", "bo@acme.example"])]
    assert sorted(Person.objects.values_list("email", flat=True)) == ["ada@acme.example", "cy@acme.example", "di@acme.example"]
    assert Touch.objects.get(person__email="ada@acme.example").occurred_at == datetime(2026, 1, 5, tzinfo=UTC)


def test_the_same_file_again_stores_nothing(tmp_path):
    read(tmp_path, leads=LEADS)
    again = read(tmp_path, leads=LEADS, at=NOON + timedelta(days=1))
    assert counts(again) == [("leads.csv", 5, 0, 3, 2)]
    assert (Person.objects.count(), Touch.objects.count()) == (3, 3)


def test_a_person_twice_in_one_file_is_stored_once(tmp_path):
    text = "lead_id,email,source\n1,ada@acme.example,web\n1,ada@acme.example,web\n"
    assert counts(read(tmp_path, leads=text)) == [("leads.csv", 2, 1, 1, 0)]


def test_refused_rows_fixed_and_imported_again_are_all_there(tmp_path):
    (file,) = read(tmp_path, leads=LEADS).files.all()
    path = refused.write(file, tmp_path / "rejected")
    assert path.name == "leads.rejected.csv"
    text = path.read_bytes().decode()
    assert text == "".join(refused.lines_of(file))
    path.write_bytes(text.replace("2026-02-30", "2026-02-28").encode())
    again = run(open_exports([path]))
    assert counts(again) == [("leads.rejected.csv", 2, 1, 0, 1)]
    assert Person.objects.filter(email="bo@acme.example").count() == 1


def test_what_a_spreadsheet_would_run_is_text_in_the_download(tmp_path):
    (file,) = read(tmp_path, leads="lead_id,email,source\n,,=cmd|' /C calc'!A0\n").files.all()
    (head, row) = csv.reader(StringIO("".join(refused.lines_of(file))))
    assert head == ["lead_id", "email", "source", "problem"]
    assert row[2] == "'=cmd|' /C calc'!A0"


def test_members_come_before_the_deals_they_own_whatever_the_order_of_files(tmp_path):
    done = read(
        tmp_path,
        a_pipeline="opportunity_id,sales_agent,deal_stage,close_value\nO1,Moses Frase,Won,10\n",
        b_sales_teams="sales_agent,manager,regional_office\nMoses Frase,Dustin Brinkmann,Central\n",
    )
    assert counts(done) == [("a_pipeline.csv", 1, 1, 0, 0), ("b_sales_teams.csv", 1, 1, 0, 0)]
    assert Opportunity.objects.get().owner == Member.objects.get(name="Moses Frase")


def test_people_are_marked_to_be_judged_in_the_same_transaction(tmp_path):
    read(tmp_path, leads=LEADS)
    assert set(NextJudgement.objects.values_list("person")) == set(Person.objects.values_list("pk"))


def test_each_file_is_one_entry_of_the_journal_and_its_name_is_erasable(tmp_path):
    done = read(tmp_path, leads=LEADS)
    entry = Entry.objects.get(verb="file.imported")
    assert entry.subject_key == done.key
    assert {name: entry.codes[name] for name in ("kind", "read", "stored", "merged", "rejected")} == {
        "kind": "leads", "read": 5, "stored": 3, "merged": 0, "rejected": 2,
    }  # fmt: skip
    assert Words.objects.get(entry=entry).text == {"file": "leads.csv"}


def test_a_killed_import_goes_on_behind_the_last_part(tmp_path):
    rows = "".join(f"{n},p{n}@acme.example,web\n" for n in range(450))
    (tmp_path / "leads.csv").write_text("lead_id,email,source\n" + rows, "utf-8")
    exports = open_exports([tmp_path / "leads.csv"])
    made = importing.begin(exports, source=importing.source_for("files", at=NOON), at=NOON)

    class Killed(Exception):
        pass

    def killed(file: ImportFile) -> None:
        if file.read == 200:
            raise Killed

    with pytest.raises(Killed):
        importing.run_import(made, exports, clock=lambda: NOON, progress=killed)
    assert counts(made) == [("leads.csv", 200, 200, 0, 0)]
    made = importing.begin(exports, source=made.source, at=NOON, key=made.key)  # as after a restart
    done = importing.run_import(made, open_exports([tmp_path / "leads.csv"]), clock=lambda: NOON)
    # 450 rows are stored: had the first 200 been read twice, they would count as merged
    assert counts(done) == [("leads.csv", 450, 450, 0, 0)]
    assert done.finished_at == NOON
    assert Import.objects.count() == 1


def test_a_part_taken_by_another_changes_nothing(tmp_path):
    (file,) = read(tmp_path, leads=LEADS).files.all()
    importing.take(file, 0, [], at=NOON)
    file.refresh_from_db()
    assert file.read == 5


def test_one_row_that_cannot_be_stored_does_not_take_its_neighbours_with_it():
    def spend(line: int, impressions: int) -> Made:
        on = date(2026, 1, line)
        return Made(line, [str(impressions)], (SpendRecord(channel="web", on=on, amount=Decimal(line), impressions=impressions),))

    rows = [spend(2, 10), spend(3, 10**30), spend(4, 12)]  # 31 digits fit no column of whole numbers
    fate = fates.fate_of(rows, importing.source_for("files", at=NOON), NOON)
    assert (fate.stored, fate.merged, [row.line for row in fate.refused]) == (2, 0, [3])
    assert "could not be stored" in fate.refused[0].problem
    assert sorted(Spend.objects.values_list("amount", flat=True)) == [2, 4]


def test_a_file_of_rates_is_known_by_its_columns_and_a_row_that_is_none_is_refused_alone(tmp_path):
    head = "currency,date,rate,to\n"
    text = head + "USD,2026-03-02,0.92,EUR\nUSD,2026-03-02,0.92,EUR\nJPY,2026-03-02,0.0061,EUR\nGBP,2026-03-02,-1,EUR\nGBP,,1.2,EUR\n"
    done = read(tmp_path, january=text)
    assert counts(done) == [("january.csv", 5, 2, 1, 2)]
    assert list(ExchangeRate.objects.order_by("currency").values_list("currency", "rate")) == [
        ("JPY", Decimal("0.0061")), ("USD", Decimal("0.92")),
    ]  # fmt: skip
    problems = [row.problem for row in RefusedRow.objects.order_by("number")]
    assert "-1 is not a rate" in problems[0]
    assert "a rate needs a currency, a day" in problems[1]
    assert ImportFile.objects.get(pk=done.files.get().pk).kind == "rates"


def test_kinds_without_a_place_and_files_that_are_no_table_are_counted_and_said(tmp_path):
    (tmp_path / "empty.csv").write_text("", "utf-8")
    (tmp_path / "products.csv").write_text("product,series,sales_price\nGTX,G,550\nMG,M,55\n", "utf-8")
    done = run(open_exports([tmp_path / "empty.csv", tmp_path / "products.csv"]))
    assert counts(done) == [("empty.csv", 0, 0, 0, 0), ("products.csv", 2, 0, 0, 2)]
    assert "deals name theirs" in done.files.get(name="products.csv").problem
    assert "is empty" in done.files.get(name="empty.csv").problem


def test_ids_mean_the_same_within_one_source_only(tmp_path):
    text = "lead_id,source\n7,web\n"
    read(tmp_path, "HubSpot", leads=text)
    assert counts(read(tmp_path, "Pipedrive", leads=text)) == [("leads.csv", 1, 1, 0, 0)]
    assert Person.objects.count() == 2


def test_a_source_with_a_write_key_takes_no_files():
    Source.objects.create(name="site", kind="browser", write_key_hash="x", made_at=NOON)
    with pytest.raises(importing.NotForImports, match="choose another name"):
        importing.source_for("site", at=NOON)


def test_cells_no_database_keeps_are_written_out():
    assert storable(["plain", "grün", "a\0b", "caf\udce9"]) == ["plain", "grün", "a\\x00b", "caf\\xe9"]


def test_a_refused_row_of_bytes_that_are_no_text_is_kept(tmp_path):
    (tmp_path / "leads.csv").write_bytes(b"lead_id,email,source\n1,a@x.example,web\n2,caf\xe9 \xc3\xa9@,web\n")
    done = run(open_exports([tmp_path / "leads.csv"]))
    assert sum(done.files.values_list("rejected", flat=True)) == RefusedRow.objects.count()
    assert all("\udce9" not in cell for row in RefusedRow.objects.all() for cell in row.cells)


@pytest.mark.needs_shared
def test_public_deals_arrive_with_outcome_amount_and_owner(shared, tmp_path):
    folder = shared / "data" / "maven_crm"
    lines = (folder / "sales_pipeline.csv").read_text("utf-8").splitlines(keepends=True)[:401]
    (tmp_path / "sales_pipeline.csv").write_text("".join(lines), "utf-8")
    done = run(open_exports([tmp_path / "sales_pipeline.csv", folder / "sales_teams.csv"]))
    rows = list(csv.DictReader(lines))
    outcomes = Counter({"Won": "won", "Lost": "lost"}.get(row["deal_stage"], "open") for row in rows)
    assert Counter(Opportunity.objects.values_list("outcome", flat=True)) == outcomes
    won = Opportunity.objects.filter(outcome="won").aggregate(total=Sum("amount"))["total"]
    assert won == sum(int(row["close_value"]) for row in rows if row["deal_stage"] == "Won")
    assert Counter(Opportunity.objects.values_list("owner__name", flat=True)) == Counter(row["sales_agent"] for row in rows)
    assert [(read, stored) for _, read, stored, _, _ in counts(done)] == [(400, 400), (23, 23)]
