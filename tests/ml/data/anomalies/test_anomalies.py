from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from penstock.core.error import DataError
from penstock.ml.data.anomalies import Anomalies, Finding, Row
from penstock.ml.data.anomalies.message import to_message
from penstock.ml.data.metadata.anomalies import AnomaliesMessage
from penstock.ml.data.metadata.message import decode, encode
from penstock.ml.data.metadata.schema import Feature, SchemaMessage

SCHEMA = SchemaMessage(feature=(Feature(name="fare", type="FLOAT"),))


def finding(feature: str = "fare", **more: object) -> Finding:
    return Finding(
        **{
            "feature": feature,
            "type": "UNEXPECTED_DATA_TYPE",
            "severity": "ERROR",
            "short": "Unexpected data type",
            "description": "The schema says FLOAT, the data are STRING.",
            "rows": (Row(17, "$4"), Row(29, "x")),
            "sql": "select 1 from this",
            "num_rows": 3,
            "fix": f"relax {feature}",
            **more,
        }
    )  # type: ignore[arg-type]


def anomalies(*findings: Finding) -> Anomalies:
    return Anomalies(to_message(SCHEMA, findings, {}), findings)


def test_errors_come_first() -> None:
    found = anomalies(finding("a", severity="WARNING"), finding("b"))
    assert [one.feature for one in found.findings] == ["b", "a"]
    assert [one.feature for one in found.errors] == ["b"]
    assert [one.feature for one in found.warnings] == ["a"]
    assert not found.is_ok
    assert anomalies(finding("a", severity="WARNING")).is_ok
    assert anomalies().is_ok


def test_several_reasons_of_a_feature() -> None:
    found = anomalies(finding("a"), finding("a", type="FLOAT_TYPE_HAS_NAN", description="NaN."), finding("b"))
    assert found.types == {"a": "MULTIPLE_REASONS", "b": "UNEXPECTED_DATA_TYPE"}
    info = found.message.anomaly_info["a"]
    assert info.short_description == "Multiple errors"
    assert info.description == "The schema says FLOAT, the data are STRING. NaN."
    assert [reason.type for reason in info.reason] == ["UNEXPECTED_DATA_TYPE", "FLOAT_TYPE_HAS_NAN"]


def test_raise_if_tells_the_worst_with_rows_and_fix() -> None:
    found = anomalies(*(finding(f"f{number}") for number in range(7)))
    with pytest.raises(DataError) as caught:
        found.raise_if()
    assert "in 7 points" in caught.value.what
    assert (
        "f0: UNEXPECTED_DATA_TYPE: The schema says FLOAT, the data are STRING. (3 rows: 17 ('$4'), 29 ('x'), ...)"
        in (caught.value.what)
    )
    assert "and 2 more" in caught.value.what
    assert caught.value.fix == "relax f0; relax f1; relax f2; relax f3; relax f4"


def test_raise_if_by_severity() -> None:
    found = anomalies(finding(severity="WARNING"))
    found.raise_if()
    found.raise_if("error")
    with pytest.raises(DataError, match="in 1 point:"):
        found.raise_if("warning")
    with pytest.raises(DataError, match="no severity 'grave'"):
        found.raise_if("grave")


def test_file_is_canonical_and_gives_the_same_back(tmp_path: Path) -> None:
    found = anomalies(finding(), finding("", type="DATASET_LOW_NUM_EXAMPLES", rows=(), num_rows=None, note="no rows"))
    found.save(tmp_path / "a.json")
    loaded = Anomalies.load(tmp_path / "a.json")
    assert loaded == found
    loaded.save(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert pickle.loads(pickle.dumps(found)) == found


def test_file_is_the_message_and_findings() -> None:
    found = anomalies(finding())
    value = found.to_json()
    assert value.pop("findings") == [
        {
            "feature": "fare",
            "type": "UNEXPECTED_DATA_TYPE",
            "severity": "ERROR",
            "short": "Unexpected data type",
            "description": "The schema says FLOAT, the data are STRING.",
            "rows": [{"row": 17, "value": "$4"}, {"row": 29, "value": "x"}],
            "sql": "select 1 from this",
            "num_rows": 3,
            "note": "",
            "fix": "relax fare",
        }
    ]
    assert decode(json.dumps(value), AnomaliesMessage, where="") == found.message
    assert value["anomalyInfo"]["fare"]["severity"] == "ERROR"


def test_message_of_others_has_findings_too(tmp_path: Path) -> None:
    found = anomalies(finding(), finding("", type="DATASET_LOW_NUM_EXAMPLES"))
    (tmp_path / "tfdv.json").write_text(encode(found.message))
    loaded = Anomalies.load(tmp_path / "tfdv.json")
    assert [(one.feature, one.type, one.rows) for one in loaded.findings] == [
        ("", "DATASET_LOW_NUM_EXAMPLES", ()),
        ("fare", "UNEXPECTED_DATA_TYPE", ()),
    ]
    (tmp_path / "empty.json").write_text('{"dataMissing": true}')
    assert not Anomalies.load(tmp_path / "empty.json").is_ok


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the anomalies cannot be read"):
        Anomalies.load(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("[]")
    with pytest.raises(DataError, match="not the JSON of AnomaliesMessage"):
        Anomalies.load(tmp_path / "bad.json")


def test_the_folder_of_an_artifact(tmp_path: Path) -> None:
    found = anomalies(finding())
    found.save(tmp_path / "anomalies.json")
    assert Anomalies.load(tmp_path) == found
    with pytest.raises(DataError, match="the anomalies cannot be read"):
        Anomalies.load(tmp_path.parent)


def test_text_and_html() -> None:
    assert repr(anomalies()) == "Anomalies: none"
    assert "The data match the schema." in anomalies()._repr_html_()
    found = anomalies(finding(description="a < b"), finding("", severity="WARNING", num_rows=None))
    lines = repr(found).splitlines()
    assert lines[0] == "Anomalies: 2"
    assert lines[1].split() == ["feature", "severity", "type", "rows", "description"]
    assert lines[2].split()[:4] == ["fare", "ERROR", "UNEXPECTED_DATA_TYPE", "3:"]
    assert lines[3].startswith("(data set)  WARNING")
    assert "a &amp;lt; b" in found._repr_html_()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    found = Anomalies.from_bytes("{}", where="here")
    for path in (tmp_path, tmp_path / "none" / "a.json"):
        with pytest.raises(DataError, match="cannot be written"):
            found.save(path)
