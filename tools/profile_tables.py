"""Writes the reference of the movement profiles from the data: ``python tools/profile_tables.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from indoor3d.routing.profile import Profile, load_profiles
from indoor3d.routing.profile.keys import KEYS, TABLES, Key

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "profiles.md"
_HEAD = """# Movement profiles

Who moves, how fast, and what stops them. Speeds on stairs and ramps are along the slope; `p15` is the speed that 85 of 100
people exceed, for plans that leave nobody behind. Every number and its source stands in `assets/profiles/<id>.toml`; what is
marked *ours* there is our choice and no measurement. [How to add one](../guides/profiles.md).

This page is made from the data by `python tools/profile_tables.py`.
"""
_UNKNOWN = """## What is asked for on top

| option | meaning |
| --- | --- |
| `averse_to_lifts`, `averse_to_escalators`, `averse_to_confined_spaces`, `averse_to_crowds` | strong preferences, by SIRI's names: ten minutes' detour is taken instead of a lift or an escalator; none is a wall |
| `avoid_gates` | a long detour is taken instead of a fare gate; it is passed where there is no other way |
| `no_staff_help` | nothing that needs staff or somebody at an intercom: a wall |
| `staff_lifts` | offer wheelchair stair lifts: staff, and 20 minutes |
| `unknown` | what nobody has said: `strict` refuses it, `warn` takes it with a burden and names it, `ignore` takes it |
| `pace` | `mean` or `p15` |
| `busy`, `queue_cycles` | how long lifts are waited for |
| `width_m`, `length_m`, `max_step_m`, `max_slope`, `level_mps`, `carry_up_to_steps` | of this person's device, instead of the profile's |
| `fare` | id of the city's fare rule, `assets/fares/<id>.toml` |

No limit is relaxed silently: where none of the ways keeps them all, there is no route, and the answer names what stands in it.

## What is not taken into account

Tactile paving and walls to follow (the network does not say which), contrast and light, metal gratings, the weight of a device.
A stopped escalator is taken in the direction it ran in. On every ramp the speed is that of 1:12.
"""


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *rows])


def _number(value: float | None, *, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _slope(value: float | None) -> str:
    return "–" if value is None else f"1:{1 / value:g}" if value else "0"


def _speeds(profile: Profile) -> list[str]:
    names = ("level", "stairs_up", "stairs_down", "ramp_up", "ramp_down")
    pairs = [(getattr(profile, f"{name}_mps"), getattr(profile, f"{name}_p15_mps")) for name in names]
    cells = ["never" if mean is None else f"{_number(mean)} / {_number(p15)}" for mean, p15 in pairs]
    siri = ", ".join(f"`{name}`" for name in profile.siri.split()) or "–"
    return [f"`{profile.id}`", profile.name.ko, profile.name.en, siri, *cells]


def _limits(profile: Profile) -> list[str]:
    lift = f"{_number(profile.lift_width_m)} × {_number(profile.lift_depth_m)}, {_number(profile.lift_door_m)}"
    return [
        f"`{profile.id}`",
        _number(profile.min_clear_width_m),
        _number(profile.width_m + profile.turn_margin_m),
        _number(profile.max_step_m),
        _slope(profile.max_slope),
        _slope(profile.max_slope_short),
        lift if profile.lift_door_m else "any",
        profile.escalator,
        profile.moving_walk,
        _number(profile.radius_m),
    ]


def _key(key: Key) -> list[str]:
    kind = ", ".join(f"`{word}`" for word in key.words) or {
        "speed": "mean and p15",
        "flag": "true or false",
        "count": "whole number",
        "slope": 'number or "1/12"',
    }.get(key.kind, key.kind)
    limits = f"{key.least:g} to {key.most:g} {key.unit}".strip() if key.most else ""
    never = ' or `"never"`' if key.never else ""
    return [f"`{key.name}`", kind + never, limits, "**yes**" if key.required else "", key.what]


def page() -> str:
    """The whole page."""
    profiles = [profile for profile in load_profiles().values() if not profile.alias_of]
    alias = [f"`{p.id}` is another name of `{p.alias_of}`." for p in load_profiles().values() if p.alias_of]
    speed = ["profile", "한국어", "English", "SIRI", "level", "stairs up", "stairs down", "ramp up", "ramp down"]
    limit = [
        "profile",
        "clear width",
        "at a turn",
        "step",
        "slope",
        "to 1 m",
        "lift w × d, door",
        "escalator",
        "moving walk",
        "roadmap",
    ]
    parts = [
        _HEAD,
        "## Speeds\n\nMetres a second, mean / p15.\n",
        _table(speed, [_speeds(p) for p in profiles]),
        f"\n{' '.join(alias)}\n",
        "## Limits\n\nMetres; slopes as rise over horizontal length.\n",
        _table(limit, [_limits(p) for p in profiles]),
        "",
        _UNKNOWN,
        "## Keys of a file\n",
    ]
    for table in ("", *TABLES):
        title = f"### `[{table}]`" if table else "### The head of a file"
        rows = [_key(key) for key in KEYS if key.table == table]
        parts.append(f"{title}\n\n{_table(['key', 'value', 'range', 'required', 'meaning'], rows)}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
