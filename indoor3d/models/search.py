"""Search by name: an index of what a building has, or of what venues there are, and questions as people type them.

Korean, English and romanised; spaced or not; composed or decomposed; initials only (ㅎㅈㅅ), mixed (화장ㅅ, 3ㅂㅊㄱ) and
half typed (화자); a level beside a thing (B1 화장실); typed with the keyboard in the wrong language (ghkwkdtlf).

A question is compared with all names at once: the initials of all of them are one string, in which a plain substring search
finds where the question may fit; the full comparison is made only there. No index of n-grams, no dependency.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest, nsmallest
from itertools import islice
from weakref import WeakKeyDictionary

from indoor3d.models.building import Building, Level, Position, Text, Venue
from indoor3d.models.hangul import INITIALS, VOWELS, fold, from_keys, initials, pattern, squeeze, to_keys, words
from indoor3d.models.romanise import loosen
from indoor3d.models.search_forms import By, Entry, Form, Kind, building_entries, category_forms, forms, venue_entry
from indoor3d.models.search_words import ACCESSIBLE, IDLE, categories_of, one_word

LONGEST = 200
"""Characters of a question that are read; the API refuses more."""
_MOST_WORDS = 8
_ENOUGH = 200
"""So many names that begin with the question are enough: what only contains it would come after them anyway."""
_MOST_PREFIXED, _MOST_PLACES = 500, 1_000
"""So many places are compared at most, those in short names first: one letter fits half a city."""
_LONGEST_VENUE = 24
"""Characters of a venue's name that may stand before other words without a blank."""

_WEIGHT = {
    By.NAME: 1.0,
    By.NUMBER: 1.0,
    By.ALIAS: 0.98,
    By.CATEGORY: 0.95,
    By.ROMANISED: 0.93,
    By.RELATED: 0.75,
}
_EXACT, _FULL, _PREFIX, _WORD, _INSIDE, _COVERED, _UNFINISHED = 1.0, 0.97, 0.80, 0.60, 0.45, 0.15, 0.03
"""How well a question fits a name: all of it to the letter, all of it, its beginning, a word's beginning, within; more for
the share that it covers, less where the last syllable has to grow. Chosen so that the orders in the tests come out; nothing else depends on them."""
_APART, _KEYBOARD, _SPELLING, _QUIET = 0.95, 0.85, 0.80, 0.03
_ROUNDED = 1e-6
"""Scores that differ by less may come out equal."""

_PARTICLE = re.compile(r"(?<=[가-힣]{2})(?:이|가|은|는|을|를|에|로|으로)$")
_ORDER = {kind: n for n, kind in enumerate(Kind)}
_LEVEL = re.compile(
    r"(?:지하(?P<down>\d{1,2})층?|b(?P<b>\d{1,2})f?층?|basement(?P<base>\d{1,2})|(?:지상)?(?P<up>\d{1,3})층"
    r"|(?P<f>\d{1,3})f|(?:level|floor)(?P<floor>\d{1,3}))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One answer.

    Parameters
    ----------
    score : float
        0 to 1; answers to one question can be compared, answers to different ones cannot.
    by : By
        What answers to the question.
    form : str
        The name, number or word that fitted, as it is written.
    level : str
        Id of the level; empty for a venue.
    position : (x, y, z) or None
        Metres, site frame; None for venues and levels.
    """

    kind: Kind
    id: str
    venue: str
    name: Text
    category: str
    level: str
    levels: tuple[str, ...]
    position: Position | None
    score: float
    by: By
    form: str


_Hit = tuple[float, By, str]
"""Score, what fits, and how that is written; a plain tuple, because a short question makes thousands."""
_Hits = dict[int, _Hit]
"""Best hit by number of the entry."""


class _Lines:
    """All forms, one a line, each once, the shortest first, with the entries each belongs to.

    ``keys`` is the same text with initials for syllables: every place where a question may fit is a plain substring there.
    """

    def __init__(self, posted: Mapping[str, dict[int, tuple[By, str]]], starts: Mapping[str, Collection[int]]) -> None:
        self.lines = tuple(sorted(posted, key=lambda line: (len(line), line)))
        self.postings = tuple(
            tuple((n, _WEIGHT[by], by, shown) for n, (by, shown) in posted[line].items()) for line in self.lines
        )
        self.word_starts = tuple(frozenset(starts.get(line, ())) for line in self.lines)
        self.text = "\n" + "\n".join(self.lines) + "\n"
        self.keys = "\n" + "\n".join(map(initials, self.lines)) + "\n"
        self._begin = [1]
        for line in self.lines:
            self._begin.append(self._begin[-1] + len(line) + 1)

    def fitting(self, typed: str) -> Iterator[tuple[int, float]]:
        """(line, how well) of every line a folded question fits; a line may come several times."""
        key, end_of = _key(typed), self._end_of(typed)
        count = 0
        for at in islice(_places(self.keys, "\n" + key), _MOST_PREFIXED):
            end = end_of(at + 1)
            if end >= 0:
                line = bisect_right(self._begin, at + 1) - 1
                count += len(self.postings[line])
                yield line, self._fit(line, 0, end - at - 1, typed)
        if len(key) < (3 if key.isascii() else 2) or count >= _ENOUGH:
            return
        for at in islice(_places(self.keys, key), _MOST_PLACES):
            if self.text[at - 1] != "\n" and (end := end_of(at)) >= 0:
                line = bisect_right(self._begin, at) - 1
                yield line, self._fit(line, at - self._begin[line], end - at, typed)

    def _end_of(self, typed: str) -> Callable[[int], int]:
        """Where a question ends that may fit at a place of the text; -1 where it does not fit."""
        if typed.isascii() and not typed[:1].isdigit():  # then the initials were all there is to compare
            length = len(typed)
            return lambda at: at + length
        match, text = re.compile(pattern(typed)).match, self.text

        def end_of(at: int) -> int:
            found = match(text, at)
            return -1 if found is None else found.end()

        return end_of

    def whole(self, typed: str) -> Iterator[int]:
        """Lines that a folded question fits from end to end."""
        expression = re.compile(pattern(typed))
        for at in _places(self.keys, f"\n{_key(typed)}\n"):
            line = bisect_right(self._begin, at + 1) - 1
            if expression.fullmatch(self.lines[line]):
                yield line

    def _fit(self, line: int, offset: int, length: int, typed: str) -> float:
        name = self.lines[line]
        whole = len(name)
        if offset == 0:
            if length == whole:
                return _EXACT if name == typed else _FULL
            base = _PREFIX
        else:
            base = _WORD if offset in self.word_starts[line] else _INSIDE
        if not name.startswith(typed, offset):
            base -= _UNFINISHED
        return base + _COVERED * length / whole


def _key(typed: str) -> str:
    """Initials of a question: lone clusters as two, without lone vowels."""
    return initials("".join(_ALONE.get(c, c) for c in typed))


_ALONE = {
    **dict.fromkeys(VOWELS, ""),
    **dict(
        zip(
            "ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ",
            ("ㄱㅅ", "ㄴㅈ", "ㄴㅎ", "ㄹㄱ", "ㄹㅁ", "ㄹㅂ", "ㄹㅅ", "ㄹㅌ", "ㄹㅍ", "ㄹㅎ", "ㅂㅅ"),
            strict=True,
        )
    ),
}


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


class SearchIndex:
    """An index over entries: immutable, to be shared between threads.

    Parameters
    ----------
    entries : iterable of Entry
    levels : iterable of Level
        Of the building, so that a question may name one.

    Examples
    --------
    >>> from tests.buildings import two_floors
    >>> index = SearchIndex.of_building(two_floors())
    >>> [match.id for match in index.find("ㅅㅁㅅ")], index.find("1번출구", limit=1)[0].form
    (['office'], '1번 출구')
    """

    def __init__(self, entries: Iterable[Entry], *, levels: Iterable[Level] = ()) -> None:
        self.entries = tuple(entries)
        self._levels = {fold(level.short_name): level.id for level in levels}
        self._ordinals = {level.ordinal: level.id for level in levels}
        posted: dict[str, dict[int, tuple[By, str]]] = {}
        starts: dict[str, set[int]] = {}
        of_category: dict[str, list[int]] = {}
        called: dict[Hashable, list[int]] = {}  # a building has hundreds of "소화기"
        for n, entry in enumerate(self.entries):
            ident = entry.id if entry.kind is Kind.VENUE else ""
            called.setdefault((entry.name, entry.number, entry.kind, ident), []).append(n)
            if entry.kind is not Kind.VENUE and entry.category:
                of_category.setdefault(entry.category, []).append(n)
        for alike in called.values():
            for form in forms(self.entries[alike[0]]):
                _post(posted, starts, form, alike)
        for category, form in category_forms(of_category):
            _post(posted, starts, form, of_category[category])
        self._lines = _Lines(posted, starts)
        self._loose = _loosened(posted)
        self._quiet = frozenset(n for n, entry in enumerate(self.entries) if entry.quiet)
        order = sorted(range(len(self.entries)), key=lambda n: _fixed_order(self.entries[n]))
        self._place = {n: at for at, n in enumerate(order)}

    @classmethod
    def of_building(cls, building: Building) -> "SearchIndex":
        """Index what a building has."""
        return cls(building_entries(building), levels=building.levels)

    @classmethod
    def of_venues(cls, venues: Iterable[Venue]) -> "SearchIndex":
        """Index the names of venues."""
        return cls(map(venue_entry, venues))

    def find(
        self, text: str, *, limit: int = 20, level: str = "", categories: Collection[str] = ()
    ) -> tuple[Match, ...]:
        """Find what fits a question, best first; equal answers come in a fixed order.

        Parameters
        ----------
        text : str
            As typed; at most :data:`LONGEST` characters are read.
        limit : int
        level : str, optional
            Id of a level: only what is there.
        categories : collection of str, optional
            Only these.
        """
        typed = text[:LONGEST]

        def kept(hits: _Hits) -> _Hits:
            if not level and not categories:
                return hits
            entries = self.entries
            return {
                n: hit
                for n, hit in hits.items()
                if (not level or level in entries[n].levels) and (not categories or entries[n].category in categories)
            }

        hits = kept(self._asked(typed))
        if not hits:
            other = _other_keyboard(typed)
            hits = kept(_weakened(self._asked(other) if other else {}, _KEYBOARD, By.KEYBOARD))
        if not hits:
            hits = kept(self._spelt(typed))
        ranked = nsmallest(limit, self._likely(hits, limit), key=lambda n: (-self._score(n, hits[n]), self._place[n]))
        return tuple(self._match(n, hits[n], level) for n in ranked)

    def venues_in(self, text: str) -> tuple[tuple[str, str], ...]:
        """Venues that a question begins or ends with, and what is left of it: at most three, the longest name first.

        Examples
        --------
        >>> from indoor3d.models.building import Text, Venue
        >>> index = SearchIndex.of_venues([Venue(id="city-hall", name=Text(ko="시청역", en="City Hall station"))])
        >>> index.venues_in("시청역 화장실"), index.venues_in("시청화장실"), index.venues_in("toilet city hall stn")
        ((('city-hall', '화장실'),), (('city-hall', '화장실'),), (('city-hall', 'toilet'),))
        """
        asked = words(text[:LONGEST])[:_MOST_WORDS]
        asked = _without_idle(asked)
        if not asked or self._venues_called(asked):
            return ()
        for length in range(len(asked) - 1, 0, -1):
            for run, rest in ((asked[:length], asked[length:]), (asked[-length:], asked[:-length])):
                found = self._venues_called(run)
                if found:
                    return tuple((venue, " ".join(rest)) for venue in found)
        first = asked[0]
        for length in range(min(len(first) - 1, _LONGEST_VENUE), 1, -1):
            found = self._venues_called((first[:length],)) if "가" <= first[length] <= "힣" or _alone(first) else ()
            if found:
                return tuple((venue, " ".join((first[length:], *asked[1:]))) for venue in found)
        return ()

    def _venues_called(self, run: Sequence[str]) -> tuple[str, ...]:
        typed = squeeze(map(one_word, run))
        called = {n: weight for line in self._lines.whole(typed) for n, weight, *_ in self._lines.postings[line]}
        best = sorted(called, key=lambda n: (-called[n], self._place[n]))
        return tuple(self.entries[n].venue for n in best[:3])

    def _asked(self, text: str) -> _Hits:
        """Hits of a question in the language it is typed in."""
        asked = words(text)
        if not asked:
            return {}
        hits = self._looked_up(squeeze(asked))
        common = tuple(map(one_word, asked))
        if common != asked:
            _better(hits, self._looked_up(squeeze(common)))
        _better(hits, self._apart(asked[:_MOST_WORDS]))
        return hits

    def _apart(self, asked: tuple[str, ...]) -> _Hits:
        """Hits that fit every part of a question: a level, a category, words of a name, in any order."""
        level, rest = self._level_of(asked)
        parts = _phrases(_without_idle(rest))
        accessible = len(parts) > 1 and bool(ACCESSIBLE & set(parts))
        parts = tuple(part for part in parts if not accessible or part not in ACCESSIBLE)
        if not parts or (len(parts) == 1 and not level and not accessible and parts == asked):
            return {}
        found = self._looked_up(parts[0])
        for part in parts[1:]:
            if found:
                hits = self._looked_up(part)
                found = {n: _both(found[n], hits[n]) for n in found if n in hits}
        return {
            n: (_APART * score, by, form)
            for n, (score, by, form) in found.items()
            if (not level or level in self.entries[n].levels) and (not accessible or self.entries[n].accessible)
        }

    def _level_of(self, asked: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Find a level among the words, and the words without it."""
        for n in range(len(asked)):
            for length in (2, 1):
                run = "".join(asked[n : n + length])
                matched = _LEVEL.match(run) if n + length <= len(asked) else None
                level = "" if matched is None else self._level_called(matched)
                if matched is None or not level or (length == 2 and matched.end() <= len(asked[n])):
                    continue
                left = run[matched.end() :]
                if not left or "가" <= left[0] <= "힣" or left[0] in INITIALS:
                    return level, (*asked[:n], *([left] if left else []), *asked[n + length :])
        return "", asked

    def _level_called(self, matched: re.Match[str]) -> str:
        said = {name: int(number) for name, number in matched.groupdict().items() if number}
        (name, number), *_ = said.items()
        down = name in {"down", "b", "base"}
        sign = f"b{number}" if down else f"{number}f"
        return self._levels.get(sign) or self._ordinals.get(-number if down else number - 1, "")

    def _looked_up(self, typed: str) -> _Hits:
        """Best hit of every entry that a folded question fits."""
        hits: _Hits = {}
        if not typed:
            return hits
        alone, postings = _alone(typed), self._lines.postings
        for line, fit in self._lines.fitting(typed):
            for n, weight, by, shown in postings[line]:
                score = fit * weight
                known = hits.get(n)
                if known is None or known[0] < score:
                    hits[n] = (score, By.INITIALS if alone else by, shown)
        return hits

    def _spelt(self, text: str) -> _Hits:
        """Hits whose romanisation is meant, in whatever spelling."""
        key = loosen("".join(words(text)))
        if len(key) < 3 or not key.isascii():
            return {}
        hits: _Hits = {}
        for line, fit in self._loose.fitting(key):
            for n, _, _, shown in self._loose.postings[line]:
                score = _SPELLING * fit
                if n not in hits or hits[n][0] < score:
                    hits[n] = (score, By.SPELLING, shown)
        return hits

    def _likely(self, hits: _Hits, limit: int) -> Collection[int]:
        """Those that can be among the best, so that few have to be ranked one by one."""
        if len(hits) <= limit:
            return hits
        quiet = self._quiet
        scores = [score - _QUIET if n in quiet else score for n, (score, _, _) in hits.items()]
        least = min(nlargest(max(1, limit), scores)) - _ROUNDED
        return [n for n, score in zip(hits, scores, strict=True) if score >= least]

    def _score(self, n: int, hit: _Hit) -> float:
        return round(hit[0] - _QUIET * self.entries[n].quiet, 6)

    def _match(self, n: int, hit: _Hit, level: str) -> Match:
        entry = self.entries[n]
        return Match(
            kind=entry.kind,
            id=entry.id,
            venue=entry.venue,
            name=entry.name,
            category=entry.category,
            level=level if level in entry.levels else (entry.levels[0] if entry.levels else ""),
            levels=entry.levels,
            position=entry.position(level),
            score=self._score(n, hit),
            by=hit[1],
            form=hit[2],
        )


def _post(
    posted: dict[str, dict[int, tuple[By, str]]], starts: dict[str, set[int]], form: Form, entries: Iterable[int]
) -> None:
    line = form.line
    if not line:
        return
    here = posted.setdefault(line, {})
    for n in entries:
        if n not in here or _WEIGHT[here[n][0]] < _WEIGHT[form.by]:
            here[n] = (form.by, form.shown)
    at = 0
    for word in form.words[:-1]:
        at += len(word)
        at += line[at : at + 1] == "-"
        starts.setdefault(line, set()).add(at)


def _loosened(posted: Mapping[str, dict[int, tuple[By, str]]]) -> _Lines:
    """Romanised forms in their loose spelling."""
    loose: dict[str, dict[int, tuple[By, str]]] = {}
    for line, entries in posted.items():
        here = {n: (by, shown) for n, (by, shown) in entries.items() if by is By.ROMANISED}
        if here and line.isascii():
            loose.setdefault(loosen(line), {}).update(here)
    return _Lines(loose, {})


def _fixed_order(entry: Entry) -> tuple[int, int, str, str]:
    """Order of what fits equally well."""
    name = entry.name.best("ko")
    return _ORDER[entry.kind], len(name), name, entry.id


def _better(hits: _Hits, others: _Hits) -> None:
    for n, hit in others.items():
        if n not in hits or hits[n][0] < hit[0]:
            hits[n] = hit


def _both(one: _Hit, other: _Hit) -> _Hit:
    best = one if one[0] >= other[0] else other
    return ((one[0] + other[0]) / 2, best[1], best[2])


def _weakened(hits: _Hits, factor: float, by: By) -> _Hits:
    return {n: (factor * score, by, form) for n, (score, _, form) in hits.items()}


def _alone(typed: str) -> bool:
    return any(c in INITIALS for c in typed)


def _without_idle(asked: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in asked if word not in IDLE) or asked


def _phrases(asked: tuple[str, ...]) -> tuple[str, ...]:
    """Join words that name a category together, and part a category from what it is written together with."""
    known, made, n = categories_of(), [], 0
    while n < len(asked):
        for length in range(len(asked) - n, 0, -1):
            run = "".join(asked[n : n + length])
            common = "".join(map(one_word, asked[n : n + length]))
            found = next(
                (key for key in (run, common, run.removesuffix("s"), _PARTICLE.sub("", run)) if key in known), None
            )
            if found is not None or length == 1:
                made += [found] if found else _parted(asked[n], known)
                n += length
                break
    return tuple(made)


def _parted(word: str, known: Mapping[str, object]) -> list[str]:
    """Part a word before a category: 1호선화장실 is 1호선 and 화장실."""
    for n in range(1, len(word) - 1):
        if "가" <= word[n] <= "힣" and word[n:] in known:
            return [word[:n], word[n:]]
    return [one_word(word)]


def _other_keyboard(text: str) -> str:
    """What was meant if the keyboard was in the other language; empty when that makes no words."""
    if text.isascii():
        meant = from_keys(text)
        return "" if meant == text or any(c in VOWELS for c in meant) else meant
    return to_keys(text) if any(c in VOWELS or c in INITIALS or "가" <= c <= "힣" for c in text) else ""


_KEPT: "WeakKeyDictionary[Building, SearchIndex]" = WeakKeyDictionary()


def index_of(building: Building) -> SearchIndex:
    """Index of a building, made once and kept as long as the building is."""
    found = _KEPT.get(building)
    if found is None:
        found = _KEPT[building] = SearchIndex.of_building(building)
    return found


def best_places(building: Building, text: str, *, limit: int = 50) -> list[Match]:
    """Places of a building that a person may mean, best first: names, numbers, categories ("nearest accessible restroom").

    Those that fit equally well have the same score: the caller takes the nearest.

    Examples
    --------
    >>> from tests.buildings import two_floors
    >>> best_places(two_floors(), "exit 2")[0].id
    'exit-2'
    """
    found = index_of(building).find(text, limit=limit + len(building.levels))
    return [match for match in found if match.kind is not Kind.LEVEL][:limit]
