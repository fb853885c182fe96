from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from google.protobuf import json_format
from naive_statistics import naive_state
from tensorflow_metadata.proto.v0 import statistics_pb2

from penstock.core.error import DataError, NotFoundError
from penstock.ml.data.statistics import Statistics, StatisticsOptions
from penstock.ml.data.statistics.file import write

TABLE = pa.table({"x": [1.5, None, 2.5, 2.5], "s": ["a", "b", "b", None], "t": [{"a": 1}, None, {"a": 2}, {"a": 2}]})


def of(table: pa.Table, options: StatisticsOptions | None = None) -> Statistics:
    return Statistics([naive_state(table)], options)


def test_a_saved_file_loads_as_it_was(tmp_path: Path) -> None:
    statistics = of(TABLE)
    path = tmp_path / "statistics.json"
    statistics.save(path)
    for place in (path, str(path), tmp_path):
        loaded = Statistics.load(place)
        assert loaded.to_bytes() == path.read_bytes() == statistics.to_bytes()
        assert loaded.message == statistics.message
        assert loaded.to_json() == statistics.to_json()
        assert Statistics(loaded.states).to_bytes() == statistics.to_bytes()


def test_the_view_is_read_without_the_state(tmp_path: Path) -> None:
    path = tmp_path / "damaged.json"
    path.write_bytes(of(TABLE).to_bytes().replace(b'"penstock.state", "str": "', b'"penstock.state", "str": "!'))
    loaded = Statistics.load(path)
    assert loaded.num_examples == 4
    with pytest.raises(DataError, match="damaged") as caught:
        _ = loaded.states
    assert caught.value.where == str(path)


def test_features_are_found_by_name() -> None:
    statistics = of(TABLE)
    assert statistics.feature("x").type == "FLOAT"
    assert statistics.feature("t.a").type == "INT"
    with pytest.raises(NotFoundError, match="no statistics of 'y'"):
        statistics.feature("y")


def test_parts_merge_to_the_whole(tmp_path: Path) -> None:
    parts = []
    for number in range(4):
        of(TABLE.slice(number, 1)).save(tmp_path / f"{number}.json")
        parts.append(Statistics.load(tmp_path / f"{number}.json"))
    assert parts[2].merge(parts[0], parts[3], parts[1]).to_bytes() == of(TABLE).to_bytes()
    assert parts[0].merge().to_bytes() == parts[0].to_bytes()


def test_the_sizes_of_lists_stay_through_file_and_merge(tmp_path: Path) -> None:
    of(TABLE, StatisticsOptions(top_values=1, histogram_buckets=3)).save(tmp_path / "a.json")
    merged = Statistics.load(tmp_path / "a.json").merge(of(TABLE))
    string, number = merged.feature("s").string_stats, merged.feature("x").num_stats
    assert string is not None
    assert number is not None
    assert [(top.value, top.frequency) for top in string.top_values] == [("b", 4.0)]
    assert len(number.histograms[0].buckets) == 3


def test_a_file_of_tfdv_is_a_view(tmp_path: Path) -> None:
    message = json_format.Parse(of(TABLE).to_bytes(), statistics_pb2.DatasetFeatureStatisticsList())
    for feature in message.datasets[0].features:
        del feature.custom_stats[:]
    path = tmp_path / "tfdv.json"
    # As TFDV writes it: whole numbers of 64 bits in quotes, many lines.
    path.write_text(json_format.MessageToJson(message))
    loaded = Statistics.load(path)
    assert loaded.states == ()
    assert loaded.message == Statistics.from_bytes(write(of(TABLE).message, ())).message
    assert loaded.feature("x").num_stats == of(TABLE).feature("x").num_stats
    with pytest.raises(DataError, match="can only be shown") as caught:
        of(TABLE).merge(loaded)
    assert caught.value.where == str(path)
    assert Statistics.from_bytes(loaded.to_bytes()).message == loaded.message


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"datasets": 3}', b"\xff\xfe", b'{"datasets": [{"features": {}}]}']
)
def test_files_that_are_no_statistics_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match="not the JSON of StatisticsList"):
        Statistics.load(path)


def test_places_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file") as caught:
        Statistics.load(tmp_path)
    assert caught.value.where == str(tmp_path / "statistics.json")
    with pytest.raises(DataError, match="cannot be written: No such file"):
        of(TABLE).save(tmp_path / "none" / "x.json")


def test_a_file_without_data_sets(tmp_path: Path) -> None:
    (tmp_path / "statistics.json").write_text("{}")
    loaded = Statistics.load(tmp_path)
    assert (loaded.states, repr(loaded)) == ((), "Statistics(none)")
    with pytest.raises(DataError, match="there are no statistics"):
        _ = loaded.num_examples


def test_repr_counts() -> None:
    assert repr(of(TABLE)) == "Statistics(4 examples, 4 features)"
    both = Statistics([naive_state(TABLE), naive_state(TABLE.slice(1), name="s=b")])
    assert repr(both) == "Statistics(4 examples, 4 features, 1 slices)"
