/* segment.h
 * A TCP segment, and an ICMP error that quotes one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_FACT_SEGMENT_H
#define MWG502_FACT_SEGMENT_H

#include "base/frames.h"
#include "base/ipaddr.h"

/* RFC 9293 section 3.1 */
enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_ACK = 0x10 };

/* One TCP segment as captured. data is the frame's: valid during the call only. */
struct segment {
    uint32_t frame;
    when_t time;
    uint32_t stream;            /* tcp.stream */
    struct ipaddr src, dst;
    link_t link_src, link_dst;
    uint16_t sport, dport;
    uint32_t seq, ack;          /* raw */
    uint8_t flags;
    uint8_t ttl;                /* of the IP header (IPv6: hop limit), 0: unknown */
    uint8_t window_scale;       /* RFC 7323, of a SYN; 0: it has none */
    bool window_zero;           /* it wants no more bytes */
    uint16_t window;            /* as sent, 0: unknown */
    uint16_t ip_id;             /* of a SYN's IPv4 header, 0: unknown; copies of a packet have the same */
    uint32_t tsval;             /* of a SYN's timestamp option (RFC 7323), 0: none; likewise */
    const uint8_t *data;
    uint32_t captured;          /* bytes at data */
    uint32_t length;            /* bytes that the segment had */
};

/* Who goes where. As part of a key it is compared byte by byte: whoever makes one clears it first. */
struct target_key {
    struct ipaddr from, to;
    uint16_t port;
};

/* An ICMP (RFC 792) or ICMPv6 (RFC 4443) error for a TCP segment. */
struct icmp_error {
    uint32_t frame;
    when_t time;
    struct ipaddr source;
    bool v6;
    uint8_t type, code;
    unsigned quote;             /* hash of what it quotes: equal for copies */
};

#endif

/*
 * Editor modelines  -  https://www.wireshark.org/tools/modelines.html
 *
 * Local variables:
 * c-basic-offset: 4
 * tab-width: 8
 * indent-tabs-mode: nil
 * End:
 *
 * vi: set shiftwidth=4 tabstop=8 expandtab:
 * :indentSize=4:tabSize=8:noTabs=true:
 */
