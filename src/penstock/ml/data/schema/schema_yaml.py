"""A whole schema as YAML that people read and edit, and back; every schema survives the way there and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from penstock.core.error import DataError
from penstock.ml.data.metadata.domain import FloatDomain, IntDomain, StringDomain
from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.schema import Annotation, Feature, SchemaMessage, WeightedFeature
from penstock.ml.data.schema.block_reader import named, read_features, read_notes, read_sparse
from penstock.ml.data.schema.block_writer import by_name, write_features, write_notes, write_sparse
from penstock.ml.data.schema.check import SEVERITIES, Check, join_checks, split_checks
from penstock.ml.data.schema.feature_path import path_steps, path_text
from penstock.ml.data.schema.field import fields_of, given_fields
from penstock.ml.data.schema.node import Node
from penstock.ml.data.schema.record import field_tree, read_record, record_tree
from penstock.ml.data.schema.yaml_node import read_yaml
from penstock.ml.data.schema.yaml_text import yaml_text

HEADER = (
    "What the data must look like. Edit freely: one block per feature.",
    "A feature has one value per row unless `count` or `shape` says otherwise.",
    "required: true (every row), some (at least one row), false, or a fraction of the rows.",
)

_KEYS = {
    "environments": "default_environment",
    "features": "feature",
    "sparse_features": "sparse_feature",
    "weighted_features": "weighted_feature",
    "domains": "string_domain",
    "float_domains": "float_domain",
    "int_domains": "int_domain",
    "dataset": "dataset_constraints",
    "tags": "annotation",
    "comment": "annotation",
    "checks": "annotation",
}
_CHECK_KEYS = dict.fromkeys(("name", "sql", "message", "severity", "features"))


def write_schema(message: SchemaMessage) -> str:
    """The YAML of a schema; the same schema gives the same bytes."""
    return yaml_text(schema_tree(message), HEADER)


def read_schema(text: str, where: str) -> SchemaMessage:
    """A schema from its YAML.

    Raises
    ------
    DataError
        With file, line and key of what is unknown (and the closest known), wrong, or said twice.
    """
    return schema_message(read_yaml(text, where))


def schema_tree(message: SchemaMessage) -> dict[str, Any]:
    """The tree of a schema's YAML."""
    rest = given_fields(message)
    tree: dict[str, Any] = {}
    if "default_environment" in rest:
        tree["environments"] = list(rest.pop("default_environment"))
    inlined = _inlined(message)
    rest.pop("feature", None)
    tree["features"] = write_features(message.feature, inlined)
    _write_composites(message, rest, tree)
    _write_domains(message, rest, tree, len(inlined))
    if "dataset_constraints" in rest:
        tree["dataset"] = record_tree(rest.pop("dataset_constraints"))
    _write_annotation(rest, tree)
    for name, value in rest.items():
        tree[name] = field_tree(value, fields_of(SchemaMessage)[name])
    return tree


def schema_message(node: Node) -> SchemaMessage:
    """A schema from the tree of its YAML."""
    fields: dict[str, Any] = {}
    inlined: list[StringDomain] = []
    notes: dict[str, Any] = {}
    for key, item in node.known({**_KEYS, **fields_of(SchemaMessage)}):
        if item.value is None:
            continue
        if key in ("tags", "comment"):
            notes["tag" if key == "tags" else key] = read_notes(item)
            continue
        name = _KEYS.get(key, key)
        if key == "checks":
            notes[key] = tuple(_checks(item))
        elif name in fields:
            raise item.error(f"{name} is given twice, in two ways", "keep one of the two keys")
        else:
            fields[name] = _read(key, item, inlined)
    fields["string_domain"] = _joined(fields.get("string_domain", ()), inlined, node)
    return SchemaMessage(**{**fields, **_read_annotation(fields.get("annotation"), notes, node)})


def _read(key: str, node: Node, inlined: list[StringDomain]) -> Any:
    match key:
        case "features":
            return read_features(node, inlined)
        case "sparse_features":
            return tuple(read_sparse(block, name) for name, block in named(node))
        case "weighted_features":
            return tuple(_weighted(block, name) for name, block in named(node))
        case "domains":
            return tuple(_string_domain(block, name) for name, block in _blocks_or_lists(node))
        case "float_domains":
            return tuple(read_record(_with_name(block, name), FloatDomain) for name, block in named(node))
        case "int_domains":
            return tuple(read_record(_with_name(block, name), IntDomain) for name, block in named(node))
        case _:
            name = _KEYS.get(key, key)
            return getattr(read_record(Node({name: node}, node.where, node.line, node.keys), SchemaMessage), name)


def _inlined(message: SchemaMessage) -> dict[str, StringDomain]:
    """Domains to be written where they are used.

    Reading appends them in the order of the features after those of ``domains``, so they are the longest tail of the
    schema's domains in that order.
    """
    order = {name: at for at, name in enumerate(_own_domains(message.feature, ()))}
    count: dict[str | None, int] = {}
    for domain in message.string_domain:
        count[domain.name] = count.get(domain.name, 0) + 1
    found: list[StringDomain] = []
    for domain in reversed(message.string_domain):
        at = order.get(domain.name or "", -1)
        is_next = not found or at < order[found[-1].name or ""]
        if at < 0 or not is_next or count[domain.name] > 1 or domain.is_categorical is not None:
            break
        found.append(domain)
    return {domain.name or "": domain for domain in reversed(found)}


def _own_domains(features: tuple[Feature, ...], parent: tuple[str, ...]) -> Iterator[str]:
    """Names of the domains that are named like the feature that uses them, in the order in which reading meets them."""
    for feature in features:
        path = (*parent, feature.name or "")
        if feature.type == "BYTES" and feature.domain == path_text(path):
            yield feature.domain
        elif feature.struct_domain is not None:
            yield from _own_domains(feature.struct_domain.feature, path)


def _joined(named_domains: Any, inlined: list[StringDomain], node: Node) -> tuple[StringDomain, ...]:
    names = {domain.name for domain in named_domains}
    for domain in inlined:
        if domain.name in names:
            raise DataError(
                f"the domain {domain.name!r} is given twice: by domains, and by values of the feature of that name",
                where=node.where,
                fix="keep one of them",
            )
        names.add(domain.name)
    return (*named_domains, *inlined)


def _write_composites(message: SchemaMessage, rest: dict[str, Any], tree: dict[str, Any]) -> None:
    if rest.pop("sparse_feature", None):
        blocks = [write_sparse(feature) for feature in message.sparse_feature]
        tree["sparse_features"] = by_name([feature.name for feature in message.sparse_feature], blocks)
    if rest.pop("weighted_feature", None):
        blocks = [_weighted_block(feature) for feature in message.weighted_feature]
        tree["weighted_features"] = by_name([feature.name for feature in message.weighted_feature], blocks)


def _weighted_block(feature: WeightedFeature) -> dict[str, Any]:
    block = record_tree(feature)
    block.pop("name", None)
    for key, path in (("feature", feature.feature), ("weight_feature", feature.weight_feature)):
        if path is not None and path.step and path_steps(path_text(path.step)) == path.step:
            block[key] = path_text(path.step)
    return block


def _weighted(node: Node, name: str | None) -> WeightedFeature:
    entries = dict(node.map())
    paths: dict[str, Path] = {}
    for key in ("feature", "weight_feature"):
        if key in entries and not entries[key].is_map():
            paths[key] = Path(step=path_steps(entries.pop(key).text()))
    rest = read_record(Node(entries, node.where, node.line, node.keys), WeightedFeature)
    given = {**given_fields(rest), **paths}
    return WeightedFeature(**(given if name is None else {**given, "name": name}))


def _write_domains(message: SchemaMessage, rest: dict[str, Any], tree: dict[str, Any], inlined: int) -> None:
    rest.pop("string_domain", None)
    strings = message.string_domain[: len(message.string_domain) - inlined]
    if strings:
        blocks = [_unnamed(domain) for domain in strings]
        names = [domain.name for domain in strings]
        listed = by_name(names, blocks)
        if isinstance(listed, dict):
            # A domain that has but values is a list of them.
            listed = {name: block["value"] if block.keys() == {"value"} else block for name, block in listed.items()}
        tree["domains"] = listed
    for key, name in (("float_domains", "float_domain"), ("int_domains", "int_domain")):
        if domains := rest.pop(name, ()):
            tree[key] = by_name([domain.name for domain in domains], [_unnamed(domain) for domain in domains])


def _unnamed(domain: StringDomain | FloatDomain | IntDomain) -> dict[str, Any]:
    block = record_tree(domain)
    block.pop("name", None)
    return block


def _blocks_or_lists(node: Node) -> Iterator[tuple[str | None, Node]]:
    for name, block in named(node):
        yield name, block if block.is_map() else Node({"value": block}, block.where, block.line, block.keys)


def _string_domain(node: Node, name: str | None) -> StringDomain:
    return read_record(_with_name(node, name), StringDomain)


def _with_name(node: Node, name: str | None) -> Node:
    if name is None:
        return node
    given = Node(name, node.where, node.line, node.keys, name)
    return Node({**node.map(), "name": given}, node.where, node.line, node.keys)


def _write_annotation(rest: dict[str, Any], tree: dict[str, Any]) -> None:
    annotation = rest.get("annotation")
    if annotation is None or annotation.extra_metadata:
        return
    checks, left = split_checks(annotation)
    notes = write_notes(given_fields(left)) if left is not None else {}
    if not checks and not notes:
        return
    del rest["annotation"]
    tree.update(notes)
    if checks:
        tree["checks"] = [_check_tree(check) for check in checks]


def _read_annotation(annotation: Annotation | None, notes: dict[str, Any], node: Node) -> dict[str, Any]:
    checks = notes.pop("checks", ())
    if notes and annotation is not None:
        raise node.error("annotation is given beside tags or comment", "move them into annotation")
    annotation = Annotation(**notes) if notes else annotation
    joined = join_checks(annotation, checks)
    return {} if joined is None else {"annotation": joined}


def _check_tree(check: Check) -> dict[str, Any]:
    tree: dict[str, Any] = {"name": check.name, "sql": check.sql}
    if check.message:
        tree["message"] = check.message
    if check.severity != "ERROR":
        tree["severity"] = check.severity.lower()
    if check.features:
        tree["features"] = list(check.features)
    return tree


def _checks(node: Node) -> Iterator[Check]:
    names: set[str] = set()
    for item in node.list():
        check = read_check(item)
        if check.name in names:
            raise item.error(f"two checks are named {check.name!r}", "give each check a name of its own")
        names.add(check.name)
        yield check


def read_check(node: Node) -> Check:
    """A check from its tree."""
    given = dict(node.known(_CHECK_KEYS))
    for key in ("name", "sql"):
        if key not in given:
            raise node.error(f"the check has no {key}", "write name and sql")
    severity = given["severity"].word(tuple(word.lower() for word in SEVERITIES)) if "severity" in given else "error"
    try:
        return Check(
            name=given["name"].text(),
            sql=given["sql"].text(),
            message=given["message"].text() if "message" in given else "",
            severity="ERROR" if severity == "error" else "WARNING",
            features=tuple(item.text() for item in given["features"].list()) if "features" in given else (),
        )
    except DataError as error:
        raise node.error(error.what, error.fix) from None
