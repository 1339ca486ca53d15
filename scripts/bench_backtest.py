"""What a back-test costs over a large lake: 1,000,000 people and 10,000,000 touches, made by statements straight into Parquet.

    .venv/bin/python scripts/bench_backtest.py [--people 1000000] [--touches 10000000] [--reps 3] [--keep FOLDER] [--report] [--lately]

Prints, per definition, how long it takes until the first moment of everybody is known, beside a plain scan of the columns of touches
and values it reads and the plain DuckDB statement of the same definition, asked in turn; ratios by the clock and by processor; whether both
find the same people at the same moments. --report: also the whole report of `treaty backtest`, first and once it was written.
--lately: instead of all that, what stands beside the forms of a draft: the last quarter of drafts of which one clause is another each time.
"""

# ruff: noqa: S608 statements of our own names

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY_US = 86_400_000_000
YEARS_US = 730 * DAY_US
KINDS = ["page_view"] * 10 + ["email_opened"] * 4 + ["content_download"] * 2 + ["webinar_attended", "pricing_page", "form_fill", "ad_click"]
TITLES = [f"title_{n:02}" for n in range(40)]


def statements(people: int, touches: int, now_us: int) -> dict[str, str]:
    """Of each table the statement that makes it. Five people an account; seven of ten touches of a person lie within two months; a
    person has a title and an account so many employees, half of them another one later."""
    start, listed = now_us - YEARS_US, [f"'{kind}'" for kind in KINDS]

    def some(seed: int, most: int) -> str:
        return f"(hash(i * 32 + {seed}) % {most})::bigint"  # of two seeds nothing follows from one for the other

    def facts(subject: str, field: str, text: str, number: str, at: str, n: str, first: int) -> str:
        return f"""select {first} + i as fact_id, i as stated_of_id, '{subject}' as subject, '{field}' as field, {text} as text,
            {number} as number, {at} as occurred_us, {at} as known_us, {at} as received_us, 1 as source_id, false as assumed
            from range({n}) t(i)"""

    busy = f"(hash({some(8, people)} * 32 + 14) % {YEARS_US - 60 * DAY_US})::bigint + {some(5, 60 * DAY_US)}"
    when = f"{start} + case when i % 10 < 7 then {busy} else {some(4, YEARS_US)} end"
    later = f"{start} + {some(11, YEARS_US)}"
    spread = f"sqrt(-2 * ln(({some(12, 1_000_000)} + 1) / 1000001.0)) * cos(6.283 * {some(13, 1_000_000)} / 1e6)"
    size = f"round(exp(3.8 + 1.4 * {spread}))"
    accounts = people // 5 + 1
    told = [
        facts("person", "title", f"'title_' || lpad({some(9, 40)}::varchar, 2, '0')", "null", str(start), str(people), 0),
        facts("person", "title", f"'title_' || lpad({some(10, 40)}::varchar, 2, '0')", "null", later, str(people // 2), people),
        facts("person", "account", "null", "(i // 5)::double", str(start), str(people), 2 * people),
        facts("account", "employees", "null", size, str(start), str(accounts), 3 * people),
        facts("account", "employees", "null", f"{size} * 1.2", later, str(accounts // 2), 4 * people),
    ]
    return {
        "people": f"select i as person_id, i // 5 as account_id, false as is_visitor from range({people}) t(i)",
        "sources": "select 1 as source_id, 'crm' as name, 'import' as kind",
        "facts": f"select * from ({' union all '.join(told)}) order by field, stated_of_id, occurred_us",
        "touches": f"""select i as touch_id, {some(8, people)} as seen_as_id, [{", ".join(listed)}][1 + {some(1, len(KINDS))}] as kind,
              {when} as occurred_us, {when} as known_us
            from range({touches}) t(i) order by 2, 4""",
    }


CHOSEN = TITLES[::5]
SELECTIVE = {
    "all": [
        {"touches": {"kind": "content_download", "at_least": 2, "within": "30 days"}},
        {"touches": {"kind": "pricing_page"}},
        {"account": {"employees": {"at_least": 50}}},
        {"person": {"title": {"in": CHOSEN}}},
    ]
}
DEFINITIONS: dict[str, dict[str, Any]] = {
    "AND, selective": SELECTIVE,
    "AND, broad": {
        "all": [
            {"touches": {"kind": "page_view", "at_least": 3, "within": "30 days"}},
            {"touches": {"kind": "pricing_page"}},
            {"account": {"employees": {"at_least": 1}}},
        ]
    },
    "tree, selective": {
        "any": [SELECTIVE, {"all": [{"person": {"title": {"is": TITLES[0]}}}, {"touches": {"kind": "form_fill", "at_least": 2}}]}]
    },
    "tree, broad": {
        "any": [
            {"touches": {"kind": "page_view", "at_least": 3, "within": "30 days"}},
            {"touches": {"kind": "pricing_page", "at_least": 2}},
        ]
    },
}
SCAN = """select * from
  (select count(*), max(person_id), max(occurred_us), max(known_us), count(*) filter (kind = 'pricing_page') from {space}.touches),
  (select count(*), max(subject_id), max(occurred_us), max(known_us), max(number), max(text), max(subject) from {space}.facts where field in
  ('account', 'employees', 'title'))"""


def plain(windowed: str, times: int, accounts: str, titles: str) -> str:
    """The interval form by hand, as in the facts on performance: values in force, then touches of who is left, then the first overlap."""
    later = "coalesce(lead(occurred_us) over (partition by subject_id order by occurred_us, fact_id), 9e18::bigint) as e"
    known = "person_id in (select person_id from m)" + (" and person_id in (select person_id from q)" if titles else "")
    start, end, join = "greatest(d.s, v.s, m.s)", "least(d.e, m.e)", ""
    of_title = ""
    if titles:
        start, end, join = "greatest(d.s, v.s, m.s, q.s)", "least(d.e, m.e, q.e)", "join q using (person_id)"
        of_title = f"""p as (select subject_id as person_id, occurred_us as s, text, {later} from {{space}}.facts
          where subject = 'person' and field = 'title'), q as (select person_id, s, e from p where {titles}),"""
    return f"""
      with a as (select subject_id as account_id, occurred_us as s, number as size, {later} from {{space}}.facts
          where subject = 'account' and field = 'employees'),
      m as (select f.subject_id as person_id, greatest(f.occurred_us, a.s) as s, a.e from {{space}}.facts f
          join a on a.account_id = f.number::bigint where f.subject = 'person' and f.field = 'account' and {accounts}),
      {of_title}
      x as (select person_id, occurred_us as ts, kind from {{space}}.touches where kind in ('{windowed}', 'pricing_page') and {known}),
      v as (select person_id, min(ts) as s from x where kind = 'pricing_page' group by 1),
      d as (select person_id, ts as s, lag(ts, {times - 1}) over (partition by person_id order by ts) + 30 * {DAY_US} as e
          from x where kind = '{windowed}')
      select person_id, min({start}) as at_us from d join v using (person_id) join m using (person_id) {join}
      where d.e is not null and {start} < {end} group by 1"""


PLAIN = {
    "AND, selective": plain("content_download", 2, "size >= 50", f"text in ({', '.join(repr(one) for one in CHOSEN)})"),
    "AND, broad": plain("page_view", 3, "size >= 1", ""),
}


def timed(ask: Callable[[], Any]) -> tuple[float, float, Any]:
    began, worked = time.perf_counter(), time.process_time()
    found = ask()
    return time.perf_counter() - began, time.process_time() - worked, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--touches", type=int, default=10_000_000)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="where the lake is, or is made")
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--lately", action="store_true")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    state = tempfile.TemporaryDirectory(prefix="treaty-bench-")  # the report names people: of a database without any
    os.environ["TREATY_HOME"] = state.name
    import django

    django.setup()
    from bench_numbers import write_lake

    from treaty.engine.lake import open_lake
    from treaty.moments import to_us

    with tempfile.TemporaryDirectory() as work:
        home = asked.keep or Path(work)
        if not (home / "lake" / "manifest.json").exists():
            write_lake(home / "lake", statements(asked.people, asked.touches, to_us(NOW)), NOW)
        lake = open_lake(home)
        if asked.lately:
            looks(lake)
            return
        for name, definition in DEFINITIONS.items():
            compare(lake, name, definition, asked.reps)
        if asked.report:
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            reports(lake)


def document(definition: dict[str, Any], name: str) -> Any:
    """The example with this definition of the stage at which sales takes over."""
    from dataclasses import replace
    from importlib.resources import files

    from treaty.agreement.conditions import Condition
    from treaty.agreement.document import load
    from treaty.pilot.replayed import of_draft

    terms = load((files("treaty.agreement") / "examples/halden.yaml").read_text()).terms
    stage = terms.stages["marketing_qualified"].model_copy(update={"enter": Condition.model_validate(definition), "shortcuts": []})
    return replace(of_draft(terms.model_copy(update={"stages": {**terms.stages, "marketing_qualified": stage}})), name=name)


def looks(lake: Any) -> None:
    """Each look is at a draft nobody asked for before; the first of a lake also works out the other document."""
    from treaty.pilot.lately import lately

    old = document(DEFINITIONS["tree, selective"], "version 1")
    for name, way in (("first of this lake", SELECTIVE), ("AND, selective", SELECTIVE), ("AND, broad", DEFINITIONS["AND, broad"])):
        took = []
        for size in range(1, 2 if name.startswith("first") else 8):
            changed = {"all": [*way["all"], {"account": {"employees": {"at_least": size + len(name)}}}]}
            new = document({"any": [changed, *DEFINITIONS["tree, selective"]["any"][1:]]}, "the draft")
            took.append(timed(lambda new=new: lately(lake, new, old))[:2])
        walls, cpus = ([1000 * each for each in column] for column in zip(*took, strict=True))
        print(
            f"lately, {name:20} median {statistics.median(walls):5.0f} ms, most {max(walls):5.0f} ms ({statistics.median(cpus):5.0f} cpu)",
            flush=True,
        )


def entries_of(lake: Any, definition: dict[str, Any]) -> Any:
    """The expression a back-test asks."""
    from treaty.agreement.conditions import Condition
    from treaty.moments import to_us
    from treaty.qualification.counters import Definition
    from treaty.qualification.measures import first_held
    from treaty.qualification.replaying import history

    asked = Definition(Condition.model_validate(definition))
    return first_held(asked, history(lake, asked, "Europe/Berlin", (to_us(NOW) - YEARS_US, to_us(NOW))))


def compare(lake: Any, name: str, definition: dict[str, Any], reps: int) -> None:
    from treaty.engine import duck

    on, space = duck.cursor(lake.folder), lake.manifest.space
    ours = duck.sql(entries_of(lake, definition))
    ways = {"scan": SCAN.format(space=space), "ours": ours} | ({"plain": PLAIN[name].format(space=space)} if name in PLAIN else {})
    took: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    answers: dict[str, Any] = {}
    for _ in range(reps + 1):  # the first round warms the files
        for way, text in ways.items():
            wall, cpu, answers[way] = timed(lambda text=text: on.execute(text).to_arrow_table())
            took[way].append((wall, cpu))
    middle = {way: [statistics.median(each) for each in zip(*rounds[1:], strict=True)] for way, rounds in took.items()}
    told = "  ".join(f"{way} {wall:6.3f} s ({cpu:6.3f} cpu)" for way, (wall, cpu) in middle.items())
    ratios = [f"{middle['ours'][place] / middle['scan'][place]:.1f}" for place in (0, 1)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{name:16} {told}  ours / scan {ratios[0]} by clock, {ratios[1]} by cpu  {answers['ours'].num_rows:,} people  peak {peak} MB",
        end="",
    )
    if "plain" in answers:
        both = [
            sorted(zip(*(answers[way][column].to_pylist() for column in ("person_id", "at_us")), strict=True)) for way in ("ours", "plain")
        ]
        print(f"  {'the same people at the same moments' if both[0] == both[1] else 'NOT THE SAME AS PLAIN'}", end="")
    print(flush=True)


def reports(lake: Any) -> None:
    """A draft beside another document: everything the command prints but names."""
    from treaty.pilot.backtest import backtest

    new, old = document(SELECTIVE, "the draft"), document(DEFINITIONS["AND, broad"], "version 1")
    for says in ("first", "again"):
        wall, cpu, found = timed(lambda: backtest(lake, new, old))
        print(f"the whole report, {says}: {wall:.2f} s ({cpu:.2f} cpu), {found.new.all.people:,} beside {found.old.all.people:,} people")


if __name__ == "__main__":
    main()
