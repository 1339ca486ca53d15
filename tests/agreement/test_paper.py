"""The contract on paper: what stands on it, that it is the same each time, that what people wrote is shown and never run."""

import io
import re

import pypdf
import pytest

from tests.parties import BEGAN, DAY, EXAMPLE, GIVEN, HOUR, parties
from treaty.agreement import actions, remarks
from treaty.agreement.document import load
from treaty.agreement.models import Signature, Version
from treaty.agreement.paper import paper_of, paper_of_draft
from treaty.agreement.printing import NotPrinted, as_pdf
from treaty.agreement.queries import Damaged
from treaty.agreement.typesetting import is_known

pytestmark = pytest.mark.django_db
REASON = "March was calm: nine of ten can be kept."
LATER = EXAMPLE.replace("effective: 2026-01-01", "effective: 2026-03-01").replace("in: 85%\n", "in: 90%\n")
LOOK = {"seal": "", "colours": dict.fromkeys(
    ("ink", "ink-2", "ink-3", "sheet-rule", "marketing", "sales", "shared-text", "sunk"), "#123456")}  # fmt: skip
EVIL = r"""O'Neil #panic("x") $1^2$ \ @ref *b* _i_ "q" // `r` <a> = #read("/etc/passwd") ~"""


@pytest.fixture
def people():
    return parties()


class Printed(str):
    """The words of a paper; where a line breaks does not matter."""

    def __contains__(self, said: object) -> bool:
        return squeezed(str(said)) in squeezed(self)


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


def printed(paper) -> list[Printed]:
    """The words of each page."""
    pages = pypdf.PdfReader(io.BytesIO(as_pdf({**paper, **LOOK}))).pages
    return [Printed(page.extract_text()) for page in pages]


def test_a_signed_version_says_who_signed_when_and_how_to_check_it(people):
    version = people.in_force()
    pages = printed(paper_of(version))
    words = Printed(" ".join(pages))
    for said in (
        "Halden Instruments, sales and marketing",
        "Signed by both, word for word the same",
        "Version 1, proposed by Mira Lang on 15 December 2025, 13:00.",
        "In force from 1 January 2026, 00:00.",
        "Mira Lang, for marketing",
        "Signed 15 December 2025, 15:00, Berlin",
        "at least 3 content downloads in the last 30 days",
        "or by treaty agreement export; the receipt a side kept when it signed, receipt-1.json; the file verify.py",
        "python verify.py treaty-agreement-1.zip --receipt receipt-1.json",
        "message-house.yaml, by its hash",
        *(row.signature[:64] for row in Signature.objects.all()),
        *(row.key.public_key for row in Signature.objects.all()),
    ):
        assert said in words, said
    assert version.hash in words
    assert [f"page {n} of {len(pages)}" in page and version.hash[:12] in page for n, page in enumerate(pages, 1)] == [True] * len(pages)


def test_articles_and_clauses_are_numbered_as_on_the_page(people):
    words = Printed(" ".join(printed(paper_of(people.in_force()))))
    assert "6 What we promise each other (a)" in words
    assert "(i) at least 3 content downloads" in words
    behind = Printed(words.partition("Kept with this contract")[2])
    assert "not yet carried out by this release of Treaty" in behind
    assert "Pay: statements of variable pay." in behind


def test_an_amendment_gives_its_reason_and_what_it_changes_in_words(people):
    people.in_force()
    version = actions.propose(LATER, by=people.sam, at=BEGAN + DAY, reason=REASON, given=GIVEN)
    paper = paper_of(version)
    words = Printed(" ".join(printed(paper)))
    assert f"Why it amends version 1 {REASON}" in words
    assert "To be signed by both, word for word the same" in words
    assert squeezed(words).count("Notsignedyet.") == 2
    assert "What changes against version 1" in words
    assert [one["number"] for one in paper["changes"]] == [6, 12]
    pieces = [piece for one in paper["changes"][0]["clauses"] for piece in one["pieces"]]
    assert [(text, how) for text, how in pieces if how != "same"] == [("85", "removed"), ("90", "added")]


def test_the_same_state_gives_the_same_bytes_whenever_they_are_asked_for(people, monkeypatch):
    from treaty.agreement import printing

    paper = {**paper_of(people.in_force()), **LOOK}
    first = as_pdf(paper)
    printing._set.cache_clear()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert as_pdf(paper) == first
    made = pypdf.PdfReader(io.BytesIO(first)).metadata
    assert made.creation_date.isoformat() == "2025-12-15T14:00:00+00:00"  # the last signature, two hours after it was proposed
    assert made.title == "Halden Instruments, sales and marketing, version 1"


def test_another_signature_gives_another_paper(people):
    version = actions.propose(EXAMPLE, by=people.mira, at=BEGAN, given=GIVEN)
    before = as_pdf({**paper_of(version), **LOOK})
    actions.sign(version, by=people.sam, passphrase="seven grey herons at the weir", at=BEGAN + HOUR)
    assert as_pdf({**paper_of(version), **LOOK}) != before


def test_words_of_people_are_shown_as_typed_and_never_run(people):
    """As markup they would panic, do sums, name a label, read a file."""
    people.mira.name = EVIL
    people.mira.save()
    version = people.in_force()
    Version.objects.filter(pk=version.pk).update(reason=EVIL)
    version.refresh_from_db()
    words = Printed(" ".join(printed(paper_of(version))))
    assert squeezed(words).count(squeezed(EVIL)) >= 3  # as a party, under its line, as a reason
    assert "root:" not in words


def test_the_template_finds_no_file_and_no_network():
    """Were a word run after all, there would be nothing to read: the root is an empty folder."""
    from importlib.resources import files

    source = (files("treaty.agreement") / "contract.typ").read_text()
    assert re.findall(r"\b(?:read|include|import|csv|yaml|toml|xml|cbor|eval|plugin)\b *\(?[\"(]", source) == []


def test_letters_the_fonts_lack_are_looked_for_on_the_machine():
    assert is_known("Łódź, Ποσειδών, Москва: 85 % – “so” € → ≥")
    assert not is_known("山田")


def test_what_was_asked_and_how_it_was_settled_goes_with_it(people):
    version = actions.propose(EXAMPLE, by=people.mira, at=BEGAN, given=GIVEN)
    row = remarks.remark(version, "goals.speed", "Why #24 hours?", by=people.sam, at=BEGAN + HOUR, is_question=True)
    remarks.remark(version, "goals.speed", "A mere remark.", by=people.sam, at=BEGAN + HOUR)
    remarks.answer(row, "As measured.", by=people.mira, at=BEGAN + HOUR)
    open_words = Printed(" ".join(printed(paper_of(version))))
    assert "On article 1 (e), Sam Okafor, 15 December 2025, 14:00 Why #24 hours?" in open_words
    assert "Mira Lang: As measured." in open_words
    assert "Open: nobody can sign before it is settled." in open_words
    assert "A mere remark." not in open_words
    remarks.settle(row, "24 hours, for a quarter.", by=people.rui, at=BEGAN + 2 * HOUR)
    words = Printed(" ".join(printed(paper_of(version))))
    assert "Settled by Rui Costa, 15 December 2025, 15:00: 24 hours, for a quarter." in words


def test_a_draft_is_marked_and_has_no_lines_that_look_signed(people):
    draft = actions.save_draft(EXAMPLE, by=people.mira, at=BEGAN)
    terms = load(EXAMPLE).terms
    pages = printed(paper_of_draft(draft, terms, ""))
    words = Printed(" ".join(pages))
    assert "Draft, nobody has signed it. Saved by Mira Lang on 15 December 2025, 13:00." in words
    assert all("nobody has signed it" in page for page in pages)
    assert squeezed(words).count("Notsignedyet.") == 2
    assert "Its hash is made when it is proposed" in words
    assert "verify.py" not in words


def test_a_withdrawn_version_says_that_nobody_can_sign_it(people):
    version = actions.propose(EXAMPLE, by=people.mira, at=BEGAN, given=GIVEN)
    actions.withdraw(version, by=people.mira, at=BEGAN + DAY)
    version.refresh_from_db()
    paper = paper_of(version)
    assert (paper["stamp"], paper["status"][1]) == ("withdrawn", "Taken back on 16 December 2025, 13:00: nobody can sign it any more.")


@pytest.mark.parametrize("what", ["bytes", "signature", "document"])
def test_nothing_is_printed_of_what_was_changed_beside_treaty(people, what):
    version = people.in_force()
    changes = {
        "bytes": lambda: Version.objects.update(signed_bytes=bytes(version.signed_bytes).replace(b"85%", b"15%")),
        "signature": lambda: Signature.objects.filter(side="sales").update(signature="00" * 64),
        "document": lambda: Version.objects.update(text=EXAMPLE.replace("85%", "15%")),
    }
    changes[what]()
    version.refresh_from_db()
    with pytest.raises(Damaged):
        paper_of(version)


def test_what_cannot_be_set_says_so_in_a_sentence(people):
    paper = paper_of(people.in_force())
    with pytest.raises(NotPrinted, match="print its page from the browser instead"):
        as_pdf({**paper, **LOOK, "seal": "<svg no drawing"})
