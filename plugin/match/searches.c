/* searches.c
 * Which look-ups belong to a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/exchange.h"
#include "match/scope.h"

/* A resolver waits for its answers for a minute at most (RFC 1536 section 1; resolv.conf: 3 servers, 5 s, twice, doubled). */
#define RESOLVER_PATIENCE (60 * NS_PER_SECOND)

/* A look-up of its very name: so much likelier where it is the request's than by chance. As strong as the same request. */
#define SAME_NAME 1600

/* A name that nobody waits for: what requests for this host were served with before; the gateway's own, for all that is known; another host's. */
#define UPSTREAM_NAME 800
#define OTHER_NAME (-300)
#define OTHER_UPSTREAM (-600)

/* Another request's turn to look up an upstream had come when the search began. */
#define ANOTHERS_TURN (-500)

/* A look-up that failed explains more than one that is still silent. */
#define ENDED 1000

/* Of two names the one is taken that fits so much better. */
#define CLEARLY 250

/* whose *******************************************************************/

/* The next proxy, which looks up the same name for itself. */
static bool
is_server(const struct scope *s, const struct ipaddr *ip)
{
    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its && ipaddr_equal(&s->uses[i].conn->side[SERVER].ip, ip))
            return true;
    return false;
}

static bool
is_gateways(const struct scope *s, const struct lookup *lookup)
{
    if (!lookup->host || ipaddr_is_loopback(&lookup->host->ip))
        return !lookup->host || has_loopback(s);
    return is_gateway_address(s, &lookup->host->ip) ||
           (lookup->name == s->name && !(lookup->of_gateway && !is_on_gateways_link(s, lookup->host)) && may_be_gateway(s, lookup->host) && !is_server(s, &lookup->host->ip));
}

static bool
has_owner(const struct scope *s, const struct lookup *lookup)
{
    return lookup->owner && lookup->owner != s->ex->serial;
}

static void
add_search(struct scope *s, struct lookup *lookup, enum tie tie, bool alone)
{
    if (s->n_lookups == QUESTIONS_MAX)
        return;
    for (unsigned i = 0; i < s->n_lookups; i++)
        if (s->lookups[i] == lookup)
            return;
    s->lookups[s->n_lookups++] = lookup;
    s->lookup_tie = tie;
    s->lookup_alone = alone;
}

/* what came of it *********************************************************/

/* Every question has its answer, or an error, before the response. */
static bool
has_ended(const struct scope *s, const struct lookup *lookup)
{
    for (unsigned i = 0; i < lookup->n; i++)
        if (lookup->questions[i]->q.answers.seen + lookup->questions[i]->q.icmp.seen == 0)
            return false;
    return lookup->last <= s->until;
}

/* How well a search fits that can be this request's: by the delay from the request to it, and from its end to the response. */
static int
search_gain(const struct scope *s, const struct lookup *lookup)
{
    struct profile *p = s->gateway->profile;
    when_t ready = MAX(s->ex->ready_at, s->from);
    int gain = lookup->start >= ready ? profile_gain(p, DELAY_START, lookup->start - ready, s->rate) : 0;

    if (lookup->resolved)
        return gain;
    if (has_ended(s, lookup))
        return gain + profile_gain(p, DELAY_RESPONSE, s->until - lookup->last, s->failures);
    return gain + profile_gain(p, DELAY_PATIENCE, s->until - lookup->start, 0);
}

static when_t
first_use(const struct scope *s)
{
    when_t first = INT64_MAX;

    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its && s->uses[i].start >= s->from)
            first = MIN(first, s->uses[i].start);
    return first;
}

/* Connections that are tied to the request by more than time. */
static bool
has_uses(const struct scope *s)
{
    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its && s->uses[i].relation.tie >= TIE_ADDRESS)
            return true;
    return false;
}

/*
 * Of two that others may have begun too: each request begins its own as soon as it is there. So
 * it is the one that began soonest behind the request, and came to what the response says: it failed;
 * or, where a connection followed, it brought its address before.
 */
static int
rank(const struct scope *s, const struct lookup *lookup, bool uses)
{
    struct profile *p = s->gateway->profile;
    int gain = profile_gain(p, DELAY_START, MAX(lookup->start - MAX(s->ex->ready_at, s->from), 0), s->rate);

    if (uses)
        return lookup->last <= first_use(s) ? gain : ASSIGN_NEVER;
    if (lookup->resolved)
        return ASSIGN_NEVER;
    return has_ended(s, lookup) ? gain + ENDED : gain + profile_gain(p, DELAY_PATIENCE, s->until - lookup->start, 0);
}

/* the name asked for ******************************************************/

/* When the gateway last began a search that told it the name's address before the response, for whomever; 0: never. */
static when_t
known_since(const struct scope *s)
{
    unsigned looked_at = 0;

    for (node_t *l = s->name->searches.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct lookup *lookup = (const struct lookup *)l->data;
        if (lookup->resolved && lookup->last <= s->until && is_gateways(s, lookup))
            return lookup->start;
    }
    return 0;
}

static bool
was_running(const struct scope *s, const struct lookup *lookup)
{
    bool running = lookup->last >= s->from;

    for (unsigned i = 0; i < lookup->n; i++)
        running = running || (!lookup->resolved && lookup->questions[i]->q.answers.seen == 0);
    return running && lookup->start <= s->until && lookup->last + RESOLVER_PATIENCE > s->from;
}

/* One that began before the request, or for another one, and was still running when the request came. */
static void
take_shared(struct scope *s)
{
    when_t known = known_since(s);
    struct lookup *best = NULL;
    unsigned looked_at = 0;

    for (node_t *l = s->name->searches.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct lookup *lookup = (struct lookup *)l->data;
        if (lookup->start < known)
            break;
        if (!was_running(s, lookup) || lookup->resolved || !is_gateways(s, lookup))
            continue;
        if (!best || search_gain(s, lookup) > search_gain(s, best))
            best = lookup;
    }
    if (!best)
        return;
    add_search(s, best, TIE_ADDRESS, true);
    s->lookup_shared = true;
}

/* The request's own searches for the name: all where nobody else waits for it, else the one that fits best. */
static void
take_own(struct scope *s)
{
    struct lookup *best = NULL, *next = NULL;
    unsigned looked_at = 0;
    bool crowd = is_crowded(s, s->name), uses = has_uses(s);
    int best_rank = ASSIGN_NEVER;

    for (node_t *l = s->name->searches.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct lookup *lookup = (struct lookup *)l->data;
        if (lookup->start < s->from) {
            if (s->root->disorder)
                continue;
            break;
        }
        if (lookup->start > s->until || has_owner(s, lookup) || !is_gateways(s, lookup))
            continue;
        if (!crowd) {
            add_search(s, lookup, TIE_ADDRESS, !lookup->disputed);
            continue;
        }
        int own_rank = rank(s, lookup, uses);
        if (own_rank == ASSIGN_NEVER)
            continue;
        bool better = !best || own_rank >= best_rank;
        next = better ? best : lookup;
        if (better) {
            best = lookup;
            best_rank = own_rank;
        }
    }
    if (!best || (!uses && best_rank <= 0))
        return;
    add_search(s, best, TIE_ADDRESS, !next && !best->disputed);
    if (next && !s->preview)
        next->disputed = true;
}

/* It carries a look-up of the request's, or nobody's as far as can be told, and the request has none. */
static bool
is_of_its_searches(const struct scope *s, const struct conn *conn)
{
    const struct lookup *lookup = lookup_over_tcp(s->root, conn);

    for (unsigned i = 0; lookup && i < s->n_lookups; i++)
        if (s->lookups[i] == lookup)
            return true;
    return !lookup && s->n_lookups == 0;
}

/* DNS over TCP to a server that was asked, or, where no question was seen, to any server's DNS port. */
static void
take_dns_over_tcp(struct scope *s, const list_t *conns)
{
    unsigned looked_at = 0;

    for (node_t *l = conns->tail; l && looked_at < LOOKED_AT_MAX && s->n_dns_conns < DNS_CONNS_MAX; l = l->prev, looked_at++) {
        struct conn *conn = (struct conn *)l->data;
        if (conn->side[SERVER].port == DNS_PORT && s->ex->request.port != DNS_PORT && conn->hs.first_syn >= s->from && conn->hs.first_syn <= s->until && is_of_its_searches(s, conn))
            s->dns_conns[s->n_dns_conns++] = conn;
    }
}

bool
searches_failed(const struct scope *s)
{
    for (unsigned i = 0; i < s->n_lookups; i++)
        if (s->lookups[i]->resolved)
            return false;
    return s->n_lookups > 0 || s->n_dns_conns > 0;
}

/* How well the deciding one of the request's connections fits. */
static int
best_use(const struct scope *s)
{
    int best = ASSIGN_NEVER;

    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its)
            best = MAX(best, s->uses[i].gain);
    return best;
}

bool
find_searches(struct scope *s)
{
    if (s->name) {
        take_own(s);
        if (s->n_lookups == 0 && !has_uses(s))
            take_shared(s);
    }
    take_dns_over_tcp(s, &s->gateway->activities.pending);
    take_dns_over_tcp(s, &s->gateway->activities.failed);
    if (!searches_failed(s) || s->n_lookups == 0)
        return false;
    return !has_uses(s) || best_use(s) < SAME_NAME + search_gain(s, s->lookups[0]);
}

/* time alone **************************************************************/

static int
name_gain(const struct scope *s, const struct lookup *lookup)
{
    if (!s->name || !s->name->upstream)
        return OTHER_NAME;
    return s->name->upstream == name_hash(lookup->name) ? UPSTREAM_NAME : OTHER_UPSTREAM;
}

static int
turn_gain(const struct scope *s, const struct lookup *lookup)
{
    return lookup->waiter && lookup->waiter != s->ex->serial ? ANOTHERS_TURN : 0;
}

struct best {
    struct lookup *lookup;
    int gain, next;             /* how well it fits, and the next best of another name */
};

static void
look_at_host(const struct scope *s, const struct host *host, struct best *best)
{
    unsigned looked_at = 0;

    for (node_t *l = host ? host->searches.tail : NULL; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct lookup *lookup = (struct lookup *)l->data;
        if (lookup->start < s->from || lookup->start > s->until || !list_is_empty(&lookup->name->open) || has_owner(s, lookup) || lookup->resolved)
            continue;
        int gain = search_gain(s, lookup) + name_gain(s, lookup) + turn_gain(s, lookup);
        if (gain > best->gain) {
            best->next = best->lookup && best->lookup->name != lookup->name ? best->gain : best->next;
            best->gain = gain;
            best->lookup = lookup;
        } else if (!best->lookup || best->lookup->name != lookup->name) {
            best->next = MAX(best->next, gain);
        }
    }
}

/* A name that the gateway looked up meanwhile, and nobody waits for: its next hop's, or an upstream's. */
bool
find_searches_by_time(struct scope *s)
{
    struct best best = { NULL, BELONGS_FROM, BELONGS_FROM };

    for (unsigned h = 0; h < s->gateway->n_known; h++)
        look_at_host(s, host_find(s->root, &s->gateway->hosts[h]), &best);
    if (!best.lookup || best.gain < best_use(s))
        return false;
    if (best.gain - best.next < CLEARLY) {
        s->several = true;
        return false;
    }
    s->n_lookups = 0;
    add_search(s, best.lookup, best.gain >= UPSTREAM_NAME ? TIE_LEARNT : TIE_TIME, true);
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
