from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from strategies import json_values

from penstock.core.artifact import ArtifactRef, Gathered, Inline, Value
from penstock.core.error import DataError, StepError
from penstock.core.expression import Const
from penstock.core.graph import Input, Node, Output, Policy, StepRef
from penstock.core.signature import PARAMETER, PATH, PortType
from penstock.engine.runtime.cache_key import CacheKey, KeyFacts, cache_key, content_digest, key_differences

ANY = PortType(PARAMETER, "Any")
NODE = Node("clean", StepRef("flow", "clean"), (Input("x", ANY, Const(1)),), (Output("output", ANY),))
TABLE = ArtifactRef("Dataset", "sha256:aa", 10)


def key(
    node: Node = NODE,
    value: Value = Inline(1),  # noqa: B008 - frozen
    source: str = "sha256:s",
    external: Callable[..., str] | None = None,
) -> CacheKey:
    facts = KeyFacts(lambda _: source, {} if external is None else {node.name: external}, "pipeline 'p'")
    return cache_key(node, {"x": value}, facts)


def with_policy(**changes: Any) -> Node:
    return replace(NODE, policy=Policy(**changes))


def path_node(**flags: Any) -> Node:
    return replace(NODE, inputs=(Input("x", PortType(PATH, "pathlib.Path", **flags), Const("")),))


@given(json_values)
def test_the_same_input_gives_the_same_key(value: Any) -> None:
    assert key(value=Inline(value)).digest == key(value=Inline(value)).digest


def test_every_part_counts() -> None:
    other_form = replace(NODE, outputs=(Output("output", PortType("Dataset", "polars.DataFrame")),))
    found = [
        key(),
        key(value=Inline(2)),
        key(value=Inline(1.0)),
        key(value=Inline("1")),
        key(value=Inline(True)),
        key(value=Inline([1])),
        key(value=Inline("x" * 1000)),
        key(value=Inline("x" * 1001)),
        key(value=TABLE),
        key(value=replace(TABLE, digest="sha256:bb")),
        key(value=Gathered((TABLE, Inline(1)))),
        key(value=Gathered((Inline(1), TABLE))),
        key(source="sha256:t"),
        key(replace(NODE, outputs=(Output("output", ANY, ("auc",)),))),
        key(other_form),
        key(with_policy(requirements=("pandas",))),
        key(with_policy(image="python:3.11")),
    ]
    assert len({one.digest for one in found}) == len(found)
    assert all(one.digest.startswith("sha256:") for one in found)


@pytest.mark.parametrize(
    "other",
    [
        replace(NODE, name="clean_2"),
        replace(NODE, after=("a",)),
        replace(NODE, condition=Const(True)),
        with_policy(retries=3, timeout_s=5, cpu=2, memory_bytes=10, priority=3, backoff_s=9, gpu=1),
    ],
)
def test_where_and_how_it_runs_does_not_count(other: Node) -> None:
    assert key(other).digest == key().digest


def test_the_size_of_an_artifact_is_part_of_its_digest_already() -> None:
    assert key(value=TABLE).digest == key(value=replace(TABLE, size_bytes=0)).digest


def test_a_step_that_is_not_cached_has_parts_but_no_key() -> None:
    found = key(with_policy(is_cached=False))
    assert found.digest == ""
    assert found.parts == key().parts


def test_declared_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    node = with_policy(env=("LIMIT", "OTHER"))
    monkeypatch.delenv("LIMIT", raising=False)
    monkeypatch.delenv("OTHER", raising=False)
    keys = [key(node)]
    for text in ("", "3", "4", "\udcff"):
        monkeypatch.setenv("LIMIT", text)
        keys.append(key(node))
    assert len({one.digest for one in keys}) == 5
    assert list(key_differences(keys[2].parts, keys[3].parts)) == ["environment variable LIMIT changed"]


def test_the_environment_is_kept_as_digest_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "swordfish")
    assert "swordfish" not in str(key(with_policy(env=("SECRET",))).parts)


def test_declared_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "limits.txt"
    file.write_text("1")
    node = with_policy(files=("limits.txt",))
    before = key(node)
    os.utime(file, (1, 1))
    assert key(node).digest == before.digest
    file.write_text("2")
    assert list(key_differences(before.parts, key(node).parts)) == ["file limits.txt changed"]


def test_a_missing_file_names_the_closest(tmp_path: Path) -> None:
    (tmp_path / "trips.csv").write_text("")
    for node, value in (
        (with_policy(files=(str(tmp_path / "trip.csv"),)), ""),
        (path_node(), str(tmp_path / "trip.csv")),
    ):
        with pytest.raises(DataError, match=r"trip\.csv cannot be read: No such file or directory") as caught:
            key(node, Inline(value))
        assert caught.value.where == "pipeline 'p', step 'clean'"
        assert "did you mean 'trips.csv'" in caught.value.fix


@pytest.mark.parametrize("name", ["", "nowhere/at/all.csv", "a\0b", "x" * 300])
def test_paths_that_cannot_be(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        content_digest(tmp_path / "missing" / name, "here")


# Paths count by content.


def test_a_path_counts_by_content_and_not_by_name(tmp_path: Path) -> None:
    for name, text in (("a.csv", "1"), ("b.csv", "1"), ("c.csv", "2")):
        (tmp_path / name).write_text(text)
    found = [key(path_node(), Inline(str(tmp_path / name))).digest for name in ("a.csv", "b.csv", "c.csv")]
    assert found[0] == found[1] != found[2]


def test_a_folder_counts_by_the_names_and_contents_of_its_files(tmp_path: Path) -> None:
    def folder(name: str, **files: str) -> str:
        for path, text in files.items():
            target = tmp_path / name / path.replace("__", "/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        return content_digest(tmp_path / name, "here")

    base = folder("a", x="1", sub__y="2")
    assert folder("b", sub__y="2", x="1") == base
    assert folder("c", x="1", sub__z="2") != base
    assert folder("d", x="1", sub__y="3") != base
    assert folder("e", x="12", sub__y="") != base


def test_names_that_are_no_text(tmp_path: Path) -> None:
    os.close(os.open(os.fsencode(tmp_path) + b"/caf\xe9.csv", os.O_CREAT))
    one = content_digest(tmp_path, "here")
    os.rename(os.fsencode(tmp_path) + b"/caf\xe9.csv", os.fsencode(tmp_path) + b"/caf\xe8.csv")
    assert content_digest(tmp_path, "here") != one


def test_lists_of_paths_and_none(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text(name)
    a, b = str(tmp_path / "a"), str(tmp_path / "b")
    node = path_node(is_list=True, is_optional=True)
    values = [Inline([a, b]), Inline([b, a]), Inline([a]), Inline([]), Inline(None), Gathered((Inline(a), TABLE))]
    assert len({key(node, value).digest for value in values}) == len(values)


# What a step reads from outside.


def test_a_fingerprint_is_part_of_the_key() -> None:
    keys = [key(external=lambda x, text=text: text) for text in ("v1", "v2")]
    assert keys[0].digest != keys[1].digest
    assert keys[0].digest != key().digest
    assert list(key_differences(keys[0].parts, keys[1].parts)) == ["the data that it reads from outside changed"]


def test_a_fingerprint_gets_the_parameters_by_name() -> None:
    assert key(value=Inline([3]), external=lambda x: f"seen {x}").parts["external"] == "seen [3]"
    assert key(value=TABLE, external=lambda **given: f"seen {given}").parts["external"] == "seen {}"


def test_an_empty_fingerprint_is_never_reused() -> None:
    assert key(external=lambda x: "").digest == ""


def test_a_fingerprint_that_fails() -> None:
    with pytest.raises(StepError, match="fingerprint of what the step reads failed: ZeroDivisionError") as caught:
        key(external=lambda x: str(1 // 0))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)

    def missing(x: int) -> str:
        raise DataError("no such bucket", where="s3", fix="make it")

    with pytest.raises(DataError, match="no such bucket"):
        key(external=missing)


# Differences.


def test_a_changed_parameter_is_shown_with_both_values() -> None:
    found = list(key_differences(key(value=Inline(0.2)).parts, key(value=Inline(0.3)).parts))
    assert found == ["parameter 'x' changed from 0.2 to 0.3"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (key(value=TABLE), key(value=Inline(1)), "input 'x' changed"),
        (key(value=Inline("x" * 999)), key(value=Inline("y" * 999)), "input 'x' changed"),
        (key(), key(replace(NODE, outputs=())), "the types of its inputs or outputs changed"),
        (key(), key(with_policy(image="a")), "its requirements or image changed"),
        (CacheKey("", {}), key(replace(NODE, inputs=(), outputs=())), "the types of its inputs or outputs changed"),
    ],
)
def test_sentences(old: CacheKey, new: CacheKey, sentence: str) -> None:
    assert sentence in list(key_differences(old.parts, new.parts))


def test_equal_parts_differ_in_nothing() -> None:
    assert list(key_differences(key().parts, key().parts)) == []


def test_an_old_format_is_said() -> None:
    old = {**key().parts, "format": 0}
    assert list(key_differences(old, key().parts)) == ["the key is made in another way by this version of Penstock"]
