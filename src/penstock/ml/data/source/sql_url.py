"""The URL of a database server, as it is used and as it may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from penstock.ml.data.source.url import mask

# Greedy: a password may hold @, and then only the last one ends it.
_USER = re.compile(r"^(?P<scheme>[\w.+-]+://)(?P<user>[^:@/?#]*)(?P<rest>:(?P<password>.*))?@", re.DOTALL)
_OPTION = re.compile(r"[?&](?:password|sslpassword|passfile)=(?P<password>[^&]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """An URL with its secrets apart.

    Parameters
    ----------
    url : str
        As it is given to the driver; never shown.

    Examples
    --------
    >>> DatabaseUrl("postgresql://ann:pa%40ss@db/city?sslpassword=x").shown
    'postgresql://ann:***@db/city?sslpassword=***'
    """

    url: str

    def __repr__(self) -> str:
        return f"DatabaseUrl({self.shown!r})"

    @property
    def shown(self) -> str:
        """The URL with stars for passwords."""
        text = _USER.sub(lambda found: found["scheme"] + found["user"] + ":***" * bool(found["rest"]) + "@", self.url)
        return _OPTION.sub(lambda found: found[0].partition("=")[0] + "=***", text)

    def hide(self, text: str) -> str:
        """A message of the driver without any password in it."""
        text = text.replace(self.url, self.shown)
        for secret in sorted(self._secrets(), key=len, reverse=True):
            text = text.replace(secret, "***")
        return mask(text) if "://" in text and self.shown not in text else text

    def _secrets(self) -> set[str]:
        user = _USER.match(self.url)
        found = [user["password"] or ""] if user else []
        found += [option["password"] for option in _OPTION.finditer(self.url)]
        return {form for one in found for form in (one, unquote(one)) if form}
