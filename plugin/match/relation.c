/* relation.c
 * What ties something that a gateway did to a client's request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>
#include <string.h>

#include <glib.h>

#include "match/likeness.h"
#include "match/relation.h"
#include "model/attempts.h"

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

/* A proxy that is told the whole URL goes by its host alone. */
static bool
is_parted_by_path(const struct exchange *ex)
{
    return !ex->request.absolute && !ex->request.connect;
}

/* Of 64 bits one stands for each host and beginning of a path: of ten routes two have the same one in half of all captures. */
static uint64_t
route_bit(const struct exchange *ex)
{
    return ex->name ? UINT64_C(1) << (bytes_hash(ex->name->text, strlen(ex->name->text), is_parted_by_path(ex) ? route_hash(ex) : 0) % 64) : 0;
}

void
learn_route(struct root *root, const struct exchange *ex, const struct conn *conn)
{
    host_get(root, &conn->side[SERVER].ip)->served |= route_bit(ex);
}

/* The routes that led to the server; 0: none is known. */
static uint64_t
served_by(struct root *root, const struct ipaddr *ip)
{
    const struct host *server = host_find(root, ip);

    return server ? server->served : 0;
}

bool
other_routes(struct root *root, const struct conn *x, const struct conn *y)
{
    uint64_t by_x = served_by(root, &x->side[SERVER].ip), by_y = served_by(root, &y->side[SERVER].ip);

    return by_x && by_y && !(by_x & by_y);
}

struct next_hop
next_hop_of(const struct root *root, const struct exchange *ex, const struct conn *conn)
{
    const struct side *server = &conn->side[SERVER];

    return (struct next_hop){ server->ip, server->port, route_hash(ex), root->now, exchange_span(ex) };
}

int
again_gain(const struct gateway *gateway)
{
    return (int)lround(100 * log2((gateway->n_again + 1.0) / (gateway->n_again + gateway->n_once + 2.0)));
}

struct gateway *
gateway_of(struct root *root, const struct exchange *ex)
{
    /* Behind an early answer of another kind it is not filed any more. */
    return ex->gateway ? ex->gateway : host_gateway(host_get(root, &ex->conn->side[SERVER].ip));
}

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
        if (name->next_hops[i].port && (!is_parted_by_path(waiting) || name->next_hops[i].route == route))
            return true;
    return false;
}

bool
is_of_another_route(struct root *root, const struct exchange *waiting, const struct ipaddr *server)
{
    uint64_t served = served_by(root, server);

    return is_parted_by_path(waiting) && served && waiting->name && !(served & route_bit(waiting)) && knows_route(waiting->name, waiting);
}

/* Requests of this host whose paths begin so went there. */
static bool
has_served_route(struct root *root, const struct exchange *waiting, const struct conn *conn)
{
    return served_by(root, &conn->side[SERVER].ip) & route_bit(waiting);
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
        clue_found(r, CLUE_ADDRESS);
    else if (name && (is_next_hop(name->next_hops, conn) || has_served_route(root, waiting, conn) || is_upstreams_address(root, name, ip)))
        clue_found(r, is_of_another_route(root, waiting, ip) ? CLUE_OTHER_ROUTE : CLUE_ROUTE);
    else if (is_next_hop(gateway->next_hops, conn))
        clue_found(r, is_of_another_route(root, waiting, ip) ? CLUE_OTHER_ROUTE : CLUE_NEXT_HOP);
    else if (!its_port && name_has_address(name, ip))
        clue_found(r, CLUE_OTHER_PORT);
    else if (is_anothers_address(root, gateway, waiting, ip))
        clue_found(r, CLUE_OTHER_ADDRESS);
    else if (name && (name->n_addresses > 0 || knows_route(name, waiting)))
        clue_found(r, CLUE_OTHER_ROUTE);
    /* A proxy asks the server that it was told; a reverse proxy's servers have ports of their own. */
    else if (its_port && (waiting->request.absolute || waiting->request.connect))
        clue_found(r, CLUE_PORT);
}

static void
relate_opener(struct relation *r, struct root *root, const struct gateway *gateway, const struct exchange *waiting, const struct conn *conn)
{
    bool filed = conn->host && ipaddr_equal(&conn->host->ip, &conn->side[CLIENT].ip);
    const struct host *opener = filed ? conn->host : host_find(root, &conn->side[CLIENT].ip);

    if ((opener && opener->gateway == gateway) || ipaddr_is_loopback(&conn->side[CLIENT].ip))
        return;
    clue_found(r, CLUE_STRAY);
    if (opener && opener->asks_itself)
        clue_found(r, CLUE_ASKS_ITSELF);
    if (conn->side[CLIENT].link && conn->side[CLIENT].link == waiting->conn->side[SERVER].link &&
        conn->side[CLIENT].link != waiting->conn->side[CLIENT].link)
        clue_found(r, CLUE_SAME_LINK);
}

bool
same_server(const struct conn *x, const struct conn *y)
{
    return x->side[SERVER].port == y->side[SERVER].port && ipaddr_equal(&x->side[SERVER].ip, &y->side[SERVER].ip);
}

bool
same_name(struct root *root, const struct conn *x, const struct conn *y)
{
    const struct reverse *r = names_of(root, &x->side[SERVER].ip);

    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (r->names[i] && name_has_address(r->names[i], &y->side[SERVER].ip))
            return true;
    return false;
}

/* Its address was told for what clients ask for, not for a name of the gateway's own, such as a parent's. */
static bool
is_of_asked_host(struct root *root, const struct conn *conn)
{
    const struct reverse *r = names_of(root, &conn->side[SERVER].ip);

    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (r->names[i] && r->names[i]->asked)
            return true;
    return false;
}

bool
other_hosts(struct root *root, const struct conn *x, const struct conn *y)
{
    return is_of_asked_host(root, x) && is_of_asked_host(root, y) && !same_name(root, x, y);
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
    return clue_gain(CLUE_ADDRESS) + MAX(clue_gain(CLUE_STRAY) + clue_gain(CLUE_SAME_LINK), 0);
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
