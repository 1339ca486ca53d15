"""A rehearsal counts what the import then does, however far apart repeats stand. Parts of three rows, so that few are needed."""

import random

import pytest

from tests.conftest import NOON
from treaty.connectors import importing
from treaty.connectors.files.exports import open_exports
from treaty.connectors.files.mapping import Mapping
from treaty.connectors.files.to_records import Made
from treaty.connectors.rehearsing import rehearse, rehearse_part
from treaty.connectors.repeats import Repeats
from treaty.truth.models import Account, Person, Source, Touch
from treaty.truth.records import AccountRecord, AccountRef, MemberRecord, OpportunityRecord, PersonRecord, PersonRef, TouchRecord

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HEAD = "lead_id,email,source,first_contact\n"


@pytest.fixture(autouse=True)
def parts_of_three(monkeypatch):
    monkeypatch.setattr(importing, "ROWS", 3)


def opened(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return open_exports([tmp_path / f"{name}.csv" for name in files], Mapping())


def rehearsed(exports):
    return {one.name: (one.read, one.stored, one.merged, one.rejected) for one in rehearse(exports, "files", clock=lambda: NOON)}


def imported(exports):
    run = importing.begin(exports, source=importing.source_for("files", at=NOON), at=NOON)
    done = importing.run_import(run, exports, clock=lambda: NOON)
    return {row[0]: row[1:] for row in done.files.values_list("name", "read", "stored", "merged", "rejected")}


def lead(number, email, on="2026-01-05"):
    return f"{number},{email},web,{on}\n"


def test_a_row_that_stands_again_far_below_is_merged(tmp_path):
    rows = [lead(1, "ada@acme.example"), *(lead(n, f"p{n}@acme.example") for n in range(2, 9)), lead(1, "ada@acme.example")]
    exports = opened(tmp_path, leads=HEAD + "".join(rows))
    assert rehearsed(exports) == {"leads.csv": (9, 8, 1, 0)}
    assert (Person.objects.count(), Touch.objects.count(), Source.objects.count()) == (0, 0, 0)
    assert imported(exports) == {"leads.csv": (9, 8, 1, 0)}


def test_what_was_refused_is_repeated_by_nobody():
    def user(line, role):
        return made(line, MemberRecord(email="new@halden.example", name="New", role=role))

    with Repeats() as known:
        first = rehearse_part([user(2, "nonsense")], "files", lambda: NOON, known)
        # within one part: the row that is refused comes first, the one it seems to be repeated by is stored
        second = rehearse_part([user(3, "nonsense"), user(4, "sales_rep"), user(5, "sales_rep")], "files", lambda: NOON, known)
        third = rehearse_part([user(6, "sales_rep")], "files", lambda: NOON, known)
    assert [(fate.stored, fate.merged, len(fate.refused)) for fate in (first, second, third)] == [(0, 0, 1), (1, 1, 1), (0, 1, 0)]


def test_what_is_there_already_is_merged_once(tmp_path):
    exports = opened(tmp_path, leads=HEAD + "".join(lead(n, f"p{n}@acme.example") for n in range(6)))
    imported(exports)
    more = opened(tmp_path, leads=HEAD + "".join(lead(n, f"p{n}@acme.example") for n in [*range(8), 7]))
    assert rehearsed(more) == imported(more) == {"leads.csv": (9, 2, 7, 0)}


@pytest.mark.parametrize("seed", range(8))
def test_random_files_are_counted_as_they_are_read(tmp_path, seed):
    draw = random.Random(seed)
    emails = [f"p{n}@{draw.choice(['acme', 'kessler', 'nord'])}.example" for n in range(6)] + ["", "nobody"]
    rows = [lead(draw.choice(["", *range(6)]), draw.choice(emails), draw.choice(["2026-01-05"] * 5 + ["2026-02-30"])) for _ in range(40)]
    more = [lead(draw.choice(["", *range(9)]), draw.choice(emails)) for _ in range(10)]
    exports = opened(tmp_path, leads=HEAD + "".join(rows), more=HEAD + "".join(more))
    assert rehearsed(exports) == imported(exports)
    assert Account.objects.count() <= 3


def made(line, *records):
    return Made(line, [], records)


def person(line, email="", external_id=""):
    return made(line, PersonRecord(ref=PersonRef(email=email, external_id=external_id)))


def test_a_systems_id_goes_before_an_address_nobody_had():
    with Repeats() as known:
        assert known.again([person(1, "ada@acme.example", "7")]) == set()
        # Ada's address has changed: the new one is hers too, by itself and with another id
        assert known.again([person(2, external_id="7"), person(3, "bo@acme.example", "7"), person(4, "Bo@acme.example", "8")]) == {2, 3, 4}
        assert known.again([person(5, external_id="8"), person(6, "cy@acme.example", "9")]) == {5}


def test_an_id_without_an_email_takes_the_first_that_is_named():
    with Repeats() as known:
        assert known.again([person(1, external_id="7"), person(2, "ada@acme.example", "7")]) == {2}


def test_a_visitor_of_somebody_elses_makes_nobody_known():
    def visitor(line, email, user):
        return made(line, PersonRecord(ref=PersonRef(email=email, user_id=user)))

    with Repeats() as known:
        assert known.again([visitor(1, "ada@acme.example", "u"), visitor(2, "bo@acme.example", "u"), visitor(3, "", "u")]) == {3}


def test_what_is_forgotten_was_never_said():
    with Repeats() as known:
        known.again([person(1, "ada@acme.example")])
        known.forget()
        assert known.again([person(1, "ada@acme.example")]) == set()
        known.keep()
        known.forget()
        assert known.again([person(2, "ada@acme.example")]) == {2}


def test_one_kind_never_repeats_another_and_a_deal_makes_its_account_known():
    deal = OpportunityRecord(external_id="7", account=AccountRef(name="Acme GmbH"))
    touch = TouchRecord(ref=PersonRef(email="ada@acme.example"), kind="page_view", occurred_at=NOON, message_id="7")
    with Repeats() as known:
        assert known.again([person(1, external_id="7"), made(2, touch), made(3, deal)]) == set()
        assert known.again([made(4, AccountRecord(ref=AccountRef(name="ACME"))), made(5, touch), made(6, deal)]) == {4, 5, 6}
        assert known.again([made(7, OpportunityRecord(external_id="8", account=AccountRef(name="Acme")))]) == set()
