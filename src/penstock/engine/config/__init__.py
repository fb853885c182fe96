"""Turns defaults, `penstock.toml`, the environment and flags into one frozen `Settings`."""

from penstock.engine.config.load import load_settings
from penstock.engine.config.location import create_workspace, find_settings_file, find_workspace
from penstock.engine.config.secret import mask_secrets, resolve_secret
from penstock.engine.config.settings import Settings

__all__ = [
    "Settings",
    "create_workspace",
    "find_settings_file",
    "find_workspace",
    "load_settings",
    "mask_secrets",
    "resolve_secret",
]
