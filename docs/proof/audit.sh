#!/bin/sh
# The joint audit on public exports, and on 100,000 made-up rows for its speed.
# Run from the project: sh docs/proof/audit.sh; writes audit-olist.txt, audit-maven.txt and audit-speed.txt beside itself.
# The exports lie beside the project; name another place with SHARED=...
set -eu
cd "$(dirname "$0")/../.."
data="${SHARED:-../shared}/data"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

stamp() {
  echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
  echo "commit  $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- src/treaty/diagnosis src/treaty/connectors/files src/treaty/cli/audit.py || echo ' with changes')"
  .venv/bin/python --version
}

shown() {
  stamp
  cp -r "$data/$1" "$work/$1" && rm -f "$work/$1/README.md"
  echo; echo "\$ treaty audit $1"
  (cd "$work" && "$OLDPWD/.venv/bin/treaty" audit "$1"; echo "exit $?")
  echo; echo "\$ treaty audit $1 --json   (conversion of the first columns, figures, findings)"
  (cd "$work" && "$OLDPWD/.venv/bin/treaty" audit "$1" --json) | .venv/bin/python -c '
import json, sys
report = json.load(sys.stdin)
report["conversion"] = {name: rows for name, rows in report["conversion"].items() if len(rows) <= 20}
del report["files"], report["unseen"]
print(json.dumps(report, ensure_ascii=False, indent=1))'
  echo; echo "left behind: $(find "$work" -newer "$work/$1" -type f | wc -l) files"
}

shown olist_funnel > docs/proof/audit-olist.txt
shown maven_crm > docs/proof/audit-maven.txt

{
  stamp
  echo; echo "70,000 leads of 15 columns and 30,000 deals of 9, seeded (scripts in docs/proof/audit.sh)"
  .venv/bin/python - "$work" <<'PYTHON'
import csv, random, sys
from datetime import datetime, timedelta
from pathlib import Path
random.seed(1)
folder, start = Path(sys.argv[1]) / "big", datetime(2024, 1, 1)
folder.mkdir()
with (folder / "leads.csv").open("w", newline="") as stream:
    out = csv.writer(stream)
    out.writerow("lead_id email first_name last_name company country industry source campaign owner status created first_response_at score note".split())
    for i in range(70_000):
        at = start + timedelta(minutes=7 * i)
        answered = (at + timedelta(hours=60 * random.random())).isoformat(" ") if random.random() < 0.7 else ""
        out.writerow([f"L{i}", f"p{i % 68000}@c{i % 9000}.example", f"First{i % 500}", f"Last{i % 3000}", f"Company {i % 9000}",
                      random.choice(["DE", "FR", "US", ""]), random.choice(["retail", "software"]), random.choice(["web", "fair", "unknown", ""]),
                      f"c{i % 40}", random.choice(["sam", "sol", "kim", ""]), random.choice(["Working", "New", "Unqualified"]),
                      at.isoformat(" "), answered, i % 100, "a note of some words"])
with (folder / "deals.csv").open("w", newline="") as stream:
    out = csv.writer(stream)
    out.writerow("deal_id lead_id stage amount create_date close_date owner product lost_reason".split())
    for i in range(30_000):
        at, stage = start + timedelta(minutes=16 * i), random.choice(["Closed Won", "Closed Lost", "Proposal", "Demo"])
        closed = (at + timedelta(days=random.randrange(90))).date() if stage.startswith("Closed") else ""
        out.writerow([f"D{i}", f"L{random.randrange(70000)}", stage, random.randrange(1000, 9000), at.date(), closed,
                      random.choice(["sam", "sol", "kim"]), random.choice("ABC"), "price" if stage == "Closed Lost" else ""])
PYTHON
  echo; echo "\$ treaty audit big --json > report.json   (three times, start-up included)"
  for turn in 1 2 3; do
    .venv/bin/python - "$work/big" <<'PYTHON'
import resource, subprocess, sys, time
begun = time.perf_counter()
done = subprocess.run([".venv/bin/treaty", "audit", sys.argv[1], "--json"], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{time.perf_counter() - begun:6.2f} s wall, {used.ru_utime + used.ru_stime:5.2f} s processor, {used.ru_maxrss / 1024:4.0f} MB, exit {done.returncode}")
PYTHON
  done
  echo "load while measuring: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores"
} > docs/proof/audit-speed.txt
