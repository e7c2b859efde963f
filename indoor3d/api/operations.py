"""Which paths, methods and query parameters exist, read from the OpenAPI document: what is documented is what is allowed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from indoor3d.api.errors import Flaw, Refused, cut

_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One path of the API.

    Parameters
    ----------
    pattern : Pattern
        Matches the percent-encoded path.
    parameters : mapping
        Names of the query parameters by upper-case method.
    """

    pattern: re.Pattern[str]
    parameters: Mapping[str, frozenset[str]]

    @property
    def allow(self) -> str:
        """Value of an Allow header."""
        extra = {"OPTIONS", "HEAD"} if "GET" in self.parameters else {"OPTIONS"}
        return ", ".join(sorted({*self.parameters, *extra}))

    def check_query(self, method: str, pairs: list[tuple[str, str]]) -> None:
        """Refuse parameters that this operation does not know, and repeated ones.

        Raises
        ------
        Refused
            ``unknown-parameter`` or ``repeated-parameter``.
        """
        known = self.parameters.get(method, frozenset())
        names = [name for name, _ in pairs]
        unknown = [name for name in dict.fromkeys(names) if name not in known]
        if unknown:
            flaws = [_unknown(name, known) for name in unknown]
            raise Refused("unknown-parameter", flaws[0].message["en"], flaws[0].message["ko"], flaws=flaws)
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            en, ko = f"Given more than once: {', '.join(repeated)}.", f"두 번 이상 주어졌습니다: {', '.join(repeated)}."
            flaws = [Flaw(code="repeated", parameter=name, message={"en": en, "ko": ko}) for name in repeated]
            raise Refused("repeated-parameter", en, ko, flaws=flaws)


def _unknown(name: str, known: frozenset[str]) -> Flaw:
    near = get_close_matches(name[:64], sorted(known), n=1)
    en, ko = f"There is no parameter '{cut(name)}'", f"'{cut(name)}' 매개변수는 없습니다"
    if near:
        en, ko = f"{en}; did you mean '{near[0]}'?", f"{ko}. '{near[0]}'인가요?"
    elif known:
        en, ko = f"{en}; there are: {', '.join(sorted(known))}.", f"{ko}. 있는 것: {', '.join(sorted(known))}."
    else:
        en, ko = f"{en}; this address takes none.", f"{ko}. 이 주소는 매개변수를 받지 않습니다."
    return Flaw(code="unknown", parameter=name, message={"en": en, "ko": ko})


class Operations:
    """All paths of an OpenAPI document.

    Parameters
    ----------
    document : mapping
        OpenAPI 3.1.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._all = tuple(_operation(path, item) for path, item in document["paths"].items())

    def find(self, raw_path: str) -> Operation | None:
        """Find the operation of a percent-encoded path."""
        return next((operation for operation in self._all if operation.pattern.fullmatch(raw_path)), None)


def _operation(path: str, item: Mapping[str, Any]) -> Operation:
    parts = re.split(r"\{\w+\}", path)
    parameters = {
        method.upper(): frozenset(p["name"] for p in spec.get("parameters", ()) if p["in"] == "query")
        for method, spec in item.items()
        if method in _METHODS
    }
    return Operation(pattern=re.compile("[^/]+".join(map(re.escape, parts))), parameters=parameters)
