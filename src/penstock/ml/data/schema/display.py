"""Schemas as tables of text and HTML: name, type, presence, valency and domain of each feature, then the domains."""

from __future__ import annotations

import html
from collections.abc import Iterator

from penstock.ml.data.metadata.domain import StringDomain
from penstock.ml.data.metadata.schema import Feature, FeaturePresence, SchemaMessage
from penstock.ml.data.schema.block_writer import ONE_SHAPE, ONE_VALUE, count_text
from penstock.ml.data.schema.check import split_checks
from penstock.ml.data.schema.feature_path import path_text
from penstock.ml.data.schema.field import DOMAINS
from penstock.ml.data.schema.record import whole

Rows = list[tuple[str, ...]]

_FEATURES = ("Feature", "Type", "Presence", "Valency", "Domain")
_MAX_ROWS = 200
_MAX_WIDTH = 60
_TEXTS = ("domain", "string_domain", "natural_language_domain", "mid_domain", "url_domain")


def schema_table(message: SchemaMessage) -> str:
    """The schema as text, long values shortened."""
    return "\n\n".join(_text(rows) for rows in _tables(message))


def schema_html(message: SchemaMessage) -> str:
    """The schema as HTML, for notebooks."""
    return "".join(_html(rows) for rows in _tables(message))


def _tables(message: SchemaMessage) -> Iterator[Rows]:
    features = list(_features(message.feature, ()))
    yield _cut([_FEATURES, *features], "features")
    domains = [*message.string_domain, *_inline(message.feature, ())]
    if domains:
        yield _cut(
            [("Domain", "Values"), *((domain.name or "", ", ".join(domain.value)) for domain in domains)], "domains"
        )
    checks = split_checks(message.annotation)[0]
    if checks:
        yield [("Check", "SQL", "Severity"), *((check.name, check.sql, check.severity) for check in checks)]


def _cut(rows: Rows, what: str) -> Rows:
    more = len(rows) - _MAX_ROWS - 1
    return rows if more <= 0 else [*rows[: _MAX_ROWS + 1], (f"... {more} more {what}",)]


def _features(features: tuple[Feature, ...], parent: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for feature in features:
        path = (*parent, feature.name or "")
        yield (path_text(path), _type(feature), _presence(feature.presence), _valency(feature), _domain(feature))
        if feature.struct_domain is not None:
            yield from _features(feature.struct_domain.feature, path)


def _inline(features: tuple[Feature, ...], parent: tuple[str, ...]) -> Iterator[StringDomain]:
    for feature in features:
        path = (*parent, feature.name or "")
        if feature.string_domain is not None:
            name = feature.string_domain.name or path_text(path)
            yield StringDomain(name=name, value=feature.string_domain.value)
        if feature.struct_domain is not None:
            yield from _inline(feature.struct_domain.feature, path)


def _type(feature: Feature) -> str:
    if feature.type == "BYTES" and any(getattr(feature, name) is not None for name in _TEXTS):
        return "STRING"
    return "BOOL" if feature.type == "INT" and feature.bool_domain is not None else feature.type or ""


def _presence(presence: FeaturePresence | None) -> str:
    if presence is None:
        return ""
    return "required" if presence.min_fraction == 1.0 else "optional"


def _valency(feature: Feature) -> str:
    if feature.shape is not None:
        sizes = ["?" if dim.size is None else str(dim.size) for dim in feature.shape.dim]
        return "single" if feature.shape == ONE_SHAPE else f"[{', '.join(sizes)}]"
    if feature.value_count == ONE_VALUE:
        return "single"
    if feature.value_count is not None:
        return str(count_text(feature.value_count) or f"up to {feature.value_count.max}")
    if feature.value_counts is not None:
        return ", ".join(str(count_text(count) or "any") for count in feature.value_counts.value_count)
    return ""


def _domain(feature: Feature) -> str:
    numbers = feature.int_domain or feature.float_domain
    if numbers is not None:
        bounds = [("min", numbers.min), ("max", numbers.max)]
        return ", ".join(f"{name}: {whole(value)}" for name, value in bounds if value is not None)
    if feature.domain is not None:
        return feature.domain
    if feature.string_domain is not None:
        return feature.string_domain.name or feature.name or ""
    if feature.time_domain is not None:
        return feature.time_domain.integer_format or feature.time_domain.string_format or "time"
    named = [name for name in DOMAINS if getattr(feature, name) is not None]
    hidden = ("struct_domain", "bool_domain")
    return named[0].removesuffix("_domain").replace("_", " ") if named and named[0] not in hidden else ""


def _text(rows: Rows) -> str:
    short = [tuple(_short(cell) for cell in row) for row in rows]
    # The last column may be as long as it is; one cell alone says that rows are missing.
    widths = [max((len(row[at]) for row in short if len(row) > at + 1), default=0) for at in range(len(short[0]))]
    lines = ("  ".join(cell.ljust(widths[at]) for at, cell in enumerate(row)).rstrip() for row in short)
    return "\n".join(lines)


def _short(cell: str) -> str:
    line = " ".join(cell.split())
    return line if len(line) <= _MAX_WIDTH else line[: _MAX_WIDTH - 3] + "..."


def _html(rows: Rows) -> str:
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
