"""A small station made of the examples that the reference shows, on the spaces that they need."""

from pathlib import Path

from tools.station.keys import TableKind
from tools.station.tables import PLAN
from tools.station.venue_tables import VENUE

_SPACES = {
    "hall-west": ("B1", "box = [-20, 0, 0, 20]", -5.0, "concourse", "public"),
    "paid-hall": ("B1", "box = [60, 0, 145, 20]", -5.0, "concourse", "paid"),
    "gallery": ("B1", "box = [20, 20, 40, 30]", -4.5, "exhibition", "public"),
    "shop": ("B1", "box = [45, 20, 55, 30]", -5.0, "shop", "public"),
    "office": ("B1", "polygon = [[0, 20], [15, 20], [15, 30], [0, 30]]", -5.0, "office", "restricted"),
    "platform": ("B2", "box = [40, 0, 145, 10]", -10.0, "platform", "paid"),
    "street-hall": ("1F", "box = [0, 0, 20, 10]", 0.0, "lobby", "public"),
    "pavement": ("1F", "box = [-60, -10, 0, 25]", 0.0, "outdoor", "public"),
}
_STREET_LIFT = """
[[lift]]
id = "street-lift"
at = [4, 8]
stops = [["hall", "+x"], ["street-hall", "+x"]]
"""
_STOREYS = """
[[storey]]
id = "1F"
ordinal = 0
ko = "지상"
en = "Street"

[[storey]]
id = "B2"
ordinal = -2
ko = "지하 2층"
en = "Basement 2"
"""


def examples(kinds: dict[str, TableKind]) -> str:
    return "\n\n".join(kind.example for name, kind in kinds.items() if name)


def spaces() -> str:
    return "\n\n".join(
        f'[[space]]\nid = "{key}"\nlevel = "{level}"\n{outline}\nfloor = {floor}\ncategory = "{category}"\naccess = "{access}"'
        for key, (level, outline, floor, category, access) in _SPACES.items()
    )


def write(folder: Path) -> Path:
    """Write the folder of the small station and return it; everything is drawn in the site frame."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "venue.toml").write_text(examples(VENUE), encoding="utf-8")
    (folder / "plan.toml").write_text(f'files = ["b.toml"]\n{_STOREYS}', encoding="utf-8")
    (folder / "b.toml").write_text(f"{examples(PLAN)}\n\n{spaces()}\n{_STREET_LIFT}", encoding="utf-8")
    return folder
