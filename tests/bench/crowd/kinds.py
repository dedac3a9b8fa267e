# SPDX-License-Identifier: GPL-2.0-or-later
"""The kinds of request: what is asked of which host, and how often."""

# kinds that end well: weight
GOOD = {
    "ok": 50, "ok_chunked": 8, "ok_large": 1, "ok_post": 6, "ok_expect": 2, "ok_connect": 8, "ok_404": 5, "ok_304": 5,
    "ok_close": 4, "ok_first_dead": 2, "ok_parent": 4, "ok_retry": 1,
}
# kinds that fail: weight, host pool ("good", a pool of World.dead, or "parent"), what the server does
BAD = {
    "rst": (10, "rst", None), "rst_six": (2, "rst_six", None), "rst_literal": (3, "literal", None), "rst_flapping": (2, "good", "c_refuse"),
    "rst_after_handshake": (2, "good", "c_rst"), "rst_connect": (3, "rst", None), "rst_post": (2, "rst", None),
    "syn_timeout": (6, "syn_drop", None), "syn_six": (1, "syn_six", None), "syn_deaf": (2, "deaf", None), "syn_connect": (1, "syn_drop", None),
    "icmp": (5, "icmp", None), "icmp_ignored": (2, "icmp_ignored", None), "icmp_six": (1, "icmp_six", None), "two_dead": (3, "two_dead", None),
    "arp": (3, "arp", None),
    "nxdomain": (10, "nxdomain", None), "nx_alias": (2, "nx_alias", None), "nx_connect": (2, "nxdomain", None),
    "dns_nodata": (3, "nodata", None), "dns_servfail": (4, "servfail", None), "dns_refused": (2, "refused", None), "dns_notimp": (1, "notimp", None),
    "dns_timeout": (4, "mute", None), "dns_half": (1, "half_mute", None), "dns_closed": (2, "dns_closed", None), "dns_absent": (1, "dns_absent", None),
    "tls_alert": (2, "good", "t_alert"), "tls_close": (1, "good", "t_close"), "tls_reset": (1, "good", "t_reset"),
    "tls_silent": (1, "good", "t_silent"), "tls_plain": (1, "good", "t_plain"),
    "h_raw": (3, "good", "h_raw"), "h_badhdr": (2, "good", "h_badhdr"), "h_html": (2, "good", "h_html"), "h_bighead": (1, "good", "h_bighead"),
    "h_trunc_head": (2, "good", "h_trunc_head"), "h_trunc_body": (3, "good", "h_trunc_body"), "h_trunc_rst": (2, "good", "h_trunc_rst"),
    "h_empty": (5, "good", "h_empty"), "h_empty_early": (1, "good", "c_fin"), "h_100_close": (1, "good", "h_100_close"), "h_empty_post": (1, "good", "h_empty"),
    "h_rst": (5, "good", "h_rst"),
    "h_hang": (3, "good", "h_hang"), "h_100_hang": (1, "good", "h_100_hang"), "h_part_hang": (1, "good", "h_part_hang"),
    "gen502": (5, "good", "h_502"), "gen504": (1, "good", "h_504"), "good_but_502": (1, "good", "h_good"), "nothing": (0.5, "idle", "nothing"),
    "parent_502": (3, "parent", "h_502"), "parent_empty": (1, "parent", "h_empty"), "parent_rst": (1, "parent", "c_refuse"),
}
# kinds to be switched on by name: failures that the gateway remembers or shares
REMEMBERED = {"shared_lookup", "negative_cache", "marked_down"}
# crowds: many clients ask the same dead host at one moment; weight of each
CROWDS = {"rst": 4, "syn_timeout": 2, "nxdomain": 3, "dns_servfail": 1, "icmp": 1, "arp": 1, "rst_connect": 1, "dns_timeout": 1}
METHODS = {"rst_connect": "CONNECT", "syn_connect": "CONNECT", "nx_connect": "CONNECT", "ok_connect": "CONNECT", "tls_alert": "CONNECT",
           "tls_close": "CONNECT", "tls_reset": "CONNECT", "tls_silent": "CONNECT", "tls_plain": "CONNECT",
           "ok_post": "POST", "ok_expect": "POST", "rst_post": "POST", "h_empty_post": "POST"}


class Chooser:
    """Draws kinds for a world, within what the user wants."""

    def __init__(self, rng, world, wanted, success, crowd):
        self.rng, self.world, self.success, self.crowd = rng, world, success, crowd
        self.good = {k: w for k, w in GOOD.items() if self._possible(k) and (k != "ok_large" or not wanted or "ok_large" in wanted)}
        self.bad = {k: v[0] for k, v in BAD.items() if self._possible(k) and (not wanted or k in wanted)}
        self.crowds = {k: w for k, w in CROWDS.items() if k in self.bad}
        if wanted and not self.bad and not any(k in GOOD for k in wanted):
            self.bad = {k: v[0] for k, v in BAD.items() if self._possible(k)}
        self._good, self._bad = list(self.good), list(self.bad)
        self._good_w, self._bad_w = list(self.good.values()), list(self.bad.values())

    def _possible(self, kind):
        world = self.world
        if kind in ("ok_parent", "parent_502", "parent_empty", "parent_rst"):
            return world.parent is not None
        if kind == "dns_absent" and world.link_name == "ethernet":
            return False
        pool = BAD[kind][1] if kind in BAD else None
        return pool in (None, "good", "parent") or bool(world.dead[pool])

    def kind(self):
        rng = self.rng
        if not self._bad or rng.random() < self.success:
            return rng.choices(self._good, self._good_w)[0]
        return rng.choices(self._bad, self._bad_w)[0]

    def crowd_kind(self):
        return self.rng.choices(list(self.crowds), list(self.crowds.values()))[0]

    def host(self, kind):
        rng, world = self.rng, self.world
        pool = BAD[kind][1] if kind in BAD else {"ok_parent": "parent", "ok_first_dead": "first_dead"}.get(kind, "good")
        return rng.choice(world.good if pool == "good" else world.via_parent if pool == "parent" else world.dead[pool])

    def action(self, kind):
        """What the server does with it."""
        if kind in BAD:
            return BAD[kind][2]
        return {"ok_retry": "c_refuse_once"}.get(kind, kind)
