from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from google.protobuf import json_format
from naive_statistics import naive_state
from tensorflow_metadata.proto.v0 import statistics_pb2

from penstock.core.error import DataError
from penstock.ml.data.statistics.file import DATASET, STATE, VIEW, keep, read, states_of, write
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.state import DatasetState
from penstock.ml.data.statistics.view import view_list

TABLE = pa.table({"x": [1.5, None, 2.5], "s": ["a", "b", "b"], "w": [1.0, 0.5, 0.0]})
OPTIONS = StatisticsOptions(top_values=1)


def written(*states: DatasetState) -> bytes:
    return write(view_list(states, OPTIONS), keep(states, OPTIONS))


def test_the_file_is_the_view_and_the_state() -> None:
    state = naive_state(TABLE, weight="w")
    data = written(state)
    message, kept = read(data, where="here")
    assert message == view_list([state], OPTIONS)
    assert write(message, kept) == data
    states, options = states_of(message, kept, where="here")
    assert written(*states) == data
    assert options == OPTIONS
    assert states[0].weight == 3 << 19


def test_protocol_buffers_read_the_file() -> None:
    data = written(naive_state(TABLE), naive_state(TABLE.slice(1), name="s=b"))
    message = json_format.Parse(data, statistics_pb2.DatasetFeatureStatisticsList())
    names = [[item.name for item in feature.custom_stats] for feature in message.datasets[1].features]
    assert names == [[DATASET, STATE], [STATE], [STATE]]
    assert message.datasets[0].features[0].custom_stats[-1].name == VIEW
    again = json_format.MessageToJson(message).encode()
    states, _ = states_of(*read(again, where="here"), where="here")
    assert written(*states) == data, "through protocol buffers and back"


def test_a_data_set_without_columns() -> None:
    state = DatasetState("", 7, {}, 5 << 20)
    message, kept = read(written(state), where="here")
    assert states_of(message, kept, where="here")[0] == (state,)


def test_a_file_of_another_tool_has_no_state() -> None:
    state = naive_state(TABLE)
    foreign = write(view_list([state], OPTIONS), ())
    message, kept = read(foreign, where="here")
    assert kept == ()
    assert message.datasets[0].num_examples == 3


def test_a_feature_without_state_makes_the_file_foreign() -> None:
    plain = json.loads(written(naive_state(TABLE)))
    del plain["datasets"][0]["features"][1]["customStats"]
    assert read(json.dumps(plain).encode(), where="here")[1] == ()


@pytest.mark.parametrize("about", ["no JSON", "[]", '{"weight": "x"}', '{"sizes": {"top_values": "x"}}'])
def test_damaged_facts_of_the_data_set_are_refused(about: str) -> None:
    plain = json.loads(written(naive_state(TABLE)))
    plain["datasets"][0]["features"][0]["customStats"][0]["str"] = about
    message, kept = read(json.dumps(plain).encode(), where="here")
    with pytest.raises(DataError, match="what the file keeps of data set '' is damaged"):
        states_of(message, kept, where="here")


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    plain = json.loads(written(naive_state(TABLE)))
    change(plain["datasets"][0])
    return json.dumps(plain).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda dataset: dataset.update(numExamples="4"),
        lambda dataset: dataset["features"].pop(),
        lambda dataset: dataset["features"].pop(0),
        lambda dataset: dataset["features"].append(dataset["features"][0]),
        lambda dataset: dataset["features"].append(dataset["features"][1]),
        lambda dataset: dataset["features"][2]["numStats"].update(mean=7.0),
        lambda dataset: dataset["features"][0]["customStats"].pop(),
    ],
)
def test_an_edited_file_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(DataError, match="was edited"):
        read(edited(change), where="here")
    read(edited(lambda dataset: None), where="here")


def test_an_edited_file_of_another_tool_is_its_own_affair() -> None:
    plain = json.loads(write(view_list([naive_state(TABLE)], OPTIONS), ()))
    plain["datasets"][0]["numExamples"] = "4"
    assert read(json.dumps(plain).encode(), where="here")[0].datasets[0].num_examples == 4


@pytest.mark.parametrize("count", [-1, 1 << 64])
def test_impossible_numbers_of_rows_are_refused(count: int) -> None:
    with pytest.raises(DataError):
        read(json.dumps({"datasets": [{"numExamples": count}]}).encode(), where="here")


def test_a_byte_order_mark_is_no_fault() -> None:
    data = written(naive_state(TABLE))
    assert read(b"\xef\xbb\xbf" + data, where="here") == read(data, where="here")
