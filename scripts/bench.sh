#!/usr/bin/env bash
# Speeds, side by side in one run, as ratios. Machines are noisy: compare the lines of one run, not runs.
# The targets ask for SECONDS_QUEUE=300 and SECONDS_PATH=1800; the defaults are shorter. DEMO: a lived demo company's folder;
# BIG: where its copies are, or will be.
# BENCH_DATA: where made-up journeys and the peers' environment stay, so that a second run begins at once.
set -uo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
told() { echo; echo "## $1   ($(date -u +%H:%M) UTC, load $(cut -d' ' -f1-3 /proc/loadavg))"; shift; "$@"; }

told "Track to queue" .venv/bin/python scripts/bench_queue.py --seconds "${SECONDS_QUEUE:-120}"
told "Webhook to page" .venv/bin/python scripts/bench_webhook.py --seconds "${SECONDS_WEBHOOK:-60}"
told "Pull of 100,000 people with history" .venv/bin/python scripts/bench_pull.py --people "${PEOPLE_PULL:-100000}"
told "Who 1,000,000 people are" .venv/bin/python scripts/bench_identity.py
told "Accept path" .venv/bin/python scripts/bench_intake.py --seconds "${SECONDS_INTAKE:-6}" --reps "${REPS:-3}"
told "The worker alone" .venv/bin/python scripts/bench_worker.py --reps "${REPS:-3}"
told "Full path" .venv/bin/python scripts/bench_path.py --seconds "${SECONDS_PATH:-180}" --burst-seconds "${SECONDS_BURST:-60}"
told "Numbers over 1,000,000 leads" .venv/bin/python scripts/bench_numbers.py --reps "${REPS:-3}"
told "Two systems of 1,000,000 records each" .venv/bin/python scripts/bench_reconcile.py
told "Attribution beside the peers" .venv/bin/python scripts/bench_attribution.py --reps "${REPS:-3}" ${BENCH_DATA:+--keep "$BENCH_DATA"}
told "Export to the lake" .venv/bin/python scripts/bench_export.py --reps "${REPS:-3}"
told "Matching 20,000 people beside plain Splink" .venv/bin/python scripts/bench_match.py --reps "${REPS:-3}"
told "Learning from 100,000 leads" .venv/bin/python scripts/bench_score.py --reps "${REPS:-3}"
told "A back-test over 10,000,000 touches" .venv/bin/python scripts/bench_backtest.py --reps "${REPS:-3}"
told "A definition suggested from 100,000 leads" .venv/bin/python scripts/bench_suggest.py --reps "${REPS:-3}" --growth
told "Audit of 100,000 rows" .venv/bin/python scripts/bench_audit.py --reps "${REPS:-3}"
told "Demo of 5,000 leads" .venv/bin/python scripts/bench_demo.py --leads 5000
demo="${DEMO:-$work/demo}"
[ -e "$demo/treaty.db" ] || told "A company to copy" .venv/bin/python scripts/bench_pages.py --build "$demo"
told "Pages with 100,000 leads" .venv/bin/python scripts/bench_pages.py "$demo" "${BIG:-$work/big}" --requests "${REQUESTS:-40}"
told "Pages with 1,000,000 leads" .venv/bin/python scripts/bench_pages.py "$demo" "${MILLION:-$work/million}" --million --requests "${REQUESTS:-40}"
