"""Settings are layers: defaults, file, profile, environment, flags; the later one wins."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from penstock.core.error import ConfigError, closest
from penstock.engine.config.location import HOME_VARIABLE, find_settings_file, find_workspace
from penstock.engine.config.secret import is_reference
from penstock.engine.config.settings import DEFAULT_PROFILE, TYPES, Settings, default_values
from penstock.engine.config.typed import typed

PREFIX = "PENSTOCK_"
PROFILE_VARIABLE = "PENSTOCK_PROFILE"
_LIKENESS = 0.8
"""From here on an unknown variable is taken for a misspelt one, not for somebody's own."""


def load_settings(
    *, start: Path | None = None, profile: str | None = None, flags: Mapping[str, Any] | None = None
) -> Settings:
    """Read every layer once.

    Relative paths count from the folder of the file that holds them, in variables and flags from ``start``.

    Parameters
    ----------
    start : Path, optional
        Folder from which the workspace and ``penstock.toml`` are found upwards; the current one by default.
    profile : str, optional
        Else ``PENSTOCK_PROFILE``, else ``default``.
    flags : mapping, optional
        Settings by name that win over all others; None means not given.

    Raises
    ------
    ConfigError
        For an unknown setting or profile, a misspelt variable, a value of the wrong type, or a file that cannot be
        read.
    """
    _refuse_misspelt_variables()
    start = Path.cwd() if start is None else start
    home = find_workspace(start)
    file = find_settings_file(start)
    chosen, origin = _chosen_profile(profile)
    layers = _Layers(home)
    if file is not None:
        from penstock.engine.config.settings_file import read_settings_file

        found = read_settings_file(file)
        for section, values in found.layers(chosen):
            for key, value in values.items():
                layers.put(key, value, found.place(section, key), file.parent)
    elif chosen != DEFAULT_PROFILE:
        raise _no_file(chosen, start)
    for key in TYPES:
        variable = PREFIX + key.upper()
        if os.environ.get(variable):
            layers.put(
                key,
                typed(key, os.environ[variable], where=f"environment variable {variable}", is_text=True),
                variable,
                start,
            )
    for key, value in (flags or {}).items():
        if value is not None:
            layers.put(key, _from_flag(key, value), f"flag --{key.replace('_', '-')}", start)
    layers.origins["profile"] = origin
    return Settings(home=home, profile=chosen, **layers.values, origins=layers.origins)


def _refuse_misspelt_variables() -> None:
    """Stop at a variable that is almost one of ours; others with our prefix may belong to the project."""
    known = [HOME_VARIABLE, PROFILE_VARIABLE, *(PREFIX + key.upper() for key in TYPES)]
    for name in os.environ:
        if not name.startswith(PREFIX) or name in known or name.startswith(tuple(f"{one}_" for one in known)):
            continue
        words = [one.removeprefix(PREFIX) for one in known]
        near = difflib.get_close_matches(name.removeprefix(PREFIX), words, n=1, cutoff=_LIKENESS)
        if near:
            raise ConfigError(
                f"unknown variable '{name}'; did you mean '{PREFIX}{near[0]}'?",
                where="the environment",
                fix=f"unset {name}, or correct its name",
            )


class _Layers:
    """Values so far, and where each came from."""

    def __init__(self, home: Path) -> None:
        self.values = default_values(home)
        self.origins = dict.fromkeys(["home", *self.values], "default")
        if os.environ.get("PENSTOCK_HOME"):
            self.origins["home"] = "PENSTOCK_HOME"

    def put(self, key: str, value: Any, origin: str, folder: Path) -> None:
        self.values[key] = _anchored(key, value, folder)
        self.origins[key] = origin


def _chosen_profile(profile: str | None) -> tuple[str, str]:
    if profile:
        return profile, "flag --profile"
    given = os.environ.get(PROFILE_VARIABLE, "")
    return (given, PROFILE_VARIABLE) if given else (DEFAULT_PROFILE, "default")


def _no_file(profile: str, start: Path) -> ConfigError:
    return ConfigError(
        f"no profile '{profile}': there is no penstock.toml",
        where=f"{start.absolute()} and the folders above it",
        fix=f"write a penstock.toml with a section [profile.{profile}], or leave the profile out",
    )


def _from_flag(key: str, value: Any) -> Any:
    if key not in TYPES:
        raise ConfigError(
            f"unknown setting '{key}'; {closest(key, TYPES)}", where="flags", fix="correct its name, or remove it"
        )
    return typed(key, value, where=f"flag --{key.replace('_', '-')}")


_SQLITE = "sqlite:///"


def _anchored(key: str, value: Any, folder: Path) -> Any:
    """Local paths as absolute ones."""
    if key == "store" and value.startswith(_SQLITE):
        return _SQLITE + _absolute(value.removeprefix(_SQLITE), folder)
    if key == "artifacts" and "://" not in value and not is_reference(value):
        return _absolute(value, folder)
    return value


def _absolute(path: str, folder: Path) -> str:
    """``:memory:`` and absolute paths stay."""
    if not path or path.startswith(":"):
        return path
    return str((folder / Path(path).expanduser()).absolute())
