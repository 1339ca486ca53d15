#!/bin/sh
# The speeds of `make bench`, with what they were measured on. Writes speeds.txt beside itself.
# The names in scripts/bench.sh (SECONDS_QUEUE, DEMO ...) shorten or lengthen it.
set -eu
cd "$(dirname "$0")/../.."
{
  echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
  echo "commit  $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- src/treaty || echo ' with changes')"
  .venv/bin/python --version
  echo "load    $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores, $(env | grep -E '^(SECONDS_[A-Z]+|REPS|REQUESTS)=' | sort | tr '\n' ' ')"
  bash scripts/bench.sh 2>&1
} > docs/proof/speeds.txt
