"""What to say about a route: a language-free step list, then text by catalogues (DIRECTIONS.md).

:class:`Guide` is made once for a building; it gives steps for a route and says them in any language that has a catalogue,
to be read (``plain``) or to be heard (``spoken``). Verbs fit everybody ("go", "이동"), and text never decides anything.
"""

from indoor3d.routing.directions.telling import STEP_LENGTH_M, Guide, Style, directions, guide
from indoor3d.routing.directions.values import Count, Goal, Landmark, Passing, Ride, Step

__all__ = [
    "STEP_LENGTH_M",
    "Count",
    "Goal",
    "Guide",
    "Landmark",
    "Passing",
    "Ride",
    "Step",
    "Style",
    "directions",
    "guide",
]
