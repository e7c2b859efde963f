"""What the whole line makes of real models and of a small one, as readable JSON; ``make goldens`` writes it again."""

import json
from pathlib import Path

import pytest

from tools.goldens import FOLDER, GOLDENS


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_today_is_as_it_was(name: str, shared: Path) -> None:
    assert shared
    assert GOLDENS[name]() == json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
