"""What several tests of evacuations are about."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from indoor3d.models.scenario import Delay, Occupants, Scenario, Share
from indoor3d.routing.build import build_navigation
from indoor3d.routing.evacuation.plan import Case, prepare
from tests.buildings import two_floors

TwoClasses = Callable[..., Case]


@pytest.fixture(scope="session")
def two_classes() -> TwoClasses:
    """Two floors with people, by space; three in ten of them cannot go by the exit of the shop."""

    def made(**persons: int) -> Case:
        building = two_floors()
        scenario = Scenario(
            id="s",
            venues=(building.venue.id,),
            detection_s=0.0,
            alarm_s=0.0,
            premovement=Delay(kind="uniform", low_s=0.0, high_s=60.0),
            mobility=(Share(profile="walk", share=0.7), Share(profile="elderly", share=0.3)),
            occupants=tuple(
                Occupants(spaces=(space,), persons=count, source="test") for space, count in persons.items()
            ),
        )
        case = prepare(building, build_navigation(building), scenario)
        shop = np.zeros(len(case.flow.arc_from), np.bool_)
        shop[case.flow.arc_passage == case.flow.passage_element.index("door-exit-2")] = True
        return replace(case, ways={**case.ways, "elderly": case.ways["elderly"] & ~shop})

    return made
