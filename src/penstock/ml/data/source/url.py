"""URLs as they may be shown: without what opens doors."""

from __future__ import annotations

import re

# Greedy: a password may hold @, and then only the last one ends it.
_USER = re.compile(r"(?<=://)[^/\s'\"]+@")
_SECRETS = (
    r"[\w-]*(?:signature|credential|token|secret|password|passwd|pwd|api[_-]?key|access[_-]?key|account[_-]?key)[\w-]*"
)
_QUERY = re.compile(rf"(?<=[?&])({_SECRETS}|sig|key|auth|code)=[^&\s'\"#]*", re.IGNORECASE)
# Between scheme and host; a port is no password, and the URLs of GitHub have a colon of their own.
_PASSWORD = re.compile(r"(?<!github)://[^/?#@:\s]*:(?!\d+(?:[/?#]|$)).+@", re.DOTALL)
_SECRET = re.compile(rf"[?&](?:{_SECRETS}|sig)=[^&]", re.IGNORECASE)
_SECRET_NAME = re.compile(rf"{_SECRETS}|key|auth|sas|cookies?|headers?", re.IGNORECASE)


def mask(text: str) -> str:
    """A text whose URLs show neither user and password nor keys and signatures.

    Examples
    --------
    >>> mask("ftp://ann:pw@host/a.csv and https://host/b.csv?X-Amz-Signature=abc&part=1")
    'ftp://***@host/a.csv and https://host/b.csv?X-Amz-Signature=***&part=1'
    """
    return _QUERY.sub(r"\1=***", _USER.sub("***@", text))


def has_secret(url: str) -> bool:
    """Whether an URL holds a password, a token or a signature.

    Examples
    --------
    >>> has_secret("postgresql://ann@db/city"), has_secret("postgresql://ann:pw@db/city")
    (False, True)
    >>> has_secret("https://host/b.csv?X-Amz-Signature=abc")
    True
    """
    return bool(_PASSWORD.search(url) or _SECRET.search(url))


def is_secret_name(name: str) -> bool:
    """Whether an option of that name would hold a secret.

    Examples
    --------
    >>> is_secret_name("secret"), is_secret_name("anon"), is_secret_name("aws_secret_access_key")
    (True, False, True)
    """
    return _SECRET_NAME.fullmatch(name) is not None
