/* remembered.c
 * Failures from before the request that the gateway may remember
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/scope.h"

/* The latest failure that was found so far. */
struct memory {
    when_t ended;
    struct lookup *lookup;      /* NULL: it was a connection's */
    struct conn *conn;
};

static bool
is_in_memory(const struct scope *s, when_t ended)
{
    return ended <= s->ex->ready_at && ended + s->root->settings.memory >= s->ex->ready_at;
}

static bool
is_of_gateway(const struct scope *s, const struct lookup *lookup)
{
    return !lookup->host || ipaddr_is_loopback(&lookup->host->ip) || is_gateway_address(s, &lookup->host->ip);
}

/* From the latest search back to one that told an address: what failed before that is forgotten. */
static void
remember_lookups(const struct scope *s, struct memory *memory)
{
    unsigned looked_at = 0;

    for (node_t *l = s->name->searches.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct lookup *lookup = (struct lookup *)l->data;
        if (!is_of_gateway(s, lookup) || lookup->start > s->ex->ready_at)
            continue;
        if (lookup->resolved)
            return;
        if (is_in_memory(s, lookup->last) && lookup->last > memory->ended)
            *memory = (struct memory){ lookup->last, lookup, NULL };
    }
}

/* The target's latest failure before the request; NULL: none, or a connection that was begun behind it stood. */
static struct conn *
latest_failure(const struct scope *s, const struct target *target, when_t *ended)
{
    struct conn *latest = NULL;
    when_t stood = 0;
    unsigned looked_at = 0;

    *ended = 0;
    for (node_t *l = target->attempts.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct conn *conn = (struct conn *)l->data;
        when_t failed = conn_failed(conn), end = MAX(failed, conn->hs.last_syn);
        if (conn->hs.acked && conn->hs.first_syn < s->ex->ready_at)
            stood = MAX(stood, conn->hs.first_syn);
        if (conn->hs.acked || !is_in_memory(s, end) || (!failed && !conn->owner) || end <= *ended)
            continue;
        latest = conn;
        *ended = end;
    }
    return *ended > stood ? latest : NULL;
}

static void
remember_target(const struct scope *s, const struct ipaddr *ip, uint16_t port, struct memory *memory)
{
    for (unsigned h = 0; h < s->gateway->n_known; h++) {
        when_t ended;
        struct target *target = attempts_at(s->root, &s->gateway->hosts[h], ip, port);
        struct conn *conn = target ? latest_failure(s, target, &ended) : NULL;
        if (conn && ended > memory->ended)
            *memory = (struct memory){ ended, NULL, conn };
    }
}

static void
remember_hops(const struct scope *s, const struct next_hop *hops, struct memory *memory)
{
    for (int i = 0; i < NEXT_HOPS_MAX; i++)
        if (hops[i].port)
            remember_target(s, &hops[i].ip, hops[i].port, memory);
}

bool
find_remembered(struct scope *s)
{
    struct memory memory = { 0, NULL, NULL };
    const struct name *name = s->name;
    bool looked_up_here = name && (name->n_addresses > 0 || !list_is_empty(&name->searches));

    if (name) {
        remember_lookups(s, &memory);
        for (unsigned i = 0; i < name->n_addresses; i++)
            remember_target(s, &name->addresses[i], s->ex->request.port, &memory);
        remember_hops(s, name->next_hops, &memory);
    }
    if (!looked_up_here)        /* else it asks no next hop for that host */
        remember_hops(s, s->gateway->next_hops, &memory);
    if (!memory.ended)
        return false;
    s->remembered = memory.ended;
    s->n = s->n_lookups = 0;
    if (memory.lookup) {
        s->lookups[s->n_lookups++] = memory.lookup;
        s->lookup_tie = TIE_MEMORY;
        s->lookup_alone = true;
    } else {
        s->uses[s->n++] = (struct use){ .conn = memory.conn, .relation.tie = TIE_MEMORY, .its = true, .alone = true };
    }
    return true;
}
