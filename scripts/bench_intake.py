"""How fast the tracking API accepts, beside what the bare database takes in the same run.

    .venv/bin/python scripts/bench_intake.py [--seconds 6] [--reps 3] [--connections 8] [--ids sequence|random]

Round-robin: bare SQLite, the same as rows of our events (what the worker writes when it unpacks), then the server (granian, one
worker) with 100 events a request, all WAL and FULL on the same disk. Every accepted event is counted afterwards in the
database: none may be missing.
"""

# ruff: noqa: PT018, S101, S311, S603 a measurement, not the product

import argparse
import json
import os
import random
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "clients"), str(HERE)]
EVENTS = 100
BARE = "create table ev (message_id text primary key, type text, who text, event text, ts double precision, body text)"
Figures = dict[str, Any]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seconds", type=float, default=6)
    asked.add_argument("--reps", type=int, default=3)
    asked.add_argument("--connections", type=int, default=8)
    asked.add_argument("--ids", choices=("sequence", "random"), default="sequence")
    asked.add_argument("--load", nargs=3, metavar=("URL", "KEY", "PREFIX"), help=argparse.SUPPRESS)
    args = asked.parse_args()
    if args.load:
        print(json.dumps(load(*args.load, args)))
        return
    runs: dict[str, list[Figures]] = {"bare": [], "our events": [], "accept path": []}
    for rep in range(args.reps):
        for name, run in (("bare", bare), ("our events", our_events), ("accept path", accept)):
            with tempfile.TemporaryDirectory(prefix="intake", dir=os.environ.get("BENCH_DIR")) as folder:
                runs[name].append(run(Path(folder), args))
            print(f"[{rep}] {name:12} {json.dumps(runs[name][-1])}", flush=True)
    report(runs, args)


def report(runs: dict[str, list[Figures]], args: argparse.Namespace) -> None:
    middle = {name: statistics.median(run["events_per_s"] for run in found) for name, found in runs.items()}
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        print(f"\nfdatasync of 4 KB: {fsyncs(Path(folder)):,.0f} a second; message ids: {args.ids}; {args.connections} connections")
    for name, rate in middle.items():
        p50, p99 = (statistics.median(run[key] for run in runs[name]) for key in ("p50_ms", "p99_ms"))
        print(f"{name:12} {rate:9,.0f} events/s   p50 {p50:6.1f} ms   p99 {p99:6.1f} ms")
    lost = sum(run["lost"] for run in runs["accept path"])
    print(
        f"accept path / bare {middle['accept path'] / middle['bare']:.2f}   / our events {middle['accept path'] / middle['our events']:.2f}"
    )
    print(f"lost {lost}   worst answer {max(run['max_ms'] for run in runs['accept path']):.0f} ms")


def bare(folder: Path, args: argparse.Namespace) -> Figures:
    """Batches of 100 into six columns and a text key: what this machine's SQLite can do at most."""
    body = json.dumps(sample(1)[0])[:330]
    sql = "insert into ev values (?, ?, ?, ?, ?, ?) on conflict do nothing"
    return commits(folder / "bare.db", [BARE], sql, lambda mid: (mid, "track", "u1", "Content Downloaded", 1.7e9, body), args)


def our_events(folder: Path, args: argparse.Namespace) -> Figures:
    """The same into the table of events with its indexes: what the worker writes later."""
    os.environ["TREATY_HOME"] = str(folder)
    body = json.dumps(sample(1)[0])
    sql = "insert into connectors_event values (null, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing"
    return commits(folder / "ours.db", tables(), sql, lambda mid: (mid, "track", 1, 1, 1, body, "waiting", "", 1), args)


def tables() -> list[str]:
    """The inbox's table as the migrations make it, without its foreign key."""
    code = "import django; django.setup(); from django.core.management import call_command as c; c('sqlmigrate','connectors','0001')"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "treaty.settings"}
    sql = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout
    wanted = [line for line in sql.split(";") if '"connectors_event"' in line and ("CREATE TABLE" in line or "INDEX" in line)]
    return [line.replace('REFERENCES "truth_source" ("id") DEFERRABLE INITIALLY DEFERRED', "") for line in wanted]


def commits(path: Path, ddl: list[str], sql: str, row: Callable[[str], tuple[Any, ...]], args: argparse.Namespace) -> Figures:
    link = sqlite3.connect(path, isolation_level=None)
    for line in ["pragma journal_mode=wal", "pragma synchronous=full", *ddl]:
        link.execute(line)
    times, ids, ends = [], message_ids(args.ids), time.perf_counter() + args.seconds
    while time.perf_counter() < ends:
        rows = [row(next(ids)) for _ in range(EVENTS)]
        began = time.perf_counter()
        link.execute("begin immediate")
        link.executemany(sql, rows)
        link.execute("commit")
        times.append(time.perf_counter() - began)
    return figures(times, sum(times), lost=0)


def message_ids(kind: str) -> Any:
    n = 0
    while True:
        n += 1
        yield str(uuid.uuid4()) if kind == "random" else f"{n:012d}-{n * 2654435761 % 2**32:08x}"


def accept(folder: Path, args: argparse.Namespace) -> Figures:
    """A load process of its own sends batches of 100; afterwards every accepted event is looked for."""
    os.environ["TREATY_HOME"] = str(folder)
    from bench_house import STORED
    from serving import server

    key = make_source(folder)
    with server(folder) as url:
        command = [sys.executable, __file__, "--seconds", str(args.seconds), "--connections", str(args.connections), "--ids", args.ids]
        done = subprocess.run([*command, "--load", url, key, "p"], capture_output=True, text=True, check=True)
    found: Figures = json.loads(done.stdout)
    stored = sqlite3.connect(folder / "treaty.db").execute(STORED).fetchone()[0]
    return {**found, "lost": found.pop("accepted") - stored}


def make_source(folder: Path) -> str:
    code = (
        "from treaty.cli.ready import ready; ready(); import datetime as d; from treaty.connectors.sources import add_source;"
        "print(add_source('bench', kind='server', at=d.datetime.now(d.timezone.utc))[1])"
    )
    env = {**os.environ, "TREATY_HOME": str(folder)}
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True).stdout.strip()


def load(url: str, key: str, prefix: str, args: argparse.Namespace) -> Figures:
    """Connections that each send, wait for the answer, and send again."""
    import base64

    host, port = url.removeprefix("http://").split(":")
    basic = base64.b64encode(f"{key}:".encode()).decode()
    template = json.dumps({"batch": sample(EVENTS), "sentAt": datetime.now(UTC).isoformat()}).encode()
    head = f"POST /v1/batch HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {basic}\r\nContent-Type: application/json\r\n"
    times: list[float] = []
    ends = time.perf_counter() + args.seconds

    def connection(number: int) -> None:
        with socket.create_connection((host, int(port))) as link:
            n = 0
            while time.perf_counter() < ends:
                n += 1
                body = fill(template, f"{prefix}{number}-{n}", args.ids)
                began = time.perf_counter()
                link.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                answer = b""
                while not answer.endswith(b'{"success": true}'):
                    answer += (more := link.recv(65536))
                    assert more and answer.startswith(b"HTTP/1.1 200 "), answer
                times.append(time.perf_counter() - began)

    began = time.perf_counter()
    threads = [threading.Thread(target=connection, args=(number,)) for number in range(args.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {**figures(times, time.perf_counter() - began, lost=0), "accepted": len(times) * EVENTS}


def fill(template: bytes, unique: str, ids: str) -> bytes:
    """Fresh message ids: numbers in order, or the place of each filled with a random id."""
    if ids == "sequence":
        return template.replace(b"@@", unique.encode())
    parts = template.split(b"@@")
    return b"".join(part + uuid.uuid4().hex.encode() for part in parts[:-1]) + parts[-1]


def sample(count: int) -> list[dict[str, Any]]:
    """Events of about 430 bytes, as a browser sends them."""
    choose = random.Random(3)
    agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
    return [
        {
            "type": choose.choice(["track", "track", "page", "identify"]),
            "messageId": f"@@-{n}",
            "userId": f"u{choose.randrange(10**6)}",
            "timestamp": f"2026-03-04T05:06:07.{choose.randrange(1000):03d}Z",
            "event": choose.choice(["Content Downloaded", "Pricing Viewed", "Demo Requested"]),
            "properties": {
                "url": "https://example.com/" + "x" * 30,
                "title": "A page title",
                "utm_source": "linkedin",
                "value": choose.random(),
            },
            "context": {
                "ip": "203.0.113.9",
                "userAgent": agent,
                "locale": "en-GB",
                "library": {"name": "analytics.js", "version": "4.1.2"},
            },
        }
        for n in range(count)
    ]


def figures(times: list[float], seconds: float, *, lost: int) -> Figures:
    cuts = statistics.quantiles(times, n=100)
    rate = len(times) * EVENTS / seconds
    return {"events_per_s": round(rate), "p50_ms": cuts[49] * 1e3, "p99_ms": cuts[98] * 1e3, "max_ms": max(times) * 1e3, "lost": lost}


def fsyncs(folder: Path) -> float:
    handle, count, ends = os.open(folder / "f", os.O_CREAT | os.O_WRONLY), 0, time.perf_counter() + 1
    while time.perf_counter() < ends:
        os.write(handle, b"x" * 4096)
        os.fdatasync(handle)
        count += 1
    os.close(handle)
    return count


if __name__ == "__main__":
    main()
