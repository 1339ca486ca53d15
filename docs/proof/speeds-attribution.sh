#!/bin/sh
# The speeds of attribution and of the export beside the peers, with what they were measured on. Writes speeds-attribution.txt
# beside itself. About half an hour on two quiet cores. ROWS: such as 1000000,10000000,100000000.
set -eu
cd "$(dirname "$0")/../.."
{
  echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
  echo "commit  $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- src/treaty || echo ' with changes')"
  .venv/bin/python --version
  echo "load    $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores"
  echo
  .venv/bin/python scripts/bench_attribution.py --rows "${ROWS:-1000000,10000000}" --reps "${REPS:-3}" ${BENCH_DATA:+--keep "$BENCH_DATA"}
  echo
  .venv/bin/python scripts/bench_export.py --reps "${REPS:-3}"
} > docs/proof/speeds-attribution.txt 2>&1
