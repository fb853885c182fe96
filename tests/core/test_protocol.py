from __future__ import annotations

import inspect

import pytest

from penstock.core import protocol

PROTOCOLS = [
    found for found in vars(protocol).values() if inspect.isclass(found) and getattr(found, "_is_protocol", False)
]


@pytest.mark.parametrize("found", [found for found in PROTOCOLS if found.__name__ != "Protocol"])
def test_a_protocol_has_at_most_five_methods(found: type) -> None:
    methods = [name for name, member in vars(found).items() if inspect.isfunction(member) and not name.startswith("_")]
    assert 1 <= len(methods) <= 5, methods
