"""Zip archives of map files -> the map files, unpacked for as long as they are read.

What holds for a map file holds for the same file in an archive: it is unpacked under a plain name, whatever folder it
lies in and in whatever encoding its name is, and read as if it had never been packed.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sharemap.errors import SiteFileError
from sharemap.sources.files.archives import refuse_bomb
from sharemap.sources.files.decode import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MAPS", "member_name", "unpacked"]

#: Endings of map files.
MAPS = frozenset({".geojson", ".shp", ".gpkg", ".parquet", ".geoparquet", ".fgb", ".kml"})
_UTF8_NAME = 0x800


@contextmanager
def unpacked(path: Path) -> Iterator[list[tuple[str, Path]]]:
    """Unpack the map files of an archive; yields their names and where they lie, in the order of the names.

    Raises
    ------
    SiteFileError
        If it is no archive that may be opened, or holds no map file.
    """
    data = read_bytes(path)
    refuse_bomb(data, file=path, maps=True)
    with (
        zipfile.ZipFile(io.BytesIO(data)) as archive,
        tempfile.TemporaryDirectory(prefix="sharemap-") as folder,
    ):
        members = {member_name(one): one for one in archive.infolist() if not one.is_dir()}
        members = {name: one for name, one in members.items() if not _hidden(name)}
        maps = sorted(name for name in members if _suffix(name) in MAPS)
        if not maps:
            msg, remedy = "the archive holds no map file", "unpack it, and name the file that it holds"
            raise SiteFileError(msg, file=path, value=", ".join(list(members)[:5]), remedy=remedy)
        found = []
        for number, name in enumerate(maps):
            for beside in _parts(name, members):
                target = Path(folder) / f"{number}{_suffix(beside)}"
                target.write_bytes(archive.read(members[beside]))
            found.append(
                (str(PurePosixPath(name).with_suffix("")), Path(folder) / f"{number}{_suffix(name)}")
            )
        yield found


def member_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member; one that is not said to be UTF-8 is in cp949 where it can be.

    Examples
    --------
    >>> member_name(zipfile.ZipInfo("도서관.shp".encode("cp949").decode("cp437")))
    '도서관.shp'
    """
    name = member.filename.replace("\\", "/")
    if member.flag_bits & _UTF8_NAME or name.isascii():
        return name
    for encoding in ("utf-8", "cp949"):
        try:
            return name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return name


def _hidden(name: str) -> bool:
    """Whether a member is what a system leaves in an archive: ``__MACOSX/._a.shp``."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or parts[-1].startswith(".")


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _parts(name: str, members: dict[str, zipfile.ZipInfo]) -> list[str]:
    """Return a map file with, of a shapefile, the files that belong to it."""
    if _suffix(name) != ".shp":
        return [name]
    stem = str(PurePosixPath(name).with_suffix("")).lower()
    return [one for one in members if str(PurePosixPath(one).with_suffix("")).lower() == stem]
