"""The report of an evacuation: one page that needs nothing else, in Korean and English, made to be printed.

Everything in it comes from the :class:`~indoor3d.models.outcome.Outcome`; the same outcome always gives the same bytes.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

from indoor3d.exports._evacuation_style import CSS
from indoor3d.exports._evacuation_svg import curve_svg, level_svg
from indoor3d.exports._evacuation_words import clock, say
from indoor3d.models.building import Building, Opening, Text
from indoor3d.models.criticality import Critical, CutOffAt, Stranded
from indoor3d.models.outcome import Cleared, Outcome
from indoor3d.models.rules import Row, Sheet

_MOST_RANKED, _MOST_PLACES = 15, 3
"""Of a ranking so many elements are shown, and so many places of each."""
_MOST_ROWS = 40
"""A table shows so many rows, and says how many it leaves out: all are in the JSON form."""


class _Page(NamedTuple):
    """What every part of the report is made from."""

    building: Building
    outcome: Outcome
    lang: str

    def word(self, key: str) -> str:
        return escape(say(key, self.lang))

    def time(self, seconds: float | None) -> str:
        return escape(clock(seconds, self.lang))

    def name(self, ident: str) -> str:
        named = self.building.titles.get(ident)
        best = named.best(self.lang) if named is not None else ""
        return escape(best or ident)

    def text(self, text: Text) -> str:
        return escape(text.best(self.lang))


def report(building: Building, outcome: Outcome, *, lang: str = "en") -> bytes:
    """Write the report.

    Parameters
    ----------
    building : Building
        That the outcome is of.
    outcome : Outcome
    lang : str
        ``ko`` or ``en``: which of the two languages in it is shown first.

    Returns
    -------
    bytes
        HTML in UTF-8. It loads nothing, runs nothing, and prints on A4.
    """
    name = escape(building.venue.name.best(lang) or building.venue.id)
    first = {key: " checked" if key == lang else "" for key in ("ko", "en")}
    body = "".join(f'<main lang="{key}">{_body(_Page(building, outcome, key))}</main>' for key in ("ko", "en"))
    page = (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{name} – {escape(say('title', lang))}</title><style>{CSS}</style></head><body>"
        f'<input type="radio" name="lang" id="show-ko"{first["ko"]}><label for="show-ko" lang="ko">한국어</label> '
        f'<input type="radio" name="lang" id="show-en"{first["en"]}><label for="show-en" lang="en">English</label>'
        f"{body}</body></html>\n"
    )
    return page.encode()


def _body(page: _Page) -> str:
    parts: Sequence[tuple[str, Callable[[_Page], str]]] = (
        ("total", _summary),
        ("verdicts", _verdicts),
        ("curve", _curves),
        ("congestion", _congestion),
        ("cut_off", _cut_off),
        ("remaining", _remaining),
        ("hangs", _hangs),
        ("margins", _margins),
        ("exposures", _exposures),
        ("zones", _zones),
        ("signs", _signs),
        ("sensitivity", _sensitivity),
        ("sheets", _sheets),
        ("initial", _initial),
        ("assumptions", _assumptions),
        ("method", _method),
        ("calculation", _calculation),
        ("verified", lambda p: f"<p>{p.word('verified_text')}</p>"),
    )
    made = [(key, part(page)) for key, part in parts]
    sections = "".join(
        f'<section data-part="{key}"><h2>{page.word(key)}</h2>{text}</section>' for key, text in made if text
    )
    return f"<header>{_head(page)}</header>{sections}"


# ── parts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _head(page: _Page) -> str:
    outcome, venue = page.outcome, page.building.venue
    facts = {
        "venue": f"{page.text(venue.name) or escape(venue.id)} ({escape(venue.id)})",
        "scenario": f"{page.text(outcome.name)} ({escape(outcome.scenario)})",
        "digest": escape(outcome.digest),
        "version": escape(outcome.version),
        "calibration": escape(outcome.calibration),
        "step": f"{outcome.step_s:g} s",
    }
    terms = "".join(f"<dt>{page.word(key)}</dt><dd>{value}</dd>" for key, value in facts.items())
    notices = [page.word("schematic")] if venue.schematic else []
    notices += [page.text(venue.notice)] if page.text(venue.notice) else []
    shown = "".join(f'<p class="notice">{text}</p>' for text in notices)
    return f"<h1>{page.word('title')}</h1><dl>{terms}</dl>{shown}"


def _summary(page: _Page) -> str:
    outcome, lang = page.outcome, page.lang
    lines = []
    if outcome.out:
        lines.append(
            say(
                "summary_clear",
                lang,
                persons=outcome.persons,
                out=outcome.out,
                time=clock(outcome.clearance_s, lang),
                calibration=outcome.calibration,
            )
        )
    else:
        lines.append(say("summary_nobody", lang, persons=outcome.persons))
    if outcome.optimum_s is not None and outcome.gap is not None:
        lines.append(
            say("summary_optimum", lang, optimum=clock(outcome.optimum_s, lang), gap=f"{100 * outcome.gap:.1f} %")
        )
        if outcome.certified:
            lines.append(say("summary_certified", lang))
    else:
        lines.append(say("summary_bound", lang, bound=clock(outcome.bound_s, lang)))
    if outcome.guided_s is not None:
        lines.append(say("summary_guided", lang, guided=clock(outcome.guided_s, lang)))
    if outcome.nearest_s is not None:
        lines.append(say("summary_nearest", lang, nearest=clock(outcome.nearest_s, lang)))
    left = outcome.persons - outcome.out
    if left:
        lines.append(say("summary_left", lang, left=left, waiting=outcome.waiting))
    if outcome.bottlenecks and outcome.bottlenecks[0].queue_most:
        worst = outcome.bottlenecks[0]
        named = page.building.titles.get(worst.element)
        name = (named.best(lang) if named else "") or worst.element
        lines.append(
            say(
                "summary_queue",
                lang,
                element=name,
                queue=worst.queue_most,
                start=clock(worst.queue_from_s, lang),
                end=clock(worst.queue_to_s, lang),
            )
        )
    text = "".join(f"<p>{escape(line)}</p>" for line in lines)
    more = [(f"{page.word('quantile')} {100 * q:g} %", page.time(value)) for q, value in outcome.quantiles]
    if outcome.disabled_s is not None:
        more.append((page.word("disabled"), page.time(outcome.disabled_s)))
    terms = "".join(f"<dt>{key}</dt><dd>{value}</dd>" for key, value in more)
    return (
        f'<div class="lead">{text}</div>'
        + (f"<dl>{terms}</dl>" if terms else "")
        + f'<p class="notice">{page.word("compare")}</p>'
    )


def _verdicts(page: _Page) -> str:
    """One row for each platform and test, a column for each code."""
    packs = {sheet.pack: _pack(page, sheet) for sheet in page.outcome.sheets}
    rows: dict[tuple[str, str], dict[str, Row]] = {}
    for sheet in page.outcome.sheets:
        for row in (*sheet.rows, *sheet.worst):
            if row.verdict is not None:
                rows.setdefault((page.text(sheet.title), row.key), {})[sheet.pack] = row
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{name}</th>' for name in packs.values())
    body = ""
    for (platform, _), by_pack in rows.items():
        cells = "".join(f"<td>{_told(page, by_pack[pack])}</td>" if pack in by_pack else "<td></td>" for pack in packs)
        name = page.text(next(iter(by_pack.values())).name)
        body += f"<tr><td>{platform}</td><td>{name}</td>{cells}</tr>"
    first = f'<th scope="col">{page.word("platform")}</th><th scope="col">{page.word("quantity")}</th>'
    return f'<div class="scroll" tabindex="0"><table class="wide"><thead><tr>{first}{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _told(page: _Page, row: Row) -> str:
    unit = "" if row.unit == "1" else f" {escape(row.unit)}"
    value = "" if row.value is None else f"{_number(row.value)}{unit} "
    return f"{_verdict(page, row)} {value}({_limit(row)}{unit})"


def _curves(page: _Page) -> str:
    outcome = page.outcome
    drawn = curve_svg(outcome.curves, outcome.persons, lang=page.lang) if outcome.curves else ""
    tables = [
        _cleared(page, key, rows)
        for key, rows in (("exits", outcome.exits), ("platforms", outcome.platforms), ("levels", outcome.levels))
    ]
    return f"<figure>{drawn}</figure>" + "".join(tables)


def _cleared(page: _Page, key: str, items: tuple[Cleared, ...]) -> str:
    used = [c for c in items if c.persons or c.left]
    if not used:
        return ""
    rows = [
        [
            page.text(c.name) or escape(c.id),
            str(c.persons),
            _moment(page, c.first_s),
            _moment(page, c.last_s),
            str(c.left),
        ]
        for c in used
    ]
    return f"<h3>{page.word(key)}</h3>" + _table(
        page, (key, "persons", "first", "last", "left"), rows, numbers={1, 2, 3, 4}
    )


def _moment(page: _Page, seconds: float | None) -> str:
    return "–" if seconds is None else page.time(seconds)


def _congestion(page: _Page) -> str:
    rows = []
    for item in page.outcome.bottlenecks:
        window = (
            f"{clock(item.queue_from_s, page.lang)} – {clock(item.queue_to_s, page.lang)}" if item.queue_most else "–"
        )
        relief = "; ".join(f"+1 {r.change}: −{r.saved_s:.0f} s" for r in item.relief)
        critical = page.word("yes") if item.critical else page.word("no")
        rows.append(
            [
                page.name(item.element),
                str(item.persons),
                f"{item.capacity_per_s:.2f}",
                str(item.queue_most),
                escape(window),
                critical,
                escape(relief) or "–",
            ]
        )
    heads = ("element", "persons", "capacity", "queue", "queue_when", "critical", "relief")
    return _table(page, heads, rows, numbers={1, 2, 3})


def _cut_off(page: _Page) -> str:
    mobilities = dict(page.outcome.mobilities)
    rows = [
        [
            page.name(item.space),
            page.text(mobilities[item.mobility]) if item.mobility in mobilities else escape(item.mobility),
            str(item.persons),
            page.text(item.reason),
            ", ".join(page.name(name) for name in item.blocked_by) or "–",
            page.word("yes") if item.waiting else page.word("no"),
        ]
        for item in page.outcome.cut_off
    ]
    text = _table(page, ("space", "mobility", "persons", "reason", "blocked", "waits"), rows, numbers={2})
    trips = [
        [page.name(t.lift), page.name(t.refuge), page.time(t.start_s), page.time(t.end_s), str(t.persons)]
        for t in page.outcome.trips
    ]
    if trips:
        text += f"<h3>{page.word('trips')}</h3>" + _table(
            page, ("lift", "refuge", "start", "end", "persons"), trips, numbers={2, 3, 4}
        )
    return text


def _hangs(page: _Page) -> str:
    """What everything hangs on: only where it was asked for."""
    found = page.outcome.criticality
    if found is None:
        return ""
    ranking = found.told(page.building)
    lost = [row for row in ranking if row.lost]
    later = sorted((row for row in ranking if not row.lost and row.later_s), key=lambda row: -(row.later_s or 0.0))
    told = say(
        "hangs_text",
        page.lang,
        tried=len(ranking),
        persons=found.persons,
        step=f"{found.step_s:g}",
        none=len(ranking) - len(lost) - len(later),
    )
    text = f"<p>{escape(told)}</p>"
    rows = [
        [
            _element(page, row),
            page.word(f"kind_{row.kind}"),
            str(row.persons),
            str(row.lost),
            _where(page, row.stranded),
        ]
        for row in lost
    ]
    heads = ("element", "kind", "passes", "lost", "where")
    text += f"<h3>{page.word('hangs_lost')}</h3>" + _table(page, heads, rows, numbers={2, 3}, most=_MOST_RANKED)
    rows = [
        [
            _element(page, row),
            page.word(f"kind_{row.kind}"),
            str(row.persons),
            _later(row),
            "–" if row.nearest_later_s is None else f"{row.nearest_later_s:+.0f} s",
        ]
        for row in later
    ]
    heads = ("element", "kind", "passes", "later", "nearest_later")
    text += f"<h3>{page.word('hangs_later')}</h3>" + _table(page, heads, rows, numbers={2, 3, 4}, most=_MOST_RANKED)
    if found.closing is not None and found.still is not None:
        text += _closing(page, found.closing, found.still)
    return text + _access(page)


def _element(page: _Page, row: Critical) -> str:
    """Its name, and for an opening the spaces that it joins."""
    name = page.text(row.name) or escape(row.element)
    opening = page.building.by_id.get(row.element)
    if not isinstance(opening, Opening) or len(opening.spaces) != 2 or not page.text(opening.name):
        return name
    return f"{name} ({page.name(opening.spaces[0])} – {page.name(opening.spaces[1])})"


def _where(page: _Page, stranded: Sequence[Stranded]) -> str:
    shown = [f"{page.name(place.space)}: {place.persons}" for place in stranded[:_MOST_PLACES]]
    return "; ".join([*shown, *([f"+ {len(stranded) - _MOST_PLACES}"] if len(stranded) > _MOST_PLACES else [])]) or "–"


def _later(row: Critical) -> str:
    most = "≤ " if row.known == "bound" else ""
    return f"{most}{row.later_s or 0.0:.0f} s"


def _closing(page: _Page, found: CutOffAt, still: CutOffAt) -> str:
    """Who is cut off by what closes at a time."""
    rows = [
        [
            ", ".join(page.name(name) for name in closing.elements),
            page.time(closing.at_s),
            str(closing.out),
            str(closing.caught),
            str(closing.cut_off),
            _where(page, closing.stranded),
        ]
        for closing in found.closings
    ]
    heads = ("element", "closes_at", "out_by_then", "caught", "lost", "where")
    told = say("closing_text", page.lang, other=found.other_way, cut=found.cut_off, still=still.cut_off)
    table = _table(page, heads, rows, numbers={1, 2, 3, 4})
    return f"<h3>{page.word('hangs_closing')}</h3>{table}<p>{escape(told)}</p>"


def _access(page: _Page) -> str:
    """Rescuers' ways in to where people wait."""
    found = page.outcome.criticality
    rows = []
    for row in found.access if found is not None else ():
        hose = row.hose
        reach = page.word("no_hose") if hose is None or hose.length_m is None else f"{hose.length_m:.0f} m"
        rows.append(
            [
                page.name(row.space),
                page.word("refuge" if row.refuge else "platform"),
                page.name(row.exit) if row.exit else page.word("no_way_in"),
                "–" if row.length_m is None else f"{row.length_m:.0f} m",
                _moment(page, row.duration_s),
                str(row.exits),
                reach,
            ]
        )
    if not rows:
        return ""
    heads = ("space", "kind", "way_in", "length", "takes", "exits_in", "hose")
    table = _table(page, heads, rows, numbers={3, 4, 5, 6})
    return f"<h3>{page.word('rescuers')}</h3><p>{page.word('rescuers_text')}</p>{table}"


def _remaining(page: _Page) -> str:
    """Where people are at each moment, the fullest places first."""
    rows = []
    for at_s, group in groupby(page.outcome.remaining, key=lambda row: row.at_s):
        places = list(group)
        shown = [f"{page.name(place.space)}: {place.persons}" for place in places[:_MOST_PLACES]]
        more = [f"+ {len(places) - _MOST_PLACES}"] if len(places) > _MOST_PLACES else []
        total, waiting = sum(place.persons for place in places), sum(place.waiting for place in places)
        rows.append([page.time(at_s), str(total), str(waiting), "; ".join([*shown, *more])])
    if not rows:
        return ""
    table = _table(page, ("moment", "still_inside", "cannot_walk_out", "where"), rows, numbers={0, 1, 2})
    return f"<p>{page.word('remaining_text')}</p>{table}"


def _margins(page: _Page) -> str:
    rows = [
        [
            page.name(m.id),
            page.word("stays") if m.aset_s is None else page.time(m.aset_s),
            page.time(m.rset_s),
            "–" if m.margin_s is None else f"{m.margin_s:.0f} s",
            escape(m.criterion) or "–",
        ]
        for m in sorted(page.outcome.margins, key=lambda m: (m.margin_s is None, m.margin_s or 0.0, m.id))
    ]
    return _table(page, ("place", "aset", "rset", "margin", "criterion"), rows, numbers={3}) if rows else ""


def _zones(page: _Page) -> str:
    figures = []
    for level in sorted(page.building.levels, key=lambda item: -item.elevation_m):
        drawn = level_svg(page.building, page.outcome, level.id, lang=page.lang)
        if drawn:
            caption = page.text(level.name) or escape(level.short_name)
            figures.append(f"<figure><figcaption>{caption}</figcaption>{drawn}</figure>")
    return f"<p>{page.word('flows')}</p>" + "".join(figures)


def _signs(page: _Page) -> str:
    rows = [
        [
            page.name(p.space),
            escape(f"{clock(p.from_s, page.lang)} – {clock(p.to_s, page.lang)}"),
            page.name(p.through) if p.through else page.name(p.towards),
            f"{p.bearing_deg:.0f}°",
            f"{100 * p.share:.0f} %",
        ]
        for p in page.outcome.pointers
    ]
    return _table(page, ("place", "window", "towards", "bearing", "share"), rows, numbers={3, 4}) if rows else ""


def _sensitivity(page: _Page) -> str:
    rows = [
        [
            page.text(s.change),
            page.time(s.clearance_s),
            "–" if s.difference_s is None else f"{s.difference_s:+.0f} s",
            "–" if s.tolerance_s is None else f"± {s.tolerance_s:.0f} s",
        ]
        for s in page.outcome.sensitivity
    ]
    return _table(page, ("change", "clearance", "difference", "tolerance"), rows, numbers={1, 2, 3}) if rows else ""


def _exposures(page: _Page) -> str:
    def told(value: int | None) -> str:
        return page.word("untold") if value is None else str(value)

    rows = [
        [
            page.name(e.space),
            str(e.persons),
            told(e.warned),
            told(e.down),
            "–" if e.most is None else f"{e.most:.2f}",
            str(e.unknown),
        ]
        for e in page.outcome.exposures
    ]
    if rows and all(e.warned is None for e in page.outcome.exposures):
        persons = sum(e.unknown for e in page.outcome.exposures)
        return f'<p><span class="cannot_tell">{page.word("untold")}</span>: {escape(say("no_gases", page.lang, persons=persons))}</p>'
    heads = ("space", "persons", "warned", "down", "most_dose", "unknown_dose")
    return _table(page, heads, rows, numbers={1, 2, 3, 4, 5}) if rows else ""


def _sheets(page: _Page) -> str:
    text = ""
    for sheet in page.outcome.sheets:
        out = f" · {page.word('out_of_service')}: {page.name(sheet.out_of_service)}" if sheet.out_of_service else ""
        sources: dict[str, int] = {}
        body = "".join(_line(page, row, sources) for row in (*sheet.rows, *sheet.worst))
        heads = ("row", "quantity", "formula", "value", "unit", "limit", "verdict", "basis", "source")
        head = "".join(f'<th scope="col">{page.word(key)}</th>' for key in heads)
        notes = "".join(f"<li>{escape(source)}</li>" for source in sources)
        text += f"<h3>{_pack(page, sheet)}: {page.text(sheet.title)}{out}</h3><p>{escape(sheet.edition)}</p>"
        text += f'<p class="notice">{page.text(sheet.notice)}</p><div class="scroll" tabindex="0"><table>'
        text += f'<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div><ol class="sources">{notes}</ol>'
    return text


def _line(page: _Page, row: Row, sources: dict[str, int]) -> str:
    """One line of a sheet; its sources are numbers of the list below."""
    marks = [str(sources.setdefault(source, len(sources) + 1)) for source in row.source.split("; ") if source]
    note = page.text(row.note)
    unread = "" if row.read else f" ({page.word('not_read')})"
    cells = (
        ("", escape(row.row)),
        ("", page.text(row.name) + (f"<br><em>{note}</em>" if note else "")),
        ("f", escape(f"{row.formula} = {row.filled}" if row.filled else row.formula)),
        ("n", _number(row.value)),
        ("u", escape(row.unit)),
        ("u", _limit(row)),
        ("u", _verdict(page, row)),
        ("u", page.word(row.basis) if row.basis else "–"),
        ("", ", ".join(dict.fromkeys(marks)) + unread),
    )
    return (
        "<tr>"
        + "".join(f'<td class="{kind}">{cell}</td>' if kind else f"<td>{cell}</td>" for kind, cell in cells)
        + "</tr>"
    )


def _initial(page: _Page) -> str:
    rows = [
        [page.name(ident), str(count)]
        for ident, count in sorted(page.outcome.initial, key=lambda i: (-i[1], i[0]))
        if count
    ]
    return _table(page, ("space", "persons"), rows, numbers={1})


def _assumptions(page: _Page) -> str:
    rows = [
        [page.text(a.text), escape(a.value), escape(a.unit), page.word(a.basis), escape(a.source) or "–"]
        for a in page.outcome.assumptions
    ]
    return _table(page, ("key", "value", "unit", "basis", "source"), rows, numbers={1}, most=400)


def _method(page: _Page) -> str:
    return f"<p>{page.word('method_text')}</p><p>{page.word('deviations')}</p>"


def _calculation(page: _Page) -> str:
    outcome, network = page.outcome, page.outcome.network
    rows = [
        [page.word("planned"), page.time(outcome.planned_s)],
        [page.word("simulated"), page.time(outcome.clearance_s)],
        [page.word("optimum"), "–" if outcome.optimum_s is None else page.time(outcome.optimum_s)],
        [page.word("bound"), page.time(outcome.bound_s)],
        [page.word("guided"), page.time(outcome.guided_s)],
        [page.word("signs_only"), page.time(outcome.signs_s)],
        [page.word("nearest"), page.time(outcome.nearest_s)],
        [page.word("gap"), "–" if outcome.gap is None else f"{100 * outcome.gap:.2f} %"],
        [page.word("step"), f"{outcome.step_s:g} s"],
        [
            f"N · M · P ({page.word('calculation')})",
            f"{len(network.node_id)} · {len(network.arc_from)} · {len(network.passage_element)}",
        ],
    ]
    return _table(page, ("key", "value"), rows, numbers={1})


# ── small things ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _pack(page: _Page, sheet: Sheet) -> str:
    return page.text(sheet.name) + ("" if sheet.read else f" ({page.word('not_read')})")


def _number(value: float | None) -> str:
    return "–" if value is None else "∞" if value == float("inf") else f"{value:.4g}"


def _limit(row: Row) -> str:
    return "" if not row.test else escape(f"{'≤' if row.test == '<=' else '≥'} {_number(row.limit)}")


def _verdict(page: _Page, row: Row) -> str:
    return "" if row.verdict is None else f'<span class="{row.verdict}">{page.word(row.verdict)}</span>'


def _table(
    page: _Page, heads: Iterable[str], rows: list[list[str]], *, numbers: Collection[int] = (), most: int = _MOST_ROWS
) -> str:
    if not rows:
        return f"<p>{page.word('none')}</p>"
    head = "".join(f'<th scope="col">{page.word(key)}</th>' for key in heads)
    body = "".join(
        "<tr>"
        + "".join(f'<td class="n">{cell}</td>' if i in numbers else f"<td>{cell}</td>" for i, cell in enumerate(row))
        + "</tr>"
        for row in rows[:most]
    )
    more = f"<p>+ {len(rows) - most}</p>" if len(rows) > most else ""
    return f'<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}'
