"""Any schema at all, for property tests: every field of every record, one of those that exclude each other."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

from penstock.ml.data.metadata.schema import Annotation, Feature, SchemaMessage
from penstock.ml.data.schema.field import ONE_OF, FieldKind, fields_of

INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
# The real protos keep some floats in 32 bits; 16 bits survive any of them.
FLOATS = st.floats(allow_nan=False, width=16)
TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
NAMES = st.sampled_from(("a", "b", "c", "a.b", "yes", "1", "null", "x y", "it's", "")) | TEXT
STRING_VALUE = TEXT.filter(bool).map(
    lambda text: {"@type": "type.googleapis.com/google.protobuf.StringValue", "value": text}
)
GROUP = TEXT.map(lambda name: {"tensorRepresentation": {name: {"varlenSparseTensor": {"columnName": name}}}})

SCALARS = {"text": TEXT, "int": INT64, "float": FLOATS, "bool": st.booleans()}
PLAIN = {
    "extra_metadata": STRING_VALUE,
    "tensor_representation_group": st.dictionaries(TEXT, GROUP, max_size=1),
    "config": st.just({"argmaxTopK": {"k": 3}}),
}


def messages(depth: int = 1) -> st.SearchStrategy[SchemaMessage]:
    """Schemas whose structs go so deep."""
    return records(SchemaMessage, depth)


def records(kind: type[msgspec.Struct], depth: int) -> st.SearchStrategy[Any]:
    fields = fields_of(kind)
    groups = ONE_OF.get(kind, ())
    excluded = {name for group in groups for name in group}
    free = [name for name in fields if name not in excluded]

    @st.composite
    def draw_record(draw: st.DrawFn) -> Any:
        names = draw(st.lists(st.sampled_from(free), max_size=4, unique=True)) if free else []
        names += [draw(st.sampled_from(group)) for group in groups if draw(st.booleans())]
        if "name" in fields and draw(st.integers(0, 9)) > 0:
            names.append("name")
        return kind(**{name: draw(value(kind, fields[name], depth)) for name in set(names)})

    return draw_record()


def value(kind: type[msgspec.Struct], field: FieldKind, depth: int) -> st.SearchStrategy[Any]:
    one = one_value(kind, field, depth)
    if field.kind == "plain" and field.name == "tensor_representation_group":
        return PLAIN[field.name]
    return st.lists(one, max_size=3 if depth else 1).map(tuple) if field.many else one


def one_value(kind: type[msgspec.Struct], field: FieldKind, depth: int) -> st.SearchStrategy[Any]:
    if field.name == "name":
        return NAMES
    if kind is Feature and field.name == "domain":
        return NAMES
    if field.kind == "word":
        return st.sampled_from(field.words)
    if field.kind == "plain":
        return PLAIN[field.name]
    if field.kind == "record":
        assert field.record is not None
        if field.record is Annotation:
            return annotations()
        return records(field.record, depth - (field.name == "struct_domain")) if depth > 0 else st.just(field.record())
    return SCALARS[field.kind]


def annotations() -> st.SearchStrategy[Annotation]:
    tags = st.lists(TEXT | st.sampled_from(("penstock.severity=ERROR", "penstock.severity=WARNING")), max_size=3)
    check = 'penstock.check: {"name":"a","sql":"b > 0"}'
    comments = st.lists(TEXT | st.sampled_from((check, check.replace("{", "{ "), "penstock.check: 1")), max_size=3)
    return st.builds(
        Annotation,
        tag=tags.map(tuple),
        comment=comments.map(tuple),
        extra_metadata=st.just(()) | st.lists(STRING_VALUE, max_size=1).map(tuple),
    )
