/* relation.h
 * What ties something that a gateway did to a client's request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_RELATION_H
#define MWG502_MATCH_RELATION_H

#include "model/model.h"

/*
 * The kinds of evidence, strongest first. X(name, gain, tie, words): gain is how much likelier the
 * two belong together where it is seen than where it is not, in hundredths of a bit
 * (negative: it speaks against); tie is what it counts for in a verdict; words go behind "Why
 * this one: ". Gains are of the order in which such things occur by chance among the
 * requests of a busy gateway: two of a thousand share a URL, one of ten shares a next hop.
 */
#define MWG502_CLUES(X) \
    X(SAME_REQUEST,   1600, TIE_REQUEST, "same host, path and method") \
    X(NAMES_CLIENT,   1200, TIE_REQUEST, "its X-Forwarded-For names the client") \
    X(SAME_MARK,      1000, TIE_REQUEST, "same cookie, credentials or request id") \
    X(SAME_TARGET,    1200, TIE_REQUEST, "same host in CONNECT or in TLS") \
    X(SAME_PATH,      1000, TIE_REQUEST, "same path and method") \
    X(SAME_TAIL,       500, TIE_LEARNT,  "same end of the path") \
    X(SAME_AGENT,      200, TIE_TIME,    "same user agent") \
    X(ADDRESS,         800, TIE_ADDRESS, "an address of the host") \
    X(ROUTE,           400, TIE_LEARNT,  "where earlier requests for this host went") \
    X(NEXT_HOP,        200, TIE_LEARNT,  "where this gateway's requests for any host go") \
    X(PORT,            200, TIE_TIME,    "the port that was asked for") \
    X(SAME_LINK,       300, TIE_TIME,    "from the gateway's network card") \
    X(STRAY,          -500, TIE_TIME,    "from an address that is not known to be the gateway's") \
    X(ASKS_ITSELF,    -500, TIE_TIME,    "from an address that asks for itself, too") \
    X(OTHER_ROUTE,    -300, TIE_TIME,    "not where earlier requests for this host went") \
    X(OTHER_ADDRESS,  -600, TIE_TIME,    "an address of another host that is waited for") \
    X(OTHER_PORT,     -600, TIE_TIME,    "another port of the host") \
    X(OTHER_CLIENT,  -1000, TIE_TIME,    "its X-Forwarded-For names another client") \
    X(OTHER_AGENT,    -500, TIE_TIME,    "another user agent") \
    X(OTHER_MARK,     -600, TIE_TIME,    "another cookie") \
    X(OTHER_TARGET,  -1000, TIE_TIME,    "another host in CONNECT or in TLS") \
    X(OTHER_REQUEST,     0, TIE_TIME,    "another request") /* by the gateway's habit: see relation_of() */

enum clue {
#define CLUE_NAME(name, gain, tie, words) CLUE_##name,
    MWG502_CLUES(CLUE_NAME)
#undef CLUE_NAME
    N_CLUES
};

struct relation {
    uint32_t clues;             /* 1 << enum clue, of all that were seen */
    int gain;                   /* their sum */
    enum tie tie;               /* the strongest */
};

/*
 * Of a request that a client waits for, and a connection with what the gateway asked on it;
 * child NULL: nothing that could be read. Neither is changed. A request of which the host or path is
 * not known is related by address and time alone.
 */
struct relation relation_of(struct root *root, const struct exchange *waiting, const struct conn *conn, const struct exchange *child);

/* How usual it is that the gateway tries again what failed, from what it did while one request alone waited; hundredths of a bit. */
int again_gain(const struct gateway *gateway);

/* Look-ups of one name that are looked at for what a connection followed. */
#define LOOKUPS_LOOKED_AT_MAX 64

/* When look-ups told an address for a request. */
struct told {
    when_t own;                 /* its own one did; INT64_MAX: it is not answered; 0: it began none */
    when_t at[LOOKUPS_LOOKED_AT_MAX];   /* those of its name did, where it began none, since its turn came */
    unsigned n;
};

void addresses_told(struct told *told, const struct exchange *waiting);

/* The latest one at now. 0: none did. INT64_MAX: its own is not answered yet. */
when_t told_at(const struct told *told, when_t now);

/* Both at once. */
when_t address_told(const struct exchange *waiting, when_t now);

/* What the addresses alone say of that: the same for all connections of one place. */
struct relation relation_of_place(struct root *root, const struct exchange *waiting, const struct conn *conn);

/* No more than that gains, for any request and connection. */
int relation_of_place_most(void);

/* true: they were opened by the same address and network card, to the same address and port. */
bool same_place(const struct conn *x, const struct conn *y);

/* true: it says the same of both requests, whatever the connection. */
bool same_seat(const struct exchange *x, const struct exchange *y);

/* Adds what was asked on the connection says; child as above. */
void relate_request(struct relation *relation, const struct gateway *gateway, const struct exchange *waiting, const struct exchange *child);

/* No more than relate_request() adds to the gain: found out without reading a text. */
int relate_request_most(const struct exchange *waiting, const struct exchange *child);

/* true: relate_request() says the same of both, whoever waits. */
bool same_asked(const struct exchange *x, const struct exchange *y);

/* Word for word alike: method, host and path. Ports may differ, as where a gateway ends TLS. */
bool same_request(const struct exchange *x, const struct exchange *y);

/* The gateway of a request; made where it is not known yet. */
struct gateway *gateway_of(struct root *root, const struct exchange *exchange);

/* Where the path begins: reverse proxies send "/shop/..." and "/mail/..." to different servers. 0: it has no such part. */
unsigned route_hash(const struct exchange *exchange);

/* The exchange's request went there, now. */
struct next_hop next_hop_of(const struct root *root, const struct exchange *exchange, const struct conn *conn);

/* Of a name's text; never 0. */
unsigned name_hash(const struct name *name);

const char *clue_words(enum clue clue);

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
