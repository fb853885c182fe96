"""A step's inputs from values to Python objects, and its outputs back."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from penstock.core.artifact import ArtifactRef, Gathered, Inline, Value, value_to_json
from penstock.core.canonical import canonical_json, plain_json
from penstock.core.error import NotFoundError, OutputTypeError, PluginError, StepError, closest
from penstock.core.graph import Node, Output
from penstock.core.plugin import load_plugin, plugins
from penstock.core.protocol import BlobStore, Materializer
from penstock.core.signature import PARAMETER, PATH, PortType, value_fits

MATERIALIZERS = "penstock.materializers"
MANIFEST = "manifest.json"
INLINE_LIMIT_BYTES = 4 * 2**20
"""Size of the largest JSON value that a step may return: it travels with the run's records."""


def load_value(value: Value, kind: PortType, blobs: BlobStore) -> Any:
    """The Python object that an input of some type gets.

    Parameters
    ----------
    value : Value
    kind : PortType
        Of the input; decides the in-memory form.
    blobs : BlobStore
        Where artifacts are fetched from.
    """
    if isinstance(value, Inline):
        return _inline(value.json, kind)
    if isinstance(value, Gathered):
        item = PortType(kind.kind, kind.form)
        return [load_value(part, item, blobs) for part in value.items]
    if kind.kind == PATH:
        return artifact_path(value, blobs)
    form = kind.form if kind.kind == value.kind else default_form(value.kind)
    return materializer(value.kind, form).load(blobs.fetch(value.digest))


def _inline(json: Any, kind: PortType) -> Any:
    if kind.kind != PATH or json is None:
        return json
    return [Path(item) for item in json] if kind.is_list else Path(json)


def artifact_path(ref: ArtifactRef, blobs: BlobStore) -> Path:
    """Where an artifact's content lies: a File's own path, of other kinds the one file or the whole folder."""
    folder = blobs.fetch(ref.digest)
    if ref.kind == "File":
        path: Path = materializer("File", "pathlib.Path").load(folder)
        return path
    found = [path for path in folder.iterdir() if path.name != MANIFEST]
    return found[0] if len(found) == 1 else folder


def load_as(value: Value, form: type | None, blobs: BlobStore) -> Any:
    """An artifact, or a list of them, in the form of a class; in its kind's own form by default.

    Raises
    ------
    NotFoundError
        If no materializer offers that form.
    """
    if isinstance(value, Gathered):
        return [load_as(item, form, blobs) for item in value.items]
    if isinstance(value, Inline):
        return value.json
    if form is not None and issubclass(form, Path):
        return artifact_path(value, blobs)
    name = default_form(value.kind) if form is None else f"{form.__module__}.{form.__qualname__}"
    return load_value(value, PortType(value.kind, name), blobs)


def default_form(kind: str) -> str:
    """The form in which an artifact is handed out when nobody asks for another."""
    forms = [name.partition(".")[2] for name in plugins(MATERIALIZERS) if name.startswith(f"{kind}.")]
    own = [form for form in forms if form.startswith("penstock.")]
    if not forms:
        raise NotFoundError(
            f"no materializer reads artifacts of kind {kind}",
            where=f"entry points of {MATERIALIZERS}",
            fix="install the package that offers it",
        )
    return (own or sorted(forms))[0]


def materializer(kind: str, form: str) -> Materializer:
    """The materializer of one form of one kind."""
    found = load_plugin(MATERIALIZERS, f"{kind}.{form}")
    if not isinstance(found, Materializer):
        raise PluginError(
            f"the materializer of {kind} as {form} lacks part of its protocol",
            where=f"entry point {kind}.{form} of {MATERIALIZERS}",
            fix="give it kind, capabilities, save and load",
        )
    return found


def save_outputs(node: Node, result: Any, blobs: BlobStore, where: str) -> dict[str, Any]:
    """Store what a step returned.

    Returns
    -------
    dict of str to JSON
        Values by output name, implicit scalars (``"metrics.auc"``) included.

    Raises
    ------
    OutputTypeError
        If a value is not of the type that the step's annotation promises.
    """
    values = _by_name(node, result, where)
    found: dict[str, Any] = {}
    for port in node.outputs:
        value = values[port.name]
        found[port.name] = value_to_json(_save(port, value, blobs, where))
        for key in port.scalars:
            found[f"{port.name}.{key}"] = {"value": _scalar(value, key, port.name, where)}
    return found


def _by_name(node: Node, result: Any, where: str) -> Mapping[str, Any]:
    names = [port.name for port in node.outputs]
    is_named = hasattr(result, "_asdict") and list(result._asdict()) == names
    if names == ["output"] and not is_named:
        return {"output": result}
    if not names:
        if result is not None:
            raise _wrong_type("the result", "None", result, where)
        return {}
    if not is_named:
        raise _wrong_type("the result", f"a NamedTuple with {', '.join(names)}", result, where)
    values: Mapping[str, Any] = result._asdict()
    return values


def _save(port: Output, value: Any, blobs: BlobStore, where: str) -> Value:
    if port.type.is_optional and value is None:
        return Inline(None)
    if port.type.kind == PARAMETER:
        return Inline(_json_value(port, value, where))
    if port.type.is_list:
        if not isinstance(value, list):
            raise _wrong_type(f"output '{port.name}'", str(port.type), value, where)
        item = Output(port.name, PortType(port.type.kind, port.type.form))
        return Gathered(tuple(_save(item, part, blobs, where) for part in value))
    if not any(_is_form(cls, port.type.form) for cls in type(value).__mro__):
        raise _wrong_type(f"output '{port.name}'", str(port.type), value, where)
    staged = blobs.stage()
    try:
        materializer(port.type.kind, port.type.form).save(value, staged)
        info = blobs.commit(staged)
    finally:
        # What could not be stored must not fill the disk; a commit has moved the folder away.
        shutil.rmtree(staged, ignore_errors=True)
    return ArtifactRef(port.type.kind, info.digest, info.size_bytes)


def _is_form(cls: type, form: str) -> bool:
    return f"{cls.__module__}.{cls.__qualname__}" == form or (form == "pathlib.Path" and issubclass(cls, Path))


def _json_value(port: Output, value: Any, where: str) -> Any:
    plain = list(value) if isinstance(value, tuple) else value
    if not value_fits(port.type.form, plain):
        raise _wrong_type(f"output '{port.name}'", port.type.form, value, where)
    try:
        found = plain_json(plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise _wrong_type(f"output '{port.name}'", "a JSON value", value, where) from error
    return _small(f"output '{port.name}'", found, where)


def _small(part: str, value: Any, where: str) -> Any:
    """The value, unless it is too large to be kept beside the run instead of in the blob store."""
    size_bytes = len(canonical_json(value).encode())
    if size_bytes > INLINE_LIMIT_BYTES:
        limit = INLINE_LIMIT_BYTES / 2**20
        raise OutputTypeError(
            f"{part} takes {size_bytes / 2**20:.1f} MiB as JSON; a value may take {limit:g} MiB",
            where=where,
            fix="return it as a File, or a Dataset",
        )
    return value


def _scalar(value: Any, key: str, output: str, where: str) -> Any:
    if value is None:
        # An optional output that is not there has no figures either.
        return None
    try:
        found = value[key]
    except KeyError as error:
        raise StepError(
            f"output '{output}' has no key '{key}', which the pipeline reads; {closest(key, map(str, value))}",
            where=where,
            fix="return that key, or read another one in the pipeline",
        ) from error
    if hasattr(found, "item"):
        found = found.item()
    if not isinstance(found, (bool, int, float, str)):
        raise _wrong_type(f"key '{key}' of output '{output}'", "a number, string or boolean", found, where)
    return _small(f"key '{key}' of output '{output}'", found, where)


def _wrong_type(part: str, wanted: str, value: Any, where: str) -> OutputTypeError:
    text = repr(value)
    shown = text if len(text) <= 60 else text[:57] + "..."
    return OutputTypeError(
        f"{part} should be {wanted}, but is {type(value).__qualname__}: {shown}",
        where=where,
        fix="return what the annotation says, or change the annotation",
    )
