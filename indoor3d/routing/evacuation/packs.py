"""The rule packs that ship with the package, by id."""

import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from indoor3d.errors import InvalidScenario
from indoor3d.models.rules import RulePack, read_pack
from indoor3d.routing.profile.files import shipped


@cache
def packs() -> Mapping[str, RulePack]:
    """Read every pack of ``assets/rules``; a further code is a further file.

    Raises
    ------
    InvalidScenario
        A pack is malformed.
    """
    found = [read_pack(tomllib.loads(path.read_text("utf-8"))) for path in sorted(shipped("rules").glob("*.toml"))]
    return MappingProxyType({pack.id: pack for pack in found})


def find_pack(ident: str) -> RulePack:
    """The pack of this id.

    Raises
    ------
    InvalidScenario
        There is none.
    """
    if ident not in packs():
        known = sorted(packs())
        raise InvalidScenario(
            f"There is no rule pack {ident!r}; there are {', '.join(known)}.",
            ko=f"{ident!r} 규칙이 없습니다. 쓸 수 있는 것: {', '.join(known)}.",
            path="rules",
            allowed=known,
        )
    return packs()[ident]
