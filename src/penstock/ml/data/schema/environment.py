"""Environments: which features are expected where, for instance the label in training and not in serving."""

from __future__ import annotations

from penstock.core.error import DataError, closest
from penstock.ml.data.metadata.schema import Feature, SchemaMessage, StructDomain
from penstock.ml.data.schema.replace import replaced


def environments_of(message: SchemaMessage) -> tuple[str, ...]:
    """Every environment that a schema names: the default ones in their order, then those of single features."""
    found = dict.fromkeys(message.default_environment)
    for feature in _all_features(message.feature):
        found.update(dict.fromkeys((*feature.in_environment, *feature.not_in_environment)))
    return tuple(found)


def check_environment(message: SchemaMessage, environment: str, *, where: str = "schema") -> None:
    """Refuse an environment that a schema does not name.

    Raises
    ------
    DataError
        With the closest that it names.
    """
    known = environments_of(message)
    if environment not in known:
        raise DataError(
            f"the schema names no environment {environment!r}",
            where=where,
            fix=closest(environment, known) if known else "name it under environments",
        )


def is_in_environment(feature: Feature, environment: str | None, default: tuple[str, ...]) -> bool:
    """Whether a feature is expected in an environment, by TFDV's rule.

    ``in_environment`` decides first, then ``not_in_environment``, then the schema's default environments; without an
    environment every feature is expected.

    Parameters
    ----------
    feature : Feature
    environment : str or None
        None and the empty text stand for none.
    default : tuple of str
        The schema's ``default_environment``.
    """
    if not environment or environment in feature.in_environment:
        return True
    return environment not in feature.not_in_environment and environment in default


def in_environment(message: SchemaMessage, environment: str) -> SchemaMessage:
    """The schema with only the features, also inside of structs, that are expected in an environment.

    Raises
    ------
    DataError
        If the schema does not name the environment.
    """
    check_environment(message, environment)
    features = _expected(message.feature, environment, message.default_environment)
    return replaced(message, feature=features)


def _expected(features: tuple[Feature, ...], environment: str, default: tuple[str, ...]) -> tuple[Feature, ...]:
    found: list[Feature] = []
    for feature in features:
        if not is_in_environment(feature, environment, default):
            continue
        domain = feature.struct_domain
        if domain is not None:
            inner = _expected(domain.feature, environment, default)
            feature = replaced(feature, struct_domain=StructDomain(feature=inner, sparse_feature=domain.sparse_feature))
        found.append(feature)
    return tuple(found)


def _all_features(features: tuple[Feature, ...]) -> list[Feature]:
    found: list[Feature] = []
    for feature in features:
        found.append(feature)
        if feature.struct_domain is not None:
            found.extend(_all_features(feature.struct_domain.feature))
    return found
