# SPDX-License-Identifier: GPL-2.0-or-later
"""Whether the wire can tell which activity led to a 502.

The truth knows who owned each activity. A reader of the capture knows only what was sent and when. He cannot tell where the owners
of two activities could be swapped and the capture would be as plausible as it is:

- each activity may have gone to where its new owner's requests go, and carries nothing that only the other owner asked for;
- both pairs stay in order: each activity begins after its new owner was ready for it (the request had come, the try before it had
  ended) and ends before what its new owner did next (its next try, or its response);
- the four delays that change are such as this gateway shows (its own delays of that sort, without the odd one in a hundred);
- an activity of nobody (a health check, the gateway's own) is such a rival by the same measure.

A run of tries may be swapped for as many of the other's. Nothing here knows how a diagnosis is made.
"""
import bisect
import collections

SILENT = {"syn_timeout", "dns_timeout", "response_timeout", "arp"}
TIMER = 0.004                # seconds by which a timer's end may differ: two ticks of a kernel at 500 Hz
KNOWN_AFTER = 2              # requests that a route sent to a place before a reader knows that it does
ODD = 0.005                  # share of a gateway's delays at either end that is called odd
WIDER = 1.25                 # the rest may be wider by this factor


class Teller:
    """requests: all that were served, each with `asked`, `told`, `chain`; orphans: activities of nobody."""

    def __init__(self, requests, orphans, routes_shown):
        self.routes_shown = routes_shown
        self.uses = collections.defaultdict(list)
        failed, delays = [], collections.defaultdict(list)
        for request in requests:
            for at, unit in enumerate(request.chain):
                self.uses[unit.place].append((unit.start, request.route))
                sort, delay = self._join(request, request.chain[at - 1] if at else None, unit)
                delays[sort].append(delay)
                if unit.cause and unit.end is not None:
                    failed.append((unit.start, request, unit))
            if request.chain and request.chain[-1].cause and request.chain[-1].end is not None:
                sort, delay = self._join(request, request.chain[-1], None)
                delays[sort].append(delay)
        failed += [(unit.start, None, unit) for unit in orphans if unit.cause and unit.end is not None]
        failed.sort(key=lambda f: f[0])
        self.failed, self.begins = failed, [f[0] for f in failed]
        self.usual = {sort: self._range(sorted(some)) for sort, some in delays.items()}
        for uses in self.uses.values():
            uses.sort(key=lambda u: u[0])

    # ------------------------------------------------------------ delays
    @staticmethod
    def _join(request, before, after):
        """-> (sort, delay) from what came before (None: the request) to what came next (None: its response)"""
        if before is None:
            return ("first", type(after).__name__), after.start - request.asked
        if after is not None and (before.end is None or before.end > after.start):
            return ("beside",), after.start - before.start
        silent = before.cause in SILENT
        until = request.told if after is None else after.start
        return ("then", silent, None if after is None else after.place == before.place), until - before.end

    @staticmethod
    def _range(some):
        odd = int(len(some) * ODD)
        least = some[odd] / WIDER
        return least if least > TIMER else 0.0, some[-1 - odd] * WIDER       # only a timer has a least delay

    def _plausible(self, request, before, after):
        sort, delay = self._join(request, before, after)
        least, most = self.usual.get(sort, (0.0, 0.0))
        spare = TIMER if before is not None and before.cause in SILENT else 0.0
        return least - spare <= delay <= most + spare and delay >= -spare

    # ------------------------------------------------------------ one 502
    def rivals(self, request, vital):
        """The activities that could stand for one of `vital`, this request's: pairs (that, the vital one)."""
        chain = request.chain
        marks = {id(u) for u in vital}
        out, seen = [], set()
        lo, hi = bisect.bisect_left(self.begins, request.asked), bisect.bisect_right(self.begins, request.told)
        for _, other, unit in self.failed[lo:hi]:
            if other is None:
                out += [(unit, mine) for at, mine in enumerate(chain) if id(mine) in marks and self._takes(request, at, at, [unit])]
            elif other is not request and id(other) not in seen:
                seen.add(id(other))
                if other.told > request.asked and other.asked < request.told:
                    out += self._swaps(request, other, marks)
        return out

    def alone(self, request):
        """A request for which the gateway did nothing: the activities of nobody that a reader could take for its own."""
        lo, hi = bisect.bisect_left(self.begins, request.asked), bisect.bisect_right(self.begins, request.told)
        return [u for _, other, u in self.failed[lo:hi] if other is None and u.end <= request.told and self.fits(u, request)]

    def _swaps(self, one, other, marks):
        out = []
        shared = {id(u) for u in one.chain} & {id(u) for u in other.chain}
        for i in range(len(one.chain)):
            for k in range(i, len(one.chain)):
                mine = one.chain[i:k + 1]
                if not any(id(u) in marks for u in mine):
                    continue
                for j in range(len(other.chain) - (k - i)):
                    theirs = other.chain[j:j + k - i + 1]
                    if any(id(u) in shared for u in mine + theirs) or any(not u.cause or u.end is None for u in theirs):
                        continue
                    if self._takes(one, i, k, theirs) and self._takes(other, j, j + k - i, mine):
                        out += [(t, m) for t, m in zip(theirs, mine) if id(m) in marks]
        return out

    def _takes(self, request, first, last, units):
        """Could `units` stand in place of this request's activities from `first` to `last`?"""
        chain = request.chain
        return self._plausible(request, chain[first - 1] if first else None, units[0]) and \
            self._plausible(request, units[-1], chain[last + 1] if last + 1 < len(chain) else None) and all(self.fits(u, request) for u in units)

    # ------------------------------------------------------------ what an activity shows
    def fits(self, unit, request):
        owner = unit.request
        if unit.carried and (owner is None or unit.carried not in owner.said or owner.said[unit.carried] != request.said.get(unit.carried)):
            return False
        return unit.place in request.places or not (self.routes_shown or self._others(unit, request.route))

    def _others(self, unit, route):
        """Has the capture shown before that this place is where other routes lead, and not this one?"""
        uses = self.uses[unit.place]
        before = [r for _, r in uses[:bisect.bisect_left(uses, unit.start, key=lambda u: u[0])]]
        return len(before) >= KNOWN_AFTER and route not in before
