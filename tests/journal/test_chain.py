"""The chain: what is changed, left out, put between or turned round is found, and at which entry."""

import hashlib

import pytest

from treaty.journal.chain import BEGINNING, BrokenChain, entry_hash, verify_chain


def chain(count, *, first=1, prev=BEGINNING):
    entries = []
    for seq in range(first, first + count):
        fields = {
            "seq": seq, "verb": "handoff.made", "subject_kind": "handoff", "subject_key": f"k{seq}", "actor": "", "text_hash": "",
            "at_us": 1_767_225_600_000_000 + seq, "agreement": "a" * 64, "codes": {"stage": "sales_accepted"}, "prev": prev,
        }  # fmt: skip
        prev = entry_hash(fields)
        entries.append({**fields, "hash": prev})
    return entries


def test_the_hash_is_that_of_the_canonical_text():
    written = b'{"a":1,"b":"x"}'
    assert entry_hash({"b": "x", "a": 1, "hash": "left out"}) == hashlib.sha256(written).hexdigest()


def test_an_unbroken_chain_gives_its_head():
    entries = chain(5)
    assert verify_chain(entries) == (5, entries[-1]["hash"])
    assert verify_chain(entries[3:], after=(3, entries[2]["hash"])) == (5, entries[-1]["hash"])
    assert verify_chain(entries[2:]) == (5, entries[-1]["hash"])  # an excerpt


def without_codes(entries):
    del entries[2]["codes"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda e: e[2].update(verb="handoff.lost"), "entry 3 was changed"),
        (lambda e: e[2].update(hash="0" * 64), "entry 3 was changed"),
        (lambda e: e[2].update(prev=e[1]["prev"]), "entry 3 does not continue"),
        (lambda e: e.pop(2), "entry 3 is missing"),
        (lambda e: e.insert(3, e[2]), "entry 4 is missing: 3 follows 3"),
        (lambda e: e.__setitem__(slice(1, 3), [e[2], e[1]]), "entry 2 is missing: 3 follows 1"),
        (lambda e: e[2].update(codes={"share": 0.5}), "entry 3: 0.5 is float"),
        (lambda e: e[2].update(note="more"), "has not exactly the fields"),
        (without_codes, "has not exactly the fields"),
        (lambda e: e[0].update(prev="1" * 64), "entry 1 does not continue"),
        (lambda e: e.clear(), "the chain has no entry"),
    ],
)
def test_a_spoiled_chain_is_refused_at_its_first_fault(spoil, says):
    entries = chain(5)
    spoil(entries)
    with pytest.raises(BrokenChain, match=says):
        verify_chain(entries)


def test_the_end_cut_off_shows_only_against_a_head_kept_elsewhere():
    entries = chain(5)
    head = verify_chain(entries)
    assert verify_chain(entries[:4]) != head
