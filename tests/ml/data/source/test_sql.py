from __future__ import annotations

from typing import Any

import pytest

from penstock.core.error import DataError
from penstock.ml.data.source.sql import check_names, own_options, read_request
from penstock.ml.data.source.sql_url import DatabaseUrl


def test_own_options_leave_the_rest_to_the_driver() -> None:
    assert own_options("postgresql://h/d?a=1&query=SELECT%201%2B1&b=2&key=k") == (
        "postgresql://h/d?a=1&b=2",
        {"query": "SELECT 1+1", "key": "k"},
    )
    assert own_options("x.db") == ("x.db", {})


@pytest.mark.parametrize("given", [{}, {"query": "SELECT 1", "table": "t"}, {"query": "  "}])
def test_a_query_or_a_table(given: dict[str, str]) -> None:
    with pytest.raises(DataError, match="given"):
        read_request("here", {}, given)


def test_arguments_go_before_the_url() -> None:
    request = read_request("here", {"table": "a", "key": "old"}, {"table": "b", "key": ""})
    assert (request.table, request.key) == ("b", "old")
    assert request.select(lambda name: f"<{name}>") == "SELECT * FROM <b>"


def test_a_query_without_its_semicolon() -> None:
    assert read_request("here", {}, {"query": " SELECT 1 ; "}).select(str) == "SELECT 1"


@pytest.mark.parametrize(("names", "what"), [(["a", "b", "a"], "'a' appears 2 times"), (["a", ""], "has no name")])
def test_columns_need_names_of_their_own(names: list[str], what: str) -> None:
    with pytest.raises(DataError, match=what):
        check_names(names, "here")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://db/city", "postgresql://db/city"),
        ("postgresql://ann@db/city", "postgresql://ann@db/city"),
        ("postgresql://ann:s3cret@db/city", "postgresql://ann:***@db/city"),
        ("postgresql://ann:s3@/c:ret@db/city", "postgresql://ann:***@db/city"),
        ("postgresql:///city?user=ann&password=s3cret&x=1", "postgresql:///city?user=ann&password=***&x=1"),
    ],
)
def test_passwords_are_never_shown(url: str, shown: str) -> None:
    found = DatabaseUrl(url)
    assert found.shown == shown
    assert "s3" not in repr(found)
    assert "s3" not in found.hide(f"cannot connect to {url}")


def test_the_decoded_form_of_a_password_is_hidden_too() -> None:
    assert DatabaseUrl("postgresql://ann:pa%40ss@db/city").hide("no 'pa@ss', no 'pa%40ss'") == "no '***', no '***'"


@pytest.mark.parametrize("given", [{"table": 5}, {"query": b"SELECT 1"}, {"table": "a", "key": 1}])
def test_what_is_no_text(given: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="no text"):
        read_request("here", {}, given)
