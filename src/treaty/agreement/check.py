"""Contradictions between the parts of a document: what each part by itself cannot see."""

from dataclasses import replace

from treaty.agreement import check_conditions, check_economics, check_handoff, check_numbers, check_parties, check_promises, check_stages
from treaty.agreement.document import Loaded, Problem, load
from treaty.agreement.findings import Finding, Findings
from treaty.agreement.terms import Terms


def examine(raw: str | bytes) -> Loaded:
    """Read a document and look for contradictions. Never raises; `errors` must be empty before a version is proposed."""
    loaded = load(raw)
    if loaded.terms is None:
        return loaded
    problems = sorted(_problem(loaded, finding) for finding in check(loaded.terms))
    return replace(loaded, problems=(*loaded.problems, *problems))


def check(terms: Terms) -> Findings:
    """Every contradiction and every warning, part by part."""
    yield from check_parties.check(terms)
    yield from check_conditions.check(terms)
    yield from check_stages.check(terms)
    yield from check_handoff.check(terms)
    yield from check_promises.check(terms)
    yield from check_numbers.check(terms)
    yield from check_economics.check(terms)


def _problem(loaded: Loaded, finding: Finding) -> Problem:
    line, column = loaded.place(finding.path)
    return Problem(line, column, finding.path, finding.says, finding.way_out, finding.is_warning)
