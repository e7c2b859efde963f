"""What an edge costs somebody: seconds, what it burdens beside them, and what is refused, and why."""

from indoor3d.routing.cost.edges import Costs, Elements, costs, element_costs, lift_times, passes, refusals
from indoor3d.routing.cost.rules import REASONS
from indoor3d.routing.profile import Options

__all__ = ["REASONS", "Costs", "Elements", "Options", "costs", "element_costs", "lift_times", "passes", "refusals"]
