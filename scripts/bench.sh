#!/usr/bin/env bash
# Speeds, side by side in one run, as ratios. Machines are noisy: compare the lines of one run, not runs.
set -uo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python scripts/bench_intake.py
