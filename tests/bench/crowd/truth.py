# SPDX-License-Identifier: GPL-2.0-or-later
"""From what the gateway met to the truth file.

Evidence is taken from the frames of the deciding attempt or look-up, by the rules of the contract ("Evidence, per cause").
`exact` says that the rule for equals (the oldest attempt or look-up, not yet claimed, that ended after the request and before its
502) finds that very attempt: the rule is played through here in both readings of "oldest", first begun and first ended.
"""
import bisect
import collections

from .wire import FIN, RST, SYN


class Note:
    """The frames (handles) that carry a message's first and last byte."""
    __slots__ = ("first", "last", "first_when")

    def __init__(self):
        self.first = self.last = self.first_when = None


class Attempt:
    """One connection that the gateway tried or used for a request."""
    __slots__ = ("request", "address", "port", "start", "end", "conn", "mark", "close_mark", "cause", "stood", "carried", "arp", "sent_seq",
                 "reply_seq")

    def __init__(self, request, address, port, start):
        self.request, self.address, self.port, self.start = request, address, port, start
        self.end = self.conn = self.cause = self.carried = self.arp = self.sent_seq = self.reply_seq = self.close_mark = None
        self.mark, self.stood = 0, False

    @property
    def key(self):
        """What makes attempts alike on the wire."""
        if self.carried == "http":
            return "u", self.request.method, self.request.url
        if self.carried == "tls":
            return "t", self.request.host.name, self.port
        return "c", self.address, self.port


def is_syn(seen):
    return seen.out and seen.flags & (SYN | 16) == SYN


def ended(unit):
    """When it was over, as far as the wire tells: nobody sees how long silence was waited for."""
    return unit.start if unit.cause in ("dns_timeout", "syn_timeout") else unit.end or unit.start


def closing(seen):
    return not seen.out and seen.flags > 0 and seen.flags & (FIN | RST)


def first(frames, test):
    return next((s for s in frames if test(s)), None)


class Case:
    """One 502: what it must cite (`needs`), what it may cite (`own`)."""

    def __init__(self, request, cause, attempt, lookup, remembered):
        self.request, self.cause, self.attempt, self.lookup, self.remembered = request, cause, attempt, lookup, remembered
        self.head, self.tail, self.exact, self.also, self.confidence = Note(), Note(), True, set(), None
        self.needs, self.kind, self.conns, self.icmp = [], "none", [], None
        self.syn, self.own = [], []
        self.decisive = []                               # what its cause rests on beyond what it cites
        self.swallowed = False                           # a CONNECT after a 200: Wireshark 4.0 then shows a 502 in one segment only
        unit = lookup or attempt
        if remembered:
            self.confidence = "inferred"
        if lookup:
            self.kind, self.needs = "dns", lookup.frames
            self.own = lookup.extra
        elif attempt and attempt.cause == cause and cause != "unknown":
            self._attempt(unit)

    def _attempt(self, attempt):
        if attempt.arp is not None:
            self.kind, self.own, self.needs = "arp", attempt.arp, list(attempt.arp)
        elif not attempt.stood:
            self.kind = {"rst": "rst", "icmp": "icmp"}.get(self.cause, "syn")
            for one in attempt.request.attempts:
                if (one.address, one.port, one.stood) == (attempt.address, attempt.port, False) and one.conn:
                    self.conns.append(one.conn)
                    self.syn += [s.handle for s in one.conn.log if is_syn(s)]
                    self.needs += [s.handle for s in one.conn.log if is_syn(s) or s.flags == -1 or (closing(s) and s.flags & RST)]
                    self.own += [s.handle for s in one.conn.log]
                    self.icmp = next((s for s in one.conn.log if s.flags == -1), self.icmp)
        else:
            self.conns = [attempt.conn]
            self._stood(attempt, attempt.conn.log[attempt.mark:attempt.close_mark])

    def _stood(self, attempt, log):
        self.own = [s.handle for s in log]
        self.kind = "server"
        end = first(log, closing)
        if attempt.carried is None:                      # reset or closed before the request
            self.needs = [end.handle]
            return
        asked = first(log, lambda s: s.out and s.size)
        answered = first(log, lambda s: not s.out and s.size)
        if attempt.carried == "tls":
            decisive = first(log, lambda s: not s.out and (s.size or closing(s)))
            self.needs = [(decisive or asked).handle]
            if decisive and decisive is end and answered:
                self.exact = False                       # the FIN overtook the alert
            return
        begun = first(log, lambda s: not s.out and s.size and s.seq == attempt.reply_seq)
        self.needs = [asked.handle]
        if self.request.action == "h_bighead":           # only much of it tells that it is beyond limits
            self.decisive = [s.handle for s in log if not s.out and s.size]
        if self.cause in ("invalid_response", "truncated", "relayed"):
            self.needs.append(begun.handle)
        if self.cause in ("truncated", "server_closed", "server_reset"):
            self.needs.append(end.handle)


class Book:
    """Collects attempts, look-ups and 502s; `write` makes the entries."""

    def __init__(self, world):
        self.world, self.cases = world, []
        self.units = collections.defaultdict(list)
        self.windows = collections.defaultdict(list)     # (address, port): (from, to, request) while a request was served there
        self._seen = set()

    def lookup(self, lookup):
        if lookup.cause and id(lookup) not in self._seen:
            self._seen.add(id(lookup))
            self.units["d", lookup.name].append(lookup)

    def attempt(self, attempt):
        if id(attempt) not in self._seen:
            self._seen.add(id(attempt))
            self.units[attempt.key].append(attempt)

    def served(self, request, until):
        """A request is over, well or not."""
        if request.note.first is not None:
            for place in {(a.address, a.port) for a in request.attempts}:
                self.windows[place].append((request.note.first_when, until, request))

    def _company(self, case):
        """Was another request waiting for the same server meanwhile? Then nobody can tell whose retry was whose."""
        asked, told = case.request.note.first_when, case.head.first_when
        return any(a < told and b > asked and r is not case.request for a, b, r in self.windows[case.attempt.address, case.attempt.port])

    def case(self, request, cause, attempt, lookup, remembered):
        if attempt and not remembered and attempt.cause not in (None, "unknown", "arp"):
            self.attempt(attempt)
        case = Case(request, cause, attempt, lookup, remembered)
        self.cases.append(case)
        return case

    # ------------------------------------------------------------ the rule for equals
    def _judge(self):
        claims = {"start": set(), "end": set()}
        for units in self.units.values():
            units.sort(key=lambda u: u.start)
        begins = {k: [u.start for u in v] for k, v in self.units.items()}
        for case in self.cases:
            asked, told = case.request.note.first_when, case.head.first_when
            unit = case.lookup or case.attempt
            if case.remembered:
                case.exact = self._only_memory(case, unit, asked)
                continue
            if case.request.kind == "nothing" and self.world.parent:
                failed = self.units.get(("c", self.world.parent, self.world.parent_port), [])
                case.also.update(u.cause for u in failed if u.cause and u.start < asked)     # a next hop that is marked down
            if unit is None or case.kind in ("none", "arp"):
                continue
            key = ("d", unit.name) if case.lookup else unit.key
            units = self.units.get(key, [])
            lo = bisect.bisect_left(begins.get(key, []), asked - 130.0)
            hi = bisect.bisect_right(begins.get(key, []), told)
            window = [u for u in units[lo:hi] if asked < ended(u) < told]
            own = [u for u in window if (u is unit if case.lookup else u.request is case.request)]
            for how, claimed in claims.items():
                free = [u for u in window if id(u) not in claimed or getattr(u, "shared", False)]
                if len(own) > 1:
                    if any(u not in own for u in free) or self._company(case):
                        self._doubt(case, [u for u in free if u not in own])
                    claimed.update(id(u) for u in own)
                    continue
                best = min(free, key=lambda u: u.start if how == "start" else ended(u), default=None)
                if best is not unit:
                    self._doubt(case, [best] if best else [])
                claimed.add(id(best or unit))

    @staticmethod
    def _doubt(case, others):
        case.exact = False
        case.also.update(u.cause for u in others if u.cause and u.cause != case.cause)

    def _only_memory(self, case, unit, asked):
        units = self.units.get(("d", unit.name) if case.lookup else unit.key, [])
        return sum(1 for u in units if u.start < asked and u.start > asked - self.world.memory - 1) == 1

    # ------------------------------------------------------------ the file
    def entries(self, capture, streams):
        number = capture.number
        self.cases = [c for c in self.cases if c.head.first is not None and c.request.note.first is not None]
        self.cases.sort(key=lambda c: c.head.first_when)
        self._judge()
        out, nth = [], collections.Counter()
        for case in self.cases:
            entry = self._entry(case, number, capture, streams, nth)
            if entry:
                out.append(entry)
        out.sort(key=lambda e: (e["frame"], e["frame_first"]))
        return out

    def _entry(self, case, number, capture, streams, nth):
        request = case.request
        frames = lambda handles: sorted({number[h] for h in handles if number[h]})
        head, tail = case.head, case.tail if case.tail.last is not None else case.head
        if tail.last is None or not number[head.first] or not number[tail.last]:
            return None
        nth[id(request.client)] += 1
        attempt, lookup = case.attempt, case.lookup
        needs, exact, also = case.needs, case.exact, set(case.also)
        if case.kind == "arp":                           # a series that was already running serves too
            needs = [h for h in case.needs if request.note.first_when < capture.when[h] < head.first_when]
            exact = exact and bool(needs)
        lacking = [h for h in needs if not number[h]] or not number[request.note.first]
        if lacking or capture.capture_loss:
            exact, also = False, also | {"unknown"}
        found = frames(needs)
        decisive = frames(h for h in case.decisive if capture.when[h] < head.first_when)
        late = any(f > number[head.first] for f in found + decisive)
        server = "%s:%d" % (text(attempt.address), attempt.port) if attempt else None
        related = {"dns_query": frames(h for l in request.lookups for h in l.queries),
                   "dns_response": frames(h for l in request.lookups for h in l.answers)}
        if case.own:
            related["own"] = frames(case.own)
        if case.conns:
            related["syn"] = frames(case.syn)
            related["tcp_stream"] = streams[id(case.conns[-1])]
        entry = {"client": request.client_text + ":%d" % request.client.key[3], "method": request.method, "url": request.url, "status": 502,
                 "nth": nth[id(request.client)], "proxy": "crowd", "kind": request.kind, "frame_first": number[head.first],
                 "frame": number[tail.last], "http_layer": True, "client_stream": streams[id(request.client)],
                 "request_frame": number[request.note.first] or None, "server": server, "cause": case.cause, "attempts": tried(request),
                 "also_acceptable": sorted(also), "evidence": {"kind": case.kind, "frames": found, "exact": exact and bool(found)},
                 "related": related, "seconds": round(head.first_when - request.note.first_when, 6)}
        if case.icmp:
            entry["icmp"] = {"type": str(case.icmp.seq), "code": str(case.icmp.size)}
        if case.confidence:
            entry["confidence"] = case.confidence
        if late:
            entry["late"], entry["late_acceptable"] = True, ["unknown"]
        if found and found[0] < (number[request.note.first] or 0) and not case.remembered:
            entry["reordered"] = True                    # in the file the evidence precedes the request
        return entry


def tried(request):
    return len({id(a.conn) for a in request.attempts if a.conn})


def text(address):
    import socket
    if len(address) == 16:
        return "[%s]" % socket.inet_ntop(socket.AF_INET6, address)
    return socket.inet_ntoa(address)
