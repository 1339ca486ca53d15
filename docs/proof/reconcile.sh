#!/bin/sh
# A demo company is made; its CRM and its marketing system disagree by planted causes. Every planted difference is found by name with its
# cause, nothing else is, causes add up to the difference, and no figure of the company has changed by it.
# Usage: docs/proof/reconcile.sh > docs/proof/reconcile.txt   (a minute; HOME_OF_DEMO=folder takes a company that is there)
set -eu
cd "$(dirname "$0")/../.."
export DJANGO_SETTINGS_MODULE=treaty.settings TREATY_DEMO=1
if [ -n "${HOME_OF_DEMO:-}" ]; then
  TREATY_HOME="$HOME_OF_DEMO"
else
  TREATY_HOME=$(mktemp -d)
  trap 'rm -rf "$TREATY_HOME"' EXIT
  TREATY_HOME="$TREATY_HOME" .venv/bin/python -m treaty.cli.demo build "${LEADS:-400}" 7 > /dev/null
fi
export TREATY_HOME
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
for what in people leads accounts opportunities amounts; do
  echo
  echo "\$ treaty reconcile CRM 'Marketing system' --measure $what"
  code=0
  .venv/bin/treaty reconcile CRM "Marketing system" --measure "$what" || code=$?
  echo "exit $code"
done
echo
echo "\$ pytest tests/demo/test_two_systems.py   # each planted difference by name, and not one more; the company's rows are the same before and after"
env -u TREATY_HOME -u TREATY_DEMO .venv/bin/python -m pytest tests/demo/test_two_systems.py -q
