"""A definition suggested from outcomes: 100,000 leads sales worked, 1,500,000 touches, made by statements straight into Parquet.

    .venv/bin/python scripts/bench_suggest.py [--leads 100000] [--reps 3] [--growth]

Prints the seconds of the whole suggestion (signals, leaks, ranking, the curve replayed), the parts of it, peak memory, and how many
signals were tried. Each repetition is a process of its own. --growth: also of a quarter and of half as many leads. As many people
again were never worked; they count in the volume.
"""

# ruff: noqa: S608 statements of our own names

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
DAY_US = 86_400_000_000
YEAR_US = 365 * DAY_US
KINDS = ["page_view"] * 8 + ["email_open"] * 4 + ["content_download"] * 3 + ["webinar_attended", "ad_click"]
FIELDS = {"lead_source": 8, "country": 12, "department": 7, "seniority": 5, "language": 6}
"""Of people, with how many levels."""


def statements(leads: int, now_us: int) -> dict[str, str]:
    """Of each table the statement that makes it. Sales acts on the first half of the people, two months after they are known; a demo
    request and two views of prices make a win likelier, the others are there by chance."""
    people, start = 2 * leads, now_us - YEAR_US

    def some(seed: int, most: int, of: str = "i") -> str:
        return f"(hash({of} * 32 + {seed}) % {most})::bigint"

    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    at = f"{start} + {some(1, YEAR_US - 90 * DAY_US)}"
    acted = f"{at} + 60 * {DAY_US}"
    odds = f"4 + 8 * ({some(2, 10)} < 2)::int + 8 * ({some(3, 10)} < 3)::int"
    won = f"{some(4, 100)} < {odds}"
    plain = f"'item ' || {some(6, 14)} as content, null as form, null as campaign"

    def facts(subject: str, field: str, text: str, number: str, n: int, first: int) -> str:
        return f"""select {first} + i as fact_id, i as stated_of_id, '{subject}' as subject, '{field}' as field, {text} as text,
            {number} as number, {start} as occurred_us, {start} as known_us, {start} as received_us, 1 as source_id, false as assumed
            from range({n}) t(i)"""

    told = [facts("person", name, f"'{name} ' || {some(10 + at, most)}", "null", people, at * people)
            for at, (name, most) in enumerate(FIELDS.items())]  # fmt: skip
    told.append(facts("person", "account", "null", "(i // 5)::double", people, 6 * people))
    told.append(facts("account", "employees", "null", f"(10 + {some(7, 2000)})::double", people // 5 + 1, 7 * people))
    told.append(facts("account", "industry", f"'industry ' || {some(8, 12)}", "null", people // 5 + 1, 8 * people))
    touch = (
        "select i as seen_as_id, {0} as kind, {1} as path, {2} as channel, {3}, {4} as occurred_us, {4} as known_us from range({5}) t(i)"
    )
    p = "(i // 15)"
    many = f"""select {p} as seen_as_id, [{listed}][1 + {some(1, len(KINDS))}] as kind,
        ['/products', '/blog', '/customers', '/support', '/pricing'][1 + {some(2, 50)} % 5 * ({some(3, 4)} > 0)::int] as path,
        'channel ' || {some(5, 9)} as channel, 'item ' || {some(6, 14)} as content, null as form, 'campaign ' || {some(9, 20)} as campaign,
        {start} + {some(1, YEAR_US - 90 * DAY_US, p)} + {some(4, 80 * DAY_US)} as occurred_us, occurred_us as known_us
        from range({people * 15 // 2}) t(i)"""
    demo = touch.format("'demo_request'", "'/demo'", "null", plain, f"{at} + 50 * {DAY_US}", leads) + f" where {some(2, 10)} < 2"
    prices = touch.format("'page_view'", "'/pricing'", "null", plain, f"{at} + {some(6, 50 * DAY_US)}", leads) + f" where {some(3, 10)} < 3"
    columns = "seen_as_id, kind, path, channel, content, form, campaign, occurred_us, known_us"
    every = " union all ".join(f"select {columns} from ({one})" for one in (many, demo, prices, prices))
    return {
        "people": f"select i as person_id, i // 5 as account_id, false as is_visitor from range({people}) t(i)",
        "sources": "select 1 as source_id, 'crm' as name, 'import' as kind",
        "content": """select i as content_id, 'item ' || i as slug, ['engineer', 'board'][1 + i % 2] as persona,
            'decision' as journey_stage, '' as objection from range(14) t(i)""",
        "facts": f"select * from ({' union all '.join(told)}) order by field, stated_of_id, occurred_us",
        "touches": f"select row_number() over () as touch_id, * from ({every}) order by 2, occurred_us",
        "leads": f"select i as lead_id, i as person_id from range({leads}) t(i)",
        "handoffs": f"select i as handoff_id, i as lead_id, {acted} as made_us from range({leads}) t(i)",
        "dispositions": f"""select i as disposition_id, i as handoff_id, case when {won} then 'accepted' else 'rejected' end as outcome,
            {acted} + {DAY_US} as at_us from range({leads}) t(i)""",
        "stage_moves": f"""select i as move_id, i as lead_id, 'marketing_qualified' as from_stage, 'rejected' as to_stage,
            {acted} + {DAY_US} as at_us from range({leads}) t(i) where not ({won})""",
        "opportunities": f"""select i as opportunity_id, i as lead_id, 'won' as outcome, {acted} + 2 * {DAY_US} as opened_us,
            {acted} + 20 * {DAY_US} as closed_us, {acted} as received_us from range({leads}) t(i) where {won}""",
    }


def one(leads: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treaty.settings")
    state = tempfile.TemporaryDirectory(prefix="treaty-bench-")
    os.environ["TREATY_HOME"] = state.name
    import django

    django.setup()
    from importlib.resources import files

    from bench_numbers import write_lake

    from treaty.agreement.document import load
    from treaty.engine.lake import open_lake
    from treaty.moments import to_us
    from treaty.pilot.replayed import of_draft
    from treaty.pilot.suggesting.ranking import HOLDS
    from treaty.pilot.suggesting.suggestion import suggest

    terms = load((files("treaty.agreement") / "examples/halden.yaml").read_text()).terms
    if terms is None:
        raise SystemExit("the example agreement does not load")
    with tempfile.TemporaryDirectory() as work:
        write_lake(Path(work) / "lake", statements(leads, to_us(NOW)), NOW)
        lake = open_lake(Path(work))
        begin, cpu = time.perf_counter(), time.process_time()
        found = suggest(lake, of_draft(terms))
        seconds, busy = time.perf_counter() - begin, time.process_time() - cpu
    held = [each.signal.says for each in found.told if each.ranked.verdict == HOLDS]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"s": seconds, "cpu": busy, "mb": peak, "closed": found.enough.closed, "tried": found.tried, "points": len(found.points)}
    print(json.dumps(told | {"held": held}))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--leads", type=int, default=100_000)
    words.add_argument("--reps", type=int, default=3)
    words.add_argument("--growth", action="store_true")
    words.add_argument("--one", action="store_true")
    said = words.parse_args()
    if said.one:
        one(said.leads)
        return
    for leads in (said.leads // 4, said.leads // 2, said.leads) if said.growth else (said.leads,):
        runs = []
        for _ in range(said.reps):
            command = [sys.executable, __file__, "--one", "--leads", str(leads)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 itself
            runs.append(json.loads(done.stdout.splitlines()[-1]))
        middle = sorted(runs, key=lambda run: run["s"])[len(runs) // 2]
        print(
            f"{middle['closed']:,} leads, {middle['tried']:,} signals tried, {middle['points']} points replayed: {middle['s']:.1f} s,"
            f" {middle['cpu']:.1f} s of processor, {middle['mb']:.0f} MB; believed: {'; '.join(middle['held'])}",
            flush=True,
        )


if __name__ == "__main__":
    main()
