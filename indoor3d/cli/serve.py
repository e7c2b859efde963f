"""Commands that serve the API and the viewer."""

from pathlib import Path
from typing import Any

import click

from indoor3d.cli.common import lang_option, now, opened, progress, reporting, store_option


@click.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--public-url", default="", help="How clients reach the service, for links.  [default: host and port]")
@click.option(
    "--operator-keys",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    envvar="INDOOR3D_OPERATOR_KEYS",
    show_envvar=True,
    help="File with the keys of operators, one a line (see indoor3d operator-key).",
)
@lang_option
def serve(**options: Any) -> None:
    """Serve the API and the viewer."""
    with reporting(options), opened(options) as store:
        _serve(store, options)


@click.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--public-url", default="", help="How clients reach the service, for links.  [default: host and port]")
@click.option("--no-serve", is_flag=True, help="Only build.")
@lang_option
def demo(**options: Any) -> None:
    """Build the demo venues where they are not built yet, and serve them."""
    with reporting(options), opened(options) as store:
        from indoor3d import pipeline

        with progress(options) as show_progress:
            pipeline.build_demo(store, progress=show_progress)
        if not options["no_serve"]:
            _serve(store, options)


def _serve(store: Any, options: dict[str, Any]) -> None:
    from indoor3d.api.operator import read_keys
    from indoor3d.api.server import serve as run
    from indoor3d.api.settings import Settings

    shown = "127.0.0.1" if options["host"] in {"0.0.0.0", "::"} else options["host"]  # noqa: S104 - compared, not bound
    url = options["public_url"] or f"http://{shown}:{options['port']}"
    for record in store.venues():
        click.echo(f"  {url}/?venue={record.venue.id}   {record.venue.name.best(options['lang'])}")
    click.echo(f"open {url}/ for the map, {url}/v1/docs for the API; Ctrl-C stops")
    keys = read_keys(options["operator_keys"].read_text("utf-8")) if options.get("operator_keys") else ()
    run(Settings(public_url=url, operator_keys=keys, clock=now), store, host=options["host"], port=options["port"])


COMMANDS: tuple[click.Command, ...] = (serve, demo)
