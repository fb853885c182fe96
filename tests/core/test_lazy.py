from __future__ import annotations

import sys

import pytest

from penstock.core.lazy import lazily


def test_names_come_from_their_modules() -> None:
    get = lazily("json", {"decoder": ("JSONDecoder",), "encoder": ("JSONEncoder",)})
    assert get("JSONEncoder").__module__ == "json.encoder"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'json' has no attribute 'nothing'"):
        lazily("json", {"decoder": ("JSONDecoder",)})("nothing")


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    sys.modules.pop("xml.dom.pulldom", None)
    get = lazily("xml.dom", {"pulldom": ("parseString",)})
    assert "xml.dom.pulldom" not in sys.modules
    get("parseString")
    assert "xml.dom.pulldom" in sys.modules
