#!/bin/sh
# The business-hours clock: every vector in three server zones, then 100,000 random cases against a model
# that shares no code with it. Run from the project: sh docs/proof/worktime.sh > docs/proof/worktime.txt
# The vectors lie beside the project; name another place with SHARED=...
set -eu
cd "$(dirname "$0")/../.."
vectors="${SHARED:-../shared}/vectors"
expected="$(mktemp)" found="$(mktemp)"
trap 'rm -f "$expected" "$found"' EXIT
.venv/bin/python - "$vectors/business_hours.csv" > "$expected" <<'PYTHON'
import csv, sys
print("id,result")
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8", newline="")):
    print(f"{row['id']},{row['expected']}")
PYTHON
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- src/treaty/sla/worktime.py src/treaty/sla/stretches.py src/treaty/sla/calendars.py src/treaty/cli/worktime.py src/treaty/cli/worktime_files.py tests/sla scripts/proof_worktime.py || echo ' with changes')"
.venv/bin/python --version
for zone in UTC Asia/Kathmandu America/Los_Angeles; do
  echo
  echo "\$ TZ=$zone treaty worktime business_hours.csv --calendars business_hours_calendars.json"
  TZ=$zone .venv/bin/treaty worktime "$vectors/business_hours.csv" --calendars "$vectors/business_hours_calendars.json" > "$found"
  cat "$found"
  cmp "$found" "$expected"
  echo "all $(($(wc -l < "$expected") - 1)) as expected"
done
echo
echo "\$ TZ=Asia/Kathmandu .venv/bin/python scripts/proof_worktime.py --cases ${CASES:-100000} --seed ${SEED:-7}"
TZ=Asia/Kathmandu .venv/bin/python scripts/proof_worktime.py --cases "${CASES:-100000}" --seed "${SEED:-7}"
