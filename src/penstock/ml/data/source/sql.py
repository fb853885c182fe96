"""What an SQL source reads: the answer to one query, or a table by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from penstock.core.canonical import digest_of
from penstock.core.error import DataError, closest

_OWN = ("query", "table", "key")


@dataclass(frozen=True, slots=True)
class SqlRequest:
    """A query or a table, and the key that its answer is cached by.

    Parameters
    ----------
    place : str
        The database, without secrets.
    query : str
        One SELECT; empty when a table is named.
    table : str
        Name of a table as it is stored, perhaps after its schema's: ``public.trips``.
    key : str
        Stands for the content: whoever declares it promises that the same key gives the same rows.
    """

    place: str
    query: str
    table: str
    key: str

    @property
    def where(self) -> str:
        """For messages: the database and what is read from it."""
        text = " ".join(self.query.split())
        what = f"table {self.table}" if self.table else text if len(text) <= 100 else text[:97] + "..."
        return f"{self.place}: {what}"

    def select(self, quote: Callable[[str], str]) -> str:
        """The query without its closing semicolon; of a table, all its columns."""
        if self.query:
            return self.query.strip().rstrip(";").rstrip()
        return "SELECT * FROM " + ".".join(quote(part) for part in self.table.split("."))

    def fingerprint(self) -> str:
        """Digest of place, query and key; empty without a key, for nobody knows what a database holds."""
        return digest_of([self.place, self.query, self.table, self.key]) if self.key else ""


def read_request(place: str, options: dict[str, str], given: dict[str, str]) -> SqlRequest:
    """The request by an URL's own options and those given beside it.

    Parameters
    ----------
    place : str
        The database, without secrets.
    options : dict of str
        ``query``, ``table`` and ``key`` out of the URL, from `own_options`.
    given : dict of str
        The same, as arguments; they go before.

    Raises
    ------
    DataError
        If neither or both of query and table are named, or one of the three is no text.
    """
    for name, value in given.items():
        # Null is for what is not given, as in a configuration.
        if value is not None and not isinstance(value, str):
            raise DataError(f"`{name}` is {value!r}, which is no text", where=place, fix=f"give a text: {name}='...'")
    found = {name: given.get(name) or options.get(name, "") for name in _OWN}
    if bool(found["query"].strip()) == bool(found["table"]):
        raise DataError(
            "both a query and a table are given" if found["table"] else "neither a query nor a table is given",
            where=place,
            fix="give one of them: query='SELECT ...' or table='NAME' (in an URL: ?table=NAME)",
        )
    return SqlRequest(place, found["query"], found["table"], found["key"])


def own_options(uri: str) -> tuple[str, dict[str, str]]:
    """The URL without ``query``, ``table`` and ``key``, and these.

    Examples
    --------
    >>> own_options("postgresql://db/city?sslmode=require&table=trips")
    ('postgresql://db/city?sslmode=require', {'table': 'trips'})
    """
    base, _, text = uri.partition("?")
    parts = [part for part in text.split("&") if part]
    own = {name: unquote(value) for name, _, value in (part.partition("=") for part in parts) if name in _OWN}
    rest = "&".join(part for part in parts if part.partition("=")[0] not in _OWN)
    return base + "?" * bool(rest) + rest, own


def no_table(name: str, known: Sequence[str], where: str) -> DataError:
    """The error for a table that is not there; the closest name is offered."""
    return DataError(
        f"there is no table '{name}'; {closest(name, known)}",
        where=where,
        fix="name a table that is there, or grant this user the right to see it",
    )


def check_names(names: Sequence[str], where: str) -> None:
    """Refuse an answer whose columns have no names of their own.

    Raises
    ------
    DataError
        If a name is empty or used twice.
    """
    for name in names:
        if not name or names.count(name) > 1:
            raise DataError(
                f"column '{name}' appears {names.count(name)} times" if name else "a column has no name",
                where=where,
                fix="name the columns in the query: SELECT a.id AS trip_id, ...",
            )
