"""Keeps summaries of modules between processes, in one JSON file per project."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from penstock.core.canonical import digest_of, short
from penstock.engine.source.summary import FORMAT, Summary

_STAMP = f"{FORMAT}-{sys.version_info.major}.{sys.version_info.minor}"


class SummaryCache:
    """Summaries by file and digest of its content; a lost or damaged file only costs time.

    Parameters
    ----------
    folder : Path or None
        Where to keep it; None keeps nothing.
    root : Path
        Root of the project.
    """

    def __init__(self, folder: Path | None, root: Path) -> None:
        self._file = None if folder is None else folder / f"source-{short(digest_of(str(root)))}.json"
        self._data = self._load()
        self._is_changed = False

    def summary(self, file: str, digest: str) -> Summary | None:
        """The summary of a file with that content."""
        entry = self.section("summaries").get(file)
        return Summary.from_json(entry[1]) if entry is not None and entry[0] == digest else None

    def put_summary(self, file: str, digest: str, summary: Summary) -> None:
        """Keep a summary in place of an older one of the same file."""
        self.section("summaries")[file] = [digest, summary.to_json()]
        self._is_changed = True

    def section(self, name: str) -> dict[str, Any]:
        """A part of what is kept."""
        found: dict[str, Any] = self._data.setdefault(name, {})
        return found

    def put(self, name: str, value: dict[str, Any]) -> None:
        """Replace a part."""
        self._data[name] = value
        self._is_changed = True

    def save(self) -> None:
        """Write the file if something changed; nothing happens where it cannot be written."""
        if self._file is None or not self._is_changed:
            return
        self._is_changed = False
        part = self._file.with_suffix(f".{os.getpid()}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(self._data, separators=(",", ":")), encoding="utf-8")
            os.replace(part, self._file)
        except OSError:
            # A read-only or full disk: the next process parses again.
            with suppress(OSError):
                part.unlink()

    def _load(self) -> dict[str, Any]:
        if self._file is not None:
            try:
                data = json.loads(self._file.read_bytes())
            except (OSError, ValueError):
                data = {}
            if isinstance(data, dict) and data.get("stamp") == _STAMP:
                return data
        return {"stamp": _STAMP}
