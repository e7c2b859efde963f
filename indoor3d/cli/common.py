"""What the commands share: options, the store, errors as exit codes, moments, numbers for people."""

import json
import os
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, tzinfo
from typing import Any

import click

from indoor3d.errors import Indoor3dError

_STAGES = {
    "en": {"read": "reading", "navigation": "navigation", "tiles": "tiles", "publish": "publishing"},
    "ko": {"read": "읽기", "navigation": "경로망", "tiles": "타일", "publish": "게시"},
}


def language() -> str:
    """Korean when the user's locale is Korean, else English."""
    locale = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
    return "ko" if locale.startswith("ko") else "en"


class At(click.ParamType):  # type: ignore[type-arg]
    """LON,LAT[,HEIGHT[,HEADING]] as four numbers."""

    name = "lon,lat[,height[,heading]]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it; what is left out is 0."""
        if isinstance(value, tuple):
            return value
        try:
            numbers = [float(part) for part in value.split(",")]
        except ValueError:
            numbers = []
        if not 2 <= len(numbers) <= 4:
            self.fail("give LON,LAT[,HEIGHT[,HEADING]], e.g. 126.9771,37.5657,30", param, ctx)
        lon, lat, height, heading = [*numbers, 0.0, 0.0][:4]
        if not -180 <= lon <= 180 or not -90 <= lat <= 90:
            swapped = -180 <= lat <= 180 and -90 <= lon <= 90
            self.fail("no such place on Earth" + ("; longitude comes first" if swapped else ""), param, ctx)
        return lon, lat, height, heading


class Moment(click.ParamType):  # type: ignore[type-arg]
    """A date and time; without a zone it is that of the venue."""

    name = "yyyy-mm-ddThh:mm[zone]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read it, as ISO 8601 has it."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail("give a date and time, e.g. 2026-11-27T18:00", param, ctx)


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object; errors too, on stderr.")
lang_option = click.option(
    "--lang", type=click.Choice(["en", "ko"]), default=language, help="Language of texts.  [default: your locale's]"
)
store_option = click.option(
    "--store",
    "store_url",
    default="indoor3d-store",
    envvar="INDOOR3D_STORE",
    show_default=True,
    show_envvar=True,
    help="Where venues are kept: a folder or a store URL.",
)
close_option = click.option(
    "--close", "closed", multiple=True, metavar="ID|NAME", help="Treat an element as closed; may be repeated."
)
profile_option = click.option(
    "--profile", default="walk", show_default=True, help="Who moves: walk, wheelchair, …; see indoor3d profiles."
)
depart_option = click.option(
    "--depart-at",
    type=Moment(),
    help="Closures and opening hours are those of then; without a zone, the venue's time.  [default: now]",
)


@contextmanager
def opened(options: dict[str, Any]) -> Iterator[Any]:
    """The store, as long as the block runs."""
    from indoor3d.store.base import open_store

    with closing(open_store(options["store_url"])) as store:
        yield store


def echo_error(error: Indoor3dError, options: Mapping[str, Any], **more: Any) -> None:
    """Say on stderr what went wrong: title, detail and hint, or the API's problem object with ``more`` in it."""
    lang = options.get("lang", "en")
    if options.get("as_json"):
        click.echo(json.dumps(problem(error, lang) | more, ensure_ascii=False), err=True)
        return
    click.echo(f"{error.title[lang]}: {error.detail[lang]}", err=True)
    if error.hint[lang]:
        click.echo(f"  {error.hint[lang]}", err=True)


@contextmanager
def reporting(options: dict[str, Any]) -> Iterator[None]:
    """Turn a typed error into a message and its exit code."""
    try:
        yield
    except Indoor3dError as error:
        echo_error(error, options)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


@contextmanager
def progress(options: dict[str, Any]) -> Iterator[Callable[[str, float], None]]:
    """Show bars on a terminal, nothing elsewhere and never on stdout."""
    if options.get("as_json") or not sys.stderr.isatty():
        yield lambda _stage, _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    words = _STAGES[options["lang"]]
    columns = (TextColumn("{task.description:<12}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks = {stage: bars.add_task(word, total=1.0, start=False) for stage, word in words.items()}

        def show_progress(stage: str, done: float) -> None:
            bars.start_task(tasks[stage])
            bars.update(tasks[stage], completed=done)

        yield show_progress


def closed_ids(building: Any, names: Sequence[str]) -> list[str]:
    """Ids of what is to be closed, by id, by exact name, or by the number of an exit."""
    from indoor3d.errors import UnknownElement
    from indoor3d.routing.place import find_place

    found = []
    for name in names:
        try:
            found.append(find_place(building, name).element or name)
        except UnknownElement as unknown:
            if unknown.context.get("candidates"):
                raise
            found.append(name)  # the graph says what can be closed
    return found


def placed(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """A moment without a zone is meant in the zone of the venue."""
    return moment.replace(tzinfo=zone) if moment is not None and moment.tzinfo is None else moment


def now() -> datetime:
    """The moment at which a command runs: that of ``INDOOR3D_NOW`` where it is set, so that examples come out the same."""
    told = os.environ.get("INDOOR3D_NOW", "")
    return datetime.fromisoformat(told) if told else datetime.now(UTC)


def duration(seconds: float) -> str:
    """Minutes and seconds, for people: 3:05."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def problem(error: Indoor3dError, lang: str) -> dict[str, Any]:
    """The API's problem object, with the detail that a server keeps from strangers."""
    from indoor3d.api.errors import problem_object

    body = problem_object(error, lang=lang, request_id=str(uuid.uuid4()))
    return body | dict(error.context) | {"detail": error.detail[lang]}


def print_json(body: Mapping[str, Any]) -> None:
    """One object, for programs; Korean stays Korean."""
    click.echo(json.dumps(body, ensure_ascii=False, indent=2))
