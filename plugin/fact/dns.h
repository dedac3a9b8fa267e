/* dns.h
 * A DNS message, and an ICMP error that quotes one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_FACT_DNS_H
#define MWG502_FACT_DNS_H

#include "base/frames.h"
#include "base/ipaddr.h"

#define DNS_PORT 53
/* RFC 1035, 3596, 2782 and 9460 */
enum { DNS_TYPE_A = 1, DNS_TYPE_AAAA = 28, DNS_TYPE_SRV = 33, DNS_TYPE_SVCB = 64, DNS_TYPE_HTTPS = 65 };

#define DNS_ADDRESSES_MAX 16    /* in one answer that are read */
#define DNS_NAMES_MAX 8         /* canonical names in one answer that are followed */

/* One DNS message (RFC 1035) as Wireshark dissected it. Names are the frame's: valid during the call only. */
struct dns_message {
    uint32_t frame;
    when_t time;
    struct ipaddr src, dst;
    link_t link_src;
    uint16_t sport, dport, id;
    uint16_t ip_id;             /* of the IPv4 header, 0: unknown; copies of a frame have the same */
    uint8_t ttl;                /* of the IPv4 header, 0: unknown */
    bool response, truncated;
    bool cut_short;             /* there are answers, but the capture does not hold their addresses */
    uint8_t rcode;
    uint16_t type;
    const char *name;
    struct ipaddr addresses[DNS_ADDRESSES_MAX];
    unsigned n_addresses;
    const char *canonical[DNS_NAMES_MAX];
    unsigned n_canonical;
};

/* A question on its way. As part of a key it is compared byte by byte: whoever makes one clears it first. */
struct asked_key {
    struct ipaddr from, to;
    uint16_t port, id;
};

/*
 * An ICMP error for a query: which one the quoted ports and, if quoted so far, the id tell.
 * quoted is the query itself, as far as it was read, for one that never left: the sender's
 * own kernel reports it (ARP for the server failed); NULL: not read, or it did leave.
 */
struct dns_error {
    uint32_t frame;
    when_t time;
    uint8_t type, code;
    struct asked_key key;
    bool id_known;
    uint16_t ip_id;             /* of the error's own IPv4 header, as above */
    const struct dns_message *quoted;
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
