/* gain.c
 * How well something that the gateway did fits to a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <limits.h>

#include <glib.h>

#include "http/attempt.h"
#include "http/exchange.h"
#include "match/chain.h"
#include "match/gain.h"
#include "match/likeness.h"

/* A gateway serves the requests of one connection one after the other: to turn to the next one before is rare. */
#define BEFORE_ITS_TURN (-400)

/* The child on which the request waits now; NULL: none that is known. */
static const struct exchange *
pending_child(const struct exchange *ex)
{
    const struct exchange *last = (const struct exchange *)list_last(&ex->children);

    return last && last->state == EXCHANGE_WAITING && !conn_failed(last->conn) ? last : NULL;
}

void
gain_waiting_init(struct waiting *w, const struct exchange *ex)
{
    w->ex = ex;
    w->child = pending_child(ex);
    w->over = exchange_given_up(ex);
    w->has_turn = exchange_has_turn(ex);
    addresses_told(&w->told, ex);
}

/* its start ***************************************************************/

bool
same_port(const struct use *x, const struct use *y)
{
    return x->conn->side[SERVER].port == y->conn->side[SERVER].port;
}

unsigned
ended_by(const struct scope *s, when_t time)
{
    unsigned low = 0, high = s->n_ended;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (s->uses[s->by_end[middle]].end <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* From the latest one back, as long as an earlier one can gain more. */
int
failure_gain(const struct scope *s, when_t request_time, const struct use *use)
{
    struct profile *p = s->gateway->profile;
    int best = ASSIGN_NEVER;

    for (unsigned i = ended_by(s, use->start); i > 0; i--) {
        const struct use *other = &s->uses[s->by_end[i - 1]];
        if (other->conn == use->conn || other->start < request_time || !same_port(other, use))
            continue;
        if (best != ASSIGN_NEVER && profile_gain_most(p, DELAY_AGAIN, use->start - other->end, s->rate) + s->again <= best)
            break;
        best = MAX(best, profile_gain(p, DELAY_AGAIN, use->start - other->end, s->rate) + s->again);
    }
    return best;
}

int
start_gain(const struct scope *s, const struct waiting *w, when_t start)
{
    struct profile *p = s->gateway->profile;
    when_t delay = start - w->ex->ready_at, address = told_at(&w->told, start);
    bool ready = delay >= 0 && w->has_turn && address < INT64_MAX;
    int gain = ready ? profile_gain(p, DELAY_START, delay, s->rate) : BEFORE_ITS_TURN;

    if (address && address < INT64_MAX)
        gain = MAX(gain, profile_gain(p, DELAY_START, start - address, s->rate));
    return gain;
}

int
start_gain_most(const struct scope *s, const struct waiting *w, when_t soonest)
{
    bool told = w->told.own || w->told.n > 0;

    return MAX(profile_gain_most(s->gateway->profile, DELAY_START, told ? 0 : soonest, s->rate), BEFORE_ITS_TURN);
}

/* its end *****************************************************************/

/* The request still waits: for what came of this, or because it went on to another try. */
int
waiting_gain(const struct scope *s, const struct waiting *w, const struct use *use)
{
    const struct exchange *child = w->child == use->ex ? NULL : w->child;       /* it waits for this very one */

    if (w->over && w->over <= use->start)
        return ASSIGN_NEVER;
    if (!use->end)
        return child ? ASSIGN_NEVER : 0;
    if (!child)
        return profile_gain_so_far(s->gateway->profile, DELAY_RESPONSE, s->until - use->end);
    when_t start = exchange_begun(child);
    return start < use->end ? ASSIGN_NEVER : profile_gain(s->gateway->profile, DELAY_AGAIN, start - use->end, s->rate) + s->again;
}

int
response_gain(const struct scope *s, const struct use *use)
{
    struct profile *p = s->gateway->profile;

    return use->end ? profile_gain(p, DELAY_RESPONSE, s->until - use->end, s->failures) : profile_gain(p, DELAY_PATIENCE, use->silent, 0);
}

int
waiter_gain(const struct use *use, const struct exchange *ex)
{
    const struct chain *chain = chain_get(use->conn, use->ex);

    if (!chain->waiter || chain->doubtful)
        return 0;
    return chain->waiter == ex->serial ? BEGUN_FOR_IT : -BEGUN_FOR_IT;
}

/* the whole ***************************************************************/

const struct use *
first_try(const struct scope *s, const struct use *last)
{
    return last->first >= 0 ? &s->uses[last->first] : last;
}

int
own_gain(const struct scope *s, const struct use *use)
{
    const struct use *first = first_try(s, use);

    if (use->start < s->ex->request.time)
        return use->tied;       /* it was there already: the tunnel's */
    int start = MAX(start_gain(s, &s->own, first->start), failure_gain(s, s->ex->request.time, first));
    return use->tied + start + response_gain(s, use) + waiter_gain(use, s->ex) + (use->followed ? FOLLOWED : 0);
}

/* It ended with one of its segments, or with what was said of it, at the latest. */
static int
response_gain_most(const struct scope *s, const struct conn *conn)
{
    struct profile *p = s->gateway->profile;
    when_t last = MAX(conn->last, conn_failed(conn));

    return MAX(profile_gain_most(p, DELAY_RESPONSE, s->until - last, s->failures), profile_gain_most(p, DELAY_PATIENCE, 0, 0));
}

int
own_gain_most(const struct scope *s, const struct use *use)
{
    when_t start = attempt_begun_at(use->conn, use->ex);

    if (s->root->disorder)
        return INT_MAX;         /* segments come in another order than that of time */
    int gain = start_gain(s, &s->own, MAX(start, s->from));
    if (ended_by(s, start) > 0)
        gain = MAX(gain, profile_gain_most(s->gateway->profile, DELAY_AGAIN, 0, s->rate) + s->again);
    return use->relation.gain + relate_request_most(s->ex, use->ex) + MAX(gain + response_gain_most(s, use->conn) + waiter_gain(use, s->ex), 0);
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
