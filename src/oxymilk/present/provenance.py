"""What a report was made from and with: versions, hashes of the inputs, commit."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import oxymilk

PACKAGES = ("numpy", "scipy", "pandas", "matplotlib")
UNKNOWN = "unknown"


def provenance(paths: Iterable[Path], root: Path) -> dict[str, object]:
    """Say what a report was made from and with.

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
    commit = _commit(root)
    return {
        "versions": _versions(),
        "inputs": {
            _name(Path(path), root): hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths
        },
        "commit": commit,
        "changed": commit != UNKNOWN and bool(_git(root, "status", "--porcelain", "--untracked-files=no")),
    }


def _versions() -> dict[str, str]:
    found = {"oxymilk": oxymilk.__version__, "Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = UNKNOWN
    return found


def _name(path: Path, root: Path) -> str:
    whole = path.resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else path.name


def _commit(root: Path) -> str:
    # a folder that merely lies inside some other checkout has no commit of its own
    top = _git(root, "rev-parse", "--show-toplevel")
    if not top or Path(top).resolve() != root:
        return UNKNOWN
    return _git(root, "rev-parse", "HEAD") or UNKNOWN


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
