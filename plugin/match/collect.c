/* collect.c
 * The evidence for one verdict, from what was gathered
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include <glib.h>

#include "http/attempt.h"
#include "match/scope.h"

static void
fill_attempt(struct attempt *a, const struct candidate *c, when_t from)
{
    attempt_fill(a, c->conn, c->ex);
    a->tie = c->tie;
    a->alone = c->alone;
    if (!c->ex && c->tie != TIE_MEMORY && a->start < from)
        a->start = from;            /* it was there already: the tunnel's */
}

static int
by_start(const void *x, const void *y)
{
    const struct attempt *a = (const struct attempt *)x, *b = (const struct attempt *)y;

    return a->start < b->start ? -1 : a->start > b->start;
}

static int
by_first_sent(const void *x, const void *y)
{
    const struct question *a = *(const struct question *const *)x, *b = *(const struct question *const *)y;

    return a->first_sent < b->first_sent ? -1 : a->first_sent > b->first_sent;
}

static void
fill_search(struct scope *g, struct collected *found)
{
    struct search *s = &found->search;

    for (unsigned i = 0; i < g->n_lookups; i++)
        for (unsigned k = 0; k < g->lookups[i]->n && s->n < QUESTIONS_MAX; k++)
            if (g->lookups[i]->questions[k]->q.first_sent <= g->until)
                found->questions[s->n++] = &g->lookups[i]->questions[k]->q;
    qsort(found->questions, s->n, sizeof found->questions[0], by_first_sent);
    s->questions = found->questions;
    s->tie = g->lookup_tie;
    s->alone = g->lookup_alone;
    s->shared = g->lookup_shared;
    for (unsigned i = 0; i < g->n_dns_conns; i++) {
        const struct conn *conn = g->dns_conns[i];
        bool refused = conn->hs.rst.n > 0 || conn->hs.icmp.n > 0;
        s->tcp_server = conn->side[SERVER].ip;
        s->tcp[s->n_tcp++] = conn->hs;
        s->over_tcp_refused = s->over_tcp_refused || refused;
        s->over_tcp_silent = s->over_tcp_silent || (!refused && !conn->hs.acked);
    }
    if (s->n == 0) {
        s->tie = TIE_TIME;
        s->alone = true;
    }
}

/* Nothing came after the search: no attempt began once its last question was asked. */
static bool
search_decides(const struct collected *found)
{
    const struct evidence *e = &found->evidence;

    if (e->n_attempts == 0)
        return true;
    if (found->search.n == 0)
        return false;
    const struct question *last = found->questions[found->search.n - 1];
    return last->first_sent > e->attempts[e->n_attempts - 1].start;
}

/* Of the frames asked in, those since the request; all of the latest ones where it came too late for any. */
static void
keep_asked_since(struct collected *found, when_t since)
{
    struct frames *asked = &found->unreached.asked;
    unsigned n = 0;

    for (unsigned i = 0; i < asked->n; i++)
        if (found->unreached.asked_at[i] > since)
            found->asked_frames[n++] = asked->no[i];
    for (unsigned i = asked->n > 3 ? asked->n - 3 : 0; n == 0 && i < asked->n; i++)
        found->asked_frames[n++] = asked->no[i];
    asked->no = found->asked_frames;
    asked->n = (uint16_t)n;
    asked->seen = n;
}

static bool
lookup_failed(const struct scope *g)
{
    for (unsigned i = 0; i < g->n_lookups; i++)
        if (g->lookups[i]->resolved)
            return false;
    return g->n_lookups > 0 || g->n_dns_conns > 0;
}

/* The last address that was tried is the one that no SYN could be sent to. */
static bool
comes_after_attempts(const struct scope *g, const struct unreached *unreached)
{
    for (unsigned i = 0; i < g->n; i++) {
        const struct conn *conn = g->candidates[i].conn;
        if (conn->hs.acked || conn->hs.last_syn > unreached->first)
            return false;
    }
    return true;
}

/* The query never left, says the gateway's own kernel: the ARP requests for the DNS server show why. */
static void
add_unreached_server(struct scope *g, struct collected *found)
{
    for (unsigned i = 0; i < g->n_lookups; i++)
        for (unsigned k = 0; k < g->lookups[i]->n; k++) {
            const struct question *q = &g->lookups[i]->questions[k]->q;
            if (q->sent.n == 0 && gather_unreached_server(g, &q->server, &found->unreached)) {
                keep_asked_since(found, g->from);
                found->search.unreached = &found->unreached;
                return;
            }
        }
}

/* In the order of strength; what is found ends the search for weaker ties. */
static void
gather(struct scope *g, struct collected *found, when_t *remembered)
{
    bool unreached;

    gather_children(g);
    if (g->n > 0 || !first_lookup_failed(g))
        gather_attempts_at_addresses(g);
    gather_lookups(g);
    if (g->n == 0 && lookup_failed(g)) {
        add_unreached_server(g, found);
        return;
    }
    unreached = gather_unreached(g, &found->unreached) && comes_after_attempts(g, &found->unreached);
    if (!unreached && g->n == 0)
        gather_attempts_at_hops(g);
    if (g->n > 0 && !unreached)
        return;
    if (!unreached)
        gather_attempts_by_time(g);
    if (!unreached && g->n == 0 && g->n_lookups == 0)
        gather_lookups_by_time(g);
    if (!unreached && g->n == 0 && !lookup_failed(g))
        unreached = gather_unreached_by_time(g, &found->unreached);
    if (unreached) {
        found->evidence.unreached = &found->unreached;
        keep_asked_since(found, g->from);
    } else if (g->n == 0 && !lookup_failed(g)) {
        gather_remembered(g, remembered);
    }
}

static void
collect(struct scope *g, unsigned status, struct collected *found)
{
    struct evidence *e = &found->evidence;
    const struct exchange *ex = g->ex;
    when_t remembered = 0;

    memset(e, 0, sizeof *e);            /* the arrays are large: only what is filled is read */
    memset(&found->search, 0, sizeof found->search);
    memset(&found->unreached, 0, sizeof found->unreached);
    e->status = status;
    e->request_time = ex->request.time;
    e->response_time = g->until;
    e->host = ex->request.host;
    e->port = ex->request.port;
    e->connect = ex->request.connect;
    doubts_fill(&e->doubts, g->root, ex);
    if (ex->without_request)
        return;

    gather(g, found, &remembered);
    e->remembered = ex->ready_at - remembered;
    for (unsigned i = 0; i < g->n; i++)
        fill_attempt(&found->attempts[i], &g->candidates[i], g->from);
    qsort(found->attempts, g->n, sizeof found->attempts[0], by_start);
    e->attempts = found->attempts;
    e->n_attempts = g->n;
    e->attempts_remembered = remembered && g->n > 0;
    if (g->n_lookups > 0 || g->n_dns_conns > 0) {
        fill_search(g, found);
        e->search = &found->search;
        e->search_decides = search_decides(found);
    }
    e->doubts.several = g->several;
    e->doubts.no_gateway_side = !gateway_side_is_seen(g);
}

void
tie_collect(struct root *root, struct exchange *ex, struct collected *found)
{
    struct scope g;

    scope_init(&g, root, ex);
    collect(&g, exchange_status(ex), found);
}

void
tie_preview(struct root *root, struct exchange *ex, unsigned status, when_t until, struct collected *found)
{
    struct scope g;

    scope_init(&g, root, ex);
    g.preview = true;
    g.success = false;
    g.until = until;
    collect(&g, status, found);
}
