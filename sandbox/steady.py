"""Regular expressions whose search takes time in proportion to the text, whatever the expression.

Python's own search tries one way after the other, and some expressions have so many ways that it never ends. What a
client gives us to search for is searched by Python only where few ways exist; else all ways are followed at once.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from re import _constants as kind  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

STATES = 2000  # of one expression
_WAYS = 200_000  # that Python's own search may try in a text
_KEPT = 500  # places among the steps that are remembered, and ways on from each

About = tuple[bool, ...]  # what `_about` tells of a place
Reached = frozenset[int]  # the steps at which ways through an expression stand
Span = tuple[int, ...]  # where the first group begins and ends, as far as it is known
Ways = list[tuple[int, Span]]  # steps, and what the first group holds on the way there; the better ones first
Step = tuple[str, Any]  # "one" (a test of a character), "or" (where to go on), "at" (of the place), "save", "end"
_UNKNOWN: Reached = frozenset({-1})


class TooLarge(ValueError):
    """An expression with more states than anyone needs, or with what is not known here."""


class Expression:
    """A compiled expression. Raises re.error or TooLarge."""

    def __init__(self, text: str) -> None:
        try:
            self._plain = re.compile(text)
            tree = parser.parse(text)
        except (OverflowError, RecursionError) as error:
            raise TooLarge(text) from error
        self._choices = _choices(tree)
        self._steps: list[Step] = []
        self._build(tree)
        self._steps.append(("end", None))
        self._looks_around = any(what == "at" for what, _ in self._steps)
        self._known: dict[Reached, dict[tuple[str, About], Reached | None]] = {}

    def found_in(self, text: str) -> bool:
        """Tell whether the text has something that fits."""
        if len(text) ** (self._choices + 1) <= _WAYS:
            return self._plain.search(text) is not None
        now: Reached = frozenset()
        steps = self._known.setdefault(now, {})
        for place in range(len(text) + 1):
            key = text[place : place + 1], _about(text, place) if self._looks_around else ()
            following = steps.get(key, _UNKNOWN)
            if following is _UNKNOWN:
                if len(steps) > _KEPT:
                    steps.clear()
                following = steps[key] = self._next(now, *key)
            if following is None:
                return True
            if following is not now:
                now = following
                if len(self._known) > _KEPT:
                    self._known.clear()
                steps = self._known.setdefault(now, {})
        return False

    def group_in(self, text: str) -> str | None:
        """Return what the first group holds in the first thing that fits; None if nothing fits or it has no group."""
        if len(text) ** (self._choices + 1) <= _WAYS:
            found = self._plain.search(text)
            return found[1] if found and found.re.groups else None
        now: Ways = []
        best: Span | None = None
        for place in range(len(text) + 1):
            if best is None:
                now.append((0, ()))
            now, ended = self._ways_on(now, text, place)
            best = best if ended is None else ended
            if not now and best is not None:
                break
        return text[slice(*best)] if best and len(best) == 2 else None

    def _ways_on(
        self, now: list[tuple[int, Span]], text: str, place: int
    ) -> tuple[list[tuple[int, Span]], Span | None]:
        """Follow the ways, the better ones first, over one character; those worse than one that ends are left."""
        character, about = text[place : place + 1], _about(text, place)
        following: Ways = []
        reached: set[int] = set()
        left = now[::-1]
        while left:
            state, span = left.pop()
            if state in reached:
                continue
            reached.add(state)
            what, how = self._steps[state]
            if what == "end":
                return following, span
            if what == "or":
                left += [(each, span) for each in reversed(how)]
            elif what == "save":
                left.append((state + 1, (place,) if how == 0 else (*span[:1], place)))
            elif what == "at":
                if how(about):
                    left.append((state + 1, span))
            elif character and how(character):
                following.append((state + 1, span))
        return following, None

    def _next(self, now: Reached, character: str, about: About) -> Reached | None:
        """The states after a character, None if something has been found before it."""
        reached, left = set(), [0, *now]
        following = set()
        while left:
            state = left.pop()
            if state in reached:
                continue
            reached.add(state)
            what, how = self._steps[state]
            if what == "end":
                return None
            if what == "or":
                left += how
            elif what == "save" or (what == "at" and how(about)):
                left.append(state + 1)
            elif what == "at":
                continue
            elif character and how(character):
                following.add(state + 1)
        return frozenset(following)

    def _add(self, what: str, how: Any) -> int:
        if len(self._steps) >= STATES:
            raise TooLarge(self._plain.pattern)
        self._steps.append((what, how))
        return len(self._steps) - 1

    def _build(self, tree: Any) -> None:
        for what, how in tree:
            if what in (kind.MAX_REPEAT, kind.MIN_REPEAT):
                self._repeat(*how, greedy=what is kind.MAX_REPEAT)
            elif what is kind.SUBPATTERN and how[0] == 1:
                self._add("save", 0)
                self._build(how[3])
                self._add("save", 1)
            elif what is kind.SUBPATTERN:
                self._build(how[3])
            elif what is kind.BRANCH:
                self._branch(how[1])
            elif what is kind.AT:
                self._add("at", _PLACES[how])
            else:
                self._add("one", _one(what, how))

    def _branch(self, ways: list[Any]) -> None:
        ends = []
        for way in ways[:-1]:
            fork = self._add("or", ())
            self._build(way)
            ends.append(self._add("or", ()))
            self._steps[fork] = ("or", (fork + 1, len(self._steps)))
        self._build(ways[-1])
        for end in ends:
            self._steps[end] = ("or", (len(self._steps),))

    def _repeat(self, least: int, most: int, body: Any, *, greedy: bool) -> None:
        for _ in range(least):
            self._build(body)
        if most is kind.MAXREPEAT or most > STATES:
            fork = self._add("or", ())
            self._build(body)
            self._add("or", (fork,))
            self._fork(fork, greedy)
            return
        forks = []
        for _ in range(most - least):
            forks.append(self._add("or", ()))
            self._build(body)
        for fork in forks:
            self._fork(fork, greedy)

    def _fork(self, place: int, greedy: bool) -> None:
        """Go on there or here, what is to be tried first first."""
        ways = place + 1, len(self._steps)
        self._steps[place] = ("or", ways if greedy else ways[::-1])


@lru_cache(256)
def expression(text: str) -> Expression:
    """Return a compiled expression, kept for the next time. Raises re.error or TooLarge."""
    return Expression(text)


def is_made_of(between: list[str], text: str) -> bool:
    """Tell whether a text is those parts in that order, with anything between them: what stands between its `*`."""
    if len(between) == 1:
        return text == between[0]
    first, *middle, last = between
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for part in middle:
        place = text.find(part, place, end)
        if place < 0:
            return False
        place += len(part)
    return True


def _about(text: str, place: int) -> About:
    """Whether a place is the first, the last, the one before a last line's end, and between a word and none."""
    before, after = text[place - 1 : place] if place else "", text[place : place + 1]
    ends = not after or (after == "\n" and place == len(text) - 1)
    return not place, not after, ends, _is_word(before) != _is_word(after)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


_PLACES: dict[Any, Callable[[About], bool]] = {
    kind.AT_BEGINNING: lambda about: about[0],
    kind.AT_BEGINNING_STRING: lambda about: about[0],
    kind.AT_END: lambda about: about[2],
    kind.AT_END_STRING: lambda about: about[1],
    kind.AT_BOUNDARY: lambda about: about[3],
    kind.AT_NON_BOUNDARY: lambda about: not about[3],
}
_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    kind.CATEGORY_DIGIT: str.isdecimal,
    kind.CATEGORY_NOT_DIGIT: lambda character: not character.isdecimal(),
    kind.CATEGORY_SPACE: str.isspace,
    kind.CATEGORY_NOT_SPACE: lambda character: not character.isspace(),
    kind.CATEGORY_WORD: _is_word,
    kind.CATEGORY_NOT_WORD: lambda character: not _is_word(character),
}


def _one(what: Any, how: Any) -> Callable[[str], bool]:
    """The test of one character. Raises TooLarge for what is none."""
    if what is kind.LITERAL:
        return chr(how).__eq__
    if what is kind.NOT_LITERAL:
        return chr(how).__ne__
    if what is kind.ANY:
        return "\n".__ne__
    if what is kind.RANGE:
        return lambda character: how[0] <= ord(character) <= how[1]
    if what is kind.CATEGORY:
        return _CATEGORIES[how]
    if what is kind.IN:
        turned = how[0][0] is kind.NEGATE
        tests = [_one(*each) for each in how[turned:]]
        return lambda character: any(test(character) for test in tests) != turned
    raise TooLarge(str(what))


def _choices(tree: Any, within: bool = False) -> int:
    """How many parts of an expression may take more or less of a text; many if one stands within another."""
    return sum(_of_part(what, how, within) for what, how in tree)


def _of_part(what: Any, how: Any, within: bool) -> int:
    if what in (kind.MAX_REPEAT, kind.MIN_REPEAT):
        least, most, body = how
        if most <= 1:
            return _choices(body, within)
        varies = least != most
        if within and varies:
            return 50
        return int(varies) + max(_choices(body, True), 50 * any(_branches(body)))
    if what is kind.SUBPATTERN:
        return _choices(how[3], within)
    if what is kind.BRANCH:
        return max(_choices(way, within) for way in how[1])
    return 0


def _branches(tree: Any) -> Iterator[bool]:
    """Whether some part of a tree leaves a choice."""
    for what, how in tree:
        if what is kind.SUBPATTERN:
            yield from _branches(how[3])
        else:
            yield what is kind.BRANCH or (what in (kind.MAX_REPEAT, kind.MIN_REPEAT) and how[0] != how[1])
