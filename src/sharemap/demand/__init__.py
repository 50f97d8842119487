"""Residents as weighted points.

Published population is a number for a dong. People live in houses, so the residents of each dong are spread
over the best evidence of where its houses are, dong by dong:

1. ``buildings``: residential floor area, where enough of it is mapped;
2. ``output_areas``: centroids of statistical output areas, drawn for about equal population, so equal weights;
3. ``streets``: walkable street, weighted by length;
4. ``area``: one point in the dong, only when there is nothing at all, so that nobody is lost.

Where buildings and output areas are not good enough (:class:`DemandRules`) and there is no street, the output
areas, else the buildings that there are serve all the same.

Cells of a raster stand on the houses inside each, else along its streets (:func:`place_cells`).

The method is in every row and :func:`methods` counts it. Residents are thousandths of a person, whole numbers, and
the totals of each dong and age band are preserved exactly.
"""

from sharemap.demand.cells import place_cells
from sharemap.demand.evidence import RESIDENTIAL, DemandRules
from sharemap.demand.own import OWN, placed
from sharemap.demand.spreading import METHODS, methods, place

__all__ = ["METHODS", "OWN", "RESIDENTIAL", "DemandRules", "methods", "place", "place_cells", "placed"]
