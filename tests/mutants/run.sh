#!/bin/sh
# Change the code one place at a time and see which changes no test notices. One process, at low priority, in a
# copy of the repository: `tests/mutants/run.sh [pattern of module.function]`. See docs/mutants.md.
set -eu
pattern=${1:-*}
least=95
cd "$(dirname "$0")/../.."
root=$PWD
python=$root/.venv/bin/python
work=${MUTANTS_DIR:-$(mktemp -d)}
mkdir -p "$work"
export PYTHONDONTWRITEBYTECODE=1 OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 PYTHONHASHSEED=0

if ! [ -x "$work/tool/bin/python" ]; then
  "$python" -m venv --without-pip "$work/tool"
  "$python" -m pip --python "$work/tool/bin/python" install --quiet --disable-pip-version-check \
    --require-hashes -r requirements-mutants.lock
fi
rm -rf "$work/copy"
mkdir "$work/copy"
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- --ignore-failed-read |
  tar --extract --directory="$work/copy"
cd "$work/copy"
export PYTHONPATH="$work/copy/src:$work/copy/tests/mutants"
cat tests/mutants/modules.txt | sed 's|^|src/oxymilk/|' |
  xargs "$work/tool/bin/python" tests/mutants/generate.py "$work/mutants.json"

# first the fast tests; then, on what they let live, all
try() {
  longest=$1 package=$2
  shift 2
  nice -n 15 "$python" -m pytest -q -p plugin -p no:cacheprovider --mutants "$work/mutants.json" \
    --results "$work/results.jsonl" --longest "$longest" --match "oxymilk.$package.*" --only "$pattern" "$@"
}
for longest in 0.15 60; do
  try $longest stats tests/unit/stats tests/oracles
  try $longest audit tests/unit/audit tests/oracles --ignore=tests/unit/audit/explain
done
"$python" tests/mutants/report.py "$work/mutants.json" "$work/results.jsonl" "$least" "$work/survivors.diff"
