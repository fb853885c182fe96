from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from penstock.testing.source_contract import SourceContract

pytest.importorskip("PIL.Image", reason="pip install 'penstock[images]'")


class TestClassFolders(SourceContract):
    """The number stands in the name of a file; what is no image is a row, too."""

    entry_point = "images"
    columns = ("path", "label", "width", "height", "channels", "format", "size_bytes", "is_broken", "broken_reason")
    many = 200

    def write(self, folder: Path, numbers: list[int]) -> str:
        top = folder / "classes"
        shutil.rmtree(top, ignore_errors=True)
        (top / "cat").mkdir(parents=True)
        for place, number in enumerate(numbers):
            (top / "cat" / f"{place:04}-{number}.png").write_bytes(b"no image")
        return str(top)

    def numbers(self, table: Any) -> list[int]:
        return [int(Path(path).stem.rpartition("-")[2]) for path in table.column("path").to_pylist()]
