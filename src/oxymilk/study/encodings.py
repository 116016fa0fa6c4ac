"""The encodings that a sheet may be declared in."""

from __future__ import annotations

import codecs

# name in study.yaml -> Python codec; a closed list, since Python also calls zip and rot13 encodings
ENCODINGS = {
    "utf-8": "utf-8-sig",
    "utf-16": "utf-16",
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "ascii": "ascii",
}


def encoding_codec(name: str) -> str | None:
    """Return the Python codec of an encoding that study.yaml may name, or None."""
    if name.strip().lower() in ENCODINGS:
        return ENCODINGS[name.strip().lower()]
    try:
        canonical = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    known = {codecs.lookup(codec).name: codec for codec in ENCODINGS.values()}
    return "utf-8-sig" if canonical == "utf-8" else known.get(canonical)
