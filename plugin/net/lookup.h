/* lookup.h
 * DNS: questions, their answers, and which of them are one search; neighbours that do not answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_NET_LOOKUP_H
#define MWG502_NET_LOOKUP_H

#include "model/model.h"

#define DNS_NAMES_MAX 8         /* canonical names in one answer that are followed */
#define DNS_PORT 53

enum { DNS_TYPE_A = 1, DNS_TYPE_AAAA = 28 };

/* One DNS message (RFC 1035) as Wireshark dissected it. name is valid during the call only. */
struct dns_message {
    uint32_t frame;
    when_t time;
    struct ipaddr src, dst;
    link_t link_src;
    uint16_t sport, dport, id;
    uint16_t ip_id;             /* of the IPv4 header, 0: unknown; copies of a frame have the same */
    bool response, truncated;
    bool cut_short;             /* there are answers, but the capture does not hold their addresses */
    uint8_t rcode;
    uint16_t type;
    const char *name;
    struct ipaddr addresses[NAME_ADDRESSES_MAX];
    unsigned n_addresses;
    const char *canonical[DNS_NAMES_MAX];
    unsigned n_canonical;
};

/* Questions for A and AAAA only; anything else is no search for a host's address. */
void lookup_message(struct root *root, const struct dns_message *message);

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
void lookup_icmp(struct root *root, const struct dns_error *error);

void lookup_drop(struct root *root, struct lookup *lookup);

/* For the table of questions: its answer will not be recognised any more. */
void asked_evict(bounded_t *table, struct bounded_entry *entry);

/* ARP (RFC 826) or Neighbour Discovery (RFC 4861): a question for, or any word from, the neighbour. */
void neighbor_asked(struct root *root, const struct ipaddr *neighbor, const struct ipaddr *asker, uint32_t frame, when_t time);
void neighbor_heard(struct root *root, const struct ipaddr *neighbor);
void neighbor_free(struct neighbor *neighbor);

/* The sender's own kernel says that it cannot reach the destination. */
void neighbor_reported(struct root *root, const struct target_key *key, when_t time);

#endif
