"""Commands run at a moment when houses are open."""

import pytest


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDOOR3D_NOW", "2026-11-27T10:00:00+09:00")
