"""A database that is one local file: its path in an URL, what is asked of it, and its digest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from penstock.core.canonical import digest_of
from penstock.core.error import DataError
from penstock.ml.data.source.location import content_digest, content_kind, find_files
from penstock.ml.data.source.sql import SqlRequest, own_options, read_request


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of database file.

    Parameters
    ----------
    name : str
        For messages: ``an SQLite database``.
    offset : int
        Where in the file its mark stands, in bytes.
    mark : bytes
    log_suffix : str
        Ending of the log beside the file, which holds the newest changes.
    """

    name: str
    offset: int
    mark: bytes
    log_suffix: str


SQLITE = FileKind("an SQLite database", 0, b"SQLite format 3\x00", "-wal")
DUCKDB = FileKind("a DuckDB database", 8, b"DUCK", ".wal")


def local_path(uri: str) -> Path:
    """The path in an URL: three slashes before a relative one, four before an absolute one; or a plain path.

    A fourth slash may be left out where only the absolute path exists.

    Examples
    --------
    >>> print(local_path("sqlite:////srv/city.db"), local_path("sqlite:///city%20of.db"), local_path("city.db"))
    /srv/city.db city of.db city.db
    """
    _, mark, rest = uri.partition("://")
    if not mark:
        return Path(uri)
    path = Path(unquote(rest.removeprefix("/")))
    absolute = Path("/") / path
    return absolute if not path.exists() and absolute.exists() else path


@dataclass(frozen=True)
class DatabaseFile:
    """A database in one local file, and what is asked of it.

    Parameters
    ----------
    path : Path
    kind : FileKind
    request : SqlRequest
    """

    path: Path
    kind: FileKind
    request: SqlRequest

    @classmethod
    def asked(cls, uri: str, kind: FileKind, **given: str) -> DatabaseFile:
        """By an URL or a path, whose own options ``query``, ``table`` and ``key`` yield to those given.

        Raises
        ------
        DataError
            If neither or both of query and table are given, or one of the three is no text.
        """
        base, options = own_options(uri)
        return cls(local_path(base), kind, read_request(base, options, given))

    def check(self) -> None:
        """Make sure that there is such a file, and that it is a database of that kind.

        Raises
        ------
        DataError
            If not; the closest existing name is offered.
        """
        path, kind = self.path, self.kind
        if path.is_dir():
            raise DataError(f"this is a folder, not {kind.name}", where=str(path), fix="give the database file in it")
        find_files(str(path), ())
        _, text = content_kind(path)
        with path.open("rb") as file:
            head = file.read(kind.offset + len(kind.mark))
        if not head:
            raise DataError("the file is empty", where=str(path), fix=f"give a file that is {kind.name}")
        if head[kind.offset :] != kind.mark:
            raise DataError(
                f"the file is not {kind.name}, but {text or 'something else'}",
                where=str(path),
                fix="give its real format, for instance format='csv'",
            )

    def fingerprint(self) -> str:
        """Digest of the file, of its log and of what is asked; or of the declared key.

        Raises
        ------
        DataError
            If there is no such file.
        """
        self.check()
        log = self.path.with_name(self.path.name + self.kind.log_suffix)
        files = [self.path] + [log] * (log.exists() and log.stat().st_size > 0)
        request = self.request
        return request.fingerprint() or digest_of([content_digest(files), request.query, request.table])
