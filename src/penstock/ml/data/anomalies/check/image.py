"""Whether images can be read, and are not too big."""

from __future__ import annotations

from penstock.ml.data.anomalies.check.number import float32
from penstock.ml.data.anomalies.problem import Found, Problem, Subject

FORMATS = "image_format_histogram"
"""Custom statistic: number of images by format; ``UNKNOWN`` for what is none."""


def image(subject: Subject) -> Found:
    """Too small a fraction of values that are images, or an image of too many bytes."""
    domain = subject.feature.image_domain
    if domain is None:
        return
    if domain.minimum_supported_image_fraction is not None:
        yield from _supported(subject, domain.minimum_supported_image_fraction)
    sizes = subject.view.statistics.bytes_stats
    largest = sizes.max_num_bytes_int if sizes else 0
    if domain.max_image_byte_size is not None and largest > domain.max_image_byte_size:
        yield Problem(
            "MAX_IMAGE_BYTE_SIZE_EXCEEDED",
            "Num bytes exceeds the max byte size.",
            f"The largest image has {largest} bytes, {domain.max_image_byte_size} at most are allowed.",
        )


def _supported(subject: Subject, least: float) -> Found:
    statistic = subject.view.custom(FORMATS)
    if statistic is None or statistic.rank_histogram is None:
        yield Problem(
            "STATS_NOT_AVAILABLE",
            "Image format stats are not computed.",
            "The fraction of readable images is bounded, and the formats were not counted.",
        )
        return
    buckets = statistic.rank_histogram.buckets
    total = sum(bucket.sample_count for bucket in buckets)
    supported = sum(bucket.sample_count for bucket in buckets if bucket.label != "UNKNOWN")
    if total and float32(supported / total) < float32(least):
        yield Problem(
            "LOW_SUPPORTED_IMAGE_FRACTION",
            "Low supported image fraction",
            f"Images that can be read are {supported / total:.6g} of all, at least {least:.6g} are expected.",
        )
