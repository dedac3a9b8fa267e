/* relation.c
 * What ties something that a gateway did to a client's request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include <glib.h>

#include <epan/to_str.h>
#include <wsutil/inet_addr.h>

#include "bytes/url.h"
#include "match/relation.h"
#include "model/attempts.h"

static const struct {
    int gain;
    enum tie tie;
    const char *words;
} clues[N_CLUES] = {
#define CLUE_ROW(name, gain, tie, words) [CLUE_##name] = { gain, tie, words },
    MWG502_CLUES(CLUE_ROW)
#undef CLUE_ROW
};

/* A path that ends alike in fewer characters tells nothing ("/", "/a"). */
#define TAIL_MIN 6

/* One request alone does not make a habit. */
#define OTHER_REQUEST_MOST 1400

const char *
clue_words(enum clue clue)
{
    return clues[clue].words;
}

unsigned
name_hash(const struct name *name)
{
    return g_str_hash(name->text) | 1;
}

unsigned
route_hash(const struct exchange *ex)
{
    const char *path = ex->request.path && ex->request.path[0] == '/' ? ex->request.path + 1 : "";
    size_t n = strcspn(path, "/?");

    return path[n] == '/' ? bytes_hash(path, n, 0) | 1 : 0;
}

struct next_hop
next_hop_of(const struct root *root, const struct exchange *ex, const struct conn *conn)
{
    const struct side *server = &conn->side[SERVER];

    return (struct next_hop){ server->ip, server->port, route_hash(ex), root->now, exchange_span(ex) };
}

static void
found(struct relation *r, enum clue clue)
{
    r->clues |= 1u << clue;
    r->gain += clues[clue].gain;
    r->tie = MAX(r->tie, clues[clue].tie);
}

struct gateway *
gateway_of(struct root *root, const struct exchange *ex)
{
    /* Behind an early answer of another kind it is not filed any more. */
    return ex->gateway ? ex->gateway : host_gateway(host_get(root, &ex->conn->side[SERVER].ip));
}

/* texts *******************************************************************/

static bool
same_text(const char *x, const char *y)
{
    return x == y || (x && y && strcmp(x, y) == 0);
}

bool
same_request(const struct exchange *x, const struct exchange *y)
{
    return x->url_hash == y->url_hash && x->request.method && same_text(x->request.method, y->request.method) && same_text(x->request.host, y->request.host) && same_text(x->request.path, y->request.path);
}

/* How long the common end is, from a slash or a question mark on. */
static size_t
common_tail(const char *x, const char *y)
{
    size_t nx = x ? strlen(x) : 0, ny = y ? strlen(y) : 0, n = 0, whole = 0;

    while (n < nx && n < ny && x[nx - 1 - n] == y[ny - 1 - n]) {
        n++;
        if (x[nx - n] == '/' || x[nx - n] == '?')
            whole = n;
    }
    return whole;
}

/* One of IPv4 as it is always written: each request that waits is compared with each one to a server, so no library is asked. */
static size_t
write_ipv4(const uint8_t *bytes, char *text)
{
    char *end = text;

    for (int i = 0; i < 4; i++) {
        if (i > 0)
            *end++ = '.';
        if (bytes[i] >= 100)
            *end++ = (char)('0' + bytes[i] / 100);
        if (bytes[i] >= 10)
            *end++ = (char)('0' + bytes[i] / 10 % 10);
        *end++ = (char)('0' + bytes[i] % 10);
    }
    return (size_t)(end - text);
}

static size_t
write_address(const struct ipaddr *ip, char text[WS_INET6_ADDRSTRLEN])
{
    address client = ipaddr_to_address(ip);

    if (ip->family == 4)
        return write_ipv4(ip->b, text);
    address_to_str_buf(&client, text, WS_INET6_ADDRSTRLEN);
    return strlen(text);
}

/* X-Forwarded-For: a list of addresses, the first one's the client's. */
static bool
names_client(const char *list, const struct ipaddr *ip)
{
    char text[WS_INET6_ADDRSTRLEN];
    size_t length = write_address(ip, text);

    while (*list) {
        size_t n = strcspn(list, ", ");
        if (n == length && memcmp(list, text, n) == 0)
            return true;
        list += n;
        list += strspn(list, ", ");
    }
    return false;
}

/* Whom the child names: the client, or whom the client's own request named already (a proxy asked on another one's behalf). */
static bool
names_same(const struct exchange *waiting, const struct exchange *child)
{
    const char *list = child->request.forwarded_for, *before = waiting->request.forwarded_for;

    return names_client(list, &waiting->conn->side[CLIENT].ip) || (before && strncmp(list, before, strlen(before)) == 0);
}

/* How much a request that differs speaks against a gateway that has passed on so many as they were. */
static int
other_request_gain(const struct gateway *gateway)
{
    double share = (gateway->n_other + 1.0) / (gateway->n_same + gateway->n_other + 4.0);

    return (int)lround(MAX(100 * log2(share), -OTHER_REQUEST_MOST));
}

int
again_gain(const struct gateway *gateway)
{
    return (int)lround(100 * log2((gateway->n_again + 1.0) / (gateway->n_again + gateway->n_once + 2.0)));
}

static bool
same_mark(mark_t x, mark_t y)
{
    return x && x == y;
}

/* What a proxy passes on, even one that rewrites host and path. */
static void
relate_marks(struct relation *r, const struct request_marks *x, const struct request_marks *y)
{
    if (same_mark(x->cookie, y->cookie) || same_mark(x->authorization, y->authorization) || same_mark(x->request_id, y->request_id))
        found(r, CLUE_SAME_MARK);
    else if (x->cookie && y->cookie)
        found(r, CLUE_OTHER_MARK);
    if (same_mark(x->agent, y->agent))
        found(r, CLUE_SAME_AGENT);
    else if (x->agent && y->agent)
        found(r, CLUE_OTHER_AGENT);
}

/* Where a CONNECT leads: to an address of the host, where the gateway looked that up itself. */
static void
relate_target(struct relation *r, const struct exchange *waiting, const struct exchange *child)
{
    if (!child->request.host)
        return;                 /* it was refused before it named one */
    struct ipaddr address = url_literal(child->request.host);
    if (same_text(child->request.host, waiting->request.host) || (address.family && name_has_address(waiting->name, &address)))
        found(r, CLUE_SAME_TARGET);
    else if (!address.family || url_literal(waiting->request.host ? waiting->request.host : "").family)
        found(r, CLUE_OTHER_TARGET);
}

void
relate_request(struct relation *r, const struct gateway *gateway, const struct exchange *waiting, const struct exchange *child)
{
    if (!child || !child->request.method)
        return;
    if (child->request.forwarded_for && names_same(waiting, child))
        found(r, CLUE_NAMES_CLIENT);
    else if (child->request.forwarded_for && !waiting->request.forwarded_for)
        found(r, CLUE_OTHER_CLIENT);
    if (!child->request.path && !child->request.connect) {
        relate_marks(r, &waiting->request.marks, &child->request.marks);
        return;
    }
    if (same_request(waiting, child)) {
        found(r, CLUE_SAME_REQUEST);
        return;
    }
    if (child->request.connect) {
        relate_target(r, waiting, child);
        return;
    }
    size_t tail = common_tail(waiting->request.path, child->request.path);
    bool same_method = same_text(waiting->request.method, child->request.method);
    if (same_method && child->request.path && waiting->request.path && strlen(child->request.path) > 1 && strcmp(child->request.path, waiting->request.path) == 0)
        found(r, CLUE_SAME_PATH);
    else if (same_method && tail >= TAIL_MIN)
        found(r, CLUE_SAME_TAIL);
    relate_marks(r, &waiting->request.marks, &child->request.marks);
    r->clues |= 1u << CLUE_OTHER_REQUEST;
    r->gain += other_request_gain(gateway);
}

int
relate_request_most(const struct exchange *waiting, const struct exchange *child)
{
    if (!child || !child->request.method)
        return 0;
    int most = child->request.forwarded_for ? clues[CLUE_NAMES_CLIENT].gain : 0;
    if (waiting->url_hash == child->url_hash)
        return most + clues[CLUE_SAME_REQUEST].gain;
    if (child->request.connect)
        return most + clues[CLUE_SAME_TARGET].gain;
    return most + clues[waiting->path_hash == child->path_hash ? CLUE_SAME_PATH : CLUE_SAME_TAIL].gain + clues[CLUE_SAME_MARK].gain + clues[CLUE_SAME_AGENT].gain;
}

bool
same_asked(const struct exchange *x, const struct exchange *y)
{
    if (x == y)
        return true;
    return x && y && same_request(x, y) && same_text(x->request.forwarded_for, y->request.forwarded_for) &&
           memcmp(&x->request.marks, &y->request.marks, sizeof x->request.marks) == 0;
}

/* addresses ***************************************************************/

static bool
is_next_hop(const struct next_hop *hops, const struct conn *conn)
{
    for (int i = 0; i < NEXT_HOPS_MAX; i++)
        if (hops[i].port == conn->side[SERVER].port && ipaddr_equal(&hops[i].ip, &conn->side[SERVER].ip))
            return true;
    return false;
}

/* It is known where such requests for this host went. A reverse proxy has a server for each part of a site, and for "/cart" other ones than for "/img". */
static bool
knows_route(const struct name *name, const struct exchange *waiting)
{
    unsigned route = route_hash(waiting);

    for (int i = 0; i < NEXT_HOPS_MAX; i++)
        if (name->next_hops[i].port && (waiting->request.absolute || waiting->request.connect || name->next_hops[i].route == route))
            return true;
    return false;
}

/* The name that the gateway looks up for this host has the address. */
static bool
is_upstreams_address(struct root *root, const struct name *name, const struct ipaddr *ip)
{
    const struct reverse *r = name && name->upstream ? names_of(root, ip) : NULL;

    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (r->names[i] && name_hash(r->names[i]) == name->upstream)
            return true;
    return false;
}

/* Requests for a name that are looked at, from the latest, for one at a gateway. */
#define WAITING_LOOKED_AT_MAX 32

static bool
is_waited_for_at(const struct name *name, const struct gateway *gateway)
{
    unsigned looked_at = 0;

    for (node_t *l = name->open.tail; l && looked_at < WAITING_LOOKED_AT_MAX; l = l->prev, looked_at++)
        if (((const struct exchange *)l->data)->gateway == gateway)
            return true;
    return false;
}

/* Somebody else waits at that gateway for a name that has the address. */
static bool
is_anothers_address(struct root *root, const struct gateway *gateway, const struct exchange *waiting, const struct ipaddr *ip)
{
    const struct reverse *r = names_of(root, ip);

    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (r->names[i] && r->names[i] != waiting->name && is_waited_for_at(r->names[i], gateway))
            return true;
    return false;
}

/* A transparent proxy answers for the server's own address and asks that one. */
static bool
is_intercepted(const struct exchange *waiting, const struct conn *conn)
{
    return !waiting->request.absolute && ipaddr_equal(&waiting->conn->side[SERVER].ip, &conn->side[SERVER].ip) &&
           waiting->conn->side[SERVER].port == conn->side[SERVER].port;
}

static void
relate_address(struct relation *r, struct root *root, const struct gateway *gateway, const struct exchange *waiting, const struct conn *conn)
{
    const struct name *name = waiting->name ? waiting->name : name_find(root, waiting->request.host);
    const struct ipaddr *ip = &conn->side[SERVER].ip;
    bool its_port = waiting->request.port == conn->side[SERVER].port || waiting->decrypted;

    if ((its_port && name_has_address(name, ip)) || is_intercepted(waiting, conn))
        found(r, CLUE_ADDRESS);
    else if (name && (is_next_hop(name->next_hops, conn) || is_upstreams_address(root, name, ip)))
        found(r, CLUE_ROUTE);
    else if (is_next_hop(gateway->next_hops, conn))
        found(r, CLUE_NEXT_HOP);
    else if (!its_port && name_has_address(name, ip))
        found(r, CLUE_OTHER_PORT);
    else if (is_anothers_address(root, gateway, waiting, ip))
        found(r, CLUE_OTHER_ADDRESS);
    else if (name && (name->n_addresses > 0 || knows_route(name, waiting)))
        found(r, CLUE_OTHER_ROUTE);
    /* A proxy asks the server that it was told; a reverse proxy's servers have ports of their own. */
    else if (its_port && (waiting->request.absolute || waiting->request.connect))
        found(r, CLUE_PORT);
}

static void
relate_opener(struct relation *r, struct root *root, const struct gateway *gateway, const struct exchange *waiting, const struct conn *conn)
{
    bool filed = conn->host && ipaddr_equal(&conn->host->ip, &conn->side[CLIENT].ip);
    const struct host *opener = filed ? conn->host : host_find(root, &conn->side[CLIENT].ip);

    if ((opener && opener->gateway == gateway) || ipaddr_is_loopback(&conn->side[CLIENT].ip))
        return;
    found(r, CLUE_STRAY);
    if (opener && opener->asks_itself)
        found(r, CLUE_ASKS_ITSELF);
    if (conn->side[CLIENT].link && conn->side[CLIENT].link == waiting->conn->side[SERVER].link &&
        conn->side[CLIENT].link != waiting->conn->side[CLIENT].link)
        found(r, CLUE_SAME_LINK);
}

void
addresses_told(struct told *told, const struct exchange *waiting)
{
    unsigned looked_at = 0;

    told->own = 0;
    told->n = 0;
    for (node_t *l = waiting->name ? waiting->name->searches.tail : NULL; l && looked_at < LOOKUPS_LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct lookup *lookup = (const struct lookup *)l->data;
        if (lookup->start < waiting->ready_at)
            break;
        if (waiting->looked_up && lookup->waiter == waiting->serial) {
            told->own = lookup->resolved ? lookup->last : INT64_MAX;
            break;
        }
        if (!waiting->looked_up && lookup->resolved)
            told->at[told->n++] = lookup->last;
    }
}

when_t
told_at(const struct told *told, when_t now)
{
    when_t latest = 0;

    if (told->own)
        return told->own <= now ? told->own : INT64_MAX;
    for (unsigned i = 0; i < told->n; i++)
        if (told->at[i] <= now)
            latest = MAX(latest, told->at[i]);
    return latest;
}

when_t
address_told(const struct exchange *waiting, when_t now)
{
    struct told told;

    addresses_told(&told, waiting);
    return told_at(&told, now);
}

bool
same_place(const struct conn *x, const struct conn *y)
{
    if (x->side[CLIENT].link != y->side[CLIENT].link)
        return false;
    if (x->target && x->target == y->target)
        return true;
    return x->side[SERVER].port == y->side[SERVER].port &&
           ipaddr_equal(&x->side[SERVER].ip, &y->side[SERVER].ip) && ipaddr_equal(&x->side[CLIENT].ip, &y->side[CLIENT].ip);
}

bool
same_seat(const struct exchange *x, const struct exchange *y)
{
    const struct side *server = &x->conn->side[SERVER], *other = &y->conn->side[SERVER];

    if ((!x->request.absolute || !y->request.absolute) && x->path_hash != y->path_hash && route_hash(x) != route_hash(y))
        return false;
    return x->name && x->name == y->name && x->gateway == y->gateway && x->request.port == y->request.port && x->decrypted == y->decrypted &&
           x->request.absolute == y->request.absolute && x->request.connect == y->request.connect && server->port == other->port &&
           server->link == other->link && x->conn->side[CLIENT].link == y->conn->side[CLIENT].link && ipaddr_equal(&server->ip, &other->ip);
}

struct relation
relation_of_place(struct root *root, const struct exchange *waiting, const struct conn *conn)
{
    const struct gateway *gateway = gateway_of(root, waiting);
    struct relation r = { 0, 0, TIE_TIME };

    relate_address(&r, root, gateway, waiting, conn);
    relate_opener(&r, root, gateway, waiting, conn);
    return r;
}

int
relation_of_place_most(void)
{
    return clues[CLUE_ADDRESS].gain + MAX(clues[CLUE_STRAY].gain + clues[CLUE_SAME_LINK].gain, 0);
}

struct relation
relation_of(struct root *root, const struct exchange *waiting, const struct conn *conn, const struct exchange *child)
{
    struct relation r = relation_of_place(root, waiting, conn);

    relate_request(&r, gateway_of(root, waiting), waiting, child);
    return r;
}

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
