#!/bin/sh
# The public files beside the project, imported with the product's own command under a signed agreement: the numbers of the catalogue
# beside plain loops over the files, to the unit.
# Run from the project: sh docs/proof/public.sh > docs/proof/public.txt   (five minutes; needs ../shared)
set -eu
cd "$(dirname "$0")/../.."
data="${SHARED:-../shared}/data"
TREATY_HOME="$(mktemp -d)"
export TREATY_HOME
trap 'rm -rf "$TREATY_HOME"' EXIT
treaty=.venv/bin/treaty
echo "date    $(date -u +%Y-%m-%dT%H:%MZ)"
echo "commit  $(git rev-parse --short HEAD)"
echo
echo "currency: USD" > "$TREATY_HOME/mapping.yaml"   # the files name no currency
echo "\$ treaty import maven_crm --map mapping.yaml --source Maven; treaty import olist_funnel --source Olist"
$treaty import "$data/maven_crm" --map "$TREATY_HOME/mapping.yaml" --source Maven 2>/dev/null || [ $? = 3 ]
$treaty import "$data/olist_funnel" --source Olist 2>/dev/null
for one in mira:Mira:marketing sam:Sam:sales_manager rui:Rui:revops; do
  name="${one%%:*}" rest="${one#*:}"
  echo "a long enough password" | $treaty member add "$name@public.example" --name "${rest%%:*}" --role "${rest#*:}"
done
echo "\$ treaty agreement propose public.yaml; treaty agreement sign 1, twice"
$treaty agreement propose docs/proof/public.yaml --as rui@public.example
for name in mira sam; do
  printf 'a long passphrase of %s\na long passphrase of %s\n' $name $name | $treaty agreement sign 1 --as $name@public.example 2>/dev/null
done
echo
echo "\$ treaty work, until all 8,000 leads are judged"
timeout 600 $treaty work 2>/dev/null &
worker=$!
until [ "$(.venv/bin/python docs/proof/public_wait.py)" = 0 ]; do sleep 2; done
kill "$worker"
wait "$worker" || true
echo
.venv/bin/python docs/proof/public_files.py "$data" $treaty
echo
echo "\$ treaty numbers win_rate --per quarter --on 2017-05-01 --by product"
$treaty numbers win_rate --per quarter --on 2017-05-01 --by product
