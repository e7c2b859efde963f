"""The command line run on a store with a small building in it, at a moment when houses are open."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indoor3d.cli import cli
from indoor3d.models.issue import Report
from indoor3d.routing.build import build_navigation
from indoor3d.store.base import Release, open_store
from tests.buildings import two_floors


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDOOR3D_NOW", "2026-11-27T10:00:00+09:00")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Folder of a store with the building ``two-floors``; modules that need another one say so themselves."""
    folder, building = tmp_path_factory.mktemp("store"), two_floors()
    with open_store(str(folder)) as catalog:
        network = build_navigation(building).network
        catalog.publish(Release(building=building, network=network, report=Report(), assets={}))
    return str(folder)


def run(store: str, *arguments: str | Path) -> Result:
    """Run a command; it may end with an exit code, and never with an error that nobody foresaw."""
    done = CliRunner().invoke(cli, [*map(str, arguments), "--store", store], env={"LANG": "C"}, prog_name="indoor3d")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done
