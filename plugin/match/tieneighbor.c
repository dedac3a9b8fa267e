/* tieneighbor.c
 * Which unanswered neighbours belong to a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/scope.h"
#include "net/neighbor.h"

/* A resolution that is still running: the next question, or giving up, comes within this time. */
#define ASKING_INTERVAL (3 * NS_PER_SECOND / 2)

/* Resolution does not fail sooner behind its last question. */
#define UNREACHED_LONG (9 * NS_PER_SECOND / 10)

static bool
is_asked_in_window(const struct scope *g, const struct neighbor *n)
{
    return n && n->last + ASKING_INTERVAL >= g->from && n->first <= g->until;
}

static void
set_unreached(struct unreached *u, const struct neighbor *n, const struct ipaddr *destination, uint16_t port, enum tie tie)
{
    u->tie = tie;
    u->neighbor = n->ip;
    if (destination)
        u->destination = *destination;
    u->port = port;
    u->asked = n->asked;
    u->asked_at = n->asked_at;
    u->first = n->first;
}

/* The gateway's latest unanswered question for any neighbour. */
static const struct neighbor *
latest_unanswered(const struct scope *g)
{
    const struct neighbor *latest = NULL;

    for (unsigned s = 0; s < g->n_hosts; s++)
        for (GList *l = g->hosts[s] ? g->hosts[s]->neighbors.tail : NULL; l; l = l->prev) {
            const struct neighbor *n = (const struct neighbor *)l->data;
            if (is_asked_in_window(g, n) && !ipaddr_equal(&n->ip, &g->ex->conn->side[CLIENT].ip) && (!latest || n->last > latest->last))
                latest = n;
        }
    return latest;
}

static const struct reported *
report_for(const struct scope *g, const struct ipaddr *destination, uint16_t port)
{
    for (unsigned s = 0; s < g->n_hosts; s++) {
        struct target_key key;
        if (!g->hosts[s])
            continue;
        memset(&key, 0, sizeof key);
        key.from = g->hosts[s]->ip;
        key.to = *destination;
        key.port = port;
        const struct reported *r = (const struct reported *)bounded_find(&g->root->reported, &key);
        if (r && r->time >= g->from && r->time <= g->until)
            return r;
    }
    return NULL;
}

/* The one that the client asked: its network card is known. */
static const struct host *
gateway_host(const struct scope *g)
{
    return host_find(g->root, &g->ex->conn->side[SERVER].ip);
}

static bool
unreached_at(struct scope *g, struct unreached *u, const struct ipaddr *destination, uint16_t port, enum tie tie)
{
    const struct neighbor *n = (const struct neighbor *)bounded_find(&g->root->neighbors, destination);
    const struct reported *r = report_for(g, destination, port);

    if (!is_asked_in_window(g, n) || !(is_gateway_address(g, &n->asker) || (may_be_gateway(g, n->host) && neighbor_may_be_asked_by(n, gateway_host(g)))))
        n = r ? latest_unanswered(g) : NULL;
    if (!n)
        return false;
    set_unreached(u, n, destination, port, tie);
    u->reported = r != NULL;
    return true;
}

bool
gather_unreached(struct scope *g, struct unreached *u)
{
    const struct exchange *ex = g->ex;

    for (unsigned i = g->name ? g->name->n_addresses : 0; i > 0; i--)
        if (unreached_at(g, u, &g->name->addresses[i - 1], ex->request.port, TIE_ADDRESS))
            return true;
    for (int i = 0; i < NEXT_HOPS_MAX; i++) {
        if (g->name && g->name->next_hops[i].port && unreached_at(g, u, &g->name->next_hops[i].ip, g->name->next_hops[i].port, TIE_LEARNT))
            return true;
        if (g->gateway && g->gateway->next_hops[i].port && unreached_at(g, u, &g->gateway->next_hops[i].ip, g->gateway->next_hops[i].port, TIE_LEARNT))
            return true;
    }
    return false;
}

bool
gather_unreached_server(struct scope *g, const struct ipaddr *server, struct unreached *u)
{
    if (!unreached_at(g, u, server, DNS_PORT, TIE_ADDRESS))
        return false;
    u->for_dns = true;
    return true;
}

bool
gather_unreached_by_time(struct scope *g, struct unreached *u)
{
    const struct neighbor *n = latest_unanswered(g);
    const struct host *host;
    bool crowd = g_queue_get_length(&g->gateway->open) > 1;

    /* Without DNS it could be a server as well as a DNS server. */
    if (!n || g->root->settings.unseen.dns || n->last < g->from)
        return false;
    if (crowd && (g->until - n->last < UNREACHED_LONG || has_rival(g, &n->ip)))
        return false;
    set_unreached(u, n, NULL, 0, TIE_TIME);
    host = host_find(g->root, &n->ip);
    u->for_dns = (host && host->answers_dns) || !g->name || g->name->n_addresses == 0;
    return true;
}
