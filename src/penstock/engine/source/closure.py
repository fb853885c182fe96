"""Follows the references of a step through the project: every symbol that its result can depend on.

Only symbols that are reached count. A whole module counts, and with it the project modules that it imports, where
static reading cannot tell: star imports, look-ups at run time (``globals``, ``eval``, ``getattr`` with a computed
name, computed imports), a module handed on as a value, and statements that act when a reached module is imported.
Of modules that are imported but not reached, such statements count, with what they reach.
"""

from __future__ import annotations

import hashlib

from penstock.engine.source.distribution import ABSENT, INSTALLED
from penstock.engine.source.module_table import OWN, ModuleTable, Unit
from penstock.engine.source.registration import Registration, find_registrations
from penstock.engine.source.summary import CONSTANT, Code

EFFECTS = "<import>"
WHOLE = "module"


class Closure:
    """What a symbol reaches.

    Parameters
    ----------
    table : ModuleTable

    Attributes
    ----------
    symbols : dict of (str, str) to str
        File and name to sort and digest.
    whole : dict of str to str
        Files that count as a whole, to their digests.
    distributions : dict of str to str
        Versions of distributions that reached modules import.
    requirements : dict of str to str
        The same for every module that is imported on the way.
    changeable : set of (str, str)
        Reached constants that code may change.
    roots : set of (str, str)
        Reached classes that learn of their subclasses.
    """

    def __init__(self, table: ModuleTable) -> None:
        self.table = table
        self.symbols: dict[tuple[str, str], str] = {}
        self.whole: dict[str, str] = {}
        self.distributions: dict[str, str] = {}
        self.requirements: dict[str, str] = {}
        self.changeable: set[tuple[str, str]] = set()
        self.roots: set[tuple[str, str]] = set()
        self._waiting: list[tuple[Unit, Code]] = []
        self._widening: list[Unit] = []
        self._reached: set[str] = set()
        self._executed: dict[str, Unit] = {}
        self._effects: set[str] = set()
        self._asked: set[tuple[str, tuple[str, ...]]] = set()
        self._has_subclasses = False

    def add_step(self, unit: Unit, name: str) -> None:
        """Take a step's function with everything that it reaches."""
        definition = unit.summary.definitions.get(name)
        self.execute(unit)
        if definition is None:
            self.follow(unit, [name])
            if not unit.summary.imports.get(name):
                self.widen(unit)
        else:
            self.add_symbol(unit, name, is_step=True)
        self.settle()

    def settle(self) -> None:
        """Follow everything that waits, then what imports add, until nothing is new."""
        self.drain()
        while self._add_imports():
            self.drain()
        self.symbols = {key: value for key, value in self.symbols.items() if key[0] not in self.whole}

    def drain(self) -> None:
        """Follow everything that waits."""
        while self._waiting or self._widening:
            if self._waiting:
                self._enter(*self._waiting.pop())
            else:
                self._widen_imports(self._widening.pop())

    def add_symbol(self, unit: Unit, name: str, *, is_step: bool = False) -> None:
        """Take one definition of a module."""
        key = unit.label, name
        if key in self.symbols:
            return
        definition = unit.summary.definitions[name]
        codes = [definition.code]
        codes += [code for ref, code in definition.decorators if not self.is_own(unit, ref)]
        if definition.annotations is not None and (is_step or len(codes) > 1):
            codes.append(definition.annotations)
        self.symbols[key] = f"{definition.sort} {_joined(codes)}"
        if definition.sort == CONSTANT and not definition.is_literal:
            self.changeable.add(key)
        if definition.is_root:
            self.roots.add(key)
        self._reach(unit)
        self._waiting += [(unit, code) for code in codes]

    def follow_reference(self, unit: Unit, ref: str) -> None:
        """Take what a reference in a module's code refers to."""
        if "|" in ref:
            self.follow_import(unit, ref, [])
        else:
            self.follow(unit, ref.split("."))

    def follow(self, unit: Unit, chain: list[str]) -> None:
        """Take what a dotted name in a module refers to."""
        head, rest = chain[0], chain[1:]
        if head in unit.summary.definitions:
            self.add_symbol(unit, head)
        targets = unit.summary.imports.get(head, ())
        for target in targets:
            self.follow_import(unit, target, rest)
        if not targets and head not in unit.summary.definitions and self._has_project_star(unit):
            self.widen(unit)

    def follow_import(self, unit: Unit, target: str, rest: list[str]) -> None:
        """Take what an import's target ``LEVEL|MODULE|CHAIN`` refers to."""
        level, module, chain = target.split("|")
        name = unit.absolute(int(level), module)
        if name:
            self.follow_module(name, [*(chain.split(".") if chain else ()), *rest])

    def follow_module(self, module: str, chain: list[str]) -> None:
        """Take an attribute of a module, or the module itself as a value."""
        if (module, tuple(chain)) in self._asked:
            return
        self._asked.add((module, tuple(chain)))
        unit = self.table.find(module)
        if unit is None:
            if self.table.is_folder(module):
                self._follow_folder(module, chain)
            else:
                self._add_outside(module, chain)
            return
        self.execute_module(module)
        if not chain:
            self.widen(unit)
        elif chain[0] in unit.summary.definitions or self._is_reexport(unit, chain[0]):
            self.follow(unit, chain)
        elif self._is_module(f"{module}.{chain[0]}"):
            self._reach(unit)
            self.follow_module(f"{module}.{chain[0]}", chain[1:])
        elif not (chain[0].startswith("__") and chain[0].endswith("__")):
            self.widen(unit)

    def widen(self, unit: Unit) -> None:
        """Take a whole module, and the project modules that it imports."""
        if unit.label in self.whole:
            return
        self.whole[unit.label] = f"{WHOLE} {unit.summary.digest}"
        self._reach(unit)
        self._widening.append(unit)

    def _widen_imports(self, unit: Unit) -> None:
        for load in (*unit.summary.loads, *unit.summary.late_loads):
            for name in self._loaded(unit, load):
                found = self.table.find(name)
                if found is not None:
                    self.execute_module(name)
                    self.widen(found)
                elif not self.table.is_folder(name):
                    self._add_outside(name, [])

    def execute_module(self, module: str) -> None:
        """Note that a module is imported, after the packages it lies in."""
        for unit in self._with_parents(module):
            self.execute(unit)

    def execute(self, unit: Unit) -> None:
        """Note that a module is imported, with the modules it imports."""
        waiting = [unit]
        while waiting:
            unit = waiting.pop()
            if unit.label not in self._executed:
                self._executed[unit.label] = unit
                for load in unit.summary.loads:
                    waiting += self._loaded_units(unit, load)

    def is_own(self, unit: Unit, ref: str) -> bool:
        """Whether a decorator is Penstock's: its arguments say how a step is run, not what it does."""
        name = self._outside_name(unit, ref.split("|") if "|" in ref else ["0", "", ref])
        return name.startswith(OWN + ".") and name.rpartition(".")[2] in ("step", "pipeline")

    def _enter(self, unit: Unit, code: Code) -> None:
        for ref in code.chains:
            self.follow_reference(unit, ref)
        for load in code.loads:
            for loaded in self._loaded_units(unit, load):
                self.execute(loaded)
            for name in self._loaded(unit, load)[:1]:
                if self.table.find(name) is None and not self.table.is_folder(name):
                    self._add_outside(name, [])
        if code.is_dynamic:
            self.widen(unit)
        for prefix in code.imported:
            for module in self.table.modules(prefix):
                self.follow_module(module, [])
        self._has_subclasses = self._has_subclasses or code.has_subclasses

    def _add_imports(self) -> bool:
        """Take what imported modules add by being imported; whether that was anything."""
        for unit in list(self._executed.values()):
            if unit.label in self.whole:
                continue
            if self._is_opaque(unit):
                self.widen(unit)
            elif unit.summary.effects and unit.label not in self._effects:
                self._effects.add(unit.label)
                self.symbols[unit.label, EFFECTS] = f"{EFFECTS} {unit.summary.effects.digest}"
                self._waiting.append((unit, unit.summary.effects))
            for found in find_registrations(self.table, unit, Closure):
                if (unit.label, found.name) not in self.symbols and self._is_triggered(found):
                    self.add_symbol(unit, found.name)
        return bool(self._waiting or self._widening)

    def _is_opaque(self, unit: Unit) -> bool:
        """Whether an imported module can only count as a whole."""
        if self._has_subclasses and any(item.bases for item in unit.summary.definitions.values()):
            return True
        is_reached = unit.label in self._reached
        return is_reached and (unit.summary.effects is not None or self._has_project_star(unit))

    def _is_triggered(self, found: Registration) -> bool:
        return any(key in self.symbols or key[0] in self.whole for key in found.triggers)

    def _reach(self, unit: Unit) -> None:
        if unit.label in self._reached:
            return
        self._reached.add(unit.label)
        self.execute(unit)
        for load in unit.summary.loads:
            name = self._loaded(unit, load)[0]
            if self.table.find(name) is None and not self.table.is_folder(name):
                self._add_outside(name, [load.rpartition("|")[2]] if load.rpartition("|")[2] else [], is_import=True)

    def _with_parents(self, module: str) -> list[Unit]:
        parts = module.split(".")
        found = (self.table.find(".".join(parts[:count])) for count in range(1, len(parts) + 1))
        return [unit for unit in found if unit is not None]

    def _loaded_units(self, unit: Unit, load: str) -> list[Unit]:
        """Project modules that an import runs; what it runs of others becomes a requirement."""
        units = []
        for name in self._loaded(unit, load):
            found = self._with_parents(name)
            units += found
            if not found and not self.table.is_folder(name):
                self._require(name, self.requirements)
        return units

    def _loaded(self, unit: Unit, load: str) -> list[str]:
        """Modules that an import runs: its module, and the name taken where that is a module of the project."""
        level, module, attribute = load.split("|")
        name = unit.absolute(int(level), module)
        names = [name] if name else []
        if attribute and attribute != "*" and self._is_module(f"{name}.{attribute}" if name else attribute):
            names.append(f"{name}.{attribute}" if name else attribute)
        return names or [attribute]

    def _is_module(self, name: str) -> bool:
        return self.table.find(name) is not None or self.table.is_folder(name)

    def _is_reexport(self, unit: Unit, name: str) -> bool:
        """Whether a module imports a name from elsewhere; ``from . import sub`` only names its own submodule."""
        own = unit.module if unit.is_package else unit.module.rpartition(".")[0]
        for target in unit.summary.imports.get(name, ()):
            level, module, attribute = target.split("|")
            if (unit.absolute(int(level), module), attribute) != (own, name):
                return True
        return False

    def _has_project_star(self, unit: Unit) -> bool:
        return any(self._is_module(self._loaded(unit, star)[0]) for star in unit.summary.stars)

    def _follow_folder(self, module: str, chain: list[str]) -> None:
        if chain:
            self.follow_module(f"{module}.{chain[0]}", chain[1:])
            return
        for name in self.table.modules(module + "."):
            self.follow_module(name, [])

    def _add_outside(self, module: str, chain: list[str], *, is_import: bool = False) -> None:
        """Take a module without sources here: a distribution's version, or Penstock's own sources."""
        if module.partition(".")[0] == OWN:
            if not is_import:
                self._add_own(module, chain)
            self._require(OWN, self.distributions)
        else:
            self._require(".".join([module, *chain]), self.distributions)

    def _add_own(self, module: str, chain: list[str]) -> None:
        """Penstock's rooms count by their sources where it is installed editable; its root is a list of names."""
        name = ".".join([module, *chain[:1]])
        if name != OWN:
            self.add_package(name, module if module != OWN else "")

    def add_package(self, module: str, other: str = "") -> None:
        """Take a module of an installed or editable package, by its version or its files."""
        origin = self.table.outside(module)
        top = module.partition(".")[0]
        found = self.table.scanner.scan(module, origin.folder)
        if not found.files and other:
            found = self.table.scanner.scan(other, origin.folder)
        if origin.sort != INSTALLED:
            self.whole.update({label: f"{WHOLE} {digest}" for label, digest in found.files.items()})
        self._require(top, self.distributions)
        for name in found.outside:
            self._require(name, self.distributions, is_optional=True)

    def _require(self, module: str, versions: dict[str, str], *, is_optional: bool = False) -> None:
        if module.partition(".")[0] == OWN:
            versions[OWN] = self.table.own_version
            return
        origin = self.table.outside(module)
        if origin.sort == INSTALLED:
            versions[origin.name] = origin.version
        elif origin.sort == ABSENT and not is_optional:
            versions[origin.name] = ABSENT

    def _outside_name(self, unit: Unit, target: list[str]) -> str:
        """Full name of what a reference leads to outside of the project, through re-exports; else empty."""
        level, module, chain = target
        for _ in range(20):
            if module or level != "0":
                name = unit.absolute(int(level), module)
                found = self.table.find(name)
                if found is None:
                    return f"{name}.{chain}" if chain else name
                unit = found
            head, _, rest = chain.partition(".")
            if head in unit.summary.definitions or head not in unit.summary.imports:
                return ""
            level, module, attribute = unit.summary.imports[head][0].split("|")
            chain = ".".join(part for part in (attribute, rest) if part)
        return ""


def _joined(codes: list[Code]) -> str:
    if len(codes) == 1:
        return codes[0].digest
    return hashlib.sha256(" ".join(code.digest for code in codes).encode()).hexdigest()[:12]
