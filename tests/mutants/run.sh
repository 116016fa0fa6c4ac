#!/bin/sh
# Change the code one place at a time and see which changes no test notices. One process a core, at low priority, in
# a copy of the repository: `tests/mutants/run.sh [pattern of module.function]`. With MUTANTS_DIR set to a folder, a
# run that was stopped goes on there; MUTANTS_EVERY=5 tries every fifth mutant. See docs/mutants.md.
set -eu
pattern=${1:-*}
least=93
packages="stats audit explain"
cd "$(dirname "$0")/../.."
python=$PWD/.venv/bin/python
work=${MUTANTS_DIR:-$(mktemp -d)}
jobs=${MUTANTS_JOBS:-$(nproc)}
mkdir -p "$work/results"
export PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0 OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

if ! [ -e "$work/tool/ready" ]; then
  rm -rf "$work/tool"
  "$python" -m venv --without-pip "$work/tool"
  "$python" -m pip --python "$work/tool/bin/python" install --quiet --disable-pip-version-check \
    --require-hashes -r tests/mutants/requirements.lock
  touch "$work/tool/ready"
fi
rm -rf "$work/copy"
mkdir "$work/copy"
git ls-files -z --cached --others --exclude-standard |
  tar --create --null --files-from=- --ignore-failed-read | tar --extract --directory="$work/copy"
cd "$work/copy"
export PYTHONPATH="$work/copy/src:$work/copy/tests/mutants"
for package in $packages; do find "src/oxymilk/$package" -name '*.py'; done | sort |
  xargs "$work/tool/bin/python" tests/mutants/generate.py "$work/mutants.json" "${MUTANTS_EVERY:-1}"

try() {
  started=
  for part in $(seq "$jobs"); do
    nice -n 15 "$python" -m pytest -q -p plugin -p no:cacheprovider --mutants "$work/mutants.json" \
      --results "$work/results" --part "$part/$jobs" --only "$pattern" "$@" >"$work/pytest-$part.log" &
    started="$started $part:$!"
  done
  for one in $started; do
    wait "${one#*:}" || { cat "$work/pytest-${one%:*}.log"; exit 1; }
  done
}
# first the fast tests; then, on what they let live, more of them and the slow ones
tests="tests/oracles $(for package in $packages; do echo "tests/unit/$package"; done)"
for share in "--longest 0.15 --most 200" "--longest 10 --most 1000 --survivors"; do
  # shellcheck disable=SC2086
  try $share $tests
done
"$python" tests/mutants/report.py "$work/mutants.json" "$work/results" "$least" "$pattern"
