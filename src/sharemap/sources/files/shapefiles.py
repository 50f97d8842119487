"""Shapefiles as they are found: in cp949 without a word about it, under a code page that is not true, with names cut short.

The table of a shapefile holds bytes. GDAL is asked for them one letter a byte (Latin-1 loses nothing), and what they
mean is told here: a name or a value may end inside a letter, where a decoder that is strict refuses the whole file.
"""

from __future__ import annotations

import codecs
import logging
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sharemap.catalog import normalised_header
from sharemap.texts import each

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import geopandas as gpd

__all__ = ["completed", "read_shapefile", "text_of", "told_encoding"]

_LOG = logging.getLogger(__name__)

_BYTES = "latin-1"
_FIELD = 32
#: A field of a shapefile has a name of so many bytes at most; a longer one is cut there, also inside a letter.
_NAME_BYTES = 10
#: Bytes of a letter that is cut.
_TAIL = 3
_PAGES = {"949": "cp949", "65001": "utf-8", "88591": "latin-1", "ansi 1252": "cp1252", "ksc5601": "cp949"}
_WESTERN = frozenset({"iso8859-1", "cp1252", "latin-1"})


def read_shapefile(path: Path, *, known: Collection[str] = ()) -> gpd.GeoDataFrame:
    """Read a shapefile; its names and texts are decoded, and names that were cut are completed.

    Parameters
    ----------
    path
        The ``.shp``.
    known
        Headers that are known, as compared: a name that was cut is completed to the one that begins so.
    """
    layer, names = _of_bytes(path)
    texts = [name for name in names if layer[name].dtype.kind not in "biufM"]
    said = [raw for name in texts for raw in layer[name].dropna().unique() if isinstance(raw, str)]
    encoding = told_encoding([*names.values(), *(text.encode(_BYTES) for text in said)], _stated(path), path)
    for name in texts:
        layer[name] = each(layer[name], lambda text: text_of(text.encode(_BYTES), encoding))
    renamed = {name: completed(raw, encoding, known) for name, raw in names.items()}
    return layer.rename(columns=_apart(renamed))


def _of_bytes(path: Path) -> tuple[gpd.GeoDataFrame, dict[str, bytes]]:
    """Return a shapefile whose texts are one letter a byte, and what the names of its columns are in bytes."""
    import geopandas as gpd

    table = _beside(path, ".dbf")
    raw = _field_names(table.read_bytes()) if table else []
    if len(set(raw)) == len(raw):
        layer = gpd.read_file(path, encoding="ISO-8859-1")
        return layer, {
            name: str(name).encode(_BYTES) for name in layer.columns if name != layer.geometry.name
        }
    with tempfile.TemporaryDirectory(prefix="sharemap-") as folder:
        # fields are asked for by their names, and some of these have the same once they are cut
        for suffix in (".shp", ".shx", ".prj"):
            if found := _beside(path, suffix):
                shutil.copyfile(found, Path(folder) / f"a{suffix}")
        told = bytearray(table.read_bytes() if table else b"")
        for number in range(len(raw)):
            at = _FIELD * (number + 1)
            told[at : at + _NAME_BYTES + 1] = f"F{number}".encode().ljust(_NAME_BYTES + 1, b"\0")
        (Path(folder) / "a.dbf").write_bytes(bytes(told))
        layer = gpd.read_file(Path(folder) / "a.shp", encoding="ISO-8859-1")
    return layer, {f"F{number}": name for number, name in enumerate(raw)}


def _beside(path: Path, suffix: str) -> Path | None:
    both = (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
    return next((one for one in both if one.exists()), None)


def _field_names(table: bytes) -> list[bytes]:
    """Return the names of the fields of a DBF table: records of 32 bytes below its head, ended by a carriage return."""
    names = []
    for start in range(_FIELD, len(table), _FIELD):
        if table[start : start + 1] in (b"\r", b""):
            break
        names.append(table[start : start + _NAME_BYTES + 1].partition(b"\0")[0])
    return names


def _apart(renamed: dict[str, str]) -> dict[str, str]:
    """Tell names that are alike once they are decoded apart by their number."""
    seen: dict[str, int] = {}
    apart = {}
    for raw, name in renamed.items():
        seen[name] = seen.get(name, 0) + 1
        apart[raw] = name if seen[name] == 1 else f"{name}_{seen[name]}"
    return apart


def _stated(path: Path) -> str:
    """Return what the ``.cpg`` beside a shapefile states, as Python calls it; ``""`` if nothing that is known."""
    beside = _beside(path, ".cpg")
    said = beside.read_bytes()[:60].decode("ascii", "ignore").strip().lower() if beside else ""
    try:
        return codecs.lookup(_PAGES.get(said, said)).name if said else ""
    except LookupError:
        return ""


def told_encoding(texts: Iterable[bytes], stated: str, path: Path) -> str:
    r"""Return the encoding of the texts of a table: UTF-8 where it fits, else the stated one, else cp949.

    A western code page is believed only where the bytes are no Korean text: software of the west writes it whatever
    the text is in.

    Examples
    --------
    >>> from pathlib import Path
    >>> told_encoding(["도서관".encode("cp949")], "", Path("a.shp"))
    'cp949'
    >>> told_encoding(["도서관".encode()[:-1]], "", Path("a.shp"))
    'utf-8'
    >>> told_encoding(["Brücke".encode("latin-1")], "iso8859-1", Path("a.shp"))
    'iso8859-1'
    """
    foreign = {text for text in texts if not text.isascii()}
    if not foreign:
        return stated or "utf-8"
    order = [name for name in ("utf-8", stated, "cp949") if name]
    if stated in _WESTERN:
        order = ["utf-8", "cp949", stated]
    found = next((name for name in order if all(_fits(text, name) for text in foreign)), "")
    if stated and found and found != stated:
        facts = {"file": path.name, "stated": stated, "found": found}
        said = "%(file)s: its .cpg says %(stated)s; its text is %(found)s"
        _LOG.warning(said, facts, extra={"term": "warn_code_page"})
    return found or stated or "cp1252"


def _fits(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start >= max(1, len(text) - _TAIL) and error.end == len(text) and _is_cut(error)
    return True


def _is_cut(error: UnicodeDecodeError) -> bool:
    return "unexpected end" in error.reason or "incomplete" in error.reason


def text_of(raw: bytes, encoding: str) -> str:
    """Return text without the letter inside which it was cut.

    Examples
    --------
    >>> text_of("도서관명".encode()[:10], "utf-8")
    '도서관'
    """
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        if _fits(raw, encoding):
            return raw[: error.start].decode(encoding)
        return raw.decode(encoding, "replace")


def completed(raw: bytes, encoding: str, known: Collection[str]) -> str:
    """Return the name of a field, or of the one known header that begins with it where it was cut.

    Examples
    --------
    >>> completed("도서관명".encode()[:10], "utf-8", {"도서관명", "도서관구분"})
    '도서관명'
    >>> completed("도서관".encode(), "utf-8", {"도서관명"})
    '도서관'
    """
    name = text_of(raw, encoding)
    inside_letter = len(name.encode(encoding, "replace")) < len(raw)
    if len(raw) < _NAME_BYTES or (normalised_header(name) in known and not inside_letter):
        return name
    whole = [header for header in known if header.encode(encoding, "replace").startswith(raw.lower())]
    return whole[0] if len(whole) == 1 else name
