# SPDX-License-Identifier: GPL-2.0-or-later
"""How gateways work: their own time, whom they ask next, what they keep. Each style is named after the programs that work so.

The figures are what captures of these programs showed: nginx, HAProxy and lighttpd begin 0.06 to 0.3 ms after a request and answer
0.05 to 0.5 ms after a failure; Go programs 0.2 to 8 ms; Node.js, one thread, up to 200 ms once it is loaded; Apache and Traffic Server
0.1 to 5 ms; and now and then any of them 5 to 50 ms. Delays under load come from the queue in front of the workers, from stalls (the
scheduler, a collection of garbage, a log on a slow disk) and from machines that are slower than others, not from a formula.
"""
import dataclasses
import math


@dataclasses.dataclass
class Style:
    workers: int = 2                    # event loops or threads
    work: float = 0.00006               # own time for one step, s (median of a log-normal)
    spread: float = 0.8                 # its sigma
    stalls: float = 0.002               # share of steps behind which the worker stands still for a while
    same_tries: int = 1                 # connections tried at a server that refuses, before the next server
    pause: float = 0.0                  # between those
    most: int = 8                       # connections tried at all
    next: bool = True                   # goes on to the group's next server
    next_after_send: bool = False       # ... also after a request was sent
    resend: str = "always"              # a kept connection died without a byte of answer: always, idempotent or never
    pool: str = "lifo"                  # lifo; go: the dial goes on while another connection serves; none
    ahead: int = 0                      # connections opened before a request needs them, per server
    limit: int = 0                      # connections per server at most; more requests wait in line
    idle: float = 60.0                  # a kept connection is closed after this
    connect_timeouts: tuple = (2.0, 5.0)
    response_timeouts: tuple = (5.0, 15.0)
    max_fails: int = 0                  # so many failures mark a server down (of several)
    fail_time: float = 10.0
    cache: float = 5.0                  # seconds for which a look-up is kept; 0: one for each connection
    sni: bool = True
    resumes: bool = True                # TLS sessions
    alpn: bool = False
    half_close: bool = False            # sends FIN behind the request
    closes_client: float = 0.1          # share of 502s after which the client connection is closed
    abort: bool = False                 # ends server connections with RST
    first_think: float = 0.0            # own thinking before the first step, s
    last_think: float = 0.0             # and before a 502


STYLES = {
    "nginx": Style(pool="lifo", next_after_send=True, resend="idempotent", sni=False, connect_timeouts=(2.0, 5.0, 60.0)),
    "nginx_cold": Style(pool="none", sni=False, alpn=False, max_fails=1, connect_timeouts=(2.0, 5.0)),
    "haproxy": Style(work=0.00004, same_tries=3, pause=1.0, most=4, next=True, resend="never", alpn=False, connect_timeouts=(4.0,), closes_client=1.0),
    "go": Style(workers=4, work=0.00015, spread=1.2, stalls=0.004, pool="go", next=False, resend="idempotent", alpn=True, cache=0.0, connect_timeouts=(3.0, 5.0),
                idle=90.0, closes_client=0.0),
    "node": Style(workers=1, work=0.0003, spread=0.7, stalls=0.006, pool="lifo", limit=50, next=False, resend="never", idle=5.0, cache=0.0, closes_client=0.0),
    "apache": Style(workers=8, work=0.00015, spread=1.0, same_tries=2, pause=0.0001, resend="never", idle=30.0, response_timeouts=(5.0, 10.0)),
    "traffic_server": Style(workers=2, work=0.0001, same_tries=3, pause=0.0003, resend="always", connect_timeouts=(3.0, 6.0), idle=30.0),
    "envoy": Style(workers=2, work=0.00008, pool="go", limit=30, next=True, resend="idempotent", connect_timeouts=(1.0, 5.0), alpn=True),
    "web_gateway": Style(workers=4, work=0.0003, spread=0.9, stalls=0.004, next=True, resend="always", connect_timeouts=(3.5, 6.0, 10.0), idle=20.0),
    "squid": Style(workers=1, work=0.0001, same_tries=1, next=True, resend="always", connect_timeouts=(5.0,), closes_client=0.5),
}


STALL = 0.008                           # how long, s (mean of an exponential)
STEPS = 4.5                             # steps that a request takes, about
BUSIEST = 0.6                           # share of its time that a worker works at most


def slowed(style, rng, rate):
    """-> the style on a machine that may be slow or busy with other things, but not so slow that it never catches up"""
    mean = style.work * math.exp(style.spread ** 2 / 2) + style.stalls * STALL
    factor = min(rng.choice([1.0, 1.0, 2.0, 4.0]), BUSIEST * style.workers / (mean * STEPS * rate))
    return dataclasses.replace(style, work=style.work * factor)


class Workers:
    """The gateway's event loops: each step takes its time once its worker is free."""

    def __init__(self, sim, rng, style):
        self.sim, self.rng, self.style = sim, rng, style
        self.free, self.mu = [0.0] * style.workers, math.log(style.work)

    def step(self, weight=1.0):
        """-> seconds until a step that begins now is done"""
        now, at = self.sim.now, self.rng.randrange(len(self.free))
        begin = max(now, self.free[at])
        self.free[at] = done = begin + weight * self.rng.lognormvariate(self.mu, self.style.spread)
        if self.rng.random() < self.style.stalls:
            self.free[at] += self.rng.expovariate(1.0 / STALL)
        return done - now

    def think(self, seconds):
        """-> the like with thinking that keeps no worker busy (a helper process, a disk, a rule that waits)"""
        if not seconds:
            return self.step()
        return self.step() + seconds * self.rng.lognormvariate(0.0, 0.25)
