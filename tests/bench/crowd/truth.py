# SPDX-License-Identifier: GPL-2.0-or-later
"""From what the gateway met to the truth file.

The evidence of a 502 is taken from the frames of the attempt or look-up that the gateway met for that very request, by the rules of
the contract ("Evidence, per cause"). `exact` says that the wire can tell it from the others' (tell.py).
"""
import collections
import socket

from .tell import Teller
from .wire import FIN, RST, SYN

# In TLS without keys a reader sees that an answer began, not what it was.
VEILED = {"relayed", "truncated", "invalid_response"}


class Note:
    """The frames (handles) that carry a message's first and last byte."""
    __slots__ = ("first", "last", "first_when")

    def __init__(self):
        self.first = self.last = self.first_when = None


class Attempt:
    """One connection that the gateway tried or used for a request, or for itself (request None).

    start, end: when the gateway began with it and when it knew how it ended; carried: what of a request it carried ("http", "tls"),
    a key of Request.said; asked, answer: notes of what was sent on it; ender: a frame that ended a TLS handshake."""
    __slots__ = ("request", "address", "port", "start", "end", "conn", "mark", "close_mark", "cause", "stood", "carried", "arp", "asked",
                 "answer", "ender", "veiled", "hello", "abandoned")

    def __init__(self, request, address, port, start):
        self.request, self.address, self.port, self.start = request, address, port, start
        self.end = self.conn = self.cause = self.carried = self.arp = self.close_mark = None
        self.mark, self.stood, self.veiled, self.abandoned = 0, False, False, False
        self.asked, self.answer, self.ender, self.hello = Note(), Note(), Note(), Note()

    @property
    def place(self):
        return self.address, self.port


def is_syn(seen):
    return seen.out and seen.flags & (SYN | 16) == SYN


def closing(seen):
    return not seen.out and seen.flags > 0 and seen.flags & (FIN | RST)


def first(frames, test):
    return next((s for s in frames if test(s)), None)


class Case:
    """One 502: what it must cite (`needs`), what it may cite (`own`), the activities these belong to (`vital`)."""

    def __init__(self, request, cause, attempt, lookup, remembered):
        self.request, self.cause, self.attempt, self.lookup, self.remembered = request, cause, attempt, lookup, remembered
        self.head, self.tail, self.exact, self.also, self.confidence = Note(), Note(), True, set(), None
        self.needs, self.kind, self.conns, self.icmp = [], "none", [], None
        self.syn, self.own, self.vital = [], [], []
        self.decisive = []                               # what its cause rests on beyond what it cites
        if remembered:
            self.confidence = "inferred"
        if lookup:
            self.kind, self.needs, self.vital = "dns", lookup.frames, [lookup]
            self.own = lookup.extra
        elif attempt and attempt.cause == cause and cause != "unknown":
            self._attempt(attempt)
            self.also |= {a.cause for a in request.attempts if a.cause and a.end and attempt.start < a.end and a is not attempt}
            for one in remembered if isinstance(remembered, list) else ():
                if one is not attempt:
                    self._attempt(one)

    def _attempt(self, attempt):
        if attempt.arp is not None:
            self.vital.append(attempt)
            self.kind, self.own, self.needs = "arp", attempt.arp, list(attempt.arp)
        elif not attempt.stood:
            self.kind = {"rst": "rst", "icmp": "icmp"}.get(attempt.cause, "syn")
            tried = [a for a in attempt.request.attempts if (a.place, a.stood) == (attempt.place, False) and a.conn]
            self.vital += tried
            for one in tried:
                self.conns.append(one.conn)
                self.syn += [s.handle for s in one.conn.log if is_syn(s)]
                self.needs += [s.handle for s in one.conn.log if is_syn(s) or s.flags == -1 or (closing(s) and s.flags & RST)]
                self.own += [s.handle for s in one.conn.log]
                self.icmp = next((s for s in one.conn.log if s.flags == -1), self.icmp)
        else:
            self.vital.append(attempt)
            self.conns.append(attempt.conn)
            self._stood(attempt, attempt.conn.log[attempt.mark:attempt.close_mark])

    def _stood(self, attempt, log):
        self.own += [s.handle for s in log]
        self.kind = "server"
        end = first(log, closing)
        if attempt.cause == "tls":
            answered = first(log, lambda s: not s.out and s.size)
            ender = attempt.ender.first if attempt.ender.first is not None else end.handle if end else attempt.hello.first
            self.needs.append(ender)
            if end and end.handle == ender and answered and answered.handle > ender:
                self.exact = False                       # the FIN overtook the alert
            return
        if attempt.asked.first is None:                  # reset or closed before the request
            self.needs.append(end.handle)
            return
        self.needs.append(attempt.asked.first)
        if self.request.action == "h_bighead":           # only much of it tells that it is beyond limits
            self.decisive = [s.handle for s in log if not s.out and s.size]
        if attempt.cause in VEILED:
            self.needs.append(attempt.answer.first)
        if attempt.cause in ("truncated", "server_closed", "server_reset"):
            self.needs.append(end.handle)
        if attempt.veiled and attempt.answer.first is not None and attempt.cause != "response_timeout":
            self.exact = False
            self.also |= VEILED | {"unknown"}


class Book:
    """Collects requests and 502s of one gateway; `entries` makes the truth of them."""

    def __init__(self, site):
        self.site, self.cases, self.requests, self.orphans, self.errands = site, [], [], [], []

    def served(self, request, until):
        """A request is over, well or not."""
        request.told = until
        self.requests.append(request)

    def orphan(self, unit):
        """An activity that no request owns, or no longer."""
        self.orphans.append(unit)

    def errand_502(self, attempt):
        """A server's 502 that no client will get: by the contract a case, and nothing can be said of it."""
        self.errands.append(attempt)

    def case(self, request, cause, attempt, lookup, remembered):
        case = Case(request, cause, attempt, lookup, remembered)
        self.cases.append(case)
        return case

    # ------------------------------------------------------------ what the wire can tell
    def judge(self):
        self.cases = [c for c in self.cases if c.head.first is not None and c.request.note.first is not None]
        for request in self.requests:
            request.asked = request.note.first_when if request.note.first_when is not None else request.told
            request.chain = sorted(request.lookups + request.attempts, key=lambda u: u.start)
        for case in self.cases:
            case.request.told = case.head.first_when
        teller = Teller(self.requests, self.orphans, self.site.routes_shown)
        for case in self.cases:
            if case.remembered:
                case.exact = case.exact and self._only_memory(case)
            elif case.vital:
                self._doubt(case, teller)
            elif case.kind == "none":
                case.also.update(u.cause for u in teller.alone(case.request))
                case.also.update(self.site.down_next_hops(case))

    def _doubt(self, case, teller):
        for rival, mine in teller.rivals(case.request, case.vital):
            if case.kind == "arp" and rival.cause == "arp" and rival.address == mine.address:
                continue                                 # one series serves all who wait
            case.exact = False
            if rival.cause != case.cause:
                case.also |= {rival.cause, "unknown"}

    def _only_memory(self, case):
        """Is each of the failures that the gateway remembers the only one of its place for as long as it does?"""
        asked, places = case.request.asked, {u.place for u in case.vital}
        known = {id(u): u.place for r in self.requests for u in r.chain if u.place in places and u.cause and
                 asked - self.site.memory - 1 < u.start < asked}
        return len(known) == len(places)

    # ------------------------------------------------------------ the file
    def entries(self, capture, streams, copies):
        """copies: frames that the capture holds a second time with other addresses."""
        self.copies = copies
        out, nth = [], collections.Counter()
        self.judge()
        for case in sorted(self.cases, key=lambda c: c.head.first_when):
            entry = self._entry(case, capture, streams, nth)
            if entry:
                out.append(entry)
        return out + [e for e in (errand_entry(a, capture.number, streams) for a in self.errands) if e]

    def _entry(self, case, capture, streams, nth):
        request, number = case.request, capture.number
        frames = lambda handles: sorted({number[h] for h in handles if number[h]})
        head, tail = case.head, case.tail if case.tail.last is not None else case.head
        if tail.last is None or not number[head.first] or not number[tail.last]:
            return None
        nth[id(request.client)] += 1
        attempt = case.attempt
        needs, exact, also = case.needs, case.exact, set(case.also)
        if case.kind == "arp":                           # a series that was already running serves too
            needs = [h for h in case.needs if request.asked < capture.when[h] < head.first_when]
            exact = exact and bool(needs)
        seen = needs + case.own + [request.note.first] + [s.handle for c in case.conns for s in c.log]
        if any(not number[h] for h in seen):             # the capture lacks something of it
            exact, also = False, also | {"unknown"}
        found = frames(needs)
        decisive = frames(h for h in case.decisive if capture.when[h] < head.first_when)
        late = any(f > number[head.first] for f in found + decisive)
        related = {"dns_query": frames(h for l in request.lookups for h in l.queries),
                   "dns_response": frames(h for l in request.lookups for h in l.answers)}
        if case.own:
            related["own"] = frames(case.own)
        if case.conns:
            related["syn"] = frames(case.syn)
            related["tcp_stream"] = streams[id(case.conns[-1])]
        entry = {"client": request.client_text + ":%d" % request.client.key[3], "method": request.method, "url": request.url, "status": 502,
                 "nth": nth[id(request.client)], "proxy": self.site.kind, "kind": request.kind, "frame_first": number[head.first],
                 "frame": number[tail.last], "http_layer": True, "client_stream": streams[id(request.client)],
                 "request_frame": number[request.note.first] or None, "server": attempt and "%s:%d" % (text(attempt.address), attempt.port),
                 "cause": case.cause, "attempts": tried(request), "also_acceptable": sorted(also - {case.cause}),
                 "evidence": {"kind": case.kind, "frames": found, "exact": exact and bool(found)},
                 "related": related, "owned": owned(request, frames), "seconds": round(head.first_when - request.asked, 6)}
        copies = {number[h]: number[self.copies[h]] for h in needs + case.own + [request.note.first] if h in self.copies}
        if copies:
            entry["copies"] = sorted(copies.items())
            related["copies"] = sorted(copies.values())
        if case.icmp:
            entry["icmp"] = {"type": str(case.icmp.seq), "code": str(case.icmp.size)}
        if case.confidence:
            entry["confidence"] = case.confidence
        if late:
            entry["late"], entry["late_acceptable"] = True, ["unknown"]
        if found and found[0] < (number[request.note.first] or 0) and not case.remembered:
            entry["reordered"] = True                    # in the file the evidence precedes the request
        return entry


def errand_entry(attempt, number, streams):
    asked, answer, conn = attempt.asked, attempt.answer, attempt.conn
    if answer.last is None or not number[answer.first] or not number[answer.last]:
        return None
    return {"client": "%s:%d" % (text(conn.key[0]), conn.key[1]), "method": "GET", "url": "", "status": 502, "nth": 1, "kind": "errand", "frame_first": number[answer.first],
            "frame": number[answer.last], "http_layer": True, "client_stream": streams[id(conn)], "request_frame": number[asked.first] or None, "server": None, "cause": "unknown",
            "attempts": 0, "also_acceptable": [], "evidence": {"kind": "none", "frames": [], "exact": False}, "related": {}, "owned": [], "seconds": 0}


def owned(request, frames):
    """Every activity of the request, in order: what it was, to where, how it ended, its first and last frame, the request it carried."""
    out = []
    for unit in request.chain:
        if isinstance(unit, Attempt):
            log = unit.conn.log[unit.mark:unit.close_mark] if unit.conn else []
            seen = frames([s.handle for s in log] if unit.conn else unit.arp or [])
            one = {"activity": "attempt", "server": "%s:%d" % (text(unit.address), unit.port), "cause": unit.cause or ("abandoned" if unit.abandoned else "ok"),
                   "frames": seen[:1] + seen[-1:]}
            if unit.asked.first is not None:
                one["sent"] = frames([unit.asked.first])[:1]
        else:
            one = {"activity": "lookup", "name": unit.name, "cause": unit.cause or "ok", "frames": frames(unit.frames)[:1] + frames(unit.frames)[-1:]}
        out.append(one)
    return out


def tried(request):
    return len({id(a.conn) for a in request.attempts if a.conn})


def text(address):
    if len(address) == 16:
        return "[%s]" % socket.inet_ntop(socket.AF_INET6, address)
    return socket.inet_ntoa(address)
