"""What every `Source` of local data must do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from penstock.core.plugin import load_plugin
from penstock.core.protocol import Source

GROUP = "penstock.sources"


class SourceContract:
    """Subclass it, name the entry point and give `write`.

    Attributes
    ----------
    entry_point : str
        Name of the format.
    """

    entry_point: str

    def write(self, folder: Path, numbers: list[int]) -> str:
        """Write a table with the one column ``n`` into the folder, over what is there; gives its URI."""
        raise NotImplementedError

    def source(self, folder: Path, numbers: list[int]) -> Source:
        """The plug-in under test, over a table."""
        found: Source = load_plugin(GROUP, self.entry_point)(self.write(folder, numbers))
        return found

    def test_satisfies_its_protocol(self, tmp_path: Path) -> None:
        """It declares its capabilities and says where it reads."""
        found = self.source(tmp_path, [1])
        assert isinstance(found, Source)
        assert isinstance(found.capabilities, frozenset)
        assert str(tmp_path) in str(found)

    def test_reads_all_rows_in_order_each_time(self, tmp_path: Path) -> None:
        """A source can be read again."""
        numbers = list(range(1000))
        found = self.source(tmp_path, numbers)
        assert _numbers(found.read()) == numbers
        assert _numbers(found.read()) == numbers

    def test_fingerprint_follows_the_content(self, tmp_path: Path) -> None:
        """An edited file is never a stale hit, one that was written again unchanged is a hit."""
        first = self.source(tmp_path, [1, 2, 3]).fingerprint()
        assert first
        assert self.source(tmp_path, [1, 2, 4]).fingerprint() != first
        assert self.source(tmp_path, [1, 2, 3]).fingerprint() == first


def _numbers(rows: Any) -> list[int]:
    import pyarrow as pa

    numbers: list[int] = pa.RecordBatchReader.from_stream(rows).read_all().column("n").to_pylist()
    return numbers
