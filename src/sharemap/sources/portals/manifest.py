"""``manifest.json``: what was asked, when, what came back, under which licence. It never holds a key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

from sharemap.errors import MissingFileError, SiteFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["NAME", "KeptPage", "Manifest", "Origin", "Part", "read_manifest", "read_page", "sha256"]

NAME = "manifest.json"
_FORMAT = "sharemap fetch 1"


@dataclass(kw_only=True)
class KeptPage:
    """One answer as it stands in its file.

    Attributes
    ----------
    page, file
        Its number, from 1, and the file that holds it.
    time
        When it came, ISO 8601.
    sha256, bytes
        Of the file.
    rows, total
        Its records, and how many the portal said there are in all.
    masked
        Whether the portal had repeated the key in its answer; then, and only then, the file is not byte for byte
        what came: ``[key]`` stands in its place.
    """

    page: int
    file: str
    time: str
    sha256: str
    bytes: int
    rows: int
    total: int | None = None
    masked: bool = False


@dataclass(kw_only=True)
class Part:
    """The pages of one service.

    Attributes
    ----------
    name, role
        The service, and what it is for: ``rows``, ``columns`` or ``details``.
    request
        Method, endpoint and parameters of the first page, without the key.
    page_size
        Rows asked for at a time.
    pages
        What is kept, in the order of the pages.
    rows, promised
        Records kept, and how many the portal said there are; None if it did not say.
    ended
        Why there is no further page; empty while there may be one.
    fields
        Names of the records' fields.
    headers
        Field code -> header.
    join
        Field by which details are joined to the rows.
    """

    name: str
    role: str
    request: dict[str, Any]
    page_size: int
    pages: list[KeptPage] = field(default_factory=list)
    rows: int = 0
    promised: int | None = None
    ended: str = ""
    fields: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    join: str = ""

    def page(self, number: int) -> KeptPage | None:
        """Return a kept page by its number."""
        return next((page for page in self.pages if page.page == number), None)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a manifest says about the source: keys and titles of the catalogue, licence and credit line."""

    source: str
    name_ko: str
    dataset: str
    portal: str
    licence: str
    credit_ko: str
    sharemap: str


@dataclass(kw_only=True)
class Manifest:
    """One fetch of one source.

    Attributes
    ----------
    head
        The source.
    run
        Name of the folder.
    state
        ``"partial"`` until the last page is there.
    started, finished
        ISO 8601.
    calls
        Requests sent, attempts that failed included.
    parts
        Service by service.
    problems
        What does not add up: ``kind``, ``part``, ``page`` and ``text``.
    """

    head: Origin
    run: str
    started: str
    state: Literal["partial", "complete"] = "partial"
    finished: str = ""
    calls: int = 0
    parts: list[Part] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)

    @property
    def tables(self) -> list[Part]:
        """The parts that hold rows of the table."""
        return [part for part in self.parts if part.role == "rows"]

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return sum(part.rows for part in self.tables)

    @property
    def promised(self) -> int | None:
        """Rows that the portal promised, None where it did not say."""
        told = [part.promised for part in self.tables]
        return None if None in told else sum(number or 0 for number in told)

    def to_json(self) -> bytes:
        """Return it as it is written."""
        content = asdict(self)
        head = content.pop("head")
        content = {"format": _FORMAT, **head, **content, "rows": self.rows, "promised": self.promised}
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def read_manifest(path: Path) -> Manifest:
    """Return a manifest.

    Raises
    ------
    MissingFileError
        If there is none.
    SiteFileError
        If the file is something else, or damaged.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("format") != _FORMAT:
            msg = "the file is no manifest of `sharemap fetch`"
            raise SiteFileError(
                msg, file=path, value=content.get("format"), remedy="name the folder of a fetch"
            )
        parts = [
            Part(**{**part, "pages": [KeptPage(**page) for page in part["pages"]]})
            for part in content["parts"]
        ]
        own = {
            item.name: content[item.name] for item in fields(Manifest) if item.name not in {"head", "parts"}
        }
        head = Origin(**{item.name: content[item.name] for item in fields(Origin)})
        return Manifest(head=head, parts=parts, **own)
    except FileNotFoundError as error:
        msg = "there is no manifest of a fetch"
        raise MissingFileError(msg, file=path, remedy="run `sharemap fetch` first") from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
        msg = f"the manifest is damaged ({type(error).__name__})"
        raise SiteFileError(msg, file=path, remedy="run `sharemap fetch` with --fresh") from error


def read_page(folder: Path, page: KeptPage) -> bytes:
    """Return the bytes of a kept page, checked against its sha256.

    Raises
    ------
    SiteFileError
        If the file is not there, or is not what was received.
    """
    file = folder / page.file
    inside = "/" not in page.file and "\\" not in page.file and file.is_file()
    data = file.read_bytes() if inside else None
    if data is None or sha256(data) != page.sha256:
        msg = "a kept page is " + (
            "missing" if data is None else "not what was received (its sha256 differs)"
        )
        raise SiteFileError(msg, file=file, remedy="run `sharemap fetch` again: it asks for this page only")
    return data


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
