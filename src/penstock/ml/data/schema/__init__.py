"""Turns statistics into a schema that says what data must look like, and schemas into files that people edit.

The functions `penstock.ml.data.schema.diff.diff` and `penstock.ml.data.schema.relax.relax` are named like their
modules, and are imported from there.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from penstock.ml.data.schema.check import Check
    from penstock.ml.data.schema.diff import SchemaDiff
    from penstock.ml.data.schema.infer import infer_schema
    from penstock.ml.data.schema.schema import Schema
    from penstock.ml.data.schema.update import update_schema

__all__ = ["Check", "Schema", "SchemaDiff", "infer_schema", "update_schema"]

_MODULE_OF = {
    "Check": "check",
    "Schema": "schema",
    "SchemaDiff": "diff",
    "infer_schema": "infer",
    "update_schema": "update",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
