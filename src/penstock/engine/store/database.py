"""One metadata database: transactions, and its errors told in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from penstock.core.error import StoreError

_COMMITTED_TWICE = ("uq_execution_committed", "execution.context_id, execution.step, execution.item")


class Dialect(NamedTuple):
    """What is particular to one kind of database.

    Parameters
    ----------
    insert : callable
        The dialect's ``insert``, which has ``on_conflict_*``.
    begin_read, begin_write : str
        First statement of a transaction; empty where the driver needs none.
    begin_alone : tuple of str
        First statements of a transaction for which every other one of these waits.
    lock_out : str
        Statement that makes every other writer wait until the transaction ends; empty if they wait anyway.
    explain : callable
        What to tell of an error of its driver.
    integrity : callable
        What the database finds wrong with itself.
    """

    insert: Callable[..., Any]
    begin_read: str
    begin_write: str
    begin_alone: tuple[str, ...]
    lock_out: str
    explain: Callable[[DBAPIError], StoreError]
    integrity: Callable[[Connection], list[str]]


class Database:
    """Transactions on one database.

    Parameters
    ----------
    engine : Engine
    where : str
        For messages; never holds a password.
    dialect : Dialect
    lock : context manager
        Held during a transaction, where threads share the one connection.
    is_read_only : bool
        Whether this user may read but not write.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        where: str,
        dialect: Dialect,
        lock: AbstractContextManager[Any],
        is_read_only: bool = False,
    ) -> None:
        self.where = where
        self.is_read_only = is_read_only
        self.dialect = dialect
        self._engine = engine
        self._lock = lock

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database and changes nothing."""
        with self._transaction((self.dialect.begin_read,)) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or leaves no trace.

        Raises
        ------
        StoreError
            If the database refuses or cannot be reached.
        """
        with self._transaction((self.dialect.begin_write,)) as connection:
            yield connection
            connection.commit()

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A transaction for changing the layout; on SQLite references are not checked in it."""
        with self._transaction(self.dialect.begin_alone) as connection:
            yield connection
            connection.commit()

    @contextmanager
    def _transaction(self, begin: tuple[str, ...]) -> Iterator[Connection]:
        try:
            with self._lock, self._engine.connect() as connection:
                for statement in filter(None, begin):
                    connection.exec_driver_sql(statement)
                yield connection
        except IntegrityError as error:
            raise self._contradiction(error) from error
        except DBAPIError as error:
            raise self.dialect.explain(error) from error

    def _contradiction(self, error: IntegrityError) -> StoreError:
        told = str(error.orig).strip().splitlines()[0]
        if any(sign in told for sign in _COMMITTED_TWICE):
            return StoreError(
                "another attempt at this execution is committed already; nothing was written",
                where=self.where,
                fix="resume the run once every other runner of it has ended",
            )
        return StoreError(
            f"the write contradicts what is recorded: {told}", where=self.where, fix="penstock store check"
        )

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()
