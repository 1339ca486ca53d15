"""One run of ours, or of SQL by hand, for bench_attribution.py: `bench_contender.py CASE FOLDER` prints its time as JSON.

Twice: `wall` and `cpu` of the first time, `warm` and `warm_cpu` of the second, when what is asked has been asked before.
"""

# ruff: noqa: S608 a measurement, not the product

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

RULES = ["first_touch", "last_touch", "linear", "time_decay", "position_based", "w_shaped"]
MODELS = {"rules": RULES, "markov": ["markov"], "shapley": ["shapley"], "all": [*RULES, "markov", "shapley"]}

SCAN = """select count(*), sum(journey), max("at"), count(distinct channel) from '{touches}'"""
BASE = """
with t as (select t.journey, t."at", t.channel, j.value, j.lead_at,
    pow(0.5, (epoch_us(j."at") - epoch_us(t."at")) / 604800e6) as decay
  from '{touches}' t join (from '{journeys}' where n > 0) j using (journey) where t."at" <= j."at")
"""
RULES_SQL = (
    BASE
    + """
, a as (select journey, count(*) as n, min("at") as t1, max("at") as tn, max("at") filter ("at" <= lead_at) as tl, sum(decay) as all_decay
  from t group by journey)
, u as (select t.*, n, all_decay, "at" = t1 as is_first, "at" = tn as is_last, coalesce("at" = tl, false) as is_lead,
    0.3 + 0.3 + case when tl is null then 0 else 0.3 end as named, 1 + (n > 1)::int + coalesce(tl > t1 and tl < tn, false)::int as anchors
  from t join a using (journey))
, s as (select channel, value, is_first::int as first, is_last::int as last, 1.0 / n as linear, decay / all_decay as decay,
    case when n = 1 then 1.0 when n = 2 then 0.5 when is_first or is_last then 0.4 else 0.2 / (n - 2) end as position,
    (0.3 * is_first::int + 0.3 * is_lead::int + 0.3 * is_last::int
      + case when is_first or is_lead or is_last then 0.0 else 0.1 / (n - anchors) end)
      / (named + case when n > anchors then 0.1 else 0 end) as w from u)
select channel, sum(first), sum(value * first), sum(last), sum(value * last), sum(linear), sum(value * linear), sum(decay),
  sum(value * decay), sum(position), sum(value * position), sum(w), sum(value * w)
from s group by channel
"""
)
PLACED_SQL = (
    BASE.replace("select t.journey", "select t.journey, t.file_row_number as row").replace(
        "from '{touches}' t", "from read_parquet('{touches}', file_row_number = true) t"
    )
    + """
, p as (select *, row_number() over (partition by journey order by "at", row) as place from t)
, a as (select journey, count(*) as n, max(place) filter ("at" <= lead_at) as tl, sum(decay) as all_decay from p group by journey)
, u as (select p.*, n, all_decay, place = 1 as is_first, place = n as is_last, coalesce(place = tl, false) as is_lead,
    0.3 + 0.3 + case when tl is null then 0 else 0.3 end as named, 1 + (n > 1)::int + coalesce(tl > 1 and tl < n, false)::int as anchors
  from p join a using (journey))
"""
    + RULES_SQL[RULES_SQL.index(", s as") :]
)
"""As RULES_SQL, and of two touches of one moment the earlier row is the earlier touch, as ours has it."""
STEPS_SQL = """
select coalesce(before, '') as before, channel, count(*) as times
from (select channel, lag(channel) over (partition by journey order by "at") as before from '{touches}') group by 1, 2
"""
LAST_SQL = """
select channel, count(*) as times from (select t.journey, arg_max(channel, t."at") as channel
  from '{touches}' t join (from '{journeys}' where n > 0) j using (journey) group by 1) group by 1
"""
SHAPLEY_SQL = (
    BASE
    + """
, d as (select distinct journey, channel, value from t), k as (select journey, count(*) as many from d group by 1)
select channel, sum(1 / many), sum(value / many) from d join k using (journey) group by channel
"""
)


def main(case: str, folder: Path) -> None:
    files = {"touches": folder / "touches.parquet", "journeys": folder / "journeys.parquet"}
    run = ours(MODELS[case[5:]], files) if case.startswith("ours_") else by_hand(case, files)
    (wall, cpu), most = timed(run), held()
    warm, warm_cpu = timed(run)
    print(json.dumps({"wall": wall, "cpu": cpu, "mb": most, "warm": warm, "warm_cpu": warm_cpu}))


def timed(run: Callable[[], Any]) -> tuple[float, float]:
    begun, spent = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - begun, time.process_time() - spent


def ours(models: list[str], files: dict[str, Path]) -> Callable[[], Any]:
    import pyarrow as pa

    from treaty.attribution.library import attribute

    few = pa.table({"journey": [1, 1], "at": [1, 2], "channel": ["a", "b"]}), pa.table({"journey": [1], "at": [3], "value": [1.0]})
    attribute(*few, models=models)
    return lambda: attribute(files["touches"], files["journeys"], models=models)


def by_hand(case: str, files: dict[str, Path]) -> Callable[[], Any]:
    import duckdb

    link = duckdb.connect(config={"threads": 2, "memory_limit": "1GB"})
    link.execute("select 1").fetchall()

    def ask(statement: str) -> list[Any]:
        return link.execute(statement.format(**files)).fetchall()

    def markov() -> dict[str, float]:
        from treaty.attribution.chain import Chain, removal_effects, shares

        chain = Chain()
        for before, channel, times in ask(STEPS_SQL):
            chain.step((before,), channel, times)
        for channel, times in ask(LAST_SQL):
            chain.end((channel,), times)
        return shares(removal_effects(chain)[1])

    statements = {"scan": SCAN, "sql_rules": RULES_SQL, "sql_placed": PLACED_SQL, "sql_shapley": SHAPLEY_SQL}
    return markov if case == "sql_markov" else lambda: ask(statements[case])


def held() -> float:
    """The most memory this process ever held, in MB. What the system says of a child counts its parent's in."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
