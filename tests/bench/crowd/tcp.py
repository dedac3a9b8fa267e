# SPDX-License-Identifier: GPL-2.0-or-later
"""Two TCP ends and the path between them, seen from the gateway.

What the gateway sends is captured when it leaves and may be lost later; what the other side sends is captured only where it
arrives. Sequence numbers inside are relative: 0 is the SYN, data begin at 1.
"""
import collections

from . import wire
from .wire import ACK, FIN, PSH, RST, SYN, TcpFlow

MSS = 1448
FIRST_RTO = 1.0
Seen = collections.namedtuple("Seen", "handle out flags seq size when")     # one captured frame of a connection


class Segment:
    __slots__ = ("seq", "payload", "fin", "sent", "tries")

    def __init__(self, payload, fin):
        self.payload, self.fin, self.tries = payload, fin, 0


def nothing(*_):
    pass


class End:
    __slots__ = ("conn", "gateway", "iss", "una", "nxt", "rcv", "state", "queue", "inflight", "cwnd", "ahead", "dups", "rto",
                 "timer", "unacked", "delayed", "got_fin", "fin_acked", "gone", "halved", "watch", "sent_offset",
                 "on_open", "on_data", "on_fin", "on_rst")

    def __init__(self, conn, gateway):
        self.conn, self.gateway = conn, gateway
        self.iss = conn.net.rng.getrandbits(32)
        self.una = self.nxt = self.rcv = 0
        self.state = "closed"
        self.queue, self.inflight, self.cwnd = collections.deque(), collections.deque(), 10
        self.ahead, self.dups, self.rto, self.timer = {}, 0, FIRST_RTO, False
        self.unacked, self.delayed = 0, False
        self.got_fin = self.fin_acked = self.gone = self.halved = False
        self.watch, self.sent_offset = [], 0             # (start, end, entry): whose bytes to note when they appear
        self.on_open = self.on_data = self.on_fin = self.on_rst = nothing

    @property
    def other(self):
        return self.conn.peer if self.gateway else self.conn.gate

    # ------------------------------------------------------------ what the application calls
    def connect(self):
        self.state = "syn_sent"
        self.nxt = 1
        self.conn.emit(self, SYN, 0, 0, b"")
        self.conn.net.sim.after(self.rto, self._again_syn, SYN, 1)

    def send(self, data, note=None):
        """note.first/note.last become the handles of the frames that carry data's first and last byte."""
        if self.state == "dead" or self.gone:
            return
        if note is not None:
            self.watch.append((self.sent_offset, self.sent_offset + len(data), note))
        self.sent_offset += len(data)
        for i in range(0, len(data), MSS):
            self.queue.append(Segment(data[i:i + MSS], False))
        self.pump()

    def close(self):
        """Sends FIN; what arrives later is answered with RST."""
        if self.state == "dead" or self.gone:
            return
        self.gone = True
        if self.state == "syn_sent":
            self.die()
            return
        if not self.halved:
            self.queue.append(Segment(b"", True))
            self.pump()

    def half_close(self):
        """Sends FIN and goes on reading."""
        if self.state == "open" and not self.gone:
            self.halved = True
            self.queue.append(Segment(b"", True))
            self.pump()

    def abort(self):
        if self.state != "dead":
            self.conn.emit(self, RST | ACK, self.nxt, self.rcv, b"")
            self.die()

    def die(self):
        self.state = "dead"
        self.queue.clear()
        self.inflight.clear()
        self.conn.over()

    # ------------------------------------------------------------ sending
    def pump(self):
        while self.queue and len(self.inflight) < self.cwnd and self.state == "open":
            segment = self.queue.popleft()
            segment.seq = self.nxt
            self.nxt += len(segment.payload) + segment.fin
            self.inflight.append(segment)
            self._put(segment)
        if self.inflight and not self.timer:
            self.timer = True
            self.conn.net.sim.after(self.rto, self._timeout)

    def _put(self, segment):
        segment.sent = self.conn.net.sim.now
        segment.tries += 1
        flags = ACK | (FIN if segment.fin else 0) | (PSH if segment.payload and (not self.queue or len(segment.payload) < MSS) else 0)
        self.unacked = 0
        self.conn.emit(self, flags, segment.seq, self.rcv, segment.payload)

    def _timeout(self):
        self.timer = False
        if not self.inflight or self.state != "open":
            return
        first = self.inflight[0]
        due = first.sent + self.rto
        now = self.conn.net.sim.now
        if due <= now + 1e-9:
            if first.tries > 7:
                self.die()
                return
            self.rto = min(self.rto * 2, 30.0)
            self.cwnd = max(self.cwnd // 2, 4)
            self._put(first)
            due = now + self.rto
        self.timer = True
        self.conn.net.sim.at(due, self._timeout)

    def _again_syn(self, flags, tries):
        if self.state == ("syn_sent" if flags == SYN else "syn_rcvd"):
            if tries > 5:
                self.die()
                return
            self.conn.emit(self, flags, 0, self.rcv, b"")
            self.conn.net.sim.after(FIRST_RTO * 2 ** tries, self._again_syn, flags, tries + 1)

    def _ack(self):
        self.unacked = 0
        self.conn.emit(self, ACK, self.nxt, self.rcv, b"")

    def _delayed_ack(self):
        self.delayed = False
        if self.unacked and self.state == "open":
            self._ack()

    # ------------------------------------------------------------ receiving
    def receive(self, flags, seq, ack, payload):
        if self.state == "dead":
            if not flags & RST and not (flags & FIN and not payload):
                self.conn.emit(self, RST, ack, 0, b"")
            return
        if flags & RST:
            self.die()
            self.on_rst()
            return
        if flags & SYN:
            self._handshake(flags)
            return
        if self.state == "syn_rcvd" and ack >= 1:
            self.state, self.una, self.rto = "open", 1, self.conn.rto()
            self.on_open()
        if self.state != "open":
            return
        if self.gone and payload and self.conn.resets_late:
            self.conn.emit(self, RST, self.nxt, 0, b"")
            self.die()
            return
        self._acked(ack, payload)
        size = len(payload) + (1 if flags & FIN else 0)
        if size:
            self._data(flags, seq, payload, size)

    def _handshake(self, flags):
        if not flags & ACK and self.state == "closed":
            self.conn.answer_syn(self)
        elif not flags & ACK and self.state == "syn_rcvd":
            self.conn.emit(self, SYN | ACK, 0, 1, b"")
        elif flags & ACK and self.state == "syn_sent":
            self.state, self.una, self.rcv, self.rto = "open", 1, 1, self.conn.rto()
            self._ack()
            self.on_open()
            self.pump()
        elif flags & ACK:
            self._ack()

    def accept(self):
        self.state, self.rcv, self.nxt = "syn_rcvd", 1, 1
        self.conn.emit(self, SYN | ACK, 0, 1, b"")
        self.conn.net.sim.after(FIRST_RTO, self._again_syn, SYN | ACK, 1)

    def _acked(self, ack, payload):
        inflight = self.inflight
        if ack > self.una:
            self.una, self.dups = ack, 0
            while inflight and inflight[0].seq + len(inflight[0].payload) + inflight[0].fin <= ack:
                done = inflight.popleft()
                if done.tries == 1:
                    self.rto = self.conn.rto()
                if done.fin:
                    self.fin_acked = True
                    self.conn.over()
                if self.cwnd < 44:
                    self.cwnd += 1
            if self.queue:
                self.pump()
        elif ack == self.una and inflight and not payload:
            self.dups += 1
            if self.dups == 3:
                self._put(inflight[0])

    def _data(self, flags, seq, payload, size):
        if seq > self.rcv:
            self.ahead[seq] = (flags, payload, size)
            self._ack()
            return
        if seq < self.rcv:                               # a retransmission of what is here
            self._ack()
            return
        short = len(payload) < MSS or flags & FIN or self.ahead
        while True:
            self.rcv += size
            if payload:
                self.on_data(payload)
            if flags & FIN:
                self.got_fin = True
            if self.rcv not in self.ahead:
                break
            flags, payload, size = self.ahead.pop(self.rcv)
        if self.state != "open":
            return
        self.unacked += 1
        if short or self.unacked >= 2:
            self._ack()
        elif not self.delayed:
            self.delayed = True
            self.conn.net.sim.after(0.04, self._delayed_ack)
        if self.got_fin:
            self.conn.over()
            self.on_fin()


class Conn:
    """A connection between the gateway (`gate`) and a client or server (`peer`)."""
    __slots__ = ("net", "key", "gate", "peer", "log", "latency", "arrived", "flows", "interface", "mode", "on_icmp", "resets_late",
                 "first", "released", "app", "stamp", "quoted", "detail", "reached", "mute",
                 "twin")

    def __init__(self, net, gateway, gport, peer, pport, latency, interface):
        self.net, self.interface, self.latency = net, interface, latency
        self.key = (gateway, gport, peer, pport)
        self.log, self.first, self.released = [], None, False
        self.arrived, self.reached = 0.0, 0.0
        self.mode, self.detail, self.on_icmp, self.resets_late, self.app = "accept", None, nothing, True, None
        self.mute = False                                # the far side vanished
        rng = net.rng
        self.stamp = rng.getrandbits(31)
        self.flows = (TcpFlow(net.link.header(0x86dd if len(gateway) == 16 else 0x0800, True, interface), gateway, peer, gport, pport,
                              rng.getrandbits(16), 64),
                      TcpFlow(net.link.header(0x86dd if len(gateway) == 16 else 0x0800, False, interface), peer, gateway, pport, gport,
                              rng.getrandbits(16), rng.randrange(48, 62)))
        self.gate, self.peer = End(self, True), End(self, False)
        self.quoted = self.twin = None

    def rto(self):
        return max(0.2, self.latency * 4)

    def emit(self, end, flags, seq, ack, payload):
        net = self.net
        now = net.sim.now
        lost = self.mute or (net.loss and net.rng.random() < net.loss)
        if end.gateway:
            self._capture(now, end, 0, flags, seq, ack, payload)
            if not lost:
                self.reached = arrive = max(now + self.latency, self.reached + 1e-6)
                net.sim.at(arrive, self.peer.receive, flags, seq, ack, payload)
        elif not lost:
            self.arrived = arrive = max(now + self.latency, self.arrived + 1e-6)
            net.sim.at(arrive, self._arrive, flags, seq, ack, payload)

    def _arrive(self, flags, seq, ack, payload):
        self._capture(self.net.sim.now, self.peer, 1, flags, seq, ack, payload)
        if not (self.mode == "deaf" and flags & SYN):    # the gateway's own firewall drops the SYN/ACK
            self.gate.receive(flags, seq, ack, payload)

    def _capture(self, now, end, way, flags, seq, ack, payload):
        """way: 0 from the gateway, 1 to it"""
        flow, other = self.flows[way], end.other
        stamp = self.stamp + int(now * 1000)
        said = (flags, (end.iss + seq) & 0xffffffff, (other.iss + ack) & 0xffffffff if flags & ACK else 0, 502, payload,
                stamp & 0xffffffff, (stamp - 1) & 0xffffffff if flags & ACK else 0)
        data = flow.build(*said)
        if self.twin:
            handle = self._twice(now, data, self.twin.flows[way].build(*said), way)
        else:
            handle = self.net.capture.frame(now, data, self.interface)
        if flags == SYN and end.gateway:
            self.quoted = data[len(flow.link):]
        if self.first is None:
            self.first = handle
            self.net.streams.append(self)
        size = len(payload)
        self.log.append(Seen(handle, end.gateway, flags, seq, size, now))
        if end.watch and size:
            start = seq - 1
            for item in list(end.watch):
                begin, finish, note = item
                if start <= begin < start + size and note.first is None:
                    note.first, note.first_when = handle, now
                if start < finish <= start + size and note.last is None:
                    note.last = handle
                if note.first is not None and note.last is not None:
                    end.watch.remove(item)

    def _twice(self, now, inner, outer, way):
        """A packet before and after address translation. -> the copy that counts: a client's own side, else the first"""
        twin, frame = self.twin, self.net.capture.frame
        first, second = [frame(now, data, self.interface) for data in ((inner, outer) if way == 0 else (outer, inner))]
        if twin.first is None:
            twin.first = second if not (twin.client and way == 0) else first
            self.net.streams.append(twin)
        counts, copy = (second, first) if twin.client and way == 0 else (first, second)
        self.net.copies[counts] = copy
        return counts

    def answer_syn(self, end):
        """The far side's answer to a SYN, by mode."""
        if end.gateway or self.mode in ("accept", "deaf"):
            end.accept()
        elif self.mode == "refuse":
            self.emit(end, RST | ACK, 0, 1, b"")
        elif self.mode == "icmp":
            self.net.icmp(self, *self.detail)

    def over(self):
        """Frees the port pair once both sides are done (after a while where it ended in peace)."""
        gate = self.gate
        if not self.released and (gate.state == "dead" or (gate.fin_acked and gate.got_fin)):
            self.released = True
            quiet = gate.state == "dead" and self.peer.state in ("dead", "closed")
            self.net.sim.after(0.05 if quiet else 35.0, self.net.free_port, self.key)


class Net:
    """The network around the gateway: loss, ports, ICMP from routers."""

    def __init__(self, sim, capture, link, rng, loss, ports):
        self.sim, self.capture, self.link, self.rng, self.loss = sim, capture, link, rng, loss
        self.ports, self.busy, self.streams = ports, set(), []
        self.nat, self.copies = None, {}                 # a copy of each frame, where addresses are translated

    def server_conn(self, own, server, port, latency, interface=1):
        gport = self._free(self.ports, lambda p: (own, p, server, port))
        self.busy.add((own, gport, server, port))
        return self._made(Conn(self, own, gport, server, port, latency, interface), False)

    def client_conn(self, own, port, client, ports, latency):
        cport = self._free(ports, lambda p: (own, port, client, p))
        self.busy.add((own, port, client, cport))
        return self._made(Conn(self, own, port, client, cport, latency, 0), True)

    def _made(self, conn, client):
        if self.nat:
            conn.twin = self.nat.twin(conn, client)
        return conn

    def _free(self, ports, key):
        for _ in range(60):
            port = self.rng.choice(ports)
            if key(port) not in self.busy:
                return port
        while True:                                      # the small range is used up
            port = self.rng.randrange(10000, 65000)
            if key(port) not in self.busy:
                return port

    def free_port(self, key):
        self.busy.discard(key)

    def icmp(self, conn, source, kind, code):
        """A router's error for the connection's SYN, if it arrives."""
        if not (self.loss and self.rng.random() < self.loss):
            self.sim.after(conn.latency, self._icmp_arrives, conn, source, kind, code)

    def _icmp_arrives(self, conn, source, kind, code):
        own, interface = conn.key[0], conn.interface
        proto = 0x86dd if len(own) == 16 else 0x0800
        error = wire.icmp_error(source, own, kind, code, conn.quoted)
        if conn.twin:
            handle = conn._twice(self.sim.now, *self.nat.error(self.link, conn, source, kind, code, error), 1)
        else:
            handle = self.capture.frame(self.sim.now, self.link.header(proto, False, interface) + error, interface)
        conn.log.append(Seen(handle, False, -1, kind, code, self.sim.now))
        if conn.gate.state == "syn_sent":
            conn.on_icmp()

    def datagram(self, out, own, server, sport, dport, payload):
        """A UDP datagram of the gateway's (out) or to it. -> handle"""
        if self.nat:
            inner, outer = self.nat.datagram(self.link, out, own, server, sport, dport, payload)
            first, second = [self.capture.frame(self.sim.now, data, 1) for data in ((inner, outer) if out else (outer, inner))]
            self.copies[first] = second
            return first
        packet = wire.udp(own, server, sport, dport, payload) if out else wire.udp(server, own, dport, sport, payload)
        return self.capture.frame(self.sim.now, self.link.header(0x0800, out, 1) + packet, 1)
