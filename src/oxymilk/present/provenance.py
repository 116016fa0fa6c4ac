"""What a report was made from and with: versions, hashes of the inputs, commit."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import oxymilk
from oxymilk.study import load_study

PACKAGES = ("numpy", "scipy", "pandas", "matplotlib")
UNKNOWN = "unknown"


def study_provenance(study: Path, root: Path = Path()) -> dict[str, object]:
    """Return the `provenance` of the study of a folder: study.yaml, its sheets and, if it has one, its claims.csv."""
    sheets = [study / sheet.file for sheet in load_study(study).sheets]
    claims = [path for path in [study / "claims.csv"] if path.is_file()]
    return provenance([study / "study.yaml", *sheets, *claims], root)


def provenance(paths: Iterable[Path], root: Path) -> dict[str, object]:
    """Return what a report was made from and with.

    Parameters
    ----------
    paths : iterable of Path
        The input files.
    root : Path
        The project's folder; files in it are named from there, others by their name alone.

    Returns
    -------
    dict
        versions : dict of program or package to version
        inputs : dict of file to SHA-256 in hexadecimal, in the order of `paths`
        commit : str, the git commit that `root` is a checkout of, or "unknown"
        changed : bool, whether tracked files differ from that commit

    Raises
    ------
    FileNotFoundError
        When an input is missing.
    """
    root = Path(root).resolve()
    versions = {"oxymilk": oxymilk.__version__, "Python": platform.python_version()}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = UNKNOWN
    inputs = {}
    for path in map(Path, paths):
        whole = path.resolve()
        name = whole.relative_to(root).as_posix() if whole.is_relative_to(root) else path.name
        inputs[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    # a folder that merely lies inside some other checkout has no commit of its own
    top = _git(root, "rev-parse", "--show-toplevel")
    commit = _git(root, "rev-parse", "HEAD") if top and Path(top).resolve() == root else ""
    return {
        "versions": versions,
        "inputs": inputs,
        "commit": commit or UNKNOWN,
        "changed": bool(commit and _git(root, "status", "--porcelain", "--untracked-files=no")),
    }


def _git(root: Path, *arguments: str) -> str:
    """Return what git prints; "" when it fails, takes too long or is not there."""
    command = ["git", "--no-optional-locks", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
