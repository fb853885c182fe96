from __future__ import annotations

from typing import Any

import pytest

from penstock.core.error import UsageError
from penstock.ml.data.statistics.options import StatisticsOptions


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"top_values": 0}, "top_values is 0"),
        ({"rank_buckets": True}, "rank_buckets is True"),
        ({"histogram_buckets": 2.5}, "histogram_buckets is 2.5"),
        ({"sql_slices": {"": "fare > 1"}}, "sql_slices has ''"),
        ({"sql_slices": {"dear": " "}}, "sql_slices has 'dear'"),
    ],
)
def test_senseless_options_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        StatisticsOptions(**given)


def test_the_defaults_are_those_of_tfdv() -> None:
    options = StatisticsOptions()
    assert (options.top_values, options.rank_buckets) == (20, 1000)
    assert (options.histogram_buckets, options.quantile_buckets, options.num_values_buckets) == (10, 10, 10)


def test_options_from_a_json_object() -> None:
    found = StatisticsOptions.of({"slices": ["city", ["kind", "a"]], "cross": [["x", "y"]], "exact_quantiles": True})
    assert found == StatisticsOptions(slices=("city", ("kind", "a")), cross=(("x", "y"),), exact_quantiles=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"top_value": 3}, "no option 'top_value'; did you mean 'top_values'"),
        ({"slices": "city"}, "slices is 'city'"),
        ({"exact_quantiles": "yes"}, "exact_quantiles is 'yes'"),
        ({"vocabularies": ["a.txt"]}, r"vocabularies is \['a.txt'\]"),
        ({"schema": {"feature": []}}, "schema is {'feature'"),
    ],
)
def test_senseless_settings_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        StatisticsOptions.of(given)
