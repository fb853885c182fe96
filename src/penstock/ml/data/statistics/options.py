"""What statistics are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from penstock.core.error import UsageError, closest

if TYPE_CHECKING:
    from penstock.ml.data.metadata.schema import SchemaMessage

_WHERE = "StatisticsOptions"


@dataclass(frozen=True, slots=True)
class StatisticsOptions:
    """What to compute, and how finely to show it; the last six change only the view, never the state.

    Parameters
    ----------
    weight : str
        Column whose numbers weigh the rows; empty for none.
    slices : tuple
        Each a column's name (one slice per value) or a pair of name and value (that slice alone).
    sql_slices : mapping of str to str
        Name of a slice to a predicate in DuckDB's SQL over the columns.
    cross : tuple of pairs of str
        Columns to be related: correlation and covariance of two numeric ones, lift of the first's values over the
        second's where one is categorical.
    exact_quantiles : bool
        Also compute the quantiles of numbers exactly; they are kept beside the statistics, and cannot be merged.
    schema : Schema or SchemaMessage, optional
        Its sparse and weighted features, and features with a natural language domain, are counted as such; values of
        a feature with an image domain are bytes.
    vocabularies : mapping of str to str
        Name of a vocabulary of the schema to a text file with a token per line. Where one that is needed is not given,
        the feature's tokens are not counted.
    semantic_domains : bool
        Also tell the domain that a column's values seem to have: images, or natural language.
    top_values : int
        Most frequent texts listed.
    rank_buckets : int
        Texts in a rank histogram at most.
    histogram_buckets : int
        Buckets of a standard histogram.
    quantile_buckets : int
        Buckets of a quantile histogram.
    num_values_buckets : int
        Buckets of the histogram of the number of values.

    Raises
    ------
    UsageError
        If a number is below 1, a predicate is empty, or a value is of another type.
    """

    weight: str = ""
    slices: tuple[str | tuple[str, Any], ...] = ()
    sql_slices: Mapping[str, str] = field(default_factory=dict)
    cross: tuple[tuple[str, str], ...] = ()
    exact_quantiles: bool = False
    schema: SchemaMessage | None = None
    vocabularies: Mapping[str, str] = field(default_factory=dict)
    semantic_domains: bool = False
    top_values: int = 20
    rank_buckets: int = 1000
    histogram_buckets: int = 10
    quantile_buckets: int = 10
    num_values_buckets: int = 10

    def __post_init__(self) -> None:
        # The class Schema is above this room; of one the message is kept.
        object.__setattr__(self, "schema", getattr(self.schema, "message", self.schema))
        for item in fields(self):
            value = getattr(self, item.name)
            if item.type == "int" and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise UsageError(f"{item.name} is {value!r}", where=_WHERE, fix="give a whole number of at least 1")
            if item.type == "bool" and not isinstance(value, bool):
                raise UsageError(f"{item.name} is {value!r}", where=_WHERE, fix="give true or false")
            if str(item.type).startswith("Mapping") and not isinstance(value, Mapping):
                raise UsageError(f"{item.name} is {value!r}", where=_WHERE, fix="map names to texts")
        if not hasattr(self.schema, "sparse_feature") and self.schema is not None:
            raise UsageError(f"schema is {self.schema!r}", where=_WHERE, fix="give a Schema")
        for name, predicate in self.sql_slices.items():
            if not (isinstance(name, str) and name and isinstance(predicate, str) and predicate.strip()):
                raise UsageError(
                    f"sql_slices has {name!r}: {predicate!r}", where=_WHERE, fix="map a name to a predicate in SQL"
                )

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> StatisticsOptions:
        """Options from a JSON object, in which pairs are lists.

        Raises
        ------
        UsageError
            If a name is unknown, or a list is none.
        """
        known = [item.name for item in fields(cls)]
        for name in settings:
            if name not in known:
                raise UsageError(
                    f"there is no option '{name}'; {closest(name, known)}",
                    where=_WHERE,
                    fix="use one of the known names",
                )
        listed = {name: _tuples(name, settings[name]) for name in ("slices", "cross") if name in settings}
        return cls(**{**settings, **listed})


def _tuples(name: str, found: Any) -> tuple[Any, ...]:
    """Lists inside of a list as tuples."""
    if not isinstance(found, list | tuple):
        raise UsageError(f"{name} is {found!r}", where=_WHERE, fix=f"give a list: {name}=[...]")
    return tuple(tuple(item) if isinstance(item, list) else item for item in found)
