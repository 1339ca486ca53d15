"""Whatever is written, the answer is a list of problems or a contract, never a crash."""

import copy
import random

import pytest
from pydantic import ValidationError

from treaty.agreement import layout
from treaty.agreement.canonical import Bindings, as_data, needed, read, signed_bytes
from treaty.agreement.check import check, examine
from treaty.agreement.difference import as_text as difference_as_text
from treaty.agreement.difference import difference
from treaty.agreement.terms import Terms
from treaty.agreement.words import as_text
from treaty.agreement.yamltext import Unreadable

SIGNS = "{}[]:,-#&*!|>'\"%@ \n\t~0129abyn\u202eé€\u0000"


def spoil(text: str, rng: random.Random) -> str:
    """A few signs changed, put in or left out; a line moved."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(["", rng.choice(SIGNS)]) + text[at + rng.randint(0, 1) :]
    lines = text.splitlines()
    if rng.random() < 0.3:
        lines.insert(rng.randrange(len(lines)), lines.pop(rng.randrange(len(lines))))
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(40))
def test_a_spoiled_text_gives_problems_with_lines_or_terms(text, seed):
    spoiled = spoil(text, random.Random(seed))
    loaded = examine(spoiled)
    lines = loaded.text.count("\n") + 1
    assert loaded.terms is not None or loaded.errors
    assert all(1 <= problem.line <= lines + 1 and problem.says for problem in loaded.problems)
    try:
        layout.fmt(spoiled)
    except Unreadable:
        assert loaded.terms is None


def paths(data, path=()):
    for step in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        yield (*path, step)
        yield from paths(data[step], (*path, step))


def contradicted(data, rng: random.Random):
    """The same data with one or two parts left out or renamed, so that contradictions of every kind arise."""
    changed = copy.deepcopy(data)
    for path in rng.sample(list(paths(changed)), rng.randint(1, 2)):
        inner = changed
        try:
            for step in path[:-1]:
                inner = inner[step]
            if isinstance(inner[path[-1]], str) and rng.random() < 0.5:
                inner[path[-1]] += "x"
            else:
                del inner[path[-1]]
        except (KeyError, IndexError):
            continue  # within the part that was just left out
    return changed


def test_documents_full_of_contradictions_are_still_checked_and_read(halden):
    """What cannot be proposed can be drafted: the page shows the contract beside its faults."""
    rng, read_ones, kinds = random.Random(7), 0, set()
    for _ in range(120):
        try:
            terms = Terms.model_validate(contradicted(as_data(halden), rng))
        except ValidationError:
            continue
        read_ones += 1
        findings = list(check(terms))
        kinds |= {finding.path[0] for finding in findings}
        assert all(finding.says and finding.way_out for finding in findings)
        assert as_text(terms)
        assert difference_as_text(difference(halden, terms))
        wanted = needed(terms)
        given = Bindings(lists={name: ["x"] for name in wanted.lists}, files=dict.fromkeys(wanted.files, "e3" * 32))
        assert read(signed_bytes(terms, given)).terms == terms
    assert read_ones > 30
    assert len(kinds) > 5
