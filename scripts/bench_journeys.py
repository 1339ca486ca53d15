"""Made-up journeys as two Parquet files, the same for every contender.

    .venv/bin/python scripts/bench_journeys.py FOLDER ROWS

touches.parquet, in the order of arrival: journey, at, channel · journeys.parquet: journey, n (1 when it converted), value, at,
lead_at. A fifth as many journeys as touches: geometric, 5 touches in the mean and 50 at most; 12 channels, a quarter of the
touches on the channel of the one before; 8 of 100 convert, by channel and length.
"""

import sys
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CHANNELS = ("direct", "email", "events", "linkedin", "organic", "outbound", "paid_search", "paid_social", "partner", "referral", "review")
CHANNELS = (*CHANNELS, "webinar")
PULL = np.array([0.2, 0.8, 2.2, 1.1, 0.9, 1.4, 1.0, 0.6, 1.8, 1.6, 2.0, 1.5])
"""How much more likely a touch of each channel makes a conversion."""
OFTEN = 1 / np.arange(1, 13) ** 0.8
DAY = 86_400_000_000
BEGIN = 1_672_531_200_000_000
"""2023-01-01."""
STEP = 400_000
US = pa.timestamp("us")


def make(folder: Path, rows: int) -> None:
    """Nothing when they are there already."""
    if (folder / "journeys.parquet").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    rng, count, unsorted = np.random.default_rng(7), rows // 5, folder / "unsorted.parquet"
    writers: list[pq.ParquetWriter] = []
    for first in range(0, count, STEP):
        tables = part(rng, first, min(STEP, count - first))
        writers = writers or [
            pq.ParquetWriter(folder / name, table.schema, compression="zstd")
            for name, table in zip(("unsorted.parquet", "journeys.new"), tables, strict=True)
        ]
        for writer, table in zip(writers, tables, strict=True):
            writer.write_table(table, row_group_size=250_000)
    for writer in writers:
        writer.close()
    link = duckdb.connect(config={"memory_limit": "6GB", "temp_directory": str(folder / "spill")})
    options = "format parquet, compression zstd, row_group_size 250000"
    link.execute(f"copy (from '{unsorted}' order by \"at\") to '{folder}/touches.parquet' ({options})")
    unsorted.unlink()
    (folder / "journeys.new").rename(folder / "journeys.parquet")


def part(rng: np.random.Generator, first: int, count: int) -> tuple[pa.Table, pa.Table]:
    """(touches, journeys) of `count` journeys, numbered from `first`."""
    n = np.minimum(rng.geometric(1 / 5, count), 50)
    total, begins = int(n.sum()), np.concatenate(([0], np.cumsum(n)[:-1]))
    place = np.arange(total) - np.repeat(begins, n)
    again = (rng.random(total) < 0.25) & (place > 0)
    came_from = np.maximum.accumulate(np.where(again, -1, np.arange(total)))
    channel = rng.choice(12, total, p=OFTEN / OFTEN.sum()).astype(np.int8)[came_from]
    gap = rng.exponential(5 * DAY, total).astype(np.int64) + 1_000_000
    gap[begins] = 0
    since = np.cumsum(gap)
    at = since - np.repeat(since[begins], n) + np.repeat(BEGIN + rng.integers(0, 3 * 365 * DAY, count), n)
    chance = np.add.reduceat(PULL[channel], begins) / n * (1 + 0.15 * np.log(n))
    converted = rng.random(count) < chance * 0.08 / chance.mean()
    value = np.where(converted, np.round(rng.lognormal(9.5, 1, count), 2), 0)
    last = at[begins + n - 1]
    journey = np.arange(first, first + count)
    names = pa.DictionaryArray.from_arrays(pa.array(channel), pa.array(CHANNELS))
    touches = pa.table({"journey": np.repeat(journey, n), "at": pa.array(at, US), "channel": names})
    ended = last + rng.exponential(DAY, count).astype(np.int64) + 1
    times = {"at": pa.array(ended, US), "lead_at": pa.array(at[begins + (n - 1) // 2], US)}
    return touches, pa.table({"journey": journey, "n": converted.astype(np.int8), "value": value, **times})


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2].replace("_", "")))
