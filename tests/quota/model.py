#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
model.py: every interleaving of a few helpers that enforce "limit N", in several ways, one of them vmnet-helper's.

A world is a few slots. In each, a helper of some user starts, goes through its steps, and is granted its tap or
refused; the slot is then free for the next start. Each step is what the kernel does in one piece. At any moment a
helper may be killed, and the holder of a tap may close it. A helper that is stopped for ever is one whose turn never
comes: every world that can be reached is also one where any of them are. The search visits them all.

vmnet-helper's way, "numbers": phase 7 reads which numbers the caller's taps on the bridge have, and refuses if they are
as many as the limit. The candidates are the lowest free numbers, as many as the limit leaves. Phase 9 creates the tap,
gives it the first candidate that no other tap has, or refuses if there is none, and then plugs it into the bridge.
The kernel never gives one number to two taps. It reads in one of two ways, neither of which is done in one piece. It
lists the ports: then a tap that has its number already, and is not yet plugged, is not seen. Or it asks for one number
after the other.

What must hold, each with its name below:
  over     At no moment are more taps granted and not closed than the limit.
  refused  A helper is refused only if all of its user's taps were in use when it started, or another helper of the same
           user ran at some moment of its run. Other users' helpers, stopped or not, are no reason.
  fewer    If helpers start at the same time and none is killed and no tap is closed, then as many are granted as the
           limit allows, whatever helpers of other users do.
  lowered  After the limit is lowered, with helpers of the old limit still under way: the taps granted under the new
           limit are never more than it. And a helper that no helper of the old limit ran beside is granted a tap only
           if that is not one too many for the new limit, with the taps of the old limit counted (but not those that
           helpers of the new limit got while ones of the old limit were under way: those could not be foreseen).

The other ways are there to show that the search finds what it is meant to find: each must fail as the table says.
"""
import sys
from collections import deque
from typing import NamedTuple

# The steps of a helper. From READING to REFUSING it is under way; REFUSING has decided, and still has what it made.
IDLE, READING, READ, CREATED, NUMBERED, PLUGGED, REFUSING, GRANTED, REFUSED = range(9)
NO_NUMBER = -1
US, OTHERS = 0, 1


class Helper(NamedTuple):
    """A slot: a helper, or the tap that it handed over (GRANTED), or neither (IDLE, or REFUSED for good)."""
    user: int
    step: int = IDLE
    limit: int = 0
    index: int = 0            # the interface index of its tap; 0: no tap
    is_port: bool = False     # its tap is plugged
    number: int = NO_NUMBER   # its tap's
    cursor: int = 0           # READING, listing ports: the index of the one that was read last
    asks_for: int = NO_NUMBER  # READING, asking for numbers: the next
    numbers: tuple = ()       # READING: those seen; afterwards: the candidates left
    is_excused: bool = False  # it may be refused: see the property "refused"
    is_beside_old: bool = False  # see the property "lowered"

    def is_under_way(self):
        return READING <= self.step <= REFUSING


class World(NamedTuple):
    limit: int      # what the rules say now; a helper keeps what it read
    helpers: tuple


class Scenario(NamedTuple):
    ours: int                     # slots of the user who is looked at
    limit: int
    others: int = 0               # slots of another user, whose limit is the same
    is_disturbed: bool = True     # helpers are killed, taps are closed, slots are used again
    lowered_to: int = 0           # the limit is lowered to this at some moment; 0: never
    is_read_in_parts: bool = False  # not all ports at once, but one by one, in an order that is not that of their
                                    # creation; or, in any other helper, numbers one by one


class Way:
    """How a helper holds the limit: vmnet-helper's way. The other ways replace some of it."""
    knows_age = False  # does it matter which tap is older?

    def candidates(self, helper, taken):
        """From the numbers read: the candidates, or None to refuse."""
        left = helper.limit - len(taken)
        free = [k for k in range(helper.limit + len(taken)) if k not in taken]
        return tuple(free[:left]) if left > 0 else None

    def takes_number(self):
        return True

    def accepts(self, _world, _helper):
        """After the plug: is it granted?"""
        return True


class NoRead(Way):
    """Tries the numbers below the limit and reads nothing."""

    def candidates(self, helper, _taken):
        return tuple(range(helper.limit))


class CountFirst(Way):
    """Counts, then creates."""

    def takes_number(self):
        return False

    def candidates(self, helper, taken):
        return () if len(taken) < helper.limit else None


class CountAfter(Way):
    """Plugs, then counts all of the user's ports and gives way if they are too many."""

    def takes_number(self):
        return False

    def candidates(self, _helper, _taken):
        return ()

    def accepts(self, world, helper):
        return sum(self.counts(other, helper) for other in world.helpers if other is not helper) < helper.limit

    def counts(self, other, helper):
        return other.is_port and other.user == helper.user


class CountOlder(CountAfter):
    """Plugs, then counts those of the user's ports that were created before its own."""
    knows_age = True

    def counts(self, other, helper):
        return super().counts(other, helper) and other.index < helper.index


class CountOlderAndUnknown(CountAfter):
    """As CountOlder, but also counts the older taps that are not plugged, of which nothing tells whose they are."""
    knows_age = True

    def counts(self, other, helper):
        return 0 < other.index < helper.index and (other.user == helper.user or not other.is_port)


def step_ask(scenario, way, world, helper):
    """READING: one number more; at the end, the decision."""
    asked = helper.asks_for
    if asked == scenario.limit:
        return decided(way, helper, helper.numbers)
    is_taken = any(other.user == helper.user and other.number == asked for other in world.helpers)
    return helper._replace(asks_for=asked + 1, numbers=helper.numbers + ((asked,) if is_taken else ()))


def step_list(scenario, way, world, helper):
    """READING: one port more, or all of them; at the end, the decision."""
    ports = sorted((other for other in world.helpers if other.is_port and other.index > helper.cursor),
                   key=lambda port: port.index)
    if ports and scenario.is_read_in_parts:
        seen = helper.numbers + tuple(port.number for port in ports[:1] if port.user == helper.user)
        return helper._replace(cursor=ports[0].index, numbers=tuple(sorted(set(seen))))
    seen = helper.numbers + tuple(port.number for port in ports if port.user == helper.user)
    return decided(way, helper, seen)


def decided(way, helper, seen):
    candidates = way.candidates(helper, seen)
    step = REFUSING if candidates is None else READ
    return helper._replace(step=step, cursor=0, asks_for=NO_NUMBER, numbers=candidates or ())


def indices_new(scenario, way, world):
    """A new tap has the greatest index; or, where the order of reading is another, any place in that order."""
    if scenario.is_read_in_parts:
        greatest = max(max(other.index, other.cursor) for other in world.helpers)
        return range(1, greatest + 2, 2)
    return (max(other.index for other in world.helpers) + 1,) if way.knows_age else (1,)


def step_number(way, world, helper):
    if not way.takes_number():
        return helper._replace(step=NUMBERED, numbers=())
    if not helper.numbers:
        return helper._replace(step=REFUSING)
    number, left = helper.numbers[0], helper.numbers[1:]
    if any(other.user == helper.user and other.number == number for other in world.helpers):
        return helper._replace(numbers=left)
    return helper._replace(step=NUMBERED, number=number, numbers=())


def steps(scenario, way, world, helper):
    """What a helper that is under way may do next, if it has its turn. It never waits for another."""
    if helper.step == READING:
        step = step_list if helper.asks_for == NO_NUMBER else step_ask
        yield step(scenario, way, world, helper)
    elif helper.step == READ:
        yield from (helper._replace(step=CREATED, index=index) for index in indices_new(scenario, way, world))
    elif helper.step == CREATED:
        yield step_number(way, world, helper)
    elif helper.step == NUMBERED:
        yield helper._replace(step=PLUGGED, is_port=True)
    elif helper.step == PLUGGED:
        yield helper._replace(step=GRANTED if way.accepts(world, helper) else REFUSING)
    elif helper.step == REFUSING:
        yield helper._replace(step=REFUSED)


def start(world, at, asks_for):
    """The helpers after one has started in the slot."""
    user = world.helpers[at].user
    limit = world.limit
    rivals = [h for h in world.helpers if h.user == user and h.is_under_way()]
    in_use = sum(h.user == user and h.step == GRANTED for h in world.helpers)
    new = Helper(user=user, step=READING, limit=limit, asks_for=asks_for,
                 is_excused=bool(rivals) or in_use >= limit, is_beside_old=any(h.limit > limit for h in rivals))
    helpers = [h._replace(is_excused=True) if h in rivals else h for h in world.helpers]
    return helpers[:at] + [new] + helpers[at + 1:]


def ended(scenario, helper):
    """The slot of a helper that was refused or killed, or whose tap was closed."""
    return Helper(user=helper.user, step=IDLE if scenario.is_disturbed else REFUSED)


def settled(scenario, helper):
    """A helper's slot after a step, without what matters only while a helper is under way."""
    if helper.step == REFUSED:
        return ended(scenario, helper)
    return helper._replace(is_excused=False) if helper.step == GRANTED else helper


def canonical(limit, helpers):
    """Worlds that differ only in the order of slots or in unused indices are one. Between two indices, one is free."""
    used = sorted({0} | {h.index for h in helpers} | {h.cursor for h in helpers})
    place = {index: 2 * position for position, index in enumerate(used)}
    return World(limit, tuple(sorted(h._replace(index=place[h.index], cursor=place[h.cursor]) for h in helpers)))


def moves(scenario, way, world):
    """Each next world, and the helper that made the step, as it is then (None: it was no step of a helper's)."""
    helpers = list(world.helpers)

    def replaced(at, helper):
        return canonical(world.limit, helpers[:at] + [helper] + helpers[at + 1:])

    if scenario.lowered_to and world.limit > scenario.lowered_to:
        yield canonical(scenario.lowered_to, helpers), None
    for at, helper in enumerate(helpers):
        if at > 0 and helper == helpers[at - 1]:
            continue  # its twin's moves lead to the same worlds
        if helper.step == IDLE:
            for asks_for in (NO_NUMBER, 0) if scenario.is_read_in_parts else (NO_NUMBER,):
                yield canonical(world.limit, start(world, at, asks_for)), None
        for after in steps(scenario, way, world, helper):
            yield replaced(at, settled(scenario, after)), after
        if scenario.is_disturbed and (helper.is_under_way() or helper.step == GRANTED):
            yield replaced(at, ended(scenario, helper)), None


def granted(world, user):
    return [h for h in world.helpers if h.user == user and h.step == GRANTED]


def is_one_too_many(world, helper):
    """The property "lowered", at the moment of a grant."""
    alive = granted(world, helper.user)
    if sum(h.limit == helper.limit for h in alive) > helper.limit:
        return True
    foreseen = [h for h in alive if h.limit > helper.limit or not h.is_beside_old]
    return not helper.is_beside_old and len(foreseen) > helper.limit


def violated(scenario, world, helper):
    """The properties that do not hold in a world, or in the step of this helper that led to it."""
    for user in (US, OTHERS):
        alive = granted(world, user)
        if not scenario.lowered_to and len(alive) > scenario.limit:
            yield "over"
    if helper and helper.step == REFUSED and not helper.is_excused:
        yield "refused"
    if helper and helper.step == GRANTED and scenario.lowered_to == helper.limit and is_one_too_many(world, helper):
        yield "lowered"
    have_ours_ended = all(h.step in (GRANTED, REFUSED) for h in world.helpers if h.user == US)
    if not scenario.is_disturbed and have_ours_ended:
        if len(granted(world, US)) < min(scenario.ours, scenario.limit):
            yield "fewer"


def search(scenario, way):
    """Visit every world. Returns the properties that were violated, and how many worlds there are."""
    slots = [Helper(user=US)] * scenario.ours + [Helper(user=OTHERS)] * scenario.others
    first = canonical(scenario.limit, slots)
    seen = {first}
    todo = deque(seen)
    faults = set()
    while todo:
        world = todo.popleft()
        for after, helper in moves(scenario, way, world):
            faults.update(violated(scenario, after, helper))
            if after not in seen:
                seen.add(after)
                todo.append(after)
    return faults, len(seen)


SCENARIOS = (
    Scenario(ours=3, limit=1),
    Scenario(ours=3, limit=2),
    Scenario(ours=2, limit=1, others=1),
    Scenario(ours=3, limit=2, others=1, is_disturbed=False),
    Scenario(ours=4, limit=3, is_disturbed=False),
    Scenario(ours=3, limit=3, lowered_to=1),
)
READ_IN_PARTS = (
    Scenario(ours=3, limit=1, is_read_in_parts=True),
    Scenario(ours=3, limit=2, is_read_in_parts=True),
    Scenario(ours=3, limit=2, is_disturbed=False, is_read_in_parts=True),
    Scenario(ours=3, limit=2, lowered_to=1, is_read_in_parts=True),
)

# The ways, and exactly which properties each violates in these scenarios.
WAYS = (
    ("numbers", Way(), SCENARIOS + READ_IN_PARTS, set()),
    ("no read", NoRead(), SCENARIOS, {"lowered"}),
    ("count first", CountFirst(), SCENARIOS, {"over", "lowered"}),
    ("count after", CountAfter(), SCENARIOS, {"fewer"}),
    ("count older", CountOlder(), SCENARIOS, {"over", "lowered"}),
    ("count older and unknown", CountOlderAndUnknown(), SCENARIOS, {"fewer", "refused"}),
)


def is_as_expected(name, way, scenarios, expected):
    faults, count = set(), 0
    for scenario in scenarios:
        found, worlds = search(scenario, way)
        faults |= found
        count += worlds
    print("%-24s %6d worlds, violates: %s" % (name, count, listed(faults)), flush=True)
    if faults != expected:
        print("%-24s should violate: %s" % ("", listed(expected)), flush=True)
    return faults == expected


def listed(properties):
    return ", ".join(sorted(properties)) or "nothing"


def main():
    results = [is_as_expected(*way) for way in WAYS]  # all of them, also after one that is not
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
