"""DuckDB's errors about CSV files, told with what, where and how to fix it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from penstock.core.error import DataError

_CHUNK_BYTES = 1 << 20


def csv_error(path: Path, error: Exception) -> DataError:
    """The error of a file, with its line where DuckDB gives one."""
    text = str(error)
    line = _found(r"CSV Error on Line: (\d+)", text)
    where = f"{path}, line {line}" if line else str(path)
    if "utf-8" in text:
        return not_utf8(path)
    for pattern, tell in _CASES:
        found = re.search(pattern, text)
        if found:
            what, fix = tell(found)
            return DataError(what, where=where, fix=fix)
    return DataError(
        f"the CSV file cannot be read: {text.splitlines()[0]}", where=where, fix="correct the file near that place"
    )


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def _ragged(found: re.Match[str]) -> tuple[str, str]:
    expected, given = found.groups()
    return (
        f"the line has {given} field{'s' * (given != '1')}, the header has {expected}",
        "complete or remove the line; put quotes around values that hold the delimiter",
    )


def _unterminated(_: re.Match[str]) -> tuple[str, str]:
    return "a quote is opened and never closed", 'close it; inside of quotes write "" for one quote'


def _conversion(found: re.Match[str]) -> tuple[str, str]:
    column, value, kind = found.groups()
    return (
        f"column '{column}' holds '{value}', which is no {kind}",
        f"correct the value, or read the column as text: types={{'{column}': 'VARCHAR'}}",
    )


def _too_long(_: re.Match[str]) -> tuple[str, str]:
    return "a line is longer than 16 MiB", "close the quote that lets it run on, or store such values in Parquet"


def _broken(_: re.Match[str]) -> tuple[str, str]:
    return (
        "its quotes or ends of lines do not follow the rules of CSV (RFC 4180)",
        "write it again with one kind of line end; put quotes around whole values and double them inside",
    )


def _damaged_gzip(_: re.Match[str]) -> tuple[str, str]:
    return "the gzip file is damaged or cut off", "compress it again, or fetch it anew"


_CASES = (
    (r"GZIP", _damaged_gzip),
    (r"Expected Number of Columns: (\d+) Found: (\d+)", _ragged),
    (r"unterminated quote", _unterminated),
    (r'converting column "(.*?)"\. Could not convert string "(.*?)" to \'(.*?)\'', _conversion),
    # The second is what it says where a line fills the whole buffer.
    (r"[Mm]aximum line size|does not support a full read", _too_long),
    (r"state machine reached an invalid state", _broken),
)


def not_utf8(path: Path) -> DataError:
    """The error for bytes that are no UTF-8: names the first one, its offset and its line."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = lines = 0
    fix = f"convert it: iconv -f LATIN1 -t UTF-8 '{path.name}' > utf8.csv (or the encoding it really has)"
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            pending = decoder.getstate()[0]
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                start = offset - len(pending) + error.start
                line = lines + (pending + chunk)[: error.start].count(b"\n") + 1
                byte = error.object[error.start]
                what = f"byte 0x{byte:02x} at offset {start} is not UTF-8 text"
                return DataError(what, where=f"{path}, line {line}", fix=fix)
            if not chunk:
                return DataError("the text is not UTF-8", where=str(path), fix=fix)
            offset += len(chunk)
            lines += chunk.count(b"\n")
