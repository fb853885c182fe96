"""`penstock.toml`: settings at the top, and profiles that change some of them.

Imported only where such a file exists.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penstock.core.error import ConfigError, closest
from penstock.engine.config.settings import DEFAULT_PROFILE, TYPES
from penstock.engine.config.typed import type_name, typed

_HEADER = re.compile(r"\s*\[\s*(?P<section>[^\[\]]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"\s*[\"']?(?P<key>[\w-]+)[\"']?\s*(?:\.[^=]*)?=")


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A decoded file.

    Parameters
    ----------
    path : Path
    top : mapping
        Settings that hold for every profile.
    profiles : mapping of str to mapping
        Settings by profile.
    lines : mapping of (section, key) to int
        Where each setting stands.
    """

    path: Path
    top: Mapping[str, Any]
    profiles: Mapping[str, Mapping[str, Any]]
    lines: Mapping[tuple[str, str], int]

    def layers(self, profile: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Sections that hold for a profile, weakest first, each with its settings.

        Raises
        ------
        ConfigError
            If the file has no such profile.
        """
        if profile not in self.profiles and profile != DEFAULT_PROFILE:
            raise unknown_profile(profile, self.profiles, where=str(self.path))
        return [("", self.top), (f"profile.{profile}", self.profiles.get(profile, {}))]

    def place(self, section: str, key: str) -> str:
        """``FILE:LINE [SECTION]`` of a setting; without the line where the writing is unusual."""
        line = self.lines.get((section, key), 0)
        return f"{self.path.name}{f':{line}' if line else ''}{f' [{section}]' if section else ''}"


def read_settings_file(path: Path) -> SettingsFile:
    """Read and check a whole file, the profiles that are not in use included.

    Raises
    ------
    ConfigError
        If it cannot be read, is no TOML, or holds an unknown key.
    """
    text = _read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"it is not valid TOML: {error}", where=str(path), fix="correct that line") from error
    profiles = data.pop("profile", {})
    found = SettingsFile(path, data, profiles, _lines(text))
    if not isinstance(profiles, dict):
        raise ConfigError(
            f"'profile' is {type_name(profiles)}, not a table",
            where=found.place("", "profile"),
            fix=f"write [profile.NAME] sections; choose one with --profile {profiles} or PENSTOCK_PROFILE",
        )
    _check_section(found, "", data)
    for name, section in profiles.items():
        _check_section(found, f"profile.{name}", section)
    return found


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(
            f"settings cannot be read: {reason}", where=str(path), fix="make it a readable UTF-8 text file"
        ) from error


def _check_section(found: SettingsFile, section: str, values: Any) -> None:
    place = f"{found.path}" + (f", section [{section}]" if section else "")
    if not isinstance(values, dict):
        raise ConfigError(
            f"'{section}' is {type_name(values)}, not a section", where=place, fix=f"write [{section}] above settings"
        )
    for key, value in values.items():
        if key not in TYPES:
            known = [*TYPES, "profile"] if not section else TYPES
            raise ConfigError(
                f"unknown setting '{key}'; {closest(key, known)}",
                where=f"{found.path.parent / found.place(section, key)}",
                fix="correct its name, or remove it",
            )
        typed(key, value, where=f"{found.path.parent / found.place(section, key)}")


def unknown_profile(profile: str, known: Iterable[str], *, where: str) -> ConfigError:
    """The error for a profile that is not defined."""
    return ConfigError(
        f"no profile '{profile}'; {closest(profile, {*known, DEFAULT_PROFILE})}",
        where=where,
        fix=f"use one of them, or add a section [profile.{profile}]",
    )


def _lines(text: str) -> dict[tuple[str, str], int]:
    """Line of each key, by section; for messages, so unusual writing may be missed."""
    found: dict[tuple[str, str], int] = {}
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            section = re.sub(r"\s*\.\s*|[\"']", lambda m: "." if "." in m[0] else "", header["section"])
            parent, _, child = section.rpartition(".")
            found.setdefault((parent, child), number)
        elif key := _KEY.match(line):
            found.setdefault((section, key["key"]), number)
    return found
