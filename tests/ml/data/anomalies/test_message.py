from __future__ import annotations

from penstock.ml.data.anomalies.finding import Finding
from penstock.ml.data.anomalies.message import from_message, to_message
from penstock.ml.data.anomalies.problem import Measured
from penstock.ml.data.metadata.anomalies import AnomaliesMessage, AnomalyInfo, Measurement
from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.schema import SchemaMessage


def finding(feature: str, severity: str = "ERROR") -> Finding:
    words = {"short": "Short", "description": "Long."}
    return Finding(feature=feature, type="INT_TYPE_BIG_INT", severity=severity, **words)  # type: ignore[arg-type]


def test_entries_by_serialised_path() -> None:
    message = to_message(SchemaMessage(), (finding("'a.b'.c"), finding("")), {})
    assert message.anomaly_name_format == "SERIALIZED_PATH"
    assert message.anomaly_info["'a.b'.c"].path == Path(step=("a.b", "c"))
    assert message.dataset_anomaly_info is not None
    assert message.dataset_anomaly_info.path is None


def test_the_gravest_severity_counts() -> None:
    message = to_message(SchemaMessage(), (finding("a", "WARNING"), finding("a"), finding("b", "WARNING")), {})
    assert {name: info.severity for name, info in message.anomaly_info.items()} == {"a": "ERROR", "b": "WARNING"}


def test_measurements_by_side() -> None:
    one, two = Measurement(type="L_INFTY", value=0.1), Measurement(type="L_INFTY", value=0.2)
    measured = {("f",): (Measured("skew", two), Measured("drift", one))}
    info = to_message(SchemaMessage(), (), measured).drift_skew_info[0]
    assert (info.path, info.drift_measurements, info.skew_measurements) == (Path(step=("f",)), (one,), (two,))


def test_an_entry_without_reasons_is_one_finding() -> None:
    info = AnomalyInfo(severity="WARNING", short_description="Short", description="Long.")
    found = from_message(AnomaliesMessage(anomaly_info={"a": info}))
    assert [(one.feature, one.type, one.severity, one.description) for one in found] == [
        ("a", "UNKNOWN_TYPE", "WARNING", "Long.")
    ]
