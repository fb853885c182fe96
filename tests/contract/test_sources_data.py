from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa

from penstock.ml.data.parquet import write_parquet
from penstock.testing.source_contract import SourceContract


def csv_text(numbers: list[int]) -> str:
    return "\n".join(["n", *map(str, numbers)]) + "\n"


class TestCsvFile(SourceContract):
    entry_point = "csv"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.csv"
        path.write_text(csv_text(numbers))
        return str(path)


class TestGzippedCsvFile(SourceContract):
    entry_point = "csv"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.csv.gz"
        path.write_bytes(gzip.compress(csv_text(numbers).encode(), mtime=0))
        return str(path)


class TestCsvFolder(SourceContract):
    entry_point = "csv"

    def write(self, folder: Path, numbers: list[int]) -> str:
        half = len(numbers) // 2
        (folder / "1.csv").write_text(csv_text(numbers[:half]))
        (folder / "2.csv").write_text(csv_text(numbers[half:]))
        (folder / "_notes.csv").write_text("left out")
        return str(folder)


class TestParquetFile(SourceContract):
    entry_point = "parquet"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.parquet"
        write_parquet(pa.table({"n": numbers}), path)
        return str(path)


class TestParquetFolder(SourceContract):
    entry_point = "parquet"

    def write(self, folder: Path, numbers: list[int]) -> str:
        half = len(numbers) // 2
        for name, part in (("1.parquet", numbers[:half]), ("2.parquet", numbers[half:])):
            write_parquet(pa.table({"n": pa.array(part, pa.int64())}), folder / name)
        return str(folder)
