"""Published opening hours -> what is open at a weekday and time.

Hours are published as text: ``평일 09:00~18:00, 주말 10:00~17:00``, ``0900~1800``, ``24시간``, ``연중무휴``,
``월요일 휴관``, ``점심시간 12:00~13:00``; OpenStreetMap writes ``Mo-Fr 09:00-18:00; PH off``. :func:`parse` reads such a text into a week, or not at all: one word that
it does not know (``동절기``, a room) and the hours are unknown, because a half-understood text is a guess. What a
text leaves open stays unknown too: a day that it does not name is neither open nor closed.
"""

from sharemap.hours.moments import DAYS, MOMENTS, Moment, moment
from sharemap.hours.parsing import parse
from sharemap.hours.states import states
from sharemap.hours.week import CLOSED, OPEN, UNKNOWN, Week

__all__ = ["CLOSED", "DAYS", "MOMENTS", "OPEN", "UNKNOWN", "Moment", "Week", "moment", "parse", "states"]
