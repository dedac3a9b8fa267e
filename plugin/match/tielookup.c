/* tielookup.c
 * Which look-ups and remembered failures belong to a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/exchange.h"
#include "match/scope.h"

#define LOOKED_AT_MAX 128

/* look-ups ****************************************************************/

/* The next proxy, which looks up the same name for itself. */
static bool
is_next_hop(const struct scope *g, const struct ipaddr *ip)
{
    for (unsigned i = 0; i < g->n; i++)
        if (ipaddr_equal(&g->candidates[i].conn->side[SERVER].ip, ip))
            return true;
    return false;
}

/* Asked from an address that is known to be the gateway's: nothing that another gateway of a cluster looked up. */
static bool
is_its_own_lookup(const struct scope *g, const struct lookup *lookup)
{
    const struct ipaddr *asker = lookup->n > 0 ? &lookup->questions[0]->q.asker : NULL;

    return asker && (ipaddr_is_loopback(asker) || is_gateway_address(g, asker));
}

static bool
is_gateways_lookup(const struct scope *g, const struct lookup *lookup)
{
    return !lookup->host || ipaddr_is_loopback(&lookup->host->ip) || is_gateway_address(g, &lookup->host->ip) ||
           (lookup->name == g->name && may_be_gateway(g, lookup->host) && !is_next_hop(g, &lookup->host->ip));
}

static void
add_lookup(struct scope *g, struct lookup *lookup, enum tie tie, bool alone)
{
    if (g->n_lookups == QUESTIONS_MAX)
        return;
    for (unsigned i = 0; i < g->n_lookups; i++)
        if (g->lookups[i] == lookup)
            return;
    g->lookups[g->n_lookups++] = lookup;
    g->lookup_tie = tie;
    g->lookup_alone = alone;
    if (g->preview)
        lookup->previewed = g->ex->serial;
    else
        lookup_claim(lookup);
}

static bool
name_is_crowded(const struct scope *g, const struct name *name)
{
    for (GList *l = name->open.head; l; l = l->next) {
        const struct exchange *other = (const struct exchange *)l->data;
        if (other != g->ex && other->gateway == g->gateway)
            return true;
    }
    return false;
}

/* Every question has its answer, or an error, before the response. */
static bool
has_ended(const struct scope *g, const struct lookup *lookup)
{
    for (unsigned i = 0; i < lookup->n; i++)
        if (lookup->questions[i]->q.answers.seen + lookup->questions[i]->q.icmp.seen == 0)
            return false;
    return lookup->last <= g->until;
}

static when_t
candidate_start(const struct candidate *c)
{
    return c->ex ? exchange_begun(c->ex) : c->conn->hs.first_syn;
}

/* Where others look up the same name: not one that ran on once the request had its first connection. */
static bool
precedes_attempts(const struct scope *g, const struct lookup *lookup)
{
    for (unsigned i = 0; i < g->n; i++)
        if (lookup->last > candidate_start(&g->candidates[i]) && candidate_start(&g->candidates[i]) >= g->from)
            return false;
    return true;
}

/* How well a search explains the response, where several are alike: failed, then silent for long, then the rest. */
static int
rank(const struct scope *g, const struct lookup *lookup)
{
    if (g->n > 0 || g->success)
        return has_ended(g, lookup) ? 2 : 0;
    if (lookup->resolved)
        return 0;
    return has_ended(g, lookup) ? 2 : g->until - lookup->start > PENDING_LONG ? 1 : 0;
}

bool
first_lookup_failed(const struct scope *g)
{
    if (!g->name || !name_is_crowded(g, g->name))
        return false;
    for (GList *l = g->name->searches.head; l; l = l->next) {
        const struct lookup *lookup = (const struct lookup *)l->data;
        if (lookup->start >= g->from && is_gateways_lookup(g, lookup))
            return !lookup->resolved && lookup->start - g->from < BEGUN_WITH;
    }
    return false;
}

/* When the gateway last began a search that told it the name's address before it turned to the request; 0: never. */
static when_t
known_since(const struct scope *g)
{
    const GQueue *queues[] = { &g->name->searches, &g->name->claimed };
    when_t latest = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(queues); i++) {
        int looked_at = 0;
        for (GList *l = queues[i]->tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
            const struct lookup *lookup = (const struct lookup *)l->data;
            if (lookup->resolved && lookup->last < g->from + BEGUN_WITH && is_gateways_lookup(g, lookup))
                latest = MAX(latest, lookup->start);
        }
    }
    return latest;
}

static bool
was_running(const struct scope *g, const struct lookup *lookup)
{
    bool running = lookup->last >= g->from;

    for (unsigned i = 0; i < lookup->n; i++)
        running = running || (!lookup->resolved && lookup->questions[i]->q.answers.seen == 0);
    return running && lookup->start <= g->until && lookup->last + 60 * NS_PER_SECOND > g->from;
}

static bool
has_failed(const struct scope *g, const struct lookup *lookup)
{
    return !lookup->resolved && has_ended(g, lookup);
}

/* One that began before the request, or for another one, and was still running when the request came; failed: only one that failed then. */
static void
take_shared(struct scope *g, struct name *name, bool failed)
{
    GQueue *queues[] = { &name->searches, &name->claimed };
    when_t known = known_since(g);

    for (unsigned i = 0; i < G_N_ELEMENTS(queues); i++) {
        int looked_at = 0;
        for (GList *l = queues[i]->tail; l && looked_at < LOOKED_AT_MAX && g->n_lookups == 0; l = l->prev, looked_at++) {
            struct lookup *lookup = (struct lookup *)l->data;
            if (was_running(g, lookup) && lookup->start >= known && is_gateways_lookup(g, lookup) && (!failed || has_failed(g, lookup))) {
                add_lookup(g, lookup, TIE_ADDRESS, true);
                g->lookup_shared = true;
            }
        }
    }
}

/* So lately, and unanswered, that it hardly explains the response. */
static bool
has_just_begun(const struct scope *g, const struct lookup *lookup)
{
    return g->n == 0 && !g->success && !lookup->resolved && rank(g, lookup) == 0;
}

/* The request's own searches for the name: all where nobody else waits for it, else one that failed, be it another's, or the oldest. */
static void
take_own(struct scope *g, struct name *name)
{
    struct lookup *eligible[LOOKED_AT_MAX], *best = NULL;
    unsigned n = 0;
    bool crowd = name_is_crowded(g, name);

    for (GList *l = name->searches.head; l && n < LOOKED_AT_MAX; l = l->next) {
        struct lookup *lookup = (struct lookup *)l->data;
        if (lookup->start >= g->from && lookup->start <= g->until && is_gateways_lookup(g, lookup) &&
            !(g->preview && lookup->previewed && lookup->previewed != g->ex->serial) && (!crowd || precedes_attempts(g, lookup))) {
            if (!best || rank(g, lookup) > rank(g, best))
                best = lookup;
            eligible[n++] = lookup;
        }
    }
    for (unsigned i = 0; i < n && !crowd; i++)
        add_lookup(g, eligible[i], TIE_ADDRESS, true);
    if (!crowd || !best)
        return;
    if (has_just_begun(g, best))
        take_shared(g, name, true);
    /* A request that was served did not wait for one that is still running. */
    if (g->n_lookups == 0 && !(g->success && rank(g, best) == 0))
        add_lookup(g, best, TIE_ADDRESS, n == 1);
}

/* The only other name that the gateway looked up meanwhile: its next hop's, or an upstream's. */
void
gather_lookups_by_time(struct scope *g)
{
    struct lookup *only = NULL;

    for (unsigned s = 0; s < g->n_hosts; s++)
        for (GList *l = g->hosts[s] ? g->hosts[s]->searches.tail : NULL; l; l = l->prev) {
            struct lookup *lookup = (struct lookup *)l->data;
            if (lookup->start < g->from || lookup->start > g->until || !g_queue_is_empty(&lookup->name->open) ||
                lookup->name_queue == &lookup->name->claimed)
                continue;
            if (only && only->name != lookup->name) {
                g->several = true;
                return;
            }
            only = lookup;
        }
    if (only)
        add_lookup(g, only, TIE_TIME, true);
}

static bool
is_of_its_lookups(const struct scope *g, const struct conn *conn)
{
    const struct lookup *lookup = lookup_over_tcp(g->root, conn);

    for (unsigned i = 0; lookup && i < g->n_lookups; i++)
        if (g->lookups[i] == lookup)
            return true;
    return !lookup && g->n_lookups == 0;
}

/* DNS over TCP to a server that was asked, or, where no question was seen, to any server's DNS port. */
static void
take_dns_over_tcp(struct scope *g)
{
    for (unsigned s = 0; s < g->n_hosts; s++)
        for (GList *l = g->hosts[s] ? g->hosts[s]->conns.head : NULL; l && g->n_dns_conns < DNS_CONNS_MAX; l = l->next) {
            struct conn *conn = (struct conn *)l->data;
            if (conn->side[SERVER].port == DNS_PORT && g->ex->request.port != DNS_PORT && conn->hs.first_syn >= g->from && conn->hs.first_syn <= g->until &&
                is_of_its_lookups(g, conn))
                g->dns_conns[g->n_dns_conns++] = conn;
        }
}

void
gather_lookups(struct scope *g)
{
    struct name *name = g->name;

    if (name) {
        take_own(g, name);
        if (g->n_lookups == 0 && g->n == 0 && !g->success)
            take_shared(g, name, false);
    }
    if (!g->success)
        take_dns_over_tcp(g);
}

/* memory ******************************************************************/

static void
remember_lookup(struct scope *g, GQueue *queue, when_t *latest)
{
    int looked_at = 0;
    when_t known = known_since(g);

    for (GList *l = queue->tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct lookup *lookup = (struct lookup *)l->data;
        if (lookup->resolved || lookup->last > g->ex->ready_at || lookup->last + g->root->settings.memory < g->ex->ready_at ||
            lookup->last <= *latest || lookup->start < known || !is_its_own_lookup(g, lookup))
            continue;
        *latest = lookup->last;
        g->n = g->n_lookups = 0;
        add_lookup(g, lookup, TIE_MEMORY, true);
    }
}

/* The target's latest failure before the request that the gateway may remember; NULL: none, or a connection that was begun behind it stood. */
static struct conn *
latest_failure(const struct scope *g, const struct target *target, when_t *ended)
{
    GList *l = target->claimed.tail ? target->claimed.tail : target->waiting.tail;
    struct conn *latest = NULL;
    when_t stood = 0;

    *ended = 0;
    for (int looked_at = 0; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct conn *conn = (struct conn *)l->data;
        when_t failed = conn_failed(conn), end = MAX(failed, conn->hs.last_syn);
        if (conn->hs.acked && conn->hs.first_syn < g->ex->ready_at)
            stood = MAX(stood, conn->hs.first_syn);
        if (conn->hs.acked || end > g->ex->ready_at || end + g->root->settings.memory < g->ex->ready_at || (!failed && !conn->claimed) || end <= *ended)
            continue;
        latest = conn;
        *ended = end;
    }
    return *ended > stood ? latest : NULL;
}

static void
remember_target(struct scope *g, const struct ipaddr *ip, uint16_t port, when_t *latest)
{
    for (unsigned s = 0; s < g->n_hosts; s++) {
        when_t ended;
        if (!g->hosts[s])
            continue;
        struct target *target = attempts_at(g->root, &g->hosts[s]->ip, ip, port);
        struct conn *conn = target ? latest_failure(g, target, &ended) : NULL;
        if (!conn || ended <= *latest)
            continue;
        *latest = ended;
        g->n_lookups = 0;
        g->n = 1;
        g->candidates[0] = (struct candidate){ conn, NULL, TIE_MEMORY, true };
    }
}

/* The gateway looks up this host itself, and asks no next hop for it. */
static bool
is_looked_up_here(const struct name *name)
{
    return name && (name->n_addresses > 0 || !g_queue_is_empty((GQueue *)&name->searches) || !g_queue_is_empty((GQueue *)&name->claimed));
}

void
gather_remembered(struct scope *g, when_t *remembered)
{
    struct exchange *ex = g->ex;
    when_t latest = 0;

    if (g->name) {
        remember_lookup(g, &g->name->searches, &latest);
        remember_lookup(g, &g->name->claimed, &latest);
        for (unsigned i = 0; i < g->name->n_addresses; i++)
            remember_target(g, &g->name->addresses[i], ex->request.port, &latest);
        for (int i = 0; i < NEXT_HOPS_MAX; i++)
            if (g->name->next_hops[i].port)
                remember_target(g, &g->name->next_hops[i].ip, g->name->next_hops[i].port, &latest);
    }
    for (int i = 0; g->gateway && !is_looked_up_here(g->name) && i < NEXT_HOPS_MAX; i++)
        if (g->gateway->next_hops[i].port)
            remember_target(g, &g->gateway->next_hops[i].ip, g->gateway->next_hops[i].port, &latest);
    *remembered = latest;
}
