"""Turns the rows of a data set into their canonical, mergeable state, in one pass."""

from penstock.ml.data.statistics.scan.feature_collector import Limits
from penstock.ml.data.statistics.scan.scanner import Progress, ScanSetting, scan

__all__ = ["Limits", "Progress", "ScanSetting", "scan"]
