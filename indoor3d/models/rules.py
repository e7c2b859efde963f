"""Rules of safety codes as data: constants with their sources, and the rows of a sheet as formulas whose units are checked.

A :class:`RulePack` is read from one file; a further code is a further file. A formula uses the names of constants, of what the sheet
measures (:mod:`indoor3d.routing.evacuation.sheet`) and of the rows above it; ``+ - * /``, ``max``, ``min`` and ``ceil`` are all it may use.
"""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from indoor3d.errors import InvalidScenario
from indoor3d.models.building import Text
from indoor3d.models.quantity import Quantity


class Verdict(StrEnum):
    """What a row says of the venue."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A number of a code.

    ``read`` says whether it was read in the code's own text; a number that was not is marked wherever it is shown.
    """

    key: str
    value: float
    unit: str
    name: Text
    source: str
    read: bool = False

    @property
    def quantity(self) -> Quantity:
        """With its unit."""
        return Quantity.of(self.value, self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of a sheet.

    Parameters
    ----------
    row : str
        What the code's own sheet calls it.
    key : str
        Name for formulas further down.
    name : Text
    formula : str
    unit : str
        In which the value is shown.
    test : str
        ``<=`` or ``>=``; empty for a row without a verdict.
    limit : str
        A formula.
    source : str
    """

    row: str
    key: str
    name: Text
    formula: str
    unit: str
    test: str = ""
    limit: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePack:
    """A code, or one guideline.

    Parameters
    ----------
    id : str
    name : Text
    edition : str
        Which edition, and through whom it was read.
    read : bool
        Whether the code's own text was read by whoever wrote the pack.
    notice : Text
        What a reader has to be told of it.
    constants : mapping of str to Constant
    rules : tuple of Rule
    """

    id: str
    name: Text
    edition: str
    read: bool
    notice: Text
    constants: Mapping[str, Constant]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a filled sheet.

    Parameters
    ----------
    row, key : str
    name : Text
    formula : str
        With symbols; ``filled`` with numbers.
    value : float or None
        In ``unit``; None where something in it is not known.
    limit : float or None
    test : str
    verdict : Verdict or None
        None for a row that decides nothing.
    source : str
        Of every number in it.
    basis : str
        surveyed, declared or default: the weakest of what went in.
    read : bool
        All constants in it were read in the code's own text.
    note : Text
    """

    row: str
    key: str
    name: Text
    formula: str = ""
    filled: str = ""
    unit: str = ""
    value: float | None = None
    limit: float | None = None
    test: str = ""
    verdict: Verdict | None = None
    source: str = ""
    basis: str = ""
    read: bool = True
    note: Text = field(default_factory=Text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A rule pack filled for one platform, or one other place.

    Parameters
    ----------
    pack, edition : str
    name, notice : Text
        Of the pack.
    read : bool
        Whether the code's own text was read.
    subject : str
        Id of the space it is about; ``title`` is its name.
    out_of_service : str
        Id of the escalator that is out in the rows: the one that is worst for the total time. Empty where there is none.
    rows : tuple of Row
    worst : tuple of Row
        The worst escalator for the flow, for the time and for the distance, each by itself.
    """

    pack: str
    edition: str
    name: Text
    notice: Text
    read: bool
    subject: str
    title: Text
    out_of_service: str
    rows: tuple[Row, ...]
    worst: tuple[Row, ...]

    @property
    def verdict(self) -> Verdict:
        """FAIL where any row fails, else CANNOT TELL where any row cannot tell, else PASS."""
        said = {row.verdict for row in (*self.rows, *self.worst)}
        for verdict in (Verdict.FAIL, Verdict.CANNOT_TELL):
            if verdict in said:
                return verdict
        return Verdict.PASS

    def row(self, key: str) -> Row:
        """The row of one key.

        Raises
        ------
        KeyError
        """
        return {row.key: row for row in self.rows}[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A quantity that goes into formulas, or one that is not known (``quantity`` is None)."""

    quantity: Quantity | None
    source: str = ""
    basis: str = "surveyed"
    read: bool = True


# ── formulas ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_OPERATORS: Mapping[type[ast.operator], tuple[Callable[[Quantity, Quantity], Quantity], str]] = {
    ast.Add: (operator.add, "+"),
    ast.Sub: (operator.sub, "−"),
    ast.Mult: (operator.mul, "×"),
    ast.Div: (operator.truediv, "/"),
}
_FUNCTIONS = frozenset({"max", "min", "ceil", "positive"})
_ORDER = ("surveyed", "declared", "default")
_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """A formula worked out: its value (None: something in it is not known), the numbers in it, and what they rest on."""

    quantity: Quantity | None
    filled: str
    sources: tuple[str, ...]
    basis: str
    read: bool
    unknown: tuple[str, ...]


def work_out(formula: str, known: Mapping[str, Known]) -> Worked:
    """Work a formula out, unit by unit.

    Raises
    ------
    InvalidScenario
        It names what is not there, or uses what formulas may not.
    UnitMismatch
        Quantities of different kinds are added or compared.

    Examples
    --------
    >>> known = {"load": Known(quantity=Quantity.of(1598, "p")), "rate": Known(quantity=Quantity.of(399.6, "p/min"))}
    >>> work_out("load / rate", known).filled
    '1598 p / 399.6 p/min'
    """
    tree = _parsed(formula)
    names = list(
        dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id not in _FUNCTIONS)
    )
    missing = [name for name in names if name not in known]
    if missing:
        raise _wrong(formula, f"{missing[0]} is not known here", f"{missing[0]}: 여기에 없는 이름입니다")
    used = [known[name] for name in names]
    unknown = tuple(name for name in names if known[name].quantity is None)
    return Worked(
        quantity=None if unknown else _value(tree.body, known, formula),
        filled=_filled(tree.body, known),
        sources=tuple(dict.fromkeys(k.source for k in used if k.source)),
        basis=max((k.basis for k in used), key=_ORDER.index, default="surveyed"),
        read=all(k.read for k in used),
        unknown=unknown,
    )


def _parsed(formula: str) -> ast.Expression:
    if len(formula) > _LONGEST:
        raise _wrong(formula[:40], "a formula has at most 500 characters", "식은 500자까지입니다")
    try:
        return ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _wrong(formula, "it cannot be read", "읽을 수 없습니다") from error


def _value(node: ast.expr, known: Mapping[str, Known], formula: str) -> Quantity:
    if isinstance(node, ast.Name) and node.id in known:
        quantity = known[node.id].quantity
        if quantity is not None:
            return quantity
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return Quantity(float(node.value))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)][0](_value(node.left, known, formula), _value(node.right, known, formula))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args and not node.keywords:
        return _called(node.func.id, [_value(arg, known, formula) for arg in node.args], formula)
    raise _wrong(
        formula,
        "it may use + - * /, max, min, ceil, positive only",
        "+ - * /, max, min, ceil, positive만 쓸 수 있습니다",
    )


def _called(name: str, values: list[Quantity], formula: str) -> Quantity:
    first = values[0]
    if name == "positive" and len(values) == 1:
        return first if first.value > 0 else Quantity(0.0, first.powers)
    if name == "ceil" and len(values) == 1:
        return Quantity(float(math.ceil(first.value - 1e-9)), first.powers)
    if name in {"max", "min"}:
        for value in values[1:]:
            if (first < value) == (name == "max"):
                first = value
        return first
    raise _wrong(formula, f"{name} is no function of formulas", f"{name}: 식에 쓸 수 없는 함수입니다")


def _filled(node: ast.expr, known: Mapping[str, Known], *, inner: bool = False) -> str:
    """The formula with numbers in the place of names."""
    if isinstance(node, ast.Name):
        quantity = known[node.id].quantity
        return f"[{node.id}?]" if quantity is None else shown(quantity)
    if isinstance(node, ast.BinOp):
        left, right = (_filled(part, known, inner=True) for part in (node.left, node.right))
        text = f"{left} {_OPERATORS[type(node.op)][1]} {right}" if type(node.op) in _OPERATORS else ""
        return f"({text})" if inner else text
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return f"{node.func.id}({', '.join(_filled(arg, known) for arg in node.args)})"
    return ast.unparse(node)


def shown(quantity: Quantity) -> str:
    """A quantity as a sheet shows it."""
    unit = "" if quantity.powers == (0, 0, 0) else f" {quantity.unit}"
    return f"{quantity.value:.4g}{unit}"


def fill(rules: tuple[Rule, ...], known: Mapping[str, Known]) -> tuple[Row, ...]:
    """Fill the rows of a sheet from top to bottom; each row is known to those below it.

    Raises
    ------
    InvalidScenario, UnitMismatch
    """
    so_far, rows = dict(known), []
    for rule in rules:
        worked = work_out(rule.formula, so_far)
        limit = work_out(rule.limit, so_far) if rule.limit else None
        so_far[rule.key] = Known(
            quantity=worked.quantity, source="; ".join(worked.sources), basis=worked.basis, read=worked.read
        )
        parts = [worked] if limit is None else [worked, limit]
        rows.append(
            Row(
                row=rule.row,
                key=rule.key,
                name=rule.name,
                formula=rule.formula,
                filled=worked.filled,
                unit=rule.unit,
                value=None if worked.quantity is None else worked.quantity.in_unit(rule.unit),
                limit=None if limit is None or limit.quantity is None else limit.quantity.in_unit(rule.unit),
                test=rule.test,
                verdict=_verdict(rule, worked, limit),
                source="; ".join(dict.fromkeys(s for part in parts for s in (*part.sources, rule.source) if s)),
                basis=max((part.basis for part in parts), key=_ORDER.index),
                read=all(part.read for part in parts),
                note=_note(parts),
            )
        )
    return tuple(rows)


def _verdict(rule: Rule, worked: Worked, limit: Worked | None) -> Verdict | None:
    if not rule.test or limit is None:
        return None
    if worked.quantity is None or limit.quantity is None:
        return Verdict.CANNOT_TELL
    held = worked.quantity <= limit.quantity if rule.test == "<=" else limit.quantity <= worked.quantity
    return Verdict.PASS if held else Verdict.FAIL


def _note(parts: list[Worked]) -> Text:
    unknown = [name for part in parts for name in part.unknown]
    if not unknown:
        return Text()
    names = ", ".join(dict.fromkeys(unknown))
    return Text(en=f"Not known: {names}", ko=f"알 수 없음: {names}")


# ── packs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_pack(raw: Mapping[str, Any]) -> RulePack:
    """Understand a rule pack as its TOML file gives it.

    Raises
    ------
    InvalidScenario
        With the path of what is wrong.
    UnitMismatch
        A unit is not known.
    """
    _only(raw, "", {"id", "name", "edition", "read", "notice", "constants", "rules"})
    constants = {key: _constant(key, value) for key, value in _table(raw, "constants", "").items()}
    rules = raw.get("rules")
    if not isinstance(rules, list) or not rules:
        raise _bad("rules", "a list of rows", "행의 목록")
    return RulePack(
        id=_string(raw, "id", ""),
        name=_text(raw, "name", ""),
        edition=_string(raw, "edition", ""),
        read=_flag(raw, "read", ""),
        notice=_text(raw, "notice", ""),
        constants=constants,
        rules=tuple(_rule(n, rule) for n, rule in enumerate(rules)),
    )


def _constant(key: str, raw: Any) -> Constant:
    at = f"constants.{key}"
    if not isinstance(raw, Mapping):
        raise _bad(at, "a table", "표")
    _only(raw, at, {"value", "unit", "name", "source", "read"})
    value = raw.get("value")
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise _bad(f"{at}.value", "a number", "수")
    unit = _string(raw, "unit", at)
    Quantity.of(1.0, unit)
    return Constant(
        key=key,
        value=float(value),
        unit=unit,
        name=_text(raw, "name", at),
        source=_string(raw, "source", at),
        read=_flag(raw, "read", at),
    )


def _rule(number: int, raw: Any) -> Rule:
    at = f"rules[{number}]"
    if not isinstance(raw, Mapping):
        raise _bad(at, "a table", "표")
    _only(raw, at, {"row", "key", "name", "formula", "unit", "test", "limit", "source"})
    test, limit = raw.get("test", ""), raw.get("limit", "")
    if test not in {"", "<=", ">="} or bool(test) != bool(limit) or not isinstance(limit, str):
        raise _bad(f"{at}.test", "<= or >= with a limit, or neither", "limit이 있는 <= 또는 >=")
    for formula in (_string(raw, "formula", at), limit):
        if formula:
            _parsed(formula)
    Quantity.of(1.0, _string(raw, "unit", at))
    return Rule(
        row=_string(raw, "row", at),
        key=_string(raw, "key", at),
        name=_text(raw, "name", at),
        formula=_string(raw, "formula", at),
        unit=_string(raw, "unit", at),
        test=test,
        limit=limit,
        source=str(raw.get("source", "")),
    )


def _only(raw: Mapping[str, Any], at: str, keys: set[str]) -> None:
    for key in raw:
        if key not in keys:
            raise _bad(
                f"{at}.{key}".lstrip("."), f"one of {', '.join(sorted(keys))}", f"{', '.join(sorted(keys))} 중 하나"
            )


def _table(raw: Mapping[str, Any], key: str, at: str) -> Mapping[str, Any]:
    value = raw.get(key)
    if not isinstance(value, Mapping):
        raise _bad(f"{at}.{key}".lstrip("."), "a table", "표")
    return value


def _string(raw: Mapping[str, Any], key: str, at: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise _bad(f"{at}.{key}".lstrip("."), "text in quotes", "따옴표 안의 글")
    return value


def _flag(raw: Mapping[str, Any], key: str, at: str) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        raise _bad(f"{at}.{key}".lstrip("."), "true or false", "true 또는 false")
    return value


def _text(raw: Mapping[str, Any], key: str, at: str) -> Text:
    value = _table(raw, key, at)
    return Text(ko=_string(value, "ko", f"{at}.{key}"), en=_string(value, "en", f"{at}.{key}"))


def _bad(path: str, wanted: str, ko: str) -> InvalidScenario:
    return InvalidScenario(f"{path}: {wanted} is needed.", ko=f"{path}: {ko} 값이 필요합니다.", path=path)


def _wrong(formula: str, en: str, ko: str) -> InvalidScenario:
    return InvalidScenario(f"Formula {formula!r}: {en}.", ko=f"식 {formula!r}: {ko}.", formula=formula)
