"""Definitions that another object learns of when their module is imported: plug-ins by decorator, by base class.

``@register`` puts a function into a table; a step that reads the table depends on the function without naming it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from penstock.engine.source.closure import Closure
    from penstock.engine.source.module_table import ModuleTable, Unit


@dataclass(frozen=True, slots=True)
class Registration:
    """A definition, and the symbols (file, name) through which it may be reached."""

    name: str
    triggers: frozenset[tuple[str, str]]


def find_registrations(
    table: ModuleTable, unit: Unit, make_closure: Callable[[ModuleTable], Closure]
) -> list[Registration]:
    """Registrations that the import of a module makes.

    Parameters
    ----------
    table : ModuleTable
    unit : Unit
        The module.
    make_closure : callable
        Gives an empty closure, to see what a decorator or a base class reaches.
    """
    known = table.registrations
    if unit.label not in known:
        known[unit.label] = _find(table, unit, make_closure)
    return known[unit.label]


def _find(table: ModuleTable, unit: Unit, make_closure: Callable[[ModuleTable], Closure]) -> list[Registration]:
    found = []
    for name, definition in unit.summary.definitions.items():
        refs = [ref for ref, _ in definition.decorators if ref]
        if not refs and not definition.bases:
            continue
        probe = make_closure(table)
        triggers: set[tuple[str, str]] = set()
        for ref in refs:
            if not probe.is_own(unit, ref):
                triggers |= _decorator_triggers(make_closure(table), unit, ref)
        for ref in definition.bases:
            probe.follow_reference(unit, ref)
        probe.drain()
        triggers |= probe.roots
        if triggers - {(unit.label, name)}:
            found.append(Registration(name, frozenset(triggers)))
    return found


def _decorator_triggers(probe: Closure, unit: Unit, ref: str) -> set[tuple[str, str]]:
    """Values that the decorator may change; for ``f.register`` also ``f`` itself."""
    probe.follow_reference(unit, ref)
    direct = set(probe.symbols) if "." in ref else set()
    probe.drain()
    whole = {(label, "") for label in probe.whole}
    return probe.changeable | probe.roots | direct | whole
