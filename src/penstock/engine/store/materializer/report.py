"""A report as ``report.html`` and its title as ``report.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

from penstock.core.canonical import canonical_json
from penstock.core.value import Report

_PAGE = "report.html"
_FACTS = "report.json"


class ReportMaterializer:
    """`Materializer` of `Report`."""

    kind: ClassVar[str] = "Report"
    capabilities: ClassVar[frozenset[str]] = frozenset({"deterministic"})

    def save(self, value: Report, folder: Path) -> None:
        """Write the page as it is, and the title beside it."""
        (folder / _PAGE).write_bytes(value.html.encode())
        (folder / _FACTS).write_bytes(canonical_json({"title": value.title}).encode())

    def load(self, folder: Path) -> Report:
        """The page with its title."""
        return Report(html=(folder / _PAGE).read_bytes().decode(), **json.loads((folder / _FACTS).read_bytes()))


materializer = ReportMaterializer()
