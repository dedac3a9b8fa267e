/* conn.h
 * TCP connections: from segments to handshakes, requests, replies and ends
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TCP_CONN_H
#define MWG502_TCP_CONN_H

#include "model/model.h"

/* RFC 9293 section 3.1 */
enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_ACK = 0x10 };

/* One TCP segment as captured. data is valid during the call only. */
struct segment {
    uint32_t frame;
    when_t time;
    uint32_t stream;            /* tcp.stream */
    struct ipaddr src, dst;
    link_t link_src, link_dst;
    uint16_t sport, dport;
    uint32_t seq, ack;          /* raw */
    uint8_t flags;
    const uint8_t *data;
    uint32_t captured;          /* bytes at data */
    uint32_t length;            /* bytes that the segment had */
};

/*
 * Returns the segment's connection, or NULL where the segment belongs to none that is
 * known and opens none. *again: all its bytes were seen before.
 */
struct conn *conn_segment(struct root *root, const struct segment *segment, bool *again);

/* NULL if it is not (or no longer) known. */
struct conn *conn_find(struct root *root, uint32_t stream);

struct icmp_error {
    uint32_t frame;
    when_t time;
    struct ipaddr source;
    bool v6;
    uint8_t type, code;
    unsigned quote;             /* hash of what it quotes: equal for copies */
};

/* An ICMP or ICMPv6 error that quotes a segment of this connection, sent by the side that opened it. */
void conn_icmp(struct root *root, struct conn *conn, const struct icmp_error *error);

/* The connection that from opened to the address and port with this source port; NULL if none is waiting there. */
struct conn *conn_from(struct root *root, const struct target_key *key, uint16_t sport);

/* Marks the connection as the exchange's with this serial: no other may cite it. */
void conn_claim(struct conn *conn, uint32_t owner);

/* The last request that could cite the connection is over: it is forgotten soon if it is closed. */
void conn_over(struct root *root, struct conn *conn);

/* When it failed: the last RST or ICMP error for its SYNs, or its end; 0 if it did not. */
when_t conn_failed(const struct conn *conn);

/* Forgets the connection, its exchanges and everything that points to it. */
void conn_drop(struct root *root, struct conn *conn);

/* Who was taken for the client is the server. */
void conn_swap_sides(struct conn *conn);

/* For the table of connections. */
void conn_evict(bounded_t *table, struct bounded_entry *entry);

#endif
