/* relation.h
 * What ties something that a gateway did to a client's request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_RELATION_H
#define MWG502_MATCH_RELATION_H

#include "match/clues.h"
#include "match/told.h"

/*
 * Of a request that a client waits for, and a connection with what the gateway asked on it;
 * child NULL: nothing that could be read. Neither is changed. A request of which the host or path is
 * not known is related by address and time alone.
 */
struct relation relation_of(struct root *root, const struct exchange *waiting, const struct conn *conn, const struct exchange *child);

/* How usual it is that the gateway tries again what failed, from what it did while one request alone waited; hundredths of a bit. */
int again_gain(const struct gateway *gateway);

/* What the addresses alone say of that: the same for all connections of one place. */
struct relation relation_of_place(struct root *root, const struct exchange *waiting, const struct conn *conn);

/* No more than that gains, for any request and connection. */
int relation_of_place_most(void);

/* true: they went to the same address and port. */
bool same_server(const struct conn *x, const struct conn *y);

/* true: they went to two addresses of one name, or to one. */
bool same_name(struct root *root, const struct conn *x, const struct conn *y);

/* true: they went to addresses of two hosts that clients ask for. Two parents of a proxy have names as well, for which no client asks. */
bool other_hosts(struct root *root, const struct conn *x, const struct conn *y);

/* true: they were opened by the same address and network card, to the same address and port. */
bool same_place(const struct conn *x, const struct conn *y);

/* true: it says the same of both requests, whatever the connection. */
bool same_seat(const struct exchange *x, const struct exchange *y);

/* The gateway of a request; made where it is not known yet. */
struct gateway *gateway_of(struct root *root, const struct exchange *exchange);

/* Where the path begins: reverse proxies send "/shop/..." and "/mail/..." to different servers. 0: it has no such part. */
unsigned route_hash(const struct exchange *exchange);

/*
 * learn_route() notes that the request went to the connection's server. other_routes(): requests went to both servers, and none of one that
 * was of the same host and had the same beginning of its path as one of the other's: they are hardly one upstream's.
 */
void learn_route(struct root *root, const struct exchange *ex, const struct conn *conn);
bool other_routes(struct root *root, const struct conn *x, const struct conn *y);

/*
 * It is known where such requests go, and that others went to this server: a host's paths are parted among a reverse proxy's upstreams, as
 * hosts are. false also where the request does not wait any more.
 */
bool is_of_another_route(struct root *root, const struct exchange *waiting, const struct ipaddr *server);

/* The exchange's request went there, now. */
struct next_hop next_hop_of(const struct root *root, const struct exchange *exchange, const struct conn *conn);

/* Of a name's text; never 0. */
unsigned name_hash(const struct name *name);

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
