"""What a page of ours may do: show what is inside it, and ask nobody for anything."""

from __future__ import annotations

__all__ = ["policy"]


def policy(*, script: bool = False) -> str:
    """Return the tag by which a browser refuses whatever a page would load, wherever a text of the input brought it from.

    Parameters
    ----------
    script
        Whether the page has a script of its own.

    Examples
    --------
    >>> "default-src 'none'" in policy(), "script-src" in policy()
    (True, False)
    """
    own = ["script-src 'unsafe-inline'"] if script else []
    rules = [
        "default-src 'none'", *own, "style-src 'unsafe-inline'", "img-src data:", "font-src data:", "base-uri 'none'",
        "form-action 'none'",
    ]  # fmt: skip
    return f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">'
