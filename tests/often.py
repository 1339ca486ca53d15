"""How often a random test asks: some times in every run, many more with `make proof`, which sets TREATY_PROOF."""

import os


def often(daily: int, proof: int) -> int:
    return proof if os.environ.get("TREATY_PROOF") else daily
