"""Turns statistics into a schema that says what data must look like, and schemas into files that people edit.

The functions `penstock.ml.data.schema.diff.diff` and `penstock.ml.data.schema.relax.relax` are named like their
modules, and are imported from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.core.lazy import lazily

if TYPE_CHECKING:
    from penstock.ml.data.schema.check import Check
    from penstock.ml.data.schema.diff import SchemaDiff
    from penstock.ml.data.schema.infer import infer_schema
    from penstock.ml.data.schema.schema import Schema
    from penstock.ml.data.schema.update import update_schema

__all__ = ["Check", "Schema", "SchemaDiff", "infer_schema", "update_schema"]

__getattr__ = lazily(
    __name__,
    {
        "check": ("Check",),
        "diff": ("SchemaDiff",),
        "infer": ("infer_schema",),
        "schema": ("Schema",),
        "update": ("update_schema",),
    },
)
