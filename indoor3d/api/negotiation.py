"""What the client would like: language, media type and content coding, from its Accept headers (RFC 9110, 12.5)."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

_MAX_CHARS = 1_000


@lru_cache(256)
def preferences(header: str) -> tuple[tuple[str, float], ...]:
    """Read ``a;q=0.5, b`` into ``(("b", 1.0), ("a", 0.5))``: best first, stable, lower case.

    What cannot be read is left out; a header that is absurdly long counts as absent.
    """
    if len(header) > _MAX_CHARS:
        return ()
    found = []
    for item in header.split(","):
        value, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            quality = float(weight)
        except ValueError:
            continue
        if value and 0 <= quality <= 1:
            found.append((value, quality))
    return tuple(sorted(found, key=lambda pair: -pair[1]))


def language(header: str, default: str) -> str:
    """Choose ``ko`` or ``en`` for an Accept-Language header; ``default`` when it names neither."""
    for value, quality in preferences(header):
        primary = value.split("-")[0]
        if quality > 0 and primary in {"ko", "en"}:
            return primary
        if quality > 0 and primary == "*":
            return default
    return default


def media_type(header: str, offered: Sequence[str]) -> str | None:
    """Choose the offered media type an Accept header likes best; the first for an empty one, None when it likes none."""
    wanted = preferences(header)
    if not wanted:
        return offered[0]
    scored = [(_quality(wanted, kind), -rank, kind) for rank, kind in enumerate(offered)]
    quality, _, best = max(scored)
    return best if quality > 0 else None


def _quality(wanted: Iterable[tuple[str, float]], kind: str) -> float:
    """Give the weight of the most specific range that covers ``kind``."""
    ranges = dict(reversed(list(wanted)))
    for candidate in (kind, f"{kind.split('/', maxsplit=1)[0]}/*", "*/*"):
        if candidate in ranges:
            return ranges[candidate]
    return 0.0


def coding(header: str, available: Iterable[str]) -> str | None:
    """Choose a content coding among ``available`` (best first); None for the bytes as they are."""
    weights = dict(reversed(preferences(header)))
    best, best_quality = None, weights.get("identity", 0.0)
    for name in available:
        quality = weights.get(name, weights.get("*", 0.0))
        if quality > 0 and (quality > best_quality or (best is None and quality == best_quality)):
            best, best_quality = name, quality
    return best
