"""What all tests share: where the real models are, and what counts as a failure in CI."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real models, schemas and facts; tests that need it are skipped where it is absent, but not in CI."""
    root = Path(os.environ.get("INDOOR3D_SHARED", Path(__file__).parents[2] / "shared"))
    if not (root / "data").is_dir():
        pytest.skip(f"no shared data at {root}; set INDOOR3D_SHARED")
    return root


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skip is a failure: what is not tested there is not tested anywhere."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a file that leaves itself out as a whole."""
    report = yield
    if IN_CI and report.skipped:
        _refuse(report)
    return report


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    report.outcome = "failed"
    why = report.longrepr
    report.longrepr = f"skipped in CI: {why[-1] if isinstance(why, tuple) else why}"
