"""Writes the table of the verification suite from a run of its tests: ``python tools/verification.py``."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "verification.md"
_HEAD = """# Verification

What the movement model of evacuations was held against, as the tests found it. **Verified is not validated**: these cases show that the model
computes what it says it does; whether people behave so, only drills can show.

검증(verification)은 모형이 정의대로 계산함을 보인 것이며, 실제 대피 행동과의 타당성 확인(validation)은 아닙니다.

This page is made by `python tools/verification.py` from a run of `tests/oracle/test_verification_*.py`.
"""
_NOTES = """## Differences from the published set-ups

- A5b: the suite asks for a Kolmogorov-Smirnov p above 0.05 in one draw of 10 people. A right sampler misses that once in 20, and ours did, for Weibull, at the first
  seed tried (seed 20, p = 0.034). No other seed was looked for: 95 % of a thousand draws, seeds 0 to 999, have to pass instead, and the line shows seed 20 as well.
- A10: the two doors and stairs are alike, so one of them is run, with the Guide's own door flow (0.682 p/s), and the law of density is left out on the stair, as in
  the hand calculation.
- A12: the set-up as found does not give the area of the room. Walking unhindered the first would be out after 27.5 s, outside of the band; 1 p/m² (90 m²) was
  taken because it gives the band. The line shows that the band can be explained, not that it was predicted.
- B1, B2, B7: numbers of people and sizes that the guidelines leave open are as the lines say.
- B16: 0.1903 as the exponent of breathing gives the four ISO times. With it case (i) would be 208.7 s, out of tolerance by 0.1 s; its 207.6 s come with 0.1930, which
  was found by solving for it and has not been read in a source. Case (i) is therefore no independent check. The worse of the two is the default.
- Peer JuPedSim: the flow is JuPedSim's own, measured between the first and the last tenth of 300 persons at each door, and used for a run of 200.
- A6b and the others with random numbers: one seed each, the first tried.

## What does not apply

| row | why |
| --- | --- |
| IMO 6, RiMEA 6, NIST 2.3, ISO 4 | Going round a corner: people have no place within a node. |
| RiMEA 15 | Crowds at corners: the same. |
| RiMEA 16 | Fundamental diagram on a ring: the law of speed and density is an input. |
| RiMEA 4 | The same; the law itself is asserted at the densities of the test. |
| NIST 2.9, 3.2, ISO 14, 15 | Groups and social influence are not modelled. |
| B13 (NIST 2.7) | Lifts: the set-up's text is not at hand; C9 is the test of lifts. |
| C7 | The published totals are not at hand. |
"""


def lines() -> list[dict[str, str | bool]]:
    """Run the tests and read what they wrote down.

    Raises
    ------
    SystemExit
        A test failed: no table is written.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.jsonl"
        tests = sorted(str(p) for p in (ROOT / "tests" / "oracle").glob("test_verification_*.py"))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | {"INDOOR3D_VERIFICATION": str(path)}, check=False)  # noqa: S603
        if done.returncode or not path.exists():
            sys.exit("a test of the verification suite failed; the table stays as it is")
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    """Write the page."""
    rows = ["| id | from | set-up | expected | got | tolerance | verdict |", "| --- " * 7 + "|"]
    for line in lines():
        cells = [str(line[k]).replace("|", "\\|") for k in ("id", "from", "setup", "expected", "got", "tolerance")]
        rows.append("| " + " | ".join([*cells, "held" if line["ok"] else "**not held**"]) + " |")
    PAGE.write_text(f"{_HEAD}\n" + "\n".join(rows) + f"\n\n{_NOTES}", encoding="utf-8")


if __name__ == "__main__":
    main()
