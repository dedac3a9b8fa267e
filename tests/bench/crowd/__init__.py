# SPDX-License-Identifier: GPL-2.0-or-later
"""A model of a busy web gateway that writes captures with the truth beside them.

sim      the clock: events, processes, signals
wire     bytes: link layers, IP, TCP, UDP, DNS, ICMP, ARP, TLS
capture  the capture file: order, duplicates, interfaces, frame numbers
tcp      two TCP ends and the lossy path between them
world    what varies with the seed: addresses, names, habits of the gateway
kinds    the kinds of request and how often each comes
dns      the gateway's resolver and the DNS servers
origin   what servers answer
gateway  how the gateway serves one request
clients  who asks for what, and when
truth    from what the gateway met to the truth file
"""
