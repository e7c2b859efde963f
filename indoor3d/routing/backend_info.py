"""What networkx reads when it starts: our backend by name, without loading anything."""

from typing import Any

IMPLEMENTED = (
    "all_pairs_dijkstra",
    "all_pairs_dijkstra_path",
    "all_pairs_dijkstra_path_length",
    "bidirectional_dijkstra",
    "dijkstra_path",
    "dijkstra_path_length",
    "dijkstra_predecessor_and_distance",
    "has_path",
    "multi_source_dijkstra",
    "multi_source_dijkstra_path",
    "multi_source_dijkstra_path_length",
    "shortest_path",
    "shortest_path_length",
    "single_source_dijkstra",
    "single_source_dijkstra_path",
    "single_source_dijkstra_path_length",
)
"""Functions that run on our columns; every other one that changes no graph runs in networkx, on a copy."""


def backend_info() -> dict[str, Any]:
    """Describe the backend to networkx."""
    return {
        "backend_name": "indoor3d",
        "project": "indoor3d",
        "package": "indoor3d",
        "short_summary": "Shortest paths on compiled columns, for indoor navigation graphs and any other",
        "functions": {name: {} for name in IMPLEMENTED},
    }
