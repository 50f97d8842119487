"""The coordinate systems of a study: the metric one that is chosen for its area, what it must be, what leaves in which.

Everything inside a study is in one projected CRS in metres, x (east) before y (north), and every table carries it:
a function that makes a table takes the CRS of the table it is given. Published positions come in as degrees
(EPSG:4326), GeoJSON and web maps leave so.
"""

from sharemap.crs.choosing import LARGEST_SCALE_ERROR, checked, chosen
from sharemap.crs.extents import Extent, NationalGrid, extent_of, grids, places_of, shapefile_crs
from sharemap.crs.naming import name_of, read_crs, refuse_not_metric, refuse_other

__all__ = [
    "LARGEST_SCALE_ERROR",
    "Extent",
    "NationalGrid",
    "checked",
    "chosen",
    "extent_of",
    "grids",
    "name_of",
    "places_of",
    "read_crs",
    "refuse_not_metric",
    "refuse_other",
    "shapefile_crs",
]
