# SPDX-License-Identifier: GPL-2.0-or-later
"""From which addresses a gateway serves, looks up and connects."""
from .wire import packed


def spread(site, rng):
    settings = site.settings
    if settings.get("sources"):                          # a pool of source addresses
        net = "10.%d.%d" % (rng.randrange(1, 250), rng.randrange(250)) if rng.random() < 0.5 else site.net4
        first = rng.randrange(10, 40)
        site.out4 = [packed("%s.%d" % (net, first + i)) for i in range(rng.randrange(*settings["sources"]))]
        site.out6 = [packed("%s::%x" % (site.net6, 0x200 + i)) for i in range(len(site.out4))]
        site.clients = [c for c in site.clients if c not in site.out4]
    elif settings.get("apart"):                          # one leg each: clients, servers, management
        site.out4 = [packed("10.%d.1.161" % rng.randrange(1, 250))]
        site.out6 = [packed("fd%02x:%x::161" % (rng.randrange(256), rng.randrange(1, 65535)))]
        site.dns4 = packed("192.168.%d.161" % rng.randrange(250))
    elif rng.random() < 0.2:                             # a second address, as many gateways have
        site.out4 = [packed("10.%d.0.161" % rng.randrange(251, 255))]
