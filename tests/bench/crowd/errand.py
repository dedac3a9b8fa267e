# SPDX-License-Identifier: GPL-2.0-or-later
"""A connection that a gateway makes for itself: one question, one answer. No request owns it."""
from .sim import Signal
from .truth import Attempt


def errand(proxy, server, mode, question, answer, carried, timeout, after=lambda gate: gate.close()):
    """A process. question: bytes, or None to connect only; answer(peer, attempt): what the far end does once the question is there;
    mode: how it meets the SYN; after(gate): how the gateway ends it. -> the Attempt, known to the book as nobody's."""
    sim, site = proxy.sim, proxy.site
    attempt = Attempt(None, server.address, server.port, sim.now)
    proxy.book.orphan(attempt)
    own = (site.out6 if len(server.address) == 16 else site.out4)[0]
    conn = attempt.conn = proxy.net.server_conn(own, server.address, server.port, server.latency)
    conn.mode, conn.detail, conn.mute = mode, server.detail, mode == "drop"
    signal, seen, gate, peer = Signal(), set(), conn.gate, conn.peer

    def event(what):
        def happened(*_):
            seen.add(what)
            signal.fire()
        return happened

    gate.on_open, gate.on_data, gate.on_fin, gate.on_rst = event("open"), event("data"), event("fin"), event("reset")
    conn.on_icmp = event("icmp")
    peer.on_data = lambda data: answer(peer, attempt)
    peer.on_fin = lambda: sim.after(0.0001, peer.close)
    gate.connect()
    came = yield signal, timeout
    if "open" in seen:
        attempt.stood = True
        yield proxy.workers.step()
        if question and "reset" not in seen:
            attempt.carried = carried
            gate.send(question, attempt.asked)
            while came and not seen & {"data", "fin", "reset"}:
                came = yield signal, timeout
        if question and "data" not in seen:
            attempt.cause = "server_reset" if "reset" in seen else "server_closed" if "fin" in seen else "response_timeout"
    else:
        attempt.cause = "icmp" if "icmp" in seen else "rst" if "reset" in seen else "syn_timeout"
    attempt.end = sim.now
    after(gate)
    return attempt
