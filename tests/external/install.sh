#!/usr/bin/env bash
# Install the programs that the tests under tests/external compare with, on Debian and Ubuntu.
#
#   r-base-core, r-cran-coin, r-cran-exactranktests   R and two packages for rank tests
#   pspp                                              a free program that reads SPSS syntax
#   chromium                                          opens the report
#
# Does nothing when all are there. Uses sudo only when not run by root.
set -euo pipefail

packages=(r-base-core r-cran-coin r-cran-exactranktests pspp chromium)
missing=()
for package in "${packages[@]}"; do
  if ! dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed; then
    missing+=("$package")
  fi
done

if [ "${#missing[@]}" -eq 0 ]; then
  echo "External programs: all installed."
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "This script needs apt-get (Debian, Ubuntu). Install by other means: ${missing[*]}" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Root is needed to install: ${missing[*]} (and sudo is not there)." >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "External programs: installing ${missing[*]} with apt-get (some minutes) ..."
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
echo "External programs: done."
