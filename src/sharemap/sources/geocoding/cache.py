"""What online geocoders answered, kept so that nobody is asked twice and a run repeats without a network."""

from __future__ import annotations

import logging
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from sharemap.errors import InputError
from sharemap.sources.geocoding.answers import Answer, Confidence, Miss

if TYPE_CHECKING:
    from sharemap.sources.geocoding.answers import By

__all__ = ["AnswerCache", "cache_folder"]

_LOG = logging.getLogger(__name__)

_FILE = "geocoding-answers.sqlite"
_WAIT_S = 30.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answer (
    provider TEXT, address TEXT, asked_at TEXT, x REAL, y REAL, confidence TEXT, match TEXT, reason TEXT,
    PRIMARY KEY (provider, address))
"""
# Kakao's terms allow no permanent store; and what is not known today may be built tomorrow
_KEEP_DAYS = {"kakao": 30}
_KEEP_MISSES_DAYS = 30


def cache_folder(stated: Path | None = None) -> Path:
    """Return the folder for caches: as stated, else ``SHAREMAP_CACHE``, else the user's own cache folder."""
    if stated is not None:
        return stated
    if chosen := os.environ.get("SHAREMAP_CACHE"):
        return Path(chosen)
    base = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "sharemap"


class AnswerCache:
    """Answers by provider and the address as it was asked, each with its time; every one is safe on disk once put.

    Parameters
    ----------
    folder
        Where the cache lies; made when it is not there.
    now
        The time of this run.

    Raises
    ------
    InputError
        If the folder cannot be written: asking again and again would use up the quota.
    """

    def __init__(self, folder: Path, *, now: datetime | None = None) -> None:
        self.path = folder / _FILE
        self.now = now or datetime.now(UTC)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = self._open()
        except (OSError, sqlite3.OperationalError) as error:
            msg = f"the cache of geocoding answers cannot be written ({error})"
            remedy = "name another folder in [geocoding] cache, or in the environment variable SHAREMAP_CACHE"
            raise InputError(msg, file=self.path, remedy=remedy) from error

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            _LOG.warning("the cache %s is damaged; it is put aside and begun anew", self.path)
            self.path.replace(self.path.with_suffix(".damaged"))
            return self._connected()

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_WAIT_S)
        try:
            with connection:
                connection.execute(_SCHEMA)
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def get(self, provider: By, address: str) -> Answer | Miss | None:
        """Return what a provider answered before, or None when it has not, or too long ago."""
        row = self._db.execute(
            "SELECT asked_at, x, y, confidence, match, reason FROM answer WHERE provider=? AND address=?",
            (provider, address),
        ).fetchone()
        if row is None or self._is_old(provider, asked_at=row[0], missed=bool(row[5])):
            return None
        _, x, y, confidence, match, reason = row
        if reason:
            return Miss(reason=reason, value=match)
        known: dict[str, Confidence] = {name: name for name in get_args(Confidence)}
        return Answer(x=x, y=y, by=provider, confidence=known[confidence], match=match)

    def _is_old(self, provider: By, *, asked_at: str, missed: bool) -> bool:
        days = _KEEP_MISSES_DAYS if missed else _KEEP_DAYS.get(provider)
        return days is not None and datetime.fromisoformat(asked_at) < self.now - timedelta(days=days)

    def put(self, provider: By, address: str, found: Answer | Miss) -> None:
        """Keep an answer."""
        values: tuple[object, ...]
        if isinstance(found, Answer):
            values = (found.x, found.y, found.confidence, found.match, "")
        else:
            values = (None, None, "", found.value, found.reason)
        with self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (provider, address, self.now.isoformat(timespec="seconds"), *values),
            )
