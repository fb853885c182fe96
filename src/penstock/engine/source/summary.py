"""One module, reduced to what a source closure needs: its definitions, their digests and their references.

A summary depends on the text alone; it is JSON, so that it can be kept by the digest of the text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

FORMAT = 1
"""Grows whenever a summary of the same text would change."""

FUNCTION = "function"
CLASS = "class"
CONSTANT = "constant"


@dataclass(slots=True)
class Code:
    """A piece of code: digest, references (see `references`), and what it looks up at run time."""

    digest: str
    chains: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)
    is_dynamic: bool = False
    has_subclasses: bool = False


@dataclass(slots=True)
class Definition:
    """What a top-level name is bound to.

    Parameters
    ----------
    sort : str
        ``function``, ``class`` or ``constant``.
    code : Code
        All statements that bind it, without decorators and the annotations of functions.
    decorators : list of (str, Code)
        Reference to each decorator (empty for an expression that is no dotted name) and its code.
    annotations : Code or None
        Those of a function's parameters and result.
    bases : list of str
        References to a class's bases.
    is_root : bool
        A class that runs code when a subclass is defined.
    is_literal : bool
        A constant that nothing can change.
    """

    sort: str
    code: Code
    decorators: list[tuple[str, Code]] = field(default_factory=list)
    annotations: Code | None = None
    bases: list[str] = field(default_factory=list)
    is_root: bool = False
    is_literal: bool = False


@dataclass(slots=True)
class Summary:
    """A module.

    Parameters
    ----------
    digest : str
        Of the whole module.
    definitions : dict of str to Definition
    imports : dict of str to list of str
        Names bound by imports, with their targets ``LEVEL|MODULE|NAME``.
    loads, late_loads : list of str
        Modules that are imported when this one is, and those imported inside of functions.
    stars : list of str
        Modules of star imports, ``LEVEL|MODULE|``.
    effects : Code or None
        Statements that do something when the module is imported.
    """

    digest: str
    definitions: dict[str, Definition] = field(default_factory=dict)
    imports: dict[str, list[str]] = field(default_factory=dict)
    loads: list[str] = field(default_factory=list)
    late_loads: list[str] = field(default_factory=list)
    stars: list[str] = field(default_factory=list)
    effects: Code | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON form; `from_json` reads it back."""
        return {
            "digest": self.digest,
            "definitions": {name: _definition_json(item) for name, item in self.definitions.items()},
            "imports": self.imports,
            "loads": self.loads,
            "late_loads": self.late_loads,
            "stars": self.stars,
            "effects": _code_json(self.effects),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Summary:
        """Read what `to_json` wrote."""
        definitions = {name: _definition_from_json(item) for name, item in data["definitions"].items()}
        return cls(**{**data, "definitions": definitions, "effects": _code_from_json(data["effects"])})


def _code_json(code: Code | None) -> list[Any] | None:
    if code is None:
        return None
    flags = code.is_dynamic + 2 * code.has_subclasses
    return [code.digest, code.chains, code.loads, code.imported, flags]


def _code_from_json(data: list[Any] | None) -> Code | None:
    if data is None:
        return None
    digest, chains, loads, imported, flags = data
    return Code(digest, chains, loads, imported, bool(flags & 1), bool(flags & 2))


def _definition_json(item: Definition) -> list[Any]:
    decorators = [[name, _code_json(code)] for name, code in item.decorators]
    flags = item.is_root + 2 * item.is_literal
    return [item.sort, _code_json(item.code), decorators, _code_json(item.annotations), item.bases, flags]


def _definition_from_json(data: list[Any]) -> Definition:
    sort, code, decorators, annotations, bases, flags = data
    return Definition(
        sort,
        _code_from_json(code) or Code(""),
        [(name, _code_from_json(part) or Code("")) for name, part in decorators],
        _code_from_json(annotations),
        bases,
        bool(flags & 1),
        bool(flags & 2),
    )
