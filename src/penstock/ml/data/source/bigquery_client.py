"""The one place where clients of BigQuery are made, and where their failures become ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from penstock.core.error import DataError
from penstock.core.plugin import require
from penstock.ml.data.source.sql import no_table

_GIVE_UP_S = 120.0
_CALL_S = 60.0
_LISTED_TABLES = 1000
_TABLE = re.compile(r"Not found: Table (?P<name>\S+)")
_LOG_IN = "log in: gcloud auth application-default login; or name a key file in GOOGLE_APPLICATION_CREDENTIALS"


@dataclass(frozen=True)
class BigQueryPlace:
    """A data set of BigQuery.

    Parameters
    ----------
    project, dataset : str
        The dataset may be empty; then tables are named with theirs.
    location : str
        Where jobs run: ``EU``, ``us-central1``, ...; empty leaves it to BigQuery.
    api_endpoint : str
        Another address of the service, for tests and private connections; it is used without credentials.
    """

    project: str
    dataset: str
    location: str = ""
    api_endpoint: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"bigquery://{self.project}" + f"/{self.dataset}" * bool(self.dataset)

    @cached_property
    def client(self) -> Any:
        """A client of the REST service.

        Raises
        ------
        DataError
            If there are no credentials.
        MissingDependencyError
            If its package is not installed.
        """
        bigquery, credentials = module("google.cloud.bigquery"), module("google.auth.credentials")
        options: dict[str, Any] = {"project": self.project, "location": self.location or None}
        if self.api_endpoint:
            options |= {
                "credentials": credentials.AnonymousCredentials(),
                "client_options": {"api_endpoint": self.api_endpoint},
            }
        try:
            return bigquery.Client(**options)
        except module("google.auth.exceptions").DefaultCredentialsError as error:
            raise DataError("there are no credentials for Google Cloud", where=str(self), fix=_LOG_IN) from error

    @cached_property
    def storage_client(self) -> Any:
        """A client of the Storage Read API, which gives Arrow; None at another address."""
        storage = module("google.cloud.bigquery_storage")
        return None if self.api_endpoint else storage.BigQueryReadClient(credentials=self.client._credentials)

    @property
    def patience(self) -> dict[str, Any]:
        """Options of a call: how often and how long to try."""
        return {
            "retry": module("google.cloud.bigquery.retry").DEFAULT_RETRY.with_timeout(_GIVE_UP_S),
            "timeout": _CALL_S,
        }

    def quoted(self, table: str) -> str:
        """The full name of a table in SQL."""
        return "`" + self.full_name(table).replace("`", "") + "`"

    def full_name(self, table: str) -> str:
        """Name of a table with its project and dataset, where it does not bring them."""
        parts = table.split(".")
        return ".".join([self.project, self.dataset][: max(0, 3 - len(parts))] + parts)

    @contextmanager
    def told(self, where: str) -> Iterator[None]:
        """Failures of the service in our form; the closest name is offered for a table that is not there.

        Raises
        ------
        DataError
            If the service refuses or cannot be reached.
        """
        exceptions = module("google.api_core.exceptions")
        unreachable = (exceptions.GoogleAPIError, module("requests.exceptions").RequestException)
        try:
            yield
        except exceptions.NotFound as error:
            found = _TABLE.search(str(error))
            if found:
                name = found["name"].rpartition(".")[2]
                raise no_table(name, self._tables(exceptions), where) from error
            raise DataError(_message(error), where=where, fix="correct the name of project and dataset") from error
        except exceptions.Forbidden as error:
            fix = "grant this account the roles BigQuery Data Viewer and BigQuery Job User"
            raise DataError(_message(error), where=where, fix=fix) from error
        except exceptions.Unauthorized as error:
            raise DataError(_message(error), where=where, fix=_LOG_IN) from error
        except exceptions.BadRequest as error:
            raise DataError(_message(error), where=where, fix="write one SELECT in GoogleSQL") from error
        except module("google.auth.exceptions").GoogleAuthError as error:
            raise DataError(f"no access: {error}", where=where, fix=_LOG_IN) from error
        except unreachable as error:
            raise DataError(_message(error), where=where, fix="try again; is the network there?") from error

    def _tables(self, exceptions: Any) -> Sequence[str]:
        """Names of the dataset's tables; none where they may not be listed."""
        if not self.dataset:
            return ()
        try:
            listed = self.client.list_tables(
                f"{self.project}.{self.dataset}", max_results=_LISTED_TABLES, **self.patience
            )
            return [table.table_id for table in listed]
        except exceptions.GoogleAPIError:
            # The first error is the one to tell.
            return ()


def module(name: str) -> ModuleType:
    """A module of the client, or the advice to install it."""
    return require(name, extra="bigquery", where="BigQuery")


def read_place(uri: str, *, location: str, api_endpoint: str) -> BigQueryPlace:
    """The place that an URL names: ``bigquery://PROJECT/DATASET``.

    Raises
    ------
    DataError
        If it names no project, or more than project and dataset.
    """
    parts = [unquote(part) for part in uri.partition("://")[2].partition("?")[0].split("/") if part]
    if not 1 <= len(parts) <= 2:
        raise DataError("the URL names no project", where=uri, fix="write it as bigquery://PROJECT/DATASET?table=NAME")
    return BigQueryPlace(parts[0], parts[1] if len(parts) > 1 else "", location, api_endpoint)


def _message(error: Exception) -> str:
    """What the service says, without request and job numbers."""
    text = str(getattr(error, "message", "") or error)
    text = next((line.strip() for line in text.splitlines() if line.strip()), type(error).__name__)
    return f"BigQuery says: {re.sub(r'^(GET|POST|PUT) https?://[^ ]*: ', '', text)}"
