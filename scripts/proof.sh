#!/usr/bin/env bash
# The long proofs, one after the other; each writes its output, with date and commit, under docs/proof/. About an hour.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
proof() {
  local name=$1; shift
  echo "== $name"
  { echo "# $(date -u +%Y-%m-%dT%H:%MZ), commit $(git rev-parse --short HEAD)"; echo "# $*"; "$@" 2>&1; } >"docs/proof/$name.txt.new"
  local code=$?
  mv "docs/proof/$name.txt.new" "docs/proof/$name.txt"
  tail -n 3 "docs/proof/$name.txt"
  [ "$code" = 0 ] || { echo "FAILED: $name"; failed=1; }
}
sh docs/proof/worktime.sh >/dev/null || failed=1
proof evaluator .venv/bin/python scripts/proof_evaluator.py --histories 10000 --seed 7
proof kills .venv/bin/python scripts/proof_kills.py --kills 100
proof figures env TREATY_PROOF=1 .venv/bin/pytest tests/funnel/test_known_truth.py
proof clients .venv/bin/python scripts/clients/prove.py
[ -d ../shared ] && { sh docs/proof/audit.sh >/dev/null || failed=1; }
exit $failed
