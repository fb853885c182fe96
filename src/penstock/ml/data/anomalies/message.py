"""Findings as TensorFlow Metadata's message, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from penstock.ml.data.anomalies.finding import Finding
from penstock.ml.data.anomalies.fix import fix_of
from penstock.ml.data.anomalies.problem import Measured
from penstock.ml.data.metadata.anomalies import AnomaliesMessage, AnomalyInfo, AnomalyNameFormat, DriftSkewInfo, Reason
from penstock.ml.data.metadata.anomaly_type import Severity
from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.schema import SchemaMessage
from penstock.ml.data.schema.feature_path import path_steps, path_text
from penstock.ml.data.schema.schema_view import Steps

FORMAT: AnomalyNameFormat = "SERIALIZED_PATH"
MULTIPLE = "Multiple errors"

_RANK: Mapping[Severity, int] = {"UNKNOWN": 0, "WARNING": 1, "ERROR": 2}


def to_message(
    schema: SchemaMessage, findings: Iterable[Finding], measured: Mapping[Steps, Sequence[Measured]]
) -> AnomaliesMessage:
    """The message: one entry per feature, its findings as reasons.

    Parameters
    ----------
    schema : SchemaMessage
        Becomes the baseline.
    findings : iterable of Finding
        Those without a feature are about the data set.
    measured : mapping of tuple of str to sequence of Measured
        Comparisons by feature.
    """
    ordered = sorted(findings, key=lambda finding: finding.feature)
    infos = {name: _info(name, tuple(group)) for name, group in groupby(ordered, key=lambda found: found.feature)}
    return AnomaliesMessage(
        baseline=schema,
        anomaly_name_format=FORMAT,
        dataset_anomaly_info=infos.pop("", None),
        anomaly_info=infos,
        drift_skew_info=tuple(_drift_skew(path, measured[path]) for path in sorted(measured)),
    )


def from_message(message: AnomaliesMessage) -> tuple[Finding, ...]:
    """Findings without rows: one per reason; one for a data set without rows."""
    if message.data_missing:
        return (no_data(),)
    infos = dict(message.anomaly_info)
    if message.dataset_anomaly_info is not None:
        infos[""] = message.dataset_anomaly_info
    return tuple(
        Finding(
            feature=path_text(info.path.step) if info.path else name,
            type=reason.type or "UNKNOWN_TYPE",
            severity=info.severity or "UNKNOWN",
            short=reason.short_description or "",
            description=reason.description or reason.short_description or "",
            fix=fix_of(reason.type or "UNKNOWN_TYPE", name),
        )
        for name, info in sorted(infos.items())
        for reason in info.reason or (Reason(short_description=info.short_description, description=info.description),)
    )


def no_data() -> Finding:
    """The finding for a data set without rows; TensorFlow Metadata has a field for it, and no reason."""
    return Finding(
        feature="",
        type="NO_DATA_IN_SPAN",
        severity="ERROR",
        short="No data",
        description="The data set has no rows, so nothing was checked.",
        note="there are no rows",
        fix=fix_of("NO_DATA_IN_SPAN", ""),
    )


def _info(name: str, findings: tuple[Finding, ...]) -> AnomalyInfo:
    return AnomalyInfo(
        path=Path(step=path_steps(name)) if name else None,
        severity=max(findings, key=lambda finding: _RANK[finding.severity]).severity,
        description=" ".join(finding.description for finding in findings),
        short_description=findings[0].short if len(findings) == 1 else MULTIPLE,
        reason=tuple(
            Reason(type=found.type, short_description=found.short, description=found.description) for found in findings
        ),
    )


def _drift_skew(path: Steps, measured: Sequence[Measured]) -> DriftSkewInfo:
    drift, skew = (tuple(part.measurement for part in measured if part.side == side) for side in ("drift", "skew"))
    return DriftSkewInfo(path=Path(step=path), drift_measurements=drift, skew_measurements=skew)
