import pickle
import string

import pytest

from indoor3d.errors import NoRoute
from indoor3d.models.issue import KINDS, Issue, Report, Severity


@pytest.mark.parametrize("code", sorted(KINDS))
def test_both_languages_of_a_kind_take_the_same_values(code: str) -> None:
    def fields(template: str) -> set[str]:
        return {name.split(".")[0] for _, name, _, _ in string.Formatter().parse(template) if name}

    kind = KINDS[code]
    assert kind.message["en"]
    assert kind.message["ko"]
    assert kind.hint["en"]
    assert kind.hint["ko"]
    english = {name.removesuffix("_ko") for name in fields(kind.message["en"]) | fields(kind.hint["en"])}
    korean = {name.removesuffix("_ko") for name in fields(kind.message["ko"]) | fields(kind.hint["ko"])}
    assert english == korean


def test_a_report_puts_the_worst_first_and_doubles_once() -> None:
    narrow = Issue(code="opening.narrow", element="b", values={"width_m": 0.3, "needed_m": 0.4})
    none = Issue(code="exit.none")
    report = Report.of([narrow, none, narrow], facts={"kernel": "x"})
    assert [issue.code for issue in report.issues] == ["exit.none", "opening.narrow"]
    assert not report.ok
    assert report.count(Severity.WARNING) == 1
    assert (report + Report.of([], facts={"kernel": "y"})).facts == {"kernel": "y"}
    assert "0.30 m" in narrow.message("ko")


def test_an_error_survives_a_process_boundary() -> None:
    error = pickle.loads(pickle.dumps(NoRoute("No way.", ko="길이 없습니다.", blocked_by=[{"element": "lift-1"}])))  # noqa: S301
    assert error.detail == {"en": "No way.", "ko": "길이 없습니다."}
    assert error.context["blocked_by"] == [{"element": "lift-1"}]
