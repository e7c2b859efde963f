"""The ``indoor3d`` command: arguments → one call → print."""

import click

from indoor3d import __version__
from indoor3d.cli import around, build, evacuate, incident, routes, serve, state, state_feed


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="indoor3d")
def cli() -> None:
    """Building models in; 3D Tiles, routes and escape plans out.

    \b
    Exit codes: 0 done, 1 unexpected, 2 the input cannot be used, 3 not found,
    4 no safe answer (no route, no open exit), 5 the store, 6 a tileset breaks a rule,
    7 time ran out before everybody was out.
    """  # noqa: D301 - \b tells click to keep the lines


for _command in (
    *build.COMMANDS,
    *routes.COMMANDS,
    *evacuate.COMMANDS,
    *incident.COMMANDS,
    *around.COMMANDS,
    *state.COMMANDS,
    *state_feed.COMMANDS,
    *serve.COMMANDS,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command; what ends here that nobody foresaw is exit code 1 with its traceback."""
    cli(prog_name="indoor3d")
