"""The keys of services: from the environment only, and never to be seen anywhere else."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sharemap.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KEY", "MASK", "Key", "key_in"]

KEY = "{key}"  # where the key goes in a path, a parameter or a header
MASK = "[key]"
_PUBLIC = "sample"  # the trial key of data.seoul.go.kr, printed in its guide
_SHORTEST = 8
_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}


class Key:
    """A key that shows itself to :meth:`reveal` only.

    Parameters
    ----------
    text
        The key as the service knows it (of two forms of one key, the decoded one).
    variable
        The environment variable that it comes from.

    Examples
    --------
    >>> key = Key("abcd+efgh/123==", variable="SHAREMAP_SEOUL_KEY")
    >>> key, key.scrub("no such key: abcd%2Befgh%2f123%3D%3D.")
    (Key(SHAREMAP_SEOUL_KEY), 'no such key: [key].')
    """

    __slots__ = ("_bytes", "_pattern", "_text", "variable")

    def __init__(self, text: str, *, variable: str) -> None:
        self._text = text
        self.variable = variable
        pattern = "".join(map(_any_spelling, text))
        self._pattern = re.compile(pattern, re.IGNORECASE)
        self._bytes = re.compile(pattern.encode("ascii"), re.IGNORECASE)

    def __repr__(self) -> str:
        return f"Key({self.variable})"

    def __reduce__(self) -> str:
        msg = "a key is never written anywhere"
        raise TypeError(msg)

    @property
    def is_public(self) -> bool:
        """Whether it is the trial key that everybody may use for five rows."""
        return self._text == _PUBLIC

    def reveal(self) -> str:
        """Return the key, for the request and for nothing else."""
        return self._text

    def scrub(self, text: str) -> str:
        """Return a text with the key masked, in whatever way it is spelled there."""
        return text if self.is_public else self._pattern.sub(MASK, text)

    def scrub_bytes(self, data: bytes) -> bytes:
        """Return bytes with the key masked."""
        return data if self.is_public else self._bytes.sub(MASK.encode(), data)


def key_in(variable: str, *, page: str, environ: Mapping[str, str] | None = None) -> Key | None:
    """Return the user's key for a service, or None when the environment holds none.

    data.go.kr hands out each key twice, once encoded for addresses (``%2B`` for ``+``). Both are understood.

    Parameters
    ----------
    variable
        The environment variable.
    page
        Where keys are given out, for the message.
    environ
        Where the variable is; the environment if not given.

    Raises
    ------
    InputError
        If the variable holds something that is no key; its value is not shown.
    """
    text = (os.environ if environ is None else environ).get(variable, "").strip().strip("'\"")
    if not text:
        return None
    while "%" in text and unquote(text) != text:
        text = unquote(text)
    text = text.replace(" ", "+")  # a decoded plus sign
    plain = text.isascii() and text.isprintable()
    if not plain or (len(text) < _SHORTEST and text != _PUBLIC) or re.search(r"[<>{}\\?#&\"]", text):
        msg = f"the environment variable {variable} holds no key"
        raise InputError(msg, remedy=f"copy the key from {page} again, without anything around it")
    return Key(text, variable=variable)


def _any_spelling(sign: str) -> str:
    """Return a pattern for a sign of the key: plain, percent-encoded (also twice), and escaped in JSON or HTML."""
    code = ord(sign)
    spellings = []
    if not sign.isalnum():
        spellings += [rf"%(?:25)*{code:02x}", rf"\\+u{code:04x}", rf"\\+{re.escape(sign)}"]
        spellings += [f"&#0*{code};", f"&#x0*{code:x};"]
        if sign in _NAMED:
            spellings.append(f"&{_NAMED[sign]};")
    if sign == "+":
        spellings += [" ", "%(?:25)*20", "&plus;"]
    return f"(?:{'|'.join([*spellings, re.escape(sign)])})"  # the longest first
