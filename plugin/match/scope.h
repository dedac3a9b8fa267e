/* scope.h
 * Gathering what belongs to one request: shared by the files of tie.h, for nobody else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_SCOPE_H
#define MWG502_MATCH_SCOPE_H

#include "match/tie.h"

/* A SYN or a look-up that waits for less explains nothing yet. */
#define PENDING_LONG (3 * NS_PER_SECOND / 10)

struct candidate {
    struct conn *conn;
    struct exchange *ex;        /* NULL: no request went over it (that could be read) */
    enum tie tie;
    bool alone;
};

struct scope {
    struct root *root;
    struct exchange *ex;
    struct gateway *gateway;            /* never NULL */
    struct name *name;          /* NULL: the host is not known */
    when_t from, until;         /* request and response */
    bool preview;               /* nothing is claimed or learnt */
    bool success;               /* the response is none that is diagnosed */
    bool several;
    enum tie lookup_tie;
    bool lookup_alone, lookup_shared;
    unsigned n_hosts, n, n_lookups, n_dns_conns;     /* how many of the following are set */
    struct host *hosts[GATEWAY_HOSTS_MAX];         /* the gateway's; may be NULL */
    struct candidate candidates[ATTEMPTS_MAX];
    struct lookup *lookups[QUESTIONS_MAX];
    struct conn *dns_conns[DNS_CONNS_MAX];              /* DNS over TCP */
};

void scope_init(struct scope *g, struct root *root, struct exchange *ex);
bool is_gateway_address(const struct scope *g, const struct ipaddr *ip);

/* true: the gateway opened a connection or asked for a name lately. */
bool gateway_side_is_seen(const struct scope *g);

/* May this host be the gateway, though nothing showed it yet? No client, no DNS server, nobody waits there for the same name. */
bool may_be_gateway(const struct scope *g, const struct host *host);

/* true: another request waits for the same gateway that may use the same address. */
bool has_rival(const struct scope *g, const struct ipaddr *ip);

/* The attempt began while the request waited, and no other request has it in a preview. */
bool begins_in_window(const struct scope *g, const struct conn *conn);

/* Where much goes on at once: it failed before the response, or waited for an answer in vain. */
bool explains_now(const struct scope *g, const struct conn *conn);

/*
 * Adds one attempt, unless it is there; those of the eligible ones, which stand in order of
 * time, that are this request's (rivals: another request may have made them); or those at
 * one address and port, from that host (NULL: none), that nobody claimed.
 */
void gather_conn(struct scope *g, struct conn *conn, struct exchange *ex, enum tie tie, bool alone);
void gather_eligible(struct scope *g, struct conn **eligible, unsigned n, bool rivals, enum tie tie);
void gather_target(struct scope *g, const struct host *host, const struct ipaddr *ip, uint16_t port, enum tie tie, bool crowd);

/* All of them claim what they take. */
void gather_children(struct scope *g);
void gather_attempts_at_addresses(struct scope *g);
void gather_lookups(struct scope *g);

/* true: many ask for the name at once, and the look-up that began with this request brought no address. */
bool first_lookup_failed(const struct scope *g);

/* Attempts where earlier requests for this host, or for several, went. */
void gather_attempts_at_hops(struct scope *g);

/* The only things that the gateway did; for where nothing stronger ties anything to the request. */
void gather_attempts_by_time(struct scope *g);
void gather_lookups_by_time(struct scope *g);

/* Failures from before the request that the gateway may remember; replaces nothing that is there. */
void gather_remembered(struct scope *g, when_t *remembered);

/* ARP and Neighbour Discovery for the host's addresses or a next hop; false: none. */
bool gather_unreached(struct scope *g, struct unreached *unreached);
bool gather_unreached_by_time(struct scope *g, struct unreached *unreached);

/* The same for a DNS server that the gateway's own kernel reported as unreachable. */
bool gather_unreached_server(struct scope *g, const struct ipaddr *server, struct unreached *unreached);

#endif
