"""What anomalies look like in TensorFlow Metadata (`anomalies.proto`): plain frozen records."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from penstock.ml.data.metadata.anomaly_type import AnomalyType, MeasurementType, Severity
from penstock.ml.data.metadata.path import Path
from penstock.ml.data.metadata.schema import SchemaMessage

"""Words of TensorFlow Metadata for what can be wrong; 63 of them are raised, by TFDV and by Penstock."""

AnomalyNameFormat = Literal["UNKNOWN", "SERIALIZED_PATH"]


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One of the reasons of an anomaly (`AnomalyInfo.Reason`).

    Parameters
    ----------
    type : str, optional
    short_description, description : str, optional
        For people.
    """

    type: AnomalyType | None = None
    short_description: str | None = None
    description: str | None = None


class AnomalyInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What is wrong with one feature, or with the data set (`AnomalyInfo`).

    Parameters
    ----------
    path : Path, optional
        Of the feature.
    severity : str, optional
        The gravest of its reasons.
    description, short_description : str, optional
        Of all reasons; the short one is ``Multiple errors`` where there are several.
    diff_regions : tuple of dict
        Lines of the schema that would have to change; Penstock writes none, as TFDV by default.
    reason : tuple of Reason
    """

    path: Path | None = None
    severity: Severity | None = None
    description: str | None = None
    short_description: str | None = None
    diff_regions: tuple[dict[str, Any], ...] = ()
    reason: tuple[Reason, ...] = ()


class Measurement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One comparison of a feature with itself elsewhere (`DriftSkewInfo.Measurement`).

    Parameters
    ----------
    type : str, optional
    value, threshold : float, optional
        There is an anomaly where the value is above the threshold.
    """

    type: MeasurementType | None = None
    value: float | None = None
    threshold: float | None = None


class DriftSkewInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Every comparison that was made of one feature, whether there is an anomaly or not (`DriftSkewInfo`).

    Parameters
    ----------
    path : Path, optional
        Of the feature.
    drift_measurements : tuple of Measurement
        With earlier data.
    skew_measurements : tuple of Measurement
        Of training data with the data at serving time.
    """

    path: Path | None = None
    drift_measurements: tuple[Measurement, ...] = ()
    skew_measurements: tuple[Measurement, ...] = ()


class AnomaliesMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The result of a validation (`Anomalies`).

    Parameters
    ----------
    baseline : SchemaMessage, optional
        The schema that the data were checked against.
    anomaly_name_format : str, optional
        How the keys of `anomaly_info` are written; Penstock and TFDV write serialised paths.
    anomaly_info : dict of str to AnomalyInfo
        By feature.
    dataset_anomaly_info : AnomalyInfo, optional
        About the data set as a whole.
    data_missing : bool, optional
        True where there were no rows, so that nothing was checked.
    drift_skew_info : tuple of DriftSkewInfo
    """

    baseline: SchemaMessage | None = None
    anomaly_name_format: AnomalyNameFormat | None = None
    anomaly_info: dict[str, AnomalyInfo] = msgspec.field(default_factory=dict)
    dataset_anomaly_info: AnomalyInfo | None = None
    data_missing: bool | None = None
    drift_skew_info: tuple[DriftSkewInfo, ...] = ()
