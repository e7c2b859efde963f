"""An evacuation for programs: everything as JSON, curves as CSV, flows and queues as GeoJSON with times."""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np
import orjson

from indoor3d.models.building import Building, Text
from indoor3d.models.flow import BASES, NODE_KINDS
from indoor3d.models.network import MODES
from indoor3d.models.outcome import Outcome

FORMAT = "indoor3d-evacuation-1"
"""Changes when a key changes its meaning or goes; keys may come."""
_APART = frozenset({"network", "motion", "curves", "arc_persons", "initial"})


def to_json(building: Building, outcome: Outcome, *, motion: bool = True) -> bytes:
    """Give everything: times in seconds, places as longitude, latitude and height; what does not exist is null.

    Parameters
    ----------
    motion : bool
        With where people are over time, by far the largest part.
    """
    body = {f.name: plain(getattr(outcome, f.name)) for f in fields(outcome) if f.name not in _APART}
    body |= {
        "format": FORMAT,
        "units": {"time": "s", "length": "m", "capacity": "persons/s", "position": "degrees, degrees, metres"},
        "schematic": building.venue.schematic,
        "initial": dict(outcome.initial),
        "curves": {c.key: np.round(c.points, 3).tolist() for c in outcome.curves},
        "network": _network(building, outcome),
        "verified": "The model is verified and not validated.",
    }
    if motion and outcome.motion is not None:
        moved = outcome.motion
        body["motion"] = {
            "at_s": np.round(moved.at_s, 3).tolist(),
            "waiting": [_sparse(row) for row in moved.waiting],
            "moving": [_sparse(row) for row in moved.moving],
            "passed": [_sparse(row) for row in moved.passed],
        }
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def plain(value: Any) -> Any:
    """A value of the models as JSON has it: texts as ko and en, what is not finite as null."""
    if isinstance(value, Text):
        return {"ko": value.best("ko"), "en": value.best("en")}
    if isinstance(value, Enum | float):
        number = value.value if isinstance(value, Enum) else value
        return None if isinstance(number, float) and not math.isfinite(number) else number
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple | list) else value


def _sparse(row: Any) -> list[list[float]]:
    """(index, value) of what is not zero."""
    some = np.flatnonzero(row)
    return [[int(i), round(float(row[i]), 2)] for i in some]


def _network(building: Building, outcome: Outcome) -> dict[str, Any]:
    network = outcome.network
    places = building.frame.to_lonlat(network.node_position)
    area = np.where(np.isfinite(network.node_area_m2), network.node_area_m2, -1.0)
    return {
        "nodes": [
            {
                "id": network.node_id[n],
                "kind": str(NODE_KINDS[network.node_kind[n]]),
                "space": network.node_space[n],
                "level": network.node_level[n],
                "position": [
                    round(float(places[n][0]), 8),
                    round(float(places[n][1]), 8),
                    round(float(places[n][2]), 3),
                ],
                "area_m2": None if area[n] < 0 else round(float(area[n]), 2),
            }
            for n in range(len(network.node_id))
        ],
        "arcs": [
            {
                "from": int(network.arc_from[m]),
                "to": int(network.arc_to[m]),
                "mode": str(MODES[network.arc_mode[m]]),
                "length_m": round(float(network.arc_length_m[m]), 3),
                "passage": int(network.arc_passage[m]),
                "persons": int(outcome.arc_persons[m]) if len(outcome.arc_persons) else 0,
            }
            for m in range(len(network.arc_from))
        ],
        "passages": [
            {
                "element": network.passage_element[p],
                "width_m": plain(round(float(network.passage_width_m[p]), 3)),
                "width_basis": str(BASES[network.passage_width_basis[p]]),
            }
            for p in range(len(network.passage_element))
        ],
    }


def curves_csv(outcome: Outcome) -> bytes:
    """Give the evacuation curves in long form: curve, seconds, persons who are out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["curve", "time_s", "persons_out"])
    for curve in outcome.curves:
        writer.writerows([curve.key, f"{t:g}", f"{n:g}"] for t, n in curve.points.tolist())
    return out.getvalue().encode()


def flows_geojson(building: Building, outcome: Outcome) -> bytes:
    """Give flows as lines with how many go there, queues and exits as points with their times (RFC 7946)."""
    network = outcome.network
    places = building.frame.to_lonlat(network.node_position)

    def at(node: int) -> list[float]:
        return [round(float(places[node][0]), 8), round(float(places[node][1]), 8), round(float(places[node][2]), 3)]

    features: list[dict[str, Any]] = []
    for arc in np.flatnonzero(outcome.arc_persons > 0).tolist():
        tail, head, passage = int(network.arc_from[arc]), int(network.arc_to[arc]), int(network.arc_passage[arc])
        features.append(
            {
                "type": "Feature",
                "geometry": {"type": "LineString", "coordinates": [at(tail), at(head)]},
                "properties": {
                    "featureType": "flow",
                    "persons": int(outcome.arc_persons[arc]),
                    "element": network.passage_element[passage] if passage >= 0 else None,
                    "level": network.node_level[tail],
                    "mode": str(MODES[network.arc_mode[arc]]),
                },
            }
        )
    tails: dict[str, int] = {}
    for arc in np.flatnonzero((outcome.arc_persons > 0) & (network.arc_passage >= 0)).tolist():
        tails.setdefault(network.passage_element[int(network.arc_passage[arc])], int(network.arc_from[arc]))
    features += [
        _point(at(tails[item.element]), {"featureType": "queue", **plain(item)})
        for item in outcome.bottlenecks
        if item.element in tails
    ]
    nodes = {ident: n for n, ident in enumerate(network.node_id)}
    features += [_point(at(nodes[c.id]), {"featureType": "exit", **plain(c)}) for c in outcome.exits if c.id in nodes]
    body = {"type": "FeatureCollection", "venue": outcome.venue, "scenario": outcome.scenario, "features": features}
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _point(position: list[float], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": position}, "properties": properties}
