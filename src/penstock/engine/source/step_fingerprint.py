"""The fingerprint of a step's source: what the cache key holds of it, and what ``why`` compares."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penstock.core.canonical import digest_of
from penstock.core.error import GraphError
from penstock.core.graph import StepRef
from penstock.engine.source.closure import Closure
from penstock.engine.source.distribution import ABSENT
from penstock.engine.source.module_table import INLINE, OWN, ModuleTable
from penstock.engine.source.project import Project
from penstock.engine.source.summary_cache import SummaryCache


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a step's result can depend on besides its inputs.

    Parameters
    ----------
    digest : str
        Of ``parts``.
    parts : mapping of str to JSON value
        ``step``: ``MODULE:QUALNAME``; ``symbols``: ``FILE:NAME`` to sort and digest; ``modules``: files that count
        as a whole; ``distributions``: versions by name (``absent`` where an import finds nothing); ``python``:
        ``major.minor``.
    requirements : mapping of str to str
        Versions of all distributions that the import of the step's module needs; not part of the digest.
    """

    digest: str
    parts: Mapping[str, Any]
    requirements: Mapping[str, str] = field(default_factory=dict)


def fingerprint_steps(
    project: Project,
    steps: Iterable[StepRef],
    detached: Mapping[str, str] | None = None,
    *,
    cache: Path | None = None,
) -> dict[StepRef, Fingerprint]:
    """Fingerprint of each step.

    Parameters
    ----------
    project : Project
    steps : iterable of StepRef
        Repeats cost nothing.
    detached : mapping of str to str
        Generated modules of steps that cannot be imported, with their texts.
    cache : Path or None
        Folder in which summaries of modules are kept between processes.

    Raises
    ------
    GraphError
        If a step's module cannot be found, or a module does not compile.
    """
    table = ModuleTable(project, detached or {}, SummaryCache(cache, project.root))
    found = {step: _fingerprint(table, step) for step in dict.fromkeys(steps)}
    table.save()
    return found


def fingerprint(
    project: Project, step: StepRef, detached: Mapping[str, str] | None = None, *, cache: Path | None = None
) -> Fingerprint:
    """Fingerprint of one step; for several, `fingerprint_steps` reads each file once."""
    return fingerprint_steps(project, [step], detached, cache=cache)[step]


def requirements_of(fingerprints: Iterable[Fingerprint]) -> dict[str, str]:
    """Pinned distributions that steps need where their package runs, Penstock itself included."""
    merged: dict[str, str] = {}
    for item in fingerprints:
        merged.update(item.requirements)
    return dict(sorted((name, version) for name, version in merged.items() if version != ABSENT))


def _fingerprint(table: ModuleTable, step: StepRef) -> Fingerprint:
    closure = Closure(table)
    unit = table.find(step.module)
    if unit is not None:
        closure.add_step(unit, step.qualname.partition(".")[0])
    elif table.outside(step.module).sort == ABSENT:
        raise GraphError(
            f"the module '{step.module}' cannot be found",
            where=f"step {step.module}:{step.qualname}, project {table.project.root}",
            fix="define the step in a file of the project or in an installed package",
        )
    else:
        closure.add_package(step.module)
    # What counts as a whole, or by its version, is the same for every step in it: only the name tells them apart.
    home = INLINE if unit is not None and unit.label == INLINE else step.module
    parts = {
        "step": f"{home}:{step.qualname}",
        "symbols": {f"{file}:{name}": value for (file, name), value in sorted(closure.symbols.items())},
        "modules": dict(sorted(closure.whole.items())),
        "distributions": dict(sorted(closure.distributions.items())),
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    requirements = {OWN: table.own_version, **closure.requirements, **closure.distributions}
    return Fingerprint(digest_of(parts), parts, requirements)
