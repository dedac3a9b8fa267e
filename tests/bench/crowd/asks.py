# SPDX-License-Identifier: GPL-2.0-or-later
"""Who asks a site's gateways for what, and when; which requests are doomed, and the outages of servers."""
import zlib

from .clients import Visitors
from .truth import Note, text

AGENTS = ["Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/115.0", "curl/7.88.1", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0",
          "okhttp/4.9.3", "python-requests/2.28.1"]
WORDS = "cart item list order user login feed news img search help app main v1 v2 data".split()
# what goes well: weight
GOOD = {"ok": 60, "ok_chunked": 8, "ok_post": 8, "ok_404": 6, "ok_304": 6, "ok_close": 3, "ok_large": 0.3}
# what fails, in classes; a kind of gateway says how much of each class it has
BAD = {
    "connect": {"c_refuse": 6, "c_drop": 2.5, "c_icmp": 3, "c_rst": 1.5, "c_fin": 1.5},
    "exchange": {"h_empty": 6, "h_rst": 5, "h_hang": 3, "h_raw": 2, "h_badhdr": 2, "h_bighead": 0.5, "h_html": 1, "h_trunc_head": 1.5,
                 "h_trunc_body": 2, "h_trunc_rst": 1.5, "h_100_close": 1, "h_502": 5, "h_504": 0.7, "h_good": 0.5},
    "tls": {"t_alert": 3, "t_close": 2, "t_reset": 2, "t_silent": 1.5, "t_plain": 1, "t_untrusted": 3, "t_late": 2},
    "own": {"nothing": 1}, "icap": {"i_refuse": 1, "i_empty": 1},
}


class Ask:
    """One request of a client. said: what an activity that carried it would show of it, by what carried it."""

    expect = via_parent = slow = False

    def __init__(self, action, route, path, serial):
        self.kind = self.action = action
        self.route, self.path, self.serial = route, path, serial
        self.method = "POST" if action in ("ok_post",) else "GET"
        self.body, self.closes, self.relay, self.absolute = 0, False, None, False
        self.host_header = route.host if route.port == 80 else "%s:%d" % (route.host, route.port)
        self.url = "http://%s%s" % (self.host_header, path)
        self.attempts, self.lookups, self.chain = [], [], []
        self.note, self.client, self.client_text = Note(), None, None
        self.head_end = self.body_end = 0
        self.asked = self.told = None
        self.agent, self.cookie, self.said, self.asides = AGENTS[0], None, {}, set()

    @property
    def places(self):
        return self.route.places | self.asides

    def kept(self):
        """Header lines that a gateway passes on."""
        lines = ["User-Agent: " + self.agent, "Accept: */*"]
        if self.cookie:
            lines.append("Cookie: sid=" + self.cookie)
        if self.body:
            lines += ["Content-Type: application/octet-stream", "Content-Length: %d" % self.body]
        return lines

    def head(self):
        lines = ["%s %s HTTP/1.1" % (self.method, self.url if self.absolute else self.path), "Host: " + self.host_header] + self.kept()
        return ("\r\n".join(lines) + "\r\nConnection: keep-alive\r\n\r\n").encode()


class Arrivals(Visitors):
    """Clients of one or several gateways of a kind."""

    def __init__(self, net, site, gateway, options):
        super().__init__(net, site, gateway, net.rng)
        self.site, self.options, self.made = site, options, 0
        rng = net.rng
        if site.settings.get("sticky"):                  # a load balancer in front: few addresses, connections that stay
            self.closes, self.rests, site.clients, site.clients6 = 0.01, (20.0, 60.0), site.clients[:rng.choice([1, 2, 4])], site.clients6[:1]
        share = options.failures if options.failures is not None else rng.uniform(0.05, 0.2)
        classes = site.settings.get("bad", {"connect": 1, "exchange": 1, "own": 0.02})
        self.bad = [(a, w * classes[c] / sum(BAD[c].values())) for c in classes for a, w in BAD[c].items()]
        self.share = max(0.0, share - site.settings.get("dead_routes", 0.0))
        self.leads = True                                # starts the servers' outages too

    def run(self):
        rng, options = self.rng, self.options
        for group in self.site.groups if self.leads else ():
            self.sim.start(self._outages(group))
        while self.made < options.requests:
            yield rng.expovariate(options.rate)
            self._talk().ask([self.request()])

    def request(self):
        rng, site = self.rng, self.site
        self.made += 1
        if site.dead and rng.random() < site.settings.get("dead_routes", 0.0):
            route = rng.choice(site.dead)
        else:
            route = rng.choices(site.routes, site.weights)[0]
        path = route.prefix + rng.choice(WORDS)
        path += rng.choice(["", "?page=%d" % rng.randrange(9), "/%d" % self.made, "?id=%x" % rng.getrandbits(32), "/%d?q=%d" % (rng.randrange(500), self.made)])
        bad = rng.random() < self.share
        action = rng.choices([b[0] for b in self.bad], [b[1] for b in self.bad])[0] if bad else rng.choices(list(GOOD), list(GOOD.values()))[0]
        ask = Ask(action, route, path, self.made)
        if action == "ok_post" or (bad and rng.random() < 0.1 and action[0] != "t"):
            ask.method, ask.body = "POST", rng.choice([60, 700, 5000])
        ask.absolute = site.settings.get("forward", False)
        return ask

    def asks(self, talk, requests):
        """A client's own lines: the same for all its requests."""
        client = text(talk.conn.key[2])
        known = zlib.crc32(client.encode())
        for ask in requests:
            ask.agent = AGENTS[known % len(AGENTS)]
            ask.cookie = "%08x" % known if known % 10 < 6 else None
            self.site.says(ask, client)

    def _outages(self, group):
        """A process: now and then a server of the group (or all of it) is down for a while."""
        rng, site = self.rng, self.site
        share = self.site.settings.get("outages", 0.03)
        while share and self.made < self.options.requests:
            lasts = rng.choice([0.1, 0.3, 0.6, 1.5])
            yield rng.expovariate(share / lasts)
            if self.made >= self.options.requests:
                return
            hit = list(group.servers) if rng.random() < 0.5 else [rng.choice(group.servers)]
            mode = rng.choices(["refuse", "drop", "icmp"], [5, 3, 2])[0]
            for server in hit:
                server.switch("arp" if server.local and mode == "drop" else mode, site.icmp_detail(server, rng))
            yield lasts
            for server in list(hit):
                if site.settings.get("replace") and mode != "refuse":
                    group.replace(server, site.server(server.port, site.pods, latency=server.latency))
                else:
                    server.switch("accept")
