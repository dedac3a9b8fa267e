/* remembered.c
 * Failures from before the request that the gateway may remember
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/url.h"
#include "http/attempt.h"
#include "match/scope.h"

/* Upstreams of one host whose failures are told. */
#define UPSTREAMS_MAX 8

/* A gateway that knows of no live upstream answers at once: what takes longer than a server is away had a reason that was not seen. */
#define AT_ONCE (NS_PER_SECOND / 200)

/* Who remembers a failure waits for nothing: not even for one SYN that has no answer (RFC 6298: a second). */
#define WAITED NS_PER_SECOND

/* Health checks come again and again. */
#define CHECKS_MIN 2

struct failure {
    struct conn *conn;
    when_t ended;
    const struct conn *before;  /* the failure there before it; NULL: none */
    struct span taught;         /* the request that showed the upstream to be one; from 0: none did */
};

/* What failed last: a search, or each upstream. */
struct memory {
    when_t ended;
    struct lookup *lookup;      /* the latest failure was that one; NULL: a connection's, or none */
    struct failure upstreams[UPSTREAMS_MAX];
    unsigned n;
    bool is_live;               /* an upstream is: it would have been asked */
};

static bool
is_in_memory(const struct scope *s, when_t ended)
{
    return ended <= s->ex->ready_at && ended + s->root->settings.memory >= s->ex->ready_at;
}

static bool
is_of_gateway(const struct scope *s, const struct lookup *lookup)
{
    if (!lookup->host || ipaddr_is_loopback(&lookup->host->ip))
        return !lookup->host || has_loopback(s);
    return is_gateway_address(s, &lookup->host->ip);
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
        if (is_in_memory(s, lookup->last) && lookup->last > memory->ended) {
            memory->ended = lookup->last;
            memory->lookup = lookup;
        }
    }
}

/* Not another gateway alone. */
static bool
has_looked_up(const struct scope *s)
{
    unsigned looked_at = 0;

    for (node_t *l = s->name->searches.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++)
        if (is_of_gateway(s, (const struct lookup *)l->data))
            return true;
    return false;
}

/* upstreams ***************************************************************/

static struct exchange *
last_exchange(const struct conn *conn)
{
    return (struct exchange *)list_last(&conn->exchanges);
}

/* A connection that stood failed where its last request had no good answer. */
static bool
failed_though_it_stood(struct scope *s, struct conn *conn)
{
    struct exchange *ex = last_exchange(conn);

    if (!ex || !ex->owner || !conn_failed(conn) || s->until - s->ex->ready_at > AT_ONCE)
        return false;
    attempt_fill(&s->scratch, conn, ex);
    enum cause cause = attempt_outcome(&s->scratch, s->ex->ready_at, s->status).cause;
    return cause != CAUSE_UNKNOWN && cause != CAUSE_RELAYED;
}

/*
 * When the gateway turned to the connection for a client last, as it does for a tunnel; 0: never, as far as is known. What only health checks were answered
 * on says little: many a gateway takes a server for dead for some time, whatever they say.
 */
static when_t
served_at(const struct scope *s, const struct conn *conn)
{
    unsigned looked_at = 0;

    for (node_t *l = conn->exchanges.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct exchange *ex = (const struct exchange *)l->data;
        when_t begun = exchange_begun(ex);
        if ((ex->owner || ex->parent) && begun < s->ex->ready_at)
            return begun;
    }
    return list_is_empty(&conn->exchanges) && conn->hs.first_syn < s->ex->ready_at ? conn->hs.first_syn : 0;
}

/* The target's latest failure before the request, and how many went before it; conn NULL: none, or a client was served there behind it, and it is live. */
static struct failure
latest_failure(struct scope *s, const struct target *target, unsigned *times, bool *is_live)
{
    struct failure latest = { NULL, 0, NULL, { 0, 0 } };
    when_t stood = 0;
    unsigned looked_at = 0;

    *times = 0;
    for (node_t *l = target->attempts.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct conn *conn = (struct conn *)l->data;
        if (conn->hs.first_syn > s->ex->ready_at)
            continue;
        when_t failed = conn_failed(conn), end = MAX(failed, conn->hs.last_syn);
        if (conn->hs.acked && !failed_though_it_stood(s, conn)) {
            stood = MAX(stood, served_at(s, conn));
            continue;
        }
        if (!is_in_memory(s, end) || (!failed && !conn->owner))
            continue;
        (*times)++;
        if (end > latest.ended)
            latest = (struct failure){ conn, end, latest.conn, { 0, 0 } };
        else if (!latest.before)
            latest.before = conn;
    }
    *is_live = stood && latest.ended <= stood;
    if (*is_live)
        latest.conn = NULL;
    return latest;
}

static bool
is_noted(const struct memory *memory, const struct conn *conn)
{
    for (unsigned i = 0; i < memory->n; i++)
        if (memory->upstreams[i].conn == conn)
            return true;
    return false;
}

static void
remember_target(struct scope *s, const struct target *target, unsigned at_least, struct span taught, struct memory *memory)
{
    unsigned times;
    bool is_live;
    struct failure failure = latest_failure(s, target, &times, &is_live);

    memory->is_live = memory->is_live || is_live;
    if (!failure.conn || times < at_least || memory->n == UPSTREAMS_MAX || is_noted(memory, failure.conn))
        return;
    failure.taught = taught;
    memory->upstreams[memory->n++] = failure;
    if (failure.ended > memory->ended) {
        memory->ended = failure.ended;
        memory->lookup = NULL;
    }
}

static void
remember_place(struct scope *s, const struct ipaddr *ip, uint16_t port, struct span taught, struct memory *memory)
{
    for (unsigned h = 0; h < s->gateway->n_known; h++) {
        const struct target *target = attempts_at(s->root, &s->gateway->hosts[h], ip, port);
        if (target)
            remember_target(s, target, 1, taught, memory);
    }
}

/* Those of the request's route, where it is known; else all. */
static void
remember_hops(struct scope *s, const struct next_hop *hops, struct memory *memory)
{
    unsigned route = route_hash(s->ex);
    bool known = false;

    for (int i = 0; i < NEXT_HOPS_MAX; i++)
        known = known || (hops[i].port && route && hops[i].route == route);
    for (int i = 0; i < NEXT_HOPS_MAX; i++)
        if (hops[i].port && (!known || hops[i].route == route))
            remember_place(s, &hops[i].ip, hops[i].port, hops[i].taught, memory);
}

/* Nothing is known of the host: one of the places where requests for any host go. */
static void
remember_latest_hop(struct scope *s, struct memory *memory)
{
    unsigned latest = 0;

    remember_hops(s, s->gateway->next_hops, memory);
    for (unsigned i = 1; i < memory->n; i++)
        if (memory->upstreams[i].ended > memory->upstreams[latest].ended)
            latest = i;
    memory->upstreams[0] = memory->upstreams[latest];
    memory->n = MIN(memory->n, 1);
}

/* Upstreams that were down whenever the gateway looked, as health checks do: no request of a client is needed for that. */
static void
remember_checks(struct scope *s, struct memory *memory)
{
    static const struct span nothing;

    if (s->until - s->ex->ready_at > AT_ONCE)
        return;
    for (unsigned h = 0; h < s->gateway->n_known; h++) {
        const struct host *host = host_find(s->root, &s->gateway->hosts[h]);
        for (node_t *l = host ? host->conns.tail : NULL; l; l = l->prev) {
            const struct conn *conn = (const struct conn *)l->data;
            if (!conn->hs.acked && !conn->owner && conn->target && conn_failed(conn))
                remember_target(s, conn->target, CHECKS_MIN, nothing, memory);
        }
    }
}

/* the whole ***************************************************************/

static void
add_taught(struct scope *s, struct span span)
{
    if (span.from && s->n_taught < TAUGHT_MAX)
        s->taught[s->n_taught++] = span;
}

static void
take_upstreams(struct scope *s, const struct memory *memory)
{
    for (unsigned i = 0; i < memory->n; i++) {
        struct conn *conn = memory->upstreams[i].conn;
        const struct conn *before = memory->upstreams[i].before;
        if (before)
            add_taught(s, (struct span){ before->stream, before->hs.syn.n > 0 ? before->hs.syn.no[0] : 0 });
        add_taught(s, memory->upstreams[i].taught);
        s->uses[s->n++] = (struct use){ .conn = conn, .ex = conn->hs.acked ? last_exchange(conn) : NULL, .relation.tie = TIE_MEMORY, .its = true, .alone = true };
    }
}

bool
find_remembered(struct scope *s)
{
    static const struct span nothing;
    struct memory memory = { 0, NULL, { { 0 } }, 0, false };
    const struct name *name = s->name;
    bool looked_up_here = name && (name->n_addresses > 0 || has_looked_up(s));

    if (s->until - s->ex->ready_at > WAITED)
        return false;
    /* What it looked up for this request is not seen: it may be that which failed. */
    if (s->root->settings.unseen.dns && !url_literal(s->ex->request.host).family)
        return false;
    if (name) {
        remember_lookups(s, &memory);
        for (unsigned i = 0; i < name->n_addresses; i++)
            remember_place(s, &name->addresses[i], s->ex->request.port, nothing, &memory);
        remember_hops(s, name->next_hops, &memory);
    }
    if (!looked_up_here && !memory.ended)       /* else it asks no next hop for that host */
        remember_latest_hop(s, &memory);
    if (!looked_up_here && !memory.ended)
        remember_checks(s, &memory);
    if (!memory.ended || (memory.is_live && !memory.lookup))
        return false;
    s->remembered = memory.ended;
    s->n = s->n_lookups = 0;
    if (memory.lookup) {
        s->lookups[s->n_lookups++] = memory.lookup;
        s->lookup_tie = TIE_MEMORY;
        s->lookup_alone = true;
    } else {
        take_upstreams(s, &memory);
    }
    return true;
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
