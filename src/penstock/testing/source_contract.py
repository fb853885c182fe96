"""What every `Source` must do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from penstock.core.error import DataError, NotFoundError, PenstockError
from penstock.core.plugin import load_plugin
from penstock.core.protocol import Source

GROUP = "penstock.sources"
MANY = 5000


class SourceContract:
    """Subclass it, name the entry point and give `write`.

    Behaviour that ``capabilities`` does not name is skipped. Known are: ``fingerprint`` (it follows the content;
    without it, the fingerprint is empty unless an option gives one), ``types`` (it takes DuckDB types by column)
    and ``files`` (subclass `FileSourceContract`).

    Attributes
    ----------
    entry_point : str
        Name of the format.
    columns : tuple of str
        Names of the columns of what `write` writes.
    many : int
        Rows of a large table.
    """

    entry_point: str
    columns: tuple[str, ...] = ("n",)
    many: int = MANY

    def write(self, folder: Path, numbers: list[int]) -> str:
        """Write a table with the one column ``n`` into the folder, over what is there; gives its URI."""
        raise NotImplementedError

    def numbers(self, table: Any) -> list[int]:
        """The numbers out of a table; override it where a format cannot hold a column of them."""
        found: list[int] = table.column("n").to_pylist()
        return found

    def missing(self, folder: Path) -> str:
        """A URI at which nothing is."""
        return str(folder / "nothing-here")

    def open(self, uri: Any, **options: Any) -> Source:
        """The plug-in under test, over a URI."""
        found: Source = load_plugin(GROUP, self.entry_point)(uri, **options)
        return found

    def source(self, folder: Path, numbers: list[int]) -> Source:
        """The plug-in under test, over a table."""
        return self.open(self.write(folder, numbers))

    def test_satisfies_its_protocol(self, tmp_path: Path) -> None:
        """It declares its capabilities and says where it reads."""
        found = self.source(tmp_path, [1])
        assert isinstance(found, Source)
        assert isinstance(found.capabilities, frozenset)
        assert str(found)

    def test_reads_all_rows_in_order_each_time(self, tmp_path: Path) -> None:
        """A source can be read again, by itself and by another object over the same place."""
        numbers = list(range(self.many))
        found = self.source(tmp_path, numbers)
        first = read_table(found)
        assert self.numbers(first) == numbers
        assert read_table(found).equals(first)
        assert read_table(self.source(tmp_path, numbers)).equals(first)

    def test_two_readings_do_not_disturb_each_other(self, tmp_path: Path) -> None:
        """Streams of one source are independent, also where one is left halfway."""
        found = self.source(tmp_path, [1, 2, 3])
        one, other, left = open_reader(found), open_reader(found), open_reader(found)
        next(iter(left), None)
        del left
        assert other.read_all().equals(one.read_all())

    def test_schema_is_known_before_the_rows_and_holds(self, tmp_path: Path) -> None:
        """Each batch has the columns and types that the stream announced."""
        reader = open_reader(self.source(tmp_path, list(range(self.many))))
        assert tuple(reader.schema.names) == self.columns
        assert all(batch.schema.equals(reader.schema) for batch in reader)

    def test_no_rows(self, tmp_path: Path) -> None:
        """A table without rows has its column, or is an error where a format cannot tell it; never a traceback."""
        try:
            found = read_table(self.source(tmp_path, []))
        except DataError as error:
            check_told(error)
        else:
            assert found.num_rows == 0
            assert tuple(found.schema.names) == self.columns

    def test_fingerprint_follows_the_content(self, tmp_path: Path) -> None:
        """An edited table is never a stale hit, one that was written again unchanged is a hit."""
        self._needs(self.source(tmp_path, [1]), "fingerprint")
        first = self.source(tmp_path, [1, 2, 3]).fingerprint()
        assert first
        seen = {first}
        for numbers in ([1, 2, 4], [1, 2], [1, 2, 3, 3], [3, 2, 1]):
            found = self.source(tmp_path, numbers).fingerprint()
            assert found not in seen
            seen.add(found)
        assert self.source(tmp_path, [1, 2, 3]).fingerprint() == first

    def test_without_a_fingerprint_nothing_is_cached(self, tmp_path: Path) -> None:
        """A source that cannot know says so with an empty text."""
        found = self.source(tmp_path, [1])
        if "fingerprint" in found.capabilities:
            pytest.skip(f"{type(found).__name__} has a fingerprint")
        assert found.fingerprint() == ""

    def test_nothing_there_is_a_data_error(self, tmp_path: Path) -> None:
        """Both ways of asking tell what, where and how to fix it."""
        self.write(tmp_path, [1])
        with pytest.raises((DataError, NotFoundError)) as caught:
            read_table(self.open(self.missing(tmp_path)))
        check_told(caught.value)

    def test_types(self, tmp_path: Path) -> None:
        """Types by column count; one that is asked for an unknown column is an error."""
        uri = self.write(tmp_path, [1, 2])
        self._needs(self.open(uri), "types")
        assert read_table(self.open(uri, types={"n": "VARCHAR"})).column("n").to_pylist() == ["1", "2"]
        for types in ({"m": "VARCHAR"}, {"n": "NO_TYPE"}):
            with pytest.raises(DataError) as caught:
                read_table(self.open(uri, types=types))
            check_told(caught.value)

    def _needs(self, source: Source, capability: str) -> None:
        if capability not in source.capabilities:
            pytest.skip(f"{type(source).__name__} does not offer '{capability}'")


def check_told(error: PenstockError) -> None:
    """An error says what, where and how to fix it."""
    assert error.what
    assert error.where
    assert error.fix


def open_reader(source: Source) -> Any:
    """The stream of a source, as a ``pyarrow.RecordBatchReader``."""
    from penstock.ml.data.stream import open_stream

    return open_stream(source.read(), where=str(source))


def read_table(source: Source) -> Any:
    """All rows of a source, as a ``pyarrow.Table``."""
    return open_reader(source).read_all()
