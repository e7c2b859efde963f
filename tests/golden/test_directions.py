"""What is said of thirty routes is what was read and found good: ``make goldens`` writes it again, to be read again."""

import json
from pathlib import Path

from tests.golden.directions import directions


def test_what_is_said_is_what_was_read() -> None:
    kept = json.loads((Path(__file__).parent / "directions.json").read_text(encoding="utf-8"))
    assert directions() == kept
