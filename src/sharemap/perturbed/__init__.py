"""Sites as they may really be: drawn many times with the errors that were measured between published lists.

Whoever counts something of sites counts it again in every drawing, and what differs is the doubt in the count. The
drawing knows nothing of what is counted. It holds for each building a bounded number of positions, so that walks from
all of them are searched once, ahead, and a run only chooses among them.
"""

from sharemap.perturbed.draws import Drawing, draw
from sharemap.perturbed.measured import Errors, LayerErrors, PositionErrors
from sharemap.perturbed.rules import DrawingRules

__all__ = ["Drawing", "DrawingRules", "Errors", "LayerErrors", "PositionErrors", "draw"]
