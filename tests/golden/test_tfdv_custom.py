"""What a schema makes TFDV count: `tfdv/custom/make.py` made the expectations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from penstock.ml.data.drift.common_cells import cells_of_histograms
from penstock.ml.data.drift.kolmogorov_smirnov import kolmogorov_smirnov
from penstock.ml.data.metadata.schema import SchemaMessage
from penstock.ml.data.metadata.statistics import CustomStatistic, NaturalLanguageStatistics
from penstock.ml.data.statistics import Statistics, StatisticsOptions

GOLDEN = json.loads((Path(__file__).parent / "tfdv" / "custom" / "custom.json").read_text())
CASES: dict[str, Any] = GOLDEN["cases"]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vocabulary") / "words.txt"
    path.write_text("\n".join(GOLDEN["vocabulary"]) + "\n")
    return path


def of(case: dict[str, Any], vocabulary: Path) -> Statistics:
    schema = msgspec.convert(case["schema"], SchemaMessage, strict=False)
    options = StatisticsOptions(schema=schema, vocabularies={"words": str(vocabulary)})
    return Statistics.of(pa.table(case["rows"]), options=options)


def language(entries: tuple[CustomStatistic, ...]) -> NaturalLanguageStatistics:
    (entry,) = entries
    assert entry.name == "nl_statistics"
    return msgspec.convert(entry.any, NaturalLanguageStatistics, strict=False)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "feature" not in case["schema"]])
def test_joined_features_are_those_of_tfdv(name: str, vocabulary: Path) -> None:
    statistics = of(CASES[name], vocabulary)
    for feature, entries in CASES[name]["custom"].items():
        theirs = msgspec.convert(entries, tuple[CustomStatistic, ...], strict=False)
        assert statistics.feature(feature).custom_stats == theirs


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "feature" in case["schema"]])
def test_language_is_that_of_tfdv(name: str, vocabulary: Path) -> None:
    mine = language(of(CASES[name], vocabulary).feature("text").custom_stats)
    theirs = language(msgspec.convert(CASES[name]["custom"]["text"], tuple[CustomStatistic, ...], strict=False))
    for field in ("feature_coverage", "avg_token_length", "min_sequence_length", "max_sequence_length"):
        assert getattr(mine, field) == getattr(theirs, field)
    tokens = {(token.string_token, token.int_token): token for token in mine.token_statistics}
    expected = {(token.string_token, token.int_token): token for token in theirs.token_statistics}
    # Without a vocabulary TFDV says nothing of numbers among texts; here they are tokens that do not occur.
    assert all(tokens[key].frequency == 0 for key in tokens.keys() - expected.keys())
    assert {key: tokens[key] for key in expected} == expected
    for field in ("token_length_histogram", "sequence_length_histogram"):
        cells = cells_of_histograms(getattr(mine, field), getattr(theirs, field))
        # Quantiles of a handful of numbers: each stands for a fifth of them at most.
        assert kolmogorov_smirnov(cells) <= 0.2
