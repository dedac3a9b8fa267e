# SPDX-License-Identifier: GPL-2.0-or-later
"""A model of busy web gateways that writes captures with the truth beside them.

sim         the clock: events, processes, signals
wire        bytes: link layers, IP, TCP, UDP, DNS, ICMP, ARP
tlswire     bytes of TLS towards a server, and both of its ends
capture     the capture file: order, duplicates, interfaces, frame numbers
tcp         two TCP ends and the lossy path between them
nat         a packet's other side where addresses are translated
dns         a gateway's resolver and the DNS servers
clients     client connections, and what they carry
truth       from what a gateway met to the truth file
tell        whether the wire can tell it
tally       verdicts beside the truth

The forward proxy:
world       what varies with the seed: addresses, names, habits
kinds       the kinds of request and how often each comes
origin      what servers answer
gateway     how one request is served

Every other kind of gateway:
families    the kinds, a row each; deployment makes gateways, clients and company of a row
habits      how gateways work: their own time, retries, what they keep
site        addresses, servers in groups, routes; filled by
            reverse, web, kube (routes) and places (addresses)
proxy       how one request is served; upstream: connections and their pool; eyeballs: two families at once
backend     the servers' end of a connection
asks        who asks for what, and outages
checks, noise, icap, errand
            what a gateway does without, or beside, its clients
"""
