"""One run of a peer for bench_attribution.py, in the peers' own environment: `bench_peers.py CASE FOLDER` prints its time as JSON."""

# mypy: ignore-errors
import json
import sys
import time
from pathlib import Path

PATHS = """
copy (with p as (select journey, string_agg(channel, ' > ' order by "at") as path from '{touches}' group by journey)
  select path, count(*) filter (n > 0) as won, sum(value) as worth, count(*) filter (n = 0) as lost
  from p join '{journeys}' using (journey) group by path) to '{paths}' (format parquet)
"""
RULES = ("first_click", "last_click", "linear", "position_based", "time_decay")


def main(case: str, folder: Path) -> None:
    files = {name: str(folder / f"{name}.parquet") for name in ("touches", "journeys", "paths")}
    run = {"prepare": prepare, "ca": channel_attribution, "mam": mam, "mta": mta}[case.split("_", maxsplit=1)[0]](files, case)
    begun, spent = time.perf_counter(), time.process_time()
    run()
    wall, spent = time.perf_counter() - begun, time.process_time() - spent
    print(json.dumps({"wall": wall, "cpu": spent, "mb": held()}))


def prepare(files, _case):
    import duckdb

    link = duckdb.connect(config={"threads": 2, "memory_limit": "8GB"})
    return lambda: link.execute(PATHS.format(**files))


def paths_of(files):
    import pandas as pd

    found = pd.read_parquet(files["paths"])
    found["path"] = found["path"].astype(object)
    return found


def channel_attribution(files, case):
    import ChannelAttribution as ca

    found = paths_of(files)
    if case == "ca_rules":  # first, last, linear
        return lambda: ca.heuristic_models(found, "path", "won", var_value="worth", sep=">", flg_pro=False)
    more = {"var_null": "lost", "out_more": True, "ncore": 2, "verbose": False}
    return lambda: ca.markov_model(found, "path", "won", var_value="worth", sep=">", flg_pro=False, **more)


def mam(files, case):
    import polars as pl
    from mam import MAM

    def run():
        touches = pl.scan_parquet(files["touches"]).with_columns(pl.col("channel").cast(pl.Categorical))
        journeys = pl.scan_parquet(files["journeys"]).select("journey", "value", converted=pl.col("n") > 0)
        is_last = pl.col("at") == pl.col("at").max().over("journey")
        both = touches.join(journeys, on="journey").with_columns(value=pl.when(is_last).then("value").otherwise(0.0)).collect()
        names = {"datetime_colname": "at", "user_id_colname": "journey", "conversion_value_colname": "value"}
        made = MAM(both, "session", "channel", "converted", **names)
        return [getattr(made, f"run_{name}")() for name in (RULES if case == "mam_rules" else ("markov",))]

    return run


def mta(files, _case):
    from mta import MTA

    found = paths_of(files).rename(columns={"won": "total_conversions", "worth": "total_conversion_value", "lost": "total_null"})

    def run():
        MTA(found, allow_loops=True, add_timepoints=False).shapley(normalize=False)

    return run


def held():
    """The most memory this process ever held, in MB. What the system says of a child counts its parent's in."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
