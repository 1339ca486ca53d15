"""Learning a score from 100,000 leads with 30 columns: seconds of the library and of the whole command, and peak memory.

    python scripts/bench_score.py --rows 100000 --reps 3

Ten numbers, ten columns of levels, five of yes and no, two leaks, a date, an id and free text; a fifth converts. Each repetition is a
process of its own. `learning` is `train` on an Arrow table, `command` is `treaty score train` on a CSV file, its start and reading
included; `scoring` is `treaty score apply` on the same file. All with one thread for sums, as the command has it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy loads
import numpy as np
import pyarrow as pa
from pyarrow import csv

sys.path.insert(0, str(Path(__file__).parents[1]))


def made(rows: int) -> pa.Table:
    draw = np.random.default_rng(7)
    numbers = [np.round(draw.gamma(1 + at / 4, 20, rows), 1) for at in range(10)]
    levels = [draw.choice(5 + 3 * at, rows, p=_falling(5 + 3 * at)) for at in range(10)]
    truths = [draw.random(rows) < 0.1 + at / 8 for at in range(5)]
    odds = -2.9 + sum(np.minimum(one, 80) / 60 * weight for one, weight in zip(numbers, (0.9, 0.6, 0.3, 0.2, -0.4), strict=False))
    odds = odds + sum((one % 4 - 1) * 0.3 for one in levels[:4]) + 0.5 * truths[0]
    won = draw.random(rows) < 1 / (1 + np.exp(-odds))
    days = np.datetime64("2025-01-01") + draw.integers(0, 360, rows)
    return pa.table(
        {
            "lead": [f"L{at:07d}" for at in range(rows)],
            "came": pa.array(days),
            **{f"number {at}": np.where(draw.random(rows) < 0.05, np.nan, one) for at, one in enumerate(numbers)},
            **{f"level {at}": np.char.add("value ", one.astype(str)) for at, one in enumerate(levels)},
            **{f"truth {at}": np.where(one, "yes", "no") for at, one in enumerate(truths)},
            "last activity": np.where(won & (draw.random(rows) < 0.7), "meeting", draw.choice(["mail", "call"], rows)),
            "deal value": np.where(won, draw.integers(1, 900, rows), 0),
            "words": [f"said {a} and {b}" for a, b in draw.integers(0, 10**6, (rows, 2))],
            "converted": won.astype(np.int64),
        },
    )


def _falling(count: int) -> np.ndarray:
    parts = 1 / np.arange(1, count + 1)
    return parts / parts.sum()


def one(name: str, rows: int) -> None:
    table = made(rows)
    if name == "learning":
        from treaty.qualification.learning.model import Asked
        from treaty.qualification.learning.train import train

        begin, cpu = time.perf_counter(), time.process_time()
        auc = train(table, Asked("converted", time="came")).figures.auc.value
        seconds, busy, memory = time.perf_counter() - begin, time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    else:
        with tempfile.TemporaryDirectory() as folder:
            leads, model, out = (Path(folder, file) for file in ("leads.csv", "m.json", "out.csv"))
            csv.write_csv(table, leads)
            treaty = str(Path(sys.executable).with_name("treaty"))
            learn = [treaty, "score", "train", str(leads), "--outcome", "converted", "--model", str(model), "--time", "came", "--json"]
            apply = [treaty, "score", "apply", str(leads), "--model", str(model), "--out", str(out)]
            if name == "scoring":
                subprocess.run(learn, check=True, capture_output=True)  # noqa: S603 itself
            begin, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(apply if name == "scoring" else learn, check=True, capture_output=True)  # noqa: S603 itself
            seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
            busy, memory = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss
            auc = float(json.loads(model.read_text(encoding="utf-8"))["figures"]["auc"]["value"])
    print(json.dumps({"s": seconds, "cpu": busy, "mb": memory / 1024, "auc": auc}))


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--rows", type=int, default=100_000)
    words.add_argument("--reps", type=int, default=3)
    words.add_argument("--one", default="")
    said = words.parse_args()
    if said.one:
        one(said.one, said.rows)
        return
    columns = len(made(1000).column_names)
    print(f"{said.rows:,} leads with {columns} columns, median of {said.reps}")
    runs: dict[str, list[dict[str, float]]] = {"learning": [], "command": [], "scoring": []}
    for _ in range(said.reps):
        for name, kept in runs.items():
            command = [sys.executable, __file__, "--one", name, "--rows", str(said.rows)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 itself
            kept.append(json.loads(done.stdout.splitlines()[-1]))
    for name, kept in runs.items():
        middle = sorted(kept, key=lambda run: run["s"])[len(kept) // 2]
        print(f"{name:9} {middle['s']:6.1f} s  {middle['cpu']:6.1f} s of processor  {middle['mb']:6.0f} MB   AUC {middle['auc']:.3f}")


if __name__ == "__main__":
    main()
