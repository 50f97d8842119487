"""Where new sites would reach most: candidates x walks of residents -> sites, one after the other.

A home is *reached* by a candidate when its residents can walk there within the cutoff, both access legs included, on
slopes towards the site: exactly the walks that :mod:`sharemap.coverage` would count if the site stood there. A home
that has been reached counts no more. Weights are whole numbers (persons or thousandths of them), so that gains are
exact in any order.
"""

from sharemap.siting.corners import corners
from sharemap.siting.greedy import Chosen, greedy, greedy_for_each
from sharemap.siting.reaching import gains

__all__ = ["Chosen", "corners", "gains", "greedy", "greedy_for_each"]
