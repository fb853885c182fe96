from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pytest
from tf_examples import write_tfrecord

from penstock.ml.data.parquet import write_parquet
from penstock.testing.file_source_contract import FileSourceContract


def csv_text(numbers: list[int]) -> str:
    return "\n".join(["n", *map(str, numbers)]) + "\n"


class TestCsvFile(FileSourceContract):
    entry_point = "csv"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.csv"
        path.write_text(csv_text(numbers))
        return str(path)


class TestGzippedCsvFile(FileSourceContract):
    entry_point = "csv"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.csv.gz"
        path.write_bytes(gzip.compress(csv_text(numbers).encode(), mtime=0))
        return str(path)


class TestCsvFolder(FileSourceContract):
    entry_point = "csv"

    def write(self, folder: Path, numbers: list[int]) -> str:
        half = len(numbers) // 2
        (folder / "1.csv").write_text(csv_text(numbers[:half]))
        (folder / "2.csv").write_text(csv_text(numbers[half:]))
        (folder / "_notes.csv").write_text("left out")
        return str(folder)


class TestParquetFile(FileSourceContract):
    entry_point = "parquet"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.parquet"
        write_parquet(pa.table({"n": numbers}), path)
        return str(path)


class TestParquetFolder(FileSourceContract):
    entry_point = "parquet"

    def write(self, folder: Path, numbers: list[int]) -> str:
        half = len(numbers) // 2
        for name, part in (("1.parquet", numbers[:half]), ("2.parquet", numbers[half:])):
            write_parquet(pa.table({"n": pa.array(part, pa.int64())}), folder / name)
        return str(folder)


class TestCsvPattern(FileSourceContract):
    entry_point = "csv"

    def write(self, folder: Path, numbers: list[int]) -> str:
        half = len(numbers) // 2
        (folder / "deep").mkdir(exist_ok=True)
        (folder / "a.csv").write_text(csv_text(numbers[:half]))
        (folder / "deep" / "b.csv").write_text(csv_text(numbers[half:]))
        return str(folder / "**" / "*.csv")


def json_text(numbers: list[int]) -> str:
    return "".join(f'{{"n": {number}}}\n' for number in numbers)


class TestJsonLinesFile(FileSourceContract):
    entry_point = "jsonl"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.jsonl"
        path.write_text(json_text(numbers))
        return str(path)


class TestGzippedJsonLinesFolder(FileSourceContract):
    entry_point = "jsonl"

    def write(self, folder: Path, numbers: list[int]) -> str:
        half = len(numbers) // 2
        for name, part in (("1.ndjson.gz", numbers[:half]), ("2.ndjson.gz", numbers[half:])):
            (folder / name).write_bytes(gzip.compress(json_text(part).encode(), mtime=0))
        return str(folder)


class TestArrowFile(FileSourceContract):
    entry_point = "arrow"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.arrow"
        table = pa.table({"n": pa.array(numbers, pa.int64())})
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table, max_chunksize=1000)
        return str(path)


class TestArrowStreams(FileSourceContract):
    entry_point = "arrow"

    def write(self, folder: Path, numbers: list[int]) -> str:
        half = len(numbers) // 2
        for name, part in (("1.arrows", numbers[:half]), ("2.ipc", numbers[half:])):
            table = pa.table({"n": pa.array(part, pa.int64())})
            with pa.ipc.new_stream(folder / name, table.schema) as writer:
                writer.write_table(table, max_chunksize=1000)
        return str(folder)


class TestFeatherFile(FileSourceContract):
    entry_point = "arrow"

    def write(self, folder: Path, numbers: list[int]) -> str:
        from pyarrow import feather

        path = folder / "a.feather"
        feather.write_feather(pa.table({"n": pa.array(numbers, pa.int64())}), path, compression="lz4")
        return str(path)


class TestAvroFile(FileSourceContract):
    entry_point = "avro"

    def write(self, folder: Path, numbers: list[int]) -> str:
        fastavro = pytest.importorskip("fastavro", reason="no Avro: pip install 'penstock[avro]'")
        path = folder / "a.avro"
        schema = {"type": "record", "name": "Row", "fields": [{"name": "n", "type": "long"}]}
        with path.open("wb") as file:
            # The mark between blocks is random otherwise.
            fastavro.writer(file, schema, ({"n": number} for number in numbers), "deflate", sync_marker=b"0" * 16)
        return str(path)


class TestTfRecordFile(FileSourceContract):
    entry_point = "tfrecord"

    def write(self, folder: Path, numbers: list[int]) -> str:
        path = folder / "a.tfrecord"
        write_tfrecord(path, [{"n": [number]} for number in numbers])
        return str(path)


class TestGzippedTfRecordShards(FileSourceContract):
    entry_point = "tfrecord"

    def write(self, folder: Path, numbers: list[int]) -> str:
        half = len(numbers) // 2
        for index, part in enumerate((numbers[:half], numbers[half:])):
            path = folder / f"data_tfrecord-0000{index}-of-00002.gz"
            write_tfrecord(path, [{"n": [number]} for number in part])
        return str(folder)
