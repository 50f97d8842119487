"""The outside world: published files, OSM extracts, boundaries, population."""
