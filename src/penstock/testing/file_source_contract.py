"""What every `Source` must do that reads files."""

from __future__ import annotations

from pathlib import Path

import pytest

from penstock.core.error import DataError
from penstock.testing.source_contract import MANY, SourceContract, check_told, open_reader, read_table

DAMAGE = {"nothing": b"", "text": b"not what its name says\n", "zeros": bytes(64), "noise": bytes(range(255, -1, -1))}


class FileSourceContract(SourceContract):
    """Subclass it for a source with the capability ``files``.

    It reads files of this machine, at one location or a sequence of them, and notices if they change meanwhile.
    """

    def test_says_where_its_files_are(self, tmp_path: Path) -> None:
        """The location is part of the text that stands for it."""
        found = self.source(tmp_path, [1])
        assert "files" in found.capabilities
        assert str(tmp_path) in str(found)

    def test_several_locations(self, tmp_path: Path) -> None:
        """Their rows follow each other in the order given, and the fingerprint knows that order."""
        uris = []
        for index, numbers in enumerate(([3, 4], [1, 2])):
            folder = tmp_path / str(index)
            folder.mkdir()
            uris.append(self.write(folder, numbers))
        assert read_table(self.open(uris)).column("n").to_pylist() == [3, 4, 1, 2]
        assert self.open(uris).fingerprint() != self.open(uris[::-1]).fingerprint()

    @pytest.mark.parametrize("damage", [*DAMAGE, "half", "all but a byte"])
    def test_damaged_files(self, tmp_path: Path, damage: str) -> None:
        """Whatever a file holds, the answer is rows or a clear error."""
        uri = self.write(tmp_path, list(range(MANY)))
        file = _first_file(tmp_path)
        whole = file.read_bytes()
        file.write_bytes(
            {"half": whole[: len(whole) // 2], "all but a byte": whole[:-1]}.get(damage, DAMAGE.get(damage, b""))
        )
        try:
            read_table(self.open(uri))
        except DataError as error:
            check_told(error)

    def test_a_file_that_grows_while_it_is_read(self, tmp_path: Path) -> None:
        """Rows of two states of a file are never mixed without a word."""
        found = self.source(tmp_path, list(range(MANY)))
        file = _first_file(tmp_path)
        reader = open_reader(found)
        with file.open("ab") as stream:
            stream.write(b"1\n")
        with pytest.raises(DataError, match="changed") as caught:
            for _ in reader:
                pass
        check_told(caught.value)


def _first_file(folder: Path) -> Path:
    return next(path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("_"))
