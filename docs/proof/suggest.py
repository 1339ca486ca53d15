"""Suggestions for 20 demo companies whose causes are known, with leaks and noise planted: what was found, and every fault. From the project."""

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
os.environ["TREATY_HOME"] = tempfile.mkdtemp(prefix="treaty-proof-")
import django

django.setup()
from tests.pilot import test_suggest_demo as demo

from treaty.pilot.suggesting.ranking import EXPLAINED, GONE, HOLDS, UNSURE

wrong, often = 0, Counter()
first, last = int(sys.argv[1]), int(sys.argv[2])
seeds, leads = range(first, last + 1), demo.LEADS
for seed in seeds:
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = demo.suggested(seed, Path(folder), leads)
    faults, causes = demo.faults(found), demo.causes_found(found)
    wrong += bool(faults)
    often.update(causes)
    by = {verdict: [one.signal.says for one in found.told if one.ranked.verdict == verdict] for verdict in (HOLDS, EXPLAINED, GONE, UNSURE)}
    print(
        f"seed {seed:2}: {found.enough.closed:,} leads closed, {found.enough.won} won; {found.tried} signals of {found.questions} questions,"
        f" {len(by[EXPLAINED])} explained, {len(by[GONE])} gone ({time.perf_counter() - begin:.0f} s)"
    )
    print(f"  holds: {'; '.join(by[HOLDS])}")
    print(f"  unsure: {'; '.join(by[UNSURE]) or 'none'}; gone: {'; '.join(by[GONE]) or 'none'}")
    print(f"  refused: {', '.join(one.name for one in found.verdicts if not one.is_used and not one.left_out)}")
    if found.chosen is not None:
        point = found.points[found.chosen]
        won, now = point.later.won, found.now.later.won
        print(f"  marked: {point.a_week:.0f} a week (sales works {found.capacity:g}), later won {won.k:g} of {won.n:g};"
              f" now {found.now.a_week:.0f} a week, later won {now.k:g} of {now.n:g}")  # fmt: skip
    print(f"  {'; '.join(faults) if faults else 'no fault'}; not found: {', '.join(sorted(demo.CAUSES.keys() - causes)) or 'none'}", flush=True)
print(f"{len(seeds) - wrong} of {len(seeds)} without a fault: no decoy and no noise believed, every leak refused, nothing honest refused")
for cause in demo.CAUSES:
    print(f"{often[cause]:2} of {len(seeds)} found: {cause}")
