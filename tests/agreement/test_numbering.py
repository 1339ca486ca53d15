"""How clauses are numbered: letters, and within a clause small Roman numbers."""

import pytest

from treaty.agreement.numbering import label


@pytest.mark.parametrize(
    ("place", "depth", "said"),
    [(0, 0, "(a)"), (25, 0, "(z)"), (26, 0, "(aa)"), (53, 0, "(bb)"), (0, 1, "(i)"), (3, 1, "(iv)"), (8, 2, "(ix)"), (48, 1, "(xlix)")],
)
def test_a_clause_is_a_letter_and_what_it_lists_a_roman_number(place, depth, said):
    assert label(place, depth) == said
