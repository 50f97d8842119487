"""What the numbers rest on: whether the lists are complete, whether a published position is true.

Both are answered from what the files say of each other; what difference an answer makes in people is computed above,
from walks.
"""

from __future__ import annotations

from sharemap.evidence.complete import UNKNOWN, Planned, completeness, hosts, planned, with_known_none
from sharemap.evidence.statements import PeopleIf, Statement, statements
from sharemap.evidence.statements_answers import answered, confirmed_by, none_there
from sharemap.evidence.statements_complete import of_lists, of_wards
from sharemap.evidence.statements_inputs import DatedInput, of_ages, of_groups, of_homes, of_hours
from sharemap.evidence.statements_places import of_confirmed, of_pairs, of_positions

__all__ = [
    "UNKNOWN",
    "DatedInput",
    "PeopleIf",
    "Planned",
    "Statement",
    "answered",
    "completeness",
    "confirmed_by",
    "hosts",
    "none_there",
    "of_ages",
    "of_confirmed",
    "of_groups",
    "of_homes",
    "of_hours",
    "of_lists",
    "of_pairs",
    "of_positions",
    "of_wards",
    "planned",
    "statements",
    "with_known_none",
]
