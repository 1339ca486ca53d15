#!/usr/bin/env bash
# The long proofs, one after the other; each writes its output, with date and commit, under docs/proof/. About two hours.
# `make proof ONLY="day kills"` runs some of them.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
for name in ${ONLY:-worktime tampering demo day clients kills figures books evaluator chance identity money spark suggest import public score audit}; do
  echo "== $name"
  case $name in import|public|score|audit) [ -d ../shared ] || { echo "left out: no folder ../shared beside the project"; continue; } ;; esac
  if [ "$name" = audit ]; then sh docs/proof/audit.sh || failed=1; continue; fi
  if sh "docs/proof/$name.sh" >"docs/proof/$name.txt.new" 2>&1; then
    mv "docs/proof/$name.txt.new" "docs/proof/$name.txt"
    tail -n 3 "docs/proof/$name.txt"
  else
    echo "FAILED: docs/proof/$name.txt.new"; tail -n 20 "docs/proof/$name.txt.new"; failed=1
  fi
done
exit $failed
