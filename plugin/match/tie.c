/* tie.c
 * Which connection attempts belong to a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/alike.h"
#include "match/tie.h"
#include "match/scope.h"

#define RIVALS_LOOKED_AT_MAX 64

/* who the gateway is ******************************************************/

void
scope_init(struct scope *g, struct root *root, struct exchange *ex)
{
    memset(g, 0, offsetof(struct scope, hosts));
    g->root = root;
    g->ex = ex;
    /* Behind an early answer of another kind it is not filed any more. */
    g->gateway = ex->gateway ? ex->gateway : host_gateway(host_get(root, &ex->conn->side[SERVER].ip));
    g->name = ex->name ? ex->name : name_find(root, ex->request.host);
    g->from = ex->request.time;
    g->until = ex->response_time ? ex->response_time : root->now;
    g->success = !root->settings.watched(exchange_status(ex));
    for (unsigned i = 0; i < g->gateway->n_known; i++)
        g->hosts[g->n_hosts++] = host_find(root, &g->gateway->hosts[i]);
}

bool
is_gateway_address(const struct scope *g, const struct ipaddr *ip)
{
    for (unsigned i = 0; i < g->n_hosts; i++)
        if (g->hosts[i] && ipaddr_equal(&g->hosts[i]->ip, ip))
            return true;
    return false;
}

bool
gateway_side_is_seen(const struct scope *g)
{
    for (unsigned s = 0; s < g->n_hosts; s++)
        if (g->hosts[s] && (!g_queue_is_empty(&g->hosts[s]->conns) || !g_queue_is_empty(&g->hosts[s]->searches)))
            return true;
    return false;
}

/* rivals ******************************************************************/

static bool
name_has_rival(const struct scope *g, const struct name *name)
{
    int looked_at = 0;

    for (GList *l = name ? name->open.head : NULL; l && looked_at < RIVALS_LOOKED_AT_MAX; l = l->next, looked_at++) {
        const struct exchange *other = (const struct exchange *)l->data;
        if (other != g->ex && other->gateway == g->gateway && other->request.time <= g->until && !alike_knows_no_address(other))
            return true;
    }
    return false;
}

bool
has_rival(const struct scope *g, const struct ipaddr *ip)
{
    const struct reverse *r = names_of(g->root, ip);

    if (name_has_rival(g, g->name))
        return true;
    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (name_has_rival(g, r->names[i]))
            return true;
    return false;
}

/* where they went **********************************************************/

static bool
gateway_is_crowded(const struct scope *g)
{
    return g_queue_get_length(&g->gateway->open) > 1;
}

static void
take_hops(struct scope *g, const struct next_hop *hops, bool crowd)
{
    for (int i = 0; i < NEXT_HOPS_MAX; i++)
        for (unsigned s = 0; hops[i].port && s < g->n_hosts; s++)
            gather_target(g, g->hosts[s], &hops[i].ip, hops[i].port, TIE_LEARNT, crowd);
}

static bool
is_on_gateways_link(const struct scope *g, const struct host *host)
{
    return host_on_same_link(host, host_find(g->root, &g->ex->conn->side[SERVER].ip));
}

bool
may_be_gateway(const struct scope *g, const struct host *host)
{
    return host && !host->is_client && !host->answers_dns && !ipaddr_equal(&host->ip, &g->ex->conn->side[CLIENT].ip) &&
           host->gateway != g->gateway && (is_on_gateways_link(g, host) || !host_serves(host, g->name));
}

/* true: somebody waits at that host for a name with this address. */
static bool
serves_address(const struct scope *g, const struct host *host, const struct ipaddr *ip)
{
    const struct reverse *r = names_of(g->root, ip);

    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (host_serves(host, r->names[i]))
            return true;
    return false;
}

static bool
is_childs_server(const struct scope *g, const struct ipaddr *ip, uint16_t port)
{
    for (unsigned i = 0; i < g->n; i++)
        if (g->candidates[i].ex && g->candidates[i].conn->side[SERVER].port == port && ipaddr_equal(&g->candidates[i].conn->side[SERVER].ip, ip))
            return true;
    return false;
}

/*
 * Attempts at an address that is known to be the host's, from the gateway, or from an
 * address of which nothing else is known: its second network card, its IPv6 address.
 */
static void
take_address(struct scope *g, const struct ipaddr *ip, uint16_t port)
{
    struct approach *approach;

    /* Its request was carried there and answered: what else it tried there was taken with that. */
    if (g->success && is_childs_server(g, ip, port))
        return;
    for (unsigned s = 0; s < g->n_hosts; s++)
        gather_target(g, g->hosts[s], ip, port, TIE_ADDRESS, false);
    approach = approaches_of(g->root, ip, port);
    for (unsigned i = 0; approach && i < MIN(approach->n, APPROACHES_MAX); i++) {
        struct host *host = host_find(g->root, &approach->from[i]);
        unsigned before = g->n;
        if (!may_be_gateway(g, host) || (!is_on_gateways_link(g, host) && serves_address(g, host, ip)))
            continue;
        gather_target(g, host, ip, port, TIE_ADDRESS, false);
        if (g->n > before && !g->preview)
            host_join(g->root, host_get(g->root, &g->ex->conn->side[SERVER].ip), host);
    }
}

/* A transparent proxy answers for the server's own address, from which nothing else ever came. */
static bool
is_intercepted(const struct scope *g)
{
    const struct host *server = host_find(g->root, &g->ex->conn->side[SERVER].ip);

    return !g->ex->request.absolute && server && g_queue_is_empty((GQueue *)&server->conns) && g_queue_is_empty((GQueue *)&server->searches);
}

void
gather_attempts_at_addresses(struct scope *g)
{
    const struct exchange *ex = g->ex;

    for (unsigned i = 0; g->name && i < g->name->n_addresses; i++)
        take_address(g, &g->name->addresses[i], ex->request.port);
    if (is_intercepted(g))
        take_address(g, &ex->conn->side[SERVER].ip, ex->conn->side[SERVER].port);
}

/* What carried the request itself, and further tries at the same servers. */
void
gather_children(struct scope *g)
{
    for (GList *l = g->ex->children.head; l; l = l->next) {
        struct exchange *child = (struct exchange *)l->data;
        gather_conn(g, child->conn, child, child->parent_tie, child->parent_alone);
    }
    unsigned n = g->n;
    for (unsigned i = 0; i < n; i++) {
        const struct conn *conn = g->candidates[i].conn;
        if (!i || conn->target != g->candidates[i - 1].conn->target)
            gather_target(g, host_find(g->root, &conn->side[CLIENT].ip), &conn->side[SERVER].ip, conn->side[SERVER].port, TIE_LEARNT, false);
    }
}

/* time alone **************************************************************/

/* true: the address is one that another waiting request asks for, or that answers DNS. */
static bool
is_anothers(struct scope *g, const struct conn *conn)
{
    const struct host *server = host_find(g->root, &conn->side[SERVER].ip);
    const struct reverse *r = names_of(g->root, &conn->side[SERVER].ip);

    if (conn->side[SERVER].port == DNS_PORT && server && server->answers_dns)
        return true;
    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (r->names[i] && r->names[i] != g->name && name_has_rival(g, r->names[i]))
            return true;
    return false;
}

static bool
same_target(const struct conn *x, const struct conn *y)
{
    return x->side[SERVER].port == y->side[SERVER].port && ipaddr_equal(&x->side[SERVER].ip, &y->side[SERVER].ip);
}

/* Keeps those with the port of this connection; returns how many. */
static unsigned
keep_port(struct conn **eligible, unsigned n, uint16_t port)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < n; i++)
        if (eligible[i]->side[SERVER].port == port)
            eligible[kept++] = eligible[i];
    return kept;
}

/*
 * The only thing that the gateway did: attempts at one address, or at one port where
 * nobody else waits for the gateway (several servers behind a reverse proxy).
 */
void
gather_attempts_by_time(struct scope *g)
{
    struct conn *eligible[HOST_RECENT_MAX];
    unsigned n = 0;
    bool one = true, one_port = true, crowd = gateway_is_crowded(g);

    for (unsigned s = 0; s < g->n_hosts; s++)
        for (GList *l = g->hosts[s] ? g->hosts[s]->conns.head : NULL; l && n < HOST_RECENT_MAX; l = l->next) {
            struct conn *conn = (struct conn *)l->data;
            if (!conn->claimed && begins_in_window(g, conn) && !is_anothers(g, conn) && (!crowd || explains_now(g, conn)))
                eligible[n++] = conn;
        }
    for (unsigned i = 0; i < n; i++)
        if (eligible[i]->side[SERVER].port == g->ex->request.port) {
            n = keep_port(eligible, n, g->ex->request.port);
            break;
        }
    for (unsigned i = 1; i < n; i++) {
        one = one && same_target(eligible[0], eligible[i]);
        one_port = one_port && eligible[0]->side[SERVER].port == eligible[i]->side[SERVER].port;
    }
    if (one || (one_port && !crowd))
        gather_eligible(g, eligible, n, crowd, TIE_TIME);
    else
        g->several = true;
}

/* the whole ***************************************************************/

void
gather_attempts_at_hops(struct scope *g)
{
    if (g->name)
        take_hops(g, g->name->next_hops, false);
    if (g->n == 0)
        take_hops(g, g->gateway->next_hops, gateway_is_crowded(g));
}

/* A server that a gateway asked, and that asked nobody itself. */
static bool
is_last_server(const struct scope *g)
{
    return g->ex->parent && g_queue_is_empty(&g->ex->children) && !gateway_side_is_seen(g);
}

void
tie_claim_all(struct root *root, struct exchange *ex)
{
    struct scope g;

    scope_init(&g, root, ex);
    if (is_last_server(&g))
        return;                 /* the common case, and nothing to claim */
    gather_children(&g);
    gather_attempts_at_addresses(&g);
    if (g.n == 0 && g.name)
        take_hops(&g, g.name->next_hops, false);
    for (unsigned i = 0; i < g.n; i++)
        conn_over(root, g.candidates[i].conn);
    gather_lookups(&g);
}

bool
tie_is_gateway(struct root *root, const struct exchange *ex)
{
    struct scope g;

    scope_init(&g, root, (struct exchange *)ex);
    if (!g_queue_is_empty((GQueue *)&ex->children))
        return true;
    for (unsigned s = 0; s < g.n_hosts; s++) {
        if (!g.hosts[s])
            continue;
        for (GList *l = g.hosts[s]->conns.tail; l; l = l->prev) {
            struct conn *conn = (struct conn *)l->data;
            if (begins_in_window(&g, conn) && name_has_address(ex->name, &conn->side[SERVER].ip))
                return true;
        }
        for (GList *l = g.hosts[s]->searches.tail; l; l = l->prev)
            if (((struct lookup *)l->data)->name == ex->name && ((struct lookup *)l->data)->start >= g.from)
                return true;
    }
    return false;
}
