/* tietarget.c
 * Which of the attempts at one server belong to a request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/scope.h"

/* Attempts at one target that are looked at. */
#define LOOKED_AT_MAX 256

bool
begins_in_window(const struct scope *g, const struct conn *conn)
{
    if (g->preview && conn->previewed && conn->previewed != g->ex->serial)
        return false;
    return conn->hs.first_syn >= g->from && conn->hs.first_syn <= g->until;
}

static bool
is_candidate(const struct scope *g, const struct conn *conn, const struct exchange *ex)
{
    for (unsigned i = 0; i < g->n; i++)
        if (g->candidates[i].conn == conn && (!ex || g->candidates[i].ex == ex))
            return true;
    return false;
}

void
gather_conn(struct scope *g, struct conn *conn, struct exchange *ex, enum tie tie, bool alone)
{
    if (g->n == ATTEMPTS_MAX || is_candidate(g, conn, ex))
        return;
    g->candidates[g->n++] = (struct candidate){ conn, ex, tie, alone };
    if (g->preview)
        conn->previewed = g->ex->serial;
    else
        conn_claim(conn, g->ex->serial);
}

bool
explains_now(const struct scope *g, const struct conn *conn)
{
    when_t failed = conn_failed(conn);

    if (g->success)
        return true;
    return failed ? failed <= g->until : conn->hs.acked || conn->hs.syn.seen > 1 || g->until - conn->hs.first_syn > PENDING_LONG;
}

/* It goes on behind ICMP errors for its SYN. */
static bool
ignores_errors(const struct conn *conn)
{
    return conn->hs.icmp.seen > 0 && conn->hs.last_syn > conn->hs.first_icmp;
}

/* When the gateway was done with it, 0: not yet. goes_on: it is one that ignores ICMP errors. */
static when_t
given_up(const struct conn *conn, bool goes_on)
{
    return goes_on && conn->hs.rst.seen == 0 && !conn->side[CLIENT].closed.frame && !conn->side[SERVER].closed.frame ? 0 : conn_failed(conn);
}

/* Which of two attempts is likelier this request's: one that fared as the request did, then the older. */
static bool
better(const struct scope *g, const struct conn *x, const struct conn *y)
{
    bool goes_on = ignores_errors(x) || ignores_errors(y);
    when_t x_failed = given_up(x, goes_on), y_failed = given_up(y, goes_on);
    bool x_fits = g->success ? !x_failed && x->hs.acked : x_failed && x_failed <= g->until;
    bool y_fits = g->success ? !y_failed && y->hs.acked : y_failed && y_failed <= g->until;

    return x_fits != y_fits ? x_fits : x->hs.first_syn < y->hs.first_syn;
}

/* The attempt that began soonest after the last one failed, and failed too: the same request's next try. */
static struct conn *
next_try(const struct scope *g, struct conn *const *eligible, unsigned n, const struct conn *last)
{
    struct conn *next = NULL;
    when_t failed = conn_failed(last);

    for (unsigned i = 0; failed && i < n; i++)
        if (!eligible[i]->claimed && eligible[i]->hs.first_syn >= failed && explains_now(g, eligible[i]) &&
            (!next || better(g, eligible[i], next)))
            next = eligible[i];
    return next;
}

/* Of those in order of time the ones that began when the one before had failed, or was silent for long. */
static unsigned
keep_sequence(struct conn **eligible, unsigned n)
{
    unsigned kept = MIN(n, 1);

    for (unsigned i = 1; i < n; i++) {
        const struct conn *last = eligible[kept - 1];
        when_t failed = conn_failed(last);
        if ((failed && failed <= eligible[i]->hs.first_syn) || eligible[i]->hs.first_syn - last->hs.first_syn > PENDING_LONG)
            eligible[kept++] = eligible[i];
    }
    return kept;
}

void
gather_eligible(struct scope *g, struct conn **eligible, unsigned n, bool rivals, enum tie tie)
{
    struct gateway *gateway = g->gateway;
    struct conn *best = NULL;

    if (n == 0)
        return;
    if (!rivals) {
        n = keep_sequence(eligible, n);
        for (unsigned i = 0; i < n; i++)
            gather_conn(g, eligible[i], NULL, tie, true);
        if (!g->success && !g->preview && eligible[n - 1]->hs.rst.n > 0)
            gateway->tries = n;
        return;
    }
    for (unsigned i = 0; i < n; i++)
        if (explains_now(g, eligible[i]) && (!best || better(g, eligible[i], best)))
            best = eligible[i];
    if (!best)
        return;
    gather_conn(g, best, NULL, tie, n == 1);
    for (unsigned tries = 1; best->hs.rst.n > 0 && tries < gateway->tries; tries++) {
        struct conn *next = next_try(g, eligible, n, best);
        if (!next)
            break;
        gather_conn(g, next, NULL, tie, false);
        best = next;
    }
}

/* When nothing more can come of it: it failed, or its request was answered; 0: not yet. */
static when_t
candidate_end(const struct candidate *c)
{
    when_t failed = conn_failed(c->conn);

    if (!c->ex)
        return failed;
    if (c->ex->reply.fault != HTTP_FAULT_NONE)
        return c->ex->reply.last_data;
    return c->ex->reply.complete ? c->ex->reply.complete_time : failed;
}

/* What the client got came from there: the gateway had no reason to try again. */
static bool
brought_answer(const struct scope *g, const struct candidate *c)
{
    return g->success && c->ex->reply.complete && c->ex->reply.status == g->ex->reply.status;
}

/*
 * One request tries one connection after the other: an attempt that overlaps with the
 * connection that carried the request is another one's.
 */
static bool
is_sequential(const struct scope *g, const struct conn *conn)
{
    when_t failed = conn_failed(conn);

    for (unsigned i = 0; i < g->n; i++) {
        const struct candidate *c = &g->candidates[i];
        if (!c->ex)
            continue;
        when_t start = c->conn->hs.first_syn >= g->from ? c->conn->hs.first_syn : c->ex->request.time;
        when_t end = candidate_end(c);
        if (!(failed && failed <= start) && (!end || end > conn->hs.first_syn || brought_answer(g, c)))
            return false;
    }
    return true;
}

void
gather_target(struct scope *g, const struct host *host, const struct ipaddr *ip, uint16_t port, enum tie tie, bool crowd)
{
    struct conn *eligible[LOOKED_AT_MAX];
    struct target *target;
    unsigned n = 0;

    if (!host)
        return;
    target = attempts_at(g->root, &host->ip, ip, port);
    if (!target)
        return;
    for (GList *l = target->waiting.head; l && n < LOOKED_AT_MAX; l = l->next) {
        struct conn *conn = (struct conn *)l->data;
        if (begins_in_window(g, conn)) {
            if (is_sequential(g, conn))
                eligible[n++] = conn;
        } else if (!g->root->disorder && conn->hs.first_syn > g->until) {
            break;
        }
    }
    /* Behind an early answer, or in a tunnel, its own attempts are claimed already. */
    uint32_t owner = g->ex->answers > 1 ? g->ex->serial : g->ex->serial > g->ex->conn->tunnel_owner ? g->ex->conn->tunnel_owner : 0;
    if (owner)
        for (GList *l = target->claimed.tail; l && n < LOOKED_AT_MAX; l = l->prev)
            if (((struct conn *)l->data)->owner == owner)
                gather_conn(g, (struct conn *)l->data, NULL, tie, true);
    gather_eligible(g, eligible, n, n > 0 && (crowd || has_rival(g, ip)), tie);
}
