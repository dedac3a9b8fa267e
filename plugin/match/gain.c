/* gain.c
 * How well something that the gateway did fits to a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <limits.h>

#include <glib.h>

#include "http/exchange.h"
#include "match/scope.h"

/* A gateway serves the requests of one connection one after the other: to turn to the next one before is rare. */
#define BEFORE_ITS_TURN (-400)

/* What was tried again is no reason to answer the client. */
#define FOLLOWED (-700)

static bool
same_port(const struct use *x, const struct use *y)
{
    return x->conn->side[SERVER].port == y->conn->side[SERVER].port;
}

/* Another try failed before that can be the same request's; ASSIGN_NEVER: none did. */
static int
behind_failure_gain(const struct scope *s, const struct exchange *waiting, const struct use *use)
{
    int best = ASSIGN_NEVER;

    for (unsigned i = 0; i < s->n; i++) {
        const struct use *other = &s->uses[i];
        if (other->conn != use->conn && other->end && other->end <= use->start && other->start >= waiting->request.time && same_port(other, use))
            best = MAX(best, profile_gain(s->gateway->profile, DELAY_AGAIN, use->start - other->end, s->rate) + again_gain(s->gateway));
    }
    return best;
}

static int
start_gain(const struct scope *s, const struct exchange *waiting, const struct use *use)
{
    struct profile *p = s->gateway->profile;
    when_t delay = use->start - waiting->ready_at;
    when_t address = address_told(waiting, use->start);
    bool its_turn = waiting == s->ex || exchange_has_turn(waiting);
    int gain = delay < 0 || !its_turn || address == INT64_MAX ? BEFORE_ITS_TURN : profile_gain(p, DELAY_START, delay, s->rate);

    if (address && address < INT64_MAX)
        gain = MAX(gain, profile_gain(p, DELAY_START, use->start - address, s->rate));
    return MAX(gain, behind_failure_gain(s, waiting, use));
}

/* The child on which the request waits now; NULL: none that is known. */
static const struct exchange *
pending_child(const struct exchange *waiting)
{
    const struct exchange *last = (const struct exchange *)list_last(&waiting->children);

    return last && last->state == EXCHANGE_WAITING && !conn_failed(last->conn) ? last : NULL;
}

/* The request still waits: for what came of this, or because it went on to another try. */
static int
waiting_gain(const struct scope *s, const struct exchange *waiting, const struct use *use)
{
    const struct exchange *child = pending_child(waiting);
    when_t over = exchange_given_up(waiting);

    if (over && over <= use->start)
        return ASSIGN_NEVER;
    if (child == use->ex)
        child = NULL;           /* it waits for this very one */
    if (!use->end)
        return child ? ASSIGN_NEVER : 0;
    if (!child)
        return profile_gain_so_far(s->gateway->profile, DELAY_RESPONSE, s->until - use->end);
    when_t start = exchange_begun(child);
    return start < use->end ? ASSIGN_NEVER : profile_gain(s->gateway->profile, DELAY_AGAIN, start - use->end, s->rate) + again_gain(s->gateway);
}

static int
response_gain(const struct scope *s, const struct use *use)
{
    struct profile *p = s->gateway->profile;

    return use->end ? profile_gain(p, DELAY_RESPONSE, s->until - use->end, s->failures) : profile_gain(p, DELAY_PATIENCE, use->silent, 0);
}

static const struct use *
first_try(const struct scope *s, const struct use *last)
{
    for (unsigned steps = 0; last->before >= 0 && steps < USES_MAX; steps++)
        last = &s->uses[last->before];
    return last;
}

/* The strongest that ties any of the tries to the request; INT_MIN: one of them came before it. */
static int
relation_gain(const struct scope *s, const struct exchange *waiting, const struct use *use)
{
    when_t slack = s->root->disorder ? CLOCK_SLACK : 0;
    int best = INT_MIN;

    for (unsigned steps = 0; use && steps < USES_MAX; steps++) {
        if (use->conn == waiting->conn || (use->start + slack < waiting->request.time && waiting != s->ex))
            return INT_MIN;
        best = MAX(best, waiting == s->ex ? use->relation.gain : relation_of(s->root, waiting, use->conn, use->ex).gain);
        use = use->before >= 0 ? &s->uses[use->before] : NULL;
    }
    return best;
}

int
use_gain(const struct scope *s, const struct exchange *waiting, const struct use *use)
{
    bool own = waiting == s->ex;
    const struct use *first = first_try(s, use);
    int relation = relation_gain(s, waiting, use);

    if (relation == INT_MIN)
        return ASSIGN_NEVER;
    if (own && use->start < waiting->request.time)
        return relation;        /* it was there already: the tunnel's */
    int end = own ? response_gain(s, use) : waiting_gain(s, waiting, use);
    if (end == ASSIGN_NEVER)
        return ASSIGN_NEVER;
    return relation + start_gain(s, waiting, first) + end + (use->followed ? FOLLOWED : 0);
}
