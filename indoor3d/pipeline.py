"""From a source to a published venue: the one place that joins readers, routing, tiles and store."""

import gzip
import hashlib
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import brotli

import indoor3d
from indoor3d.errors import SourceNotFound
from indoor3d.models import joined
from indoor3d.models.building import Building, Text, Venue
from indoor3d.models.issue import Report
from indoor3d.routing.build import build_navigation
from indoor3d.routing.graph import NavGraph
from indoor3d.routing.reach import unreachable_spaces
from indoor3d.sources import base as sources
from indoor3d.store.base import Asset, Catalog, Release, VenueRecord
from indoor3d.tiles.tileset import TileFile, write_tilesets

Progress = Callable[[str, float], None]
"""Called with the stage (``read``, ``navigation``, ``tiles``, ``publish``) and how much of it is done, 0 to 1."""

At = tuple[float, float, float, float]
"""(longitude, latitude, height_m, heading_deg) of the site origin, as :meth:`SiteFrame.at` takes them."""

_SMALLEST_WORTH_COMPRESSING = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What a build made and what it took.

    Parameters
    ----------
    record : VenueRecord
        The published venue.
    building : Building
        With its mesh.
    graph : NavGraph
    report : Report
        Everything that was found on the way, from reading to routing.
    reachable : int
        Spaces that an exit reaches.
    timings_s : mapping
        Seconds by stage.
    """

    record: VenueRecord
    building: Building
    graph: NavGraph
    report: Report
    reachable: int
    timings_s: Mapping[str, float]

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """The build as one JSON object, as ``indoor3d build --json`` prints it."""
        building = self.building
        return {
            "venue": self.record.venue.id,
            "version": self.record.version,
            "bounds": list(self.record.bounds),
            "levels": len(building.levels),
            "spaces": len(building.spaces),
            "reachable_spaces": self.reachable,
            "openings": len(building.openings),
            "connectors": len(building.connectors),
            "exits": len(building.exits),
            "facilities": len(building.facilities),
            "triangles": len(building.mesh.triangles),
            "nodes": len(self.graph.network.node_position),
            "edges": len(self.graph.network.edge_from),
            "issues": [issue.as_dict(lang) for issue in self.report.issues],
            "facts": dict(self.report.facts),
            "timings_s": {stage: round(seconds, 3) for stage, seconds in self.timings_s.items()},
        }


def build(
    source: Path,
    store: Catalog,
    *,
    venue: str = "",
    at: At | None = None,
    progress: Progress = lambda _stage, _done: None,
) -> Build:
    """Read a source, make its network and tiles, and publish them together.

    Nothing is published unless every step succeeds; the version that was current stays current until the last one.

    Parameters
    ----------
    source : Path
        A file that a reader of :mod:`indoor3d.sources` accepts.
    store : Catalog
    venue : str
        Id of the venue; the source's own when empty.
    at : At, optional
        Where the site origin is, whatever the source says.
    progress : Progress

    Raises
    ------
    SourceError
        Nothing can be built from the source.
    StoreError
        It could not be published.
    """
    clock = _Clock()
    with clock.stage("read", progress):
        building, found = _read(source, venue=venue, at=at, progress=lambda done: progress("read", done))
    facts = {**found.facts, "source": source.name, "source_sha256": _file_digest(source)}
    return _finish(building, replace(found, facts=facts), store, clock=clock, progress=progress)


def join(
    members: Sequence[Path], store: Catalog, *, venue: Venue, progress: Progress = lambda _stage, _done: None
) -> Build:
    """Read the sources of venues that touch, join them into one, and publish that as a venue of its own.

    Parameters
    ----------
    members : sequence of Path
        A file a venue; the stem of its name is the venue's id, by which the others' exits name it.
    store : Catalog
    venue : Venue
        What the whole is; notice, attribution and licence come from the first member where they are empty.
    progress : Progress

    Raises
    ------
    SourceError, StoreError
    InvalidInput
        The venues do not touch, or their coordinate reference systems differ.
    """
    clock = _Clock()
    with clock.stage("read", progress):
        parts = [_read(path, venue=path.stem) for path in members]
        first = parts[0][0].venue
        whole = replace(
            venue,
            notice=venue.notice if venue.notice.best() else first.notice,
            attribution=venue.attribution if venue.attribution.best() else first.attribution,
            licence=venue.licence or first.licence,
            schematic=any(building.venue.schematic for building, _ in parts),
        )
        building = joined.join([building for building, _ in parts], venue=whole)
    issues = tuple(issue for _, found in parts for issue in found.issues)
    facts = {"source": ", ".join(path.name for path in members), "source_sha256": _digest_of_all(members, venue)}
    return _finish(building, Report(issues=issues, facts=facts), store, clock=clock, progress=progress)


def _read(
    source: Path, *, venue: str, at: At | None = None, progress: Callable[[float], None] = lambda _: None
) -> tuple[Building, Report]:
    building, found = sources.read(source, at=at, progress=progress)
    if venue:
        building = replace(building, venue=replace(building.venue, id=venue))
    return building, found


def _finish(building: Building, found: Report, store: Catalog, *, clock: "_Clock", progress: Progress) -> Build:
    """Make network and tiles of a building, and publish them with the report."""
    with clock.stage("navigation", progress):
        graph = build_navigation(building)
        unreached = unreachable_spaces(graph)
    with clock.stage("tiles", progress):
        files = write_tilesets(building)
        assets = {path: _asset(file) for path, file in files.items()}
    facts = {**found.facts, "software": _software()}
    report = Report.of((*found.issues, *graph.issues, *unreached), facts=facts)
    with clock.stage("publish", progress):
        record = store.publish(Release(building=building, network=graph.network, report=report, assets=assets))
    missed = {issue.element for issue in unreached if issue.code == "space.unreachable"}
    reachable = sum(space.walkable and space.id not in missed for space in building.spaces)
    return Build(
        record=record, building=building, graph=graph, report=report, reachable=reachable, timings_s=clock.seconds
    )


def is_current(source: Path, store: Catalog, *, venue: str) -> bool:
    """Whether a venue was built from exactly these bytes by exactly this software."""
    return _is_made_of(_file_digest(source), store, venue=venue)


def _is_made_of(digest: str, store: Catalog, *, venue: str) -> bool:
    if venue not in {record.venue.id for record in store.venues()}:
        return False
    facts = store.report(venue).facts
    return facts.get("software") == _software() and facts.get("source_sha256") == digest


def build_demo(store: Catalog, *, progress: Progress = lambda _stage, _done: None) -> tuple[VenueRecord, ...]:
    """Build the demo venues that this package carries, where they are not current, and return their records.

    Raises
    ------
    SourceNotFound
        The package was made without them.
    """
    folder = Path(indoor3d.__file__).parent / "_demo"
    carried = sorted(folder.glob("*.ifc"))
    if not carried:
        raise SourceNotFound(
            "This installation carries no demo venue; run tools/build_hook.py in a checkout.",
            ko="이 설치본에는 시범 장소가 없습니다. 소스 폴더에서 tools/build_hook.py를 실행하세요.",
        )
    for source in carried:
        if not is_current(source, store, venue=source.stem):
            build(source, store, venue=source.stem, progress=progress)
    districts = list(_districts(folder))
    for venue, members in districts:
        if not _is_made_of(_digest_of_all(members, venue), store, venue=venue.id):
            join(members, store, venue=venue, progress=progress)
    names = [*(source.stem for source in carried), *(venue.id for venue, _ in districts)]
    return tuple(store.record(name) for name in names)


def _districts(folder: Path) -> Iterator[tuple[Venue, list[Path]]]:
    """The joined venues that ``districts.toml`` describes, and the files of their members."""
    path = folder / "districts.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8")).get("district", []) if path.is_file() else []
    for table in tables:
        yield (
            Venue(
                id=table["id"],
                name=Text(default=table["name_ko"], ko=table["name_ko"], en=table["name_en"]),
                category="district",
                text=Text(default=table["text_ko"], ko=table["text_ko"], en=table["text_en"]),
            ),
            [folder / f"{member}.ifc" for member in table["members"]],
        )


def _digest_of_all(paths: Sequence[Path], venue: Venue) -> str:
    """A digest of the files of a joined venue and of what it is called."""
    words = [venue.id, venue.name.ko, venue.name.en, venue.text.ko, venue.text.en, *map(_file_digest, paths)]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


@cache
def _software() -> str:
    """The version, and a digest of the code that decides what a build makes."""
    root = Path(indoor3d.__file__).parent
    digest = hashlib.sha256()
    for part in ("models", "sources", "routing", "tiles", "pipeline.py"):
        path = root / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return f"indoor3d {indoor3d.__version__} ({digest.hexdigest()[:12]})"


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _asset(file: TileFile) -> Asset:
    """Precompress where it pays, once, so that no request ever does."""
    encoded: dict[str, bytes] = {}
    if len(file.data) >= _SMALLEST_WORTH_COMPRESSING:
        candidates = {
            "br": brotli.compress(file.data, quality=5),
            "gzip": gzip.compress(file.data, compresslevel=6, mtime=0),
        }
        encoded = {coding: data for coding, data in candidates.items() if len(data) < 0.95 * len(file.data)}
    return Asset(media_type=file.media_type, data=file.data, encoded=encoded)


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, progress: Progress) -> Iterator[None]:
        started = time.perf_counter()
        progress(name, 0.0)
        yield
        progress(name, 1.0)
        self.seconds[name] = time.perf_counter() - started
