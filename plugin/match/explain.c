/* explain.c
 * Why something was begun: a try before that failed, or a request that waits
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include <glib.h>

#include "match/assign.h"
#include "match/chain.h"
#include "match/explain.h"
#include "match/likeness.h"
#include "match/profile.h"
#include "match/relation.h"
#include "model/attempts.h"

/* Failed tries and waiting requests that may be it are looked at, from the latest, and others passed over. */
#define LOOKED_AT_MAX 64
#define PASSED_OVER_MAX 256

/*
 * Hundredths of a bit: what two tries have in common. The same server again, unless a new connection to it stood already and failed
 * behind that: of 39 such pairs that were taken for one request's, in crowds, 5 were. Or another address of one host; a server of
 * another port seldom serves the same, and one that is known to serve other hosts or paths even less. Of 2,700 pairs of tries at
 * addresses of different names, in crowds, none was one request's.
 */
#define SAME_SERVER 300
#define ASKED_IN_VAIN (-300)
#define SAME_NAME 800
#define SAME_REQUEST_AGAIN 1000
#define SAME_PORT 0
#define OTHER_PORT (-400)
#define OTHER_ROUTE (-600)
#define OTHER_HOST (-1000)
#define OTHER_REQUEST (-1000)

/* So much rarer may be what keeps the order in which requests came. */
#define IN_ORDER_MOST 400

static int
delay_gain(const struct event *e, enum delay_kind kind, when_t since)
{
    return since > e->time ? ASSIGN_NEVER : profile_gain(gateway_profile(e->gateway), kind, e->time - since, e->rate);
}

/* How usual it is that the gateway tries a server again that refused. */
static int
refused_again_gain(const struct gateway *gateway)
{
    return (int)lround(100 * log2((gateway->refused_again + 1.0) / (gateway->refused_again + gateway->refused_once + 2.0)));
}

/* The very server is tried again: a kept connection to it was stale, or it refused, where what looks so may be two requests that were refused at once. */
static int
same_server_gain(const struct event *e, const struct conn *failed, const struct exchange *last, int again)
{
    if (!failed->hs.acked)
        return SAME_SERVER + MIN(refused_again_gain(e->gateway), again);
    return (last && last->nth > 1 ? SAME_SERVER : ASKED_IN_VAIN) + again;
}

/* What two tries at two servers have in common. */
static int
common_gain(const struct event *e, const struct conn *earlier)
{
    if (earlier->side[SERVER].port != e->conn->side[SERVER].port)
        return OTHER_PORT;
    if (same_name(e->root, earlier, e->conn))
        return SAME_NAME;
    if (other_hosts(e->root, earlier, e->conn))
        return OTHER_HOST;
    return other_routes(e->root, earlier, e->conn) ? OTHER_ROUTE : SAME_PORT;
}

/* What both were sent for is known, and is not the same. */
static bool
serves_another(const struct event *e, const struct exchange *other)
{
    return e->child && e->child->parent && other->parent && other->parent != e->child->parent;
}

/* It is known for whom the request is, and the earlier try was for another one, as far as could be told then. */
static bool
waits_for_another(const struct event *e, const struct chain *earlier)
{
    return e->child && e->child->parent && earlier->waiter && !earlier->doubtful && earlier->waiter != e->child->parent->serial;
}

/* A connection that failed, or whose server answered so that another one is to be asked. again: what any second try gains at this gateway. */
static int
failed_gain(const struct event *e, const struct conn *failed, int again)
{
    const struct exchange *last = (const struct exchange *)list_last(&failed->exchanges);
    bool same = same_server(failed, e->conn);
    int gain = same ? same_server_gain(e, failed, last, again) : common_gain(e, failed) + again;

    if ((last && (last->owner || serves_another(e, last))) || waits_for_another(e, chain_get(failed, last)))
        return ASSIGN_NEVER;
    if (last && e->child && last->request.method && e->child->request.method)
        gain += same_request(last, e->child) ? SAME_REQUEST_AGAIN : OTHER_REQUEST;
    int start = delay_gain(e, DELAY_AGAIN, conn_failed(failed));
    if (!failed->hs.acked && same)
        start = MAX(start, delay_gain(e, DELAY_AGAIN, conn_failed(failed) + TURN_AROUND));
    return start == ASSIGN_NEVER ? start : start + gain;
}

/* One that is silent: the gateway goes on to the next one when its patience is over. */
static int
silent_gain(const struct event *e, const struct conn *silent, int again)
{
    when_t since = MAX(silent->hs.first_syn, silent->active_since);

    if (e->time - since < SILENT_LONG || same_server(silent, e->conn) || waits_for_another(e, chain_get(silent, NULL)))
        return ASSIGN_NEVER;
    return common_gain(e, silent) + profile_gain(gateway_profile(e->gateway), DELAY_PATIENCE, e->time - since, 0) + again;
}

static void
consider(struct earlier *best, struct conn *conn, int gain)
{
    if (gain > best->gain)
        *best = (struct earlier){ conn, gain };
}

/* What was tried there last is known to be somebody's; on a kept connection others came before it. */
static bool
has_owner(const struct conn *conn)
{
    const struct exchange *last = (const struct exchange *)list_last(&conn->exchanges);

    return last && last->nth > 1 && !last->reply.complete ? last->owner != 0 : conn->owner != 0;
}

/* The same server is tried again behind it, which fits better than what seemed to follow it by time alone. */
static void
consider_followed(const struct event *e, struct conn *failed, int again, struct earlier *best)
{
    const struct chain *chain = chain_get(failed, (struct exchange *)list_last(&failed->exchanges));

    if (!chain->follower || !same_server(failed, e->conn))
        return;
    int gain = failed_gain(e, failed, again);
    if (gain >= chain->fit + ABOUT_AS_WELL)
        consider(best, failed, gain);
}

static void
consider_failed(const struct event *e, int again, struct earlier *best)
{
    unsigned looked_at = 0, passed_over = 0;

    for (node_t *l = e->activities->failed.tail; l && looked_at < LOOKED_AT_MAX && passed_over < PASSED_OVER_MAX; l = l->prev) {
        struct conn *failed = (struct conn *)l->data;
        bool followed = chain_is_followed(failed, (struct exchange *)list_last(&failed->exchanges));
        bool may_be = failed != e->conn && !has_owner(failed);
        if (may_be && !followed) {
            looked_at++;
            consider(best, failed, failed_gain(e, failed, again));
            continue;
        }
        passed_over++;
        if (may_be)
            consider_followed(e, failed, again, best);
    }
}

/* The gateway waits for long: what begins meanwhile and seems to follow may not be the best one. */
static void
consider_silent(const struct event *e, struct conn *silent, int again, struct earlier *best)
{
    if (silent == e->conn || silent->owner || silent->hs.synack_frame || (chain_is_followed(silent, NULL) && !silent->chain.follower))
        return;
    int gain = silent_gain(e, silent, again);
    if (!chain_is_followed(silent, NULL) || gain >= silent->chain.fit + ABOUT_AS_WELL)
        consider(best, silent, gain);
}

/* Those that have been silent longest, and those that began last. */
struct earlier
explain_by_try(const struct event *e)
{
    const list_t *pending = &e->activities->pending;
    struct earlier best = { NULL, ASSIGN_NEVER };
    unsigned looked_at = 0;
    int again = again_gain(e->gateway);
    node_t *rest = pending->head;

    consider_failed(e, again, &best);
    for (; rest && looked_at < LOOKED_AT_MAX; rest = rest->next, looked_at++)
        consider_silent(e, (struct conn *)rest->data, again, &best);
    looked_at = 0;
    for (node_t *l = pending->tail; rest && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        consider_silent(e, (struct conn *)l->data, again, &best);
        if (l == rest)
            break;
    }
    return best;
}

/* When the gateway could turn to a server for the request: its turn came, or an address for it did. INT64_MAX: its look-up goes on. */
static when_t
ready_since(const struct exchange *waiting, when_t now)
{
    when_t told = address_told(waiting, now);

    return told ? told : waiting->ready_at;
}

/* What came first is served first, unless that is much rarer than the other: of equal requests the one that fits best is the last that came. */
static bool
is_better(const struct candidate *x, const struct candidate *best)
{
    if (!best->waiting || x->relation != best->relation)
        return !best->waiting || x->gain > best->gain;
    return x->since < best->since ? x->gain > best->gain - IN_ORDER_MOST : x->gain > best->gain + IN_ORDER_MOST;
}

struct candidate
explain_by_request(const struct event *e)
{
    struct candidate best = { NULL, ASSIGN_NEVER, 0, ASSIGN_NEVER, 0, false };
    const struct exchange *parent = e->child ? e->child->parent : NULL;
    int next = ASSIGN_NEVER;
    unsigned looked_at = 0;
    double sum = 0;

    for (node_t *l = e->gateway->open.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct candidate c = { .waiting = (struct exchange *)l->data };
        bool told = parent && parent == c.waiting;
        if (parent && !told)
            continue;
        if ((c.waiting->begun && !c.waiting->begun_doubtful && !told) || c.waiting->conn == e->conn || exchange_given_up(c.waiting) || !exchange_has_turn(c.waiting))
            continue;
        if (c.waiting->upstream_looked_up && !c.waiting->upstream_told)
            continue;           /* no address of its upstream is known yet */
        c.since = ready_since(c.waiting, e->time);
        int start = delay_gain(e, DELAY_START, c.since);
        if (start == ASSIGN_NEVER)
            continue;
        c.relation = told ? 0 : relation_of(e->root, c.waiting, e->conn, e->child).gain;       /* whatever it followed, it is this one's */
        c.gain = start + c.relation;
        bool may_be = !c.waiting->begun || told, better = may_be && is_better(&c, &best);
        sum += may_be ? exp2(c.gain / 100.0) : 0;
        next = MAX(next, better ? best.gain : c.gain);
        if (better)
            best = c;
    }
    best.all = sum > 0 ? (int)lround(100 * log2(sum)) : best.gain;
    best.doubtful = best.gain - next < ABOUT_AS_WELL;
    return best;
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
