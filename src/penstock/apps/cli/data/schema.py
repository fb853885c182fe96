"""`penstock data schema`: what data must look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from penstock.apps.cli.data.reading import Format, Options, Query, Reading, Span, Spans, Types
from penstock.apps.cli.option import Json

if TYPE_CHECKING:
    from penstock.ml.data.schema.diff import SchemaDiff
    from penstock.ml.data.schema.schema import Schema

_ENDINGS = (".yaml", ".yml", ".pbtxt", ".textproto", ".txt")
_WHERE = "penstock data schema"

_Input = Annotated[
    str,
    typer.Argument(
        metavar="STATS", help="Saved statistics, data, or a schema to convert or compare.", show_default=False
    ),
]
_Output = Annotated[
    str, typer.Option("-o", "--output", metavar="SCHEMA", help="Write it: .yaml, .json or .pbtxt; else it is printed.")
]
_Old = Annotated[str, typer.Option("--schema", metavar="SCHEMA", help="The schema to relax.")]
_Relax = Annotated[
    list[str],
    typer.Option("--relax", metavar="FEATURE", help="Loosen this feature so that the data fits; 'all' for all."),
]
_Diff = Annotated[str, typer.Option("--diff", metavar="SCHEMA", help="Print what that schema would need to be this.")]
_Bounds = Annotated[bool, typer.Option("--numeric-bounds", help="Numbers must stay between the extremes seen.")]
_Environments = Annotated[
    list[str], typer.Option("--environment", metavar="NAME", help="Where the schema will be used: TRAINING, SERVING.")
]


def schema(
    source: _Input,
    output: _Output = "",
    old: _Old = "",
    relax: _Relax = [],  # noqa: B006
    diff: _Diff = "",
    numeric_bounds: _Bounds = False,
    environment: _Environments = [],  # noqa: B006
    query: Query = "",
    span: Span = "",
    spans: Spans = None,
    format: Format = "auto",
    types: Types = [],  # noqa: B006
    option: Options = [],  # noqa: B006
    json: Json = False,
) -> None:
    """Infer, relax, convert or compare a schema.

    STATS alone gives a first schema. With --schema and --relax an old one is loosened where the data does not fit
    it. A schema as STATS is converted by the ending of -o, or compared with --diff.

    With --json: the schema in TensorFlow Metadata's JSON, or the differences; on one line.
    """
    from penstock.apps.cli.data.reading import room_for, saved_lines
    from penstock.apps.cli.output import print_json, print_lines, print_yaml

    wish = _Wish(old, tuple(relax), numeric_bounds, tuple(environment))
    found, lines = _made(source, wish, Reading(format, types, option, span, spans, query))
    changes = _difference(diff, found) if diff else None
    if output:
        found.save(room_for(output))
    if json:
        print_json(found.to_json() if changes is None else changes.to_json())
    elif changes is not None:
        print_lines([*(changes.lines() or ["nothing differs"]), *saved_lines([output])])
    elif output:
        print_lines([*lines, *saved_lines([output])])
    else:
        print_yaml(found.to_yaml())


@dataclass(frozen=True)
class _Wish:
    """Which schema is wanted."""

    old: str
    relax: tuple[str, ...]
    numeric_bounds: bool
    environments: tuple[str, ...]

    def check(self, *, is_schema: bool) -> None:
        """Refuse options that would do nothing."""
        from penstock.core.error import UsageError

        example = f"{_WHERE} STATS --schema SCHEMA.yaml --relax FEATURE -o SCHEMA.yaml"
        if bool(self.old) != bool(self.relax):
            raise UsageError("--schema and --relax belong together", where=_WHERE, fix=example)
        if is_schema and self.old:
            raise UsageError("a schema is loosened so that data fits it, not another schema", where=_WHERE, fix=example)
        if (is_schema or self.old) and (self.numeric_bounds or self.environments):
            raise UsageError(
                "--numeric-bounds and --environment are for a schema that is inferred",
                where=_WHERE,
                fix="leave them out, and edit the schema",
            )


def _made(source: str, wish: _Wish, how: Reading) -> tuple[Schema, list[str]]:
    """The schema, and what changed."""
    from penstock.apps.cli.data.reading import statistics_of
    from penstock.ml.data.schema.diff import diff as diff_schemas
    from penstock.ml.data.schema.infer import infer_schema
    from penstock.ml.data.schema.relax import relax as relax_schema
    from penstock.ml.data.schema.schema import Schema

    is_schema = how.format == "auto" and _is_schema(source)
    wish.check(is_schema=is_schema)
    if is_schema:
        return Schema.load(source), []
    if wish.old:
        before = Schema.load(wish.old)
        after = relax_schema(before, statistics_of(source, how), None if "all" in wish.relax else wish.relax)
        return after, diff_schemas(before, after).lines() or ["nothing had to be relaxed"]
    statistics = statistics_of(source, how)
    return infer_schema(statistics, numeric_bounds=wish.numeric_bounds, environments=wish.environments), []


def _is_schema(source: str) -> bool:
    """Whether a file holds a schema; of JSON its beginning tells."""
    if not source.endswith(".json"):
        return source.endswith(_ENDINGS)
    from pathlib import Path

    if not Path(source).is_file():
        return False
    with Path(source).open("rb") as file:
        return b'"datasets"' not in file.read(1 << 16)


def _difference(other: str, found: Schema) -> SchemaDiff:
    from penstock.ml.data.schema.diff import diff as diff_schemas
    from penstock.ml.data.schema.schema import Schema

    return diff_schemas(Schema.load(other), found)
