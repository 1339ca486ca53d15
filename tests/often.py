"""How often a random test asks: some times in every run, many more with `make proof`, which sets TREATY_PROOF."""

import os
from typing import TypeVar

T = TypeVar("T")


def often(daily: T, proof: T) -> T:
    return proof if os.environ.get("TREATY_PROOF") else daily
