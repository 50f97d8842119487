"""Extracts written by hand: a few nodes, ways and relations with tags, as OpenStreetMap's XML."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

#: A corner of Seoul; one unit is about a metre to the east and to the north.
LON, LAT = 126.98, 37.56
EAST, NORTH = 1 / 88_200, 1 / 111_000


class Extract:
    """An extract that is being drawn.

    >>> town = Extract()
    >>> _ = town.node(10, 20, amenity="library")
    >>> town.text().count("<node")
    1
    """

    def __init__(self, lon: float = LON, lat: float = LAT) -> None:
        self.corner = lon, lat
        self.parts: dict[str, list[str]] = {"node": [], "way": [], "relation": []}
        self.count = 0

    def node(self, x: float, y: float, **tags: str) -> int:
        """Draw a point, in metres from the corner; return its number."""
        lon, lat = self.corner[0] + x * EAST, self.corner[1] + y * NORTH
        return self._add("node", f'lat="{lat:.7f}" lon="{lon:.7f}"', "", tags)

    def way(self, *points: tuple[float, float], **tags: str) -> int:
        """Draw a line through points; it is closed where the last is the first."""
        refs = [self.node(*point) for point in points[:-1]]
        refs.append(refs[0] if points[-1] == points[0] else self.node(*points[-1]))
        return self._add("way", "", "".join(f'<nd ref="{ref}"/>' for ref in refs), tags)

    def square(self, x: float, y: float, side: float, **tags: str) -> int:
        """Draw a closed way."""
        return self.way((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y), **tags)

    def relation(self, *members: tuple[int, str], **tags: str) -> int:
        """Draw a relation of ways with their roles."""
        told = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
        return self._add("relation", "", told, tags)

    def _add(self, kind: str, where: str, inside: str, tags: dict[str, str]) -> int:
        self.count += 1
        told = "".join(
            f"<tag k={quoteattr(key.replace('__', ':'))} v={quoteattr(value)}/>"
            for key, value in tags.items()
        )
        self.parts[kind].append(f'<{kind} id="{self.count}" version="1" {where}>{inside}{told}</{kind}>')
        return self.count

    def text(self) -> str:
        """Return the extract as XML."""
        return '<osm version="0.6">' + "\n".join("\n".join(part) for part in self.parts.values()) + "</osm>"

    def save(self, path):
        path.write_text(self.text(), encoding="utf-8")
        return path
