/* collect.c
 * The evidence for one verdict, from what was matched to the request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include <glib.h>

#include "http/attempt.h"
#include "match/scope.h"

/* evidence ****************************************************************/

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
fill_attempts(struct scope *s, struct collected *found)
{
    struct evidence *e = &found->evidence;

    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its)
            fill_attempt(s, &found->attempts[e->n_attempts++], &s->uses[i]);
    qsort(found->attempts, e->n_attempts, sizeof found->attempts[0], by_start);
    e->attempts = found->attempts;
}

static void
fill_search(struct scope *s, struct collected *found)
{
    struct search *search = &found->search;

    for (unsigned i = 0; i < s->n_lookups; i++)
        for (unsigned k = 0; k < s->lookups[i]->n && search->n < QUESTIONS_MAX; k++)
            if (s->lookups[i]->questions[k]->q.first_sent <= s->until)
                found->questions[search->n++] = &s->lookups[i]->questions[k]->q;
    qsort(found->questions, search->n, sizeof found->questions[0], by_first_sent);
    search->questions = found->questions;
    search->tie = s->lookup_tie;
    search->alone = s->lookup_alone;
    search->shared = s->lookup_shared;
    for (unsigned i = 0; i < s->n_dns_conns; i++) {
        const struct conn *conn = s->dns_conns[i];
        bool refused = conn->hs.rst.n > 0 || conn->hs.icmp.n > 0;
        search->tcp_server = conn->side[SERVER].ip;
        search->tcp[search->n_tcp++] = conn->hs;
        search->over_tcp_refused = search->over_tcp_refused || refused;
        search->over_tcp_silent = search->over_tcp_silent || (!refused && !conn->hs.acked);
    }
    if (search->n == 0) {
        search->tie = TIE_TIME;
        search->alone = true;
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

/* the steps ***************************************************************/

static bool
has_uses(const struct scope *s)
{
    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its)
            return true;
    return false;
}

static void
drop_uses(struct scope *s)
{
    for (unsigned i = 0; i < s->n; i++)
        s->uses[i].its = false;
    s->several = false;
}

/* The last address that was tried is the one that no SYN could be sent to. */
static bool
comes_after_uses(const struct scope *s, const struct unreached *unreached)
{
    for (unsigned i = 0; i < s->n; i++)
        if (s->uses[i].its && (s->uses[i].conn->hs.acked || s->uses[i].conn->hs.last_syn > unreached->first))
            return false;
    return true;
}

/* The name was searched in vain. Where the query never left, says the gateway's own kernel, the ARP requests for the DNS server show why. */
static bool
step_search(struct scope *s, struct collected *found)
{
    if (!find_searches(s))
        return false;
    drop_uses(s);
    for (unsigned i = 0; i < s->n_lookups; i++)
        for (unsigned k = 0; k < s->lookups[i]->n; k++) {
            const struct question *q = &s->lookups[i]->questions[k]->q;
            if (q->sent.n == 0 && find_unreached_server(s, &q->server, &found->unreached)) {
                keep_asked_since(found, s->from);
                found->search.unreached = &found->unreached;
                return true;
            }
        }
    return true;
}

static bool
take_unreached(struct scope *s, struct collected *found, bool unreached)
{
    if (!unreached)
        return false;
    found->evidence.unreached = &found->unreached;
    keep_asked_since(found, s->from);
    return true;
}

static bool
step_unreached(struct scope *s, struct collected *found)
{
    return take_unreached(s, found, find_unreached(s, &found->unreached) && comes_after_uses(s, &found->unreached));
}

static bool
step_uses(struct scope *s, struct collected *found _U_)
{
    return has_uses(s);
}

static bool
step_search_by_time(struct scope *s, struct collected *found _U_)
{
    if (s->n_lookups > 0 || !find_searches_by_time(s))
        return false;
    drop_uses(s);
    return true;
}

static bool
step_unreached_by_time(struct scope *s, struct collected *found)
{
    return take_unreached(s, found, !searches_failed(s) && find_unreached_by_time(s, &found->unreached));
}

static bool
step_remembered(struct scope *s, struct collected *found _U_)
{
    return !searches_failed(s) && find_remembered(s);
}

/* In this order: the first that explains the response ends the search. */
static bool (*const steps[])(struct scope *, struct collected *) = {
    step_search, step_unreached, step_search_by_time, step_uses, step_unreached_by_time, step_remembered
};

/* the whole ***************************************************************/

/* A search that several requests shared is over once the last of them is answered: who asks for the name after that begins another one. */
static bool
is_last_waiting(const struct name *name, const struct exchange *ex)
{
    return list_is_empty(&name->open) || (list_length(&name->open) == 1 && list_first(&name->open) == ex);
}

static void
collect(struct scope *s, struct collected *found)
{
    struct evidence *e = &found->evidence;
    const struct exchange *ex = s->ex;

    memset(e, 0, sizeof *e);            /* the arrays are large: only what is filled is read */
    memset(&found->search, 0, sizeof found->search);
    memset(&found->unreached, 0, sizeof found->unreached);
    e->status = s->status;
    e->request_time = ex->request.time;
    e->response_time = s->until;
    e->host = ex->request.host;
    e->port = ex->request.port;
    e->connect = ex->request.connect;
    doubts_fill(&e->doubts, s->root, ex);
    if (ex->without_request)
        return;

    struct contest *contest = g_new0(struct contest, 1);
    contest->s = s;
    find_uses(s);
    decide_uses(contest);
    for (unsigned i = 0; i < G_N_ELEMENTS(steps) && !steps[i](s, found); i++)
        ;
    if (!s->preview) {
        own_requests(s->root, s->ex);
        commit_uses(contest);
    }
    g_free(contest);
    e->remembered = s->remembered ? ex->ready_at - s->remembered : 0;
    fill_attempts(s, found);
    memcpy(found->taught, s->taught, sizeof s->taught);
    e->taught = found->taught;
    e->n_taught = s->n_taught;
    e->attempts_remembered = s->remembered && e->n_attempts > 0;
    if (s->n_lookups > 0 || s->n_dns_conns > 0) {
        fill_search(s, found);
        e->search = &found->search;
        e->search_decides = search_decides(found);
    }
    for (unsigned i = 0; i < s->n_lookups && !s->preview && !s->remembered; i++)
        if (!s->lookup_shared || is_last_waiting(s->lookups[i]->name, ex))
            s->lookups[i]->owner = ex->serial;
    if (e->n_attempts > 0 && s->why.decided)
        e->why = why_words(&s->why);
    e->doubts.several = s->several;
    e->doubts.no_gateway_side = !gateway_side_is_seen(s) && s->n_lookups == 0;
}

void
match_collect(struct root *root, struct exchange *ex, struct collected *found)
{
    struct scope *s = g_new(struct scope, 1);
    struct host *asked = host_get(root, &ex->conn->side[SERVER].ip);

    /* Another address of its network card may have shown meanwhile that it is a gateway's. */
    if (asked->link && ex->conn->side[CLIENT].link != asked->link)
        host_join_card(root, asked);
    scope_init(s, root, ex, ex->response_time ? ex->response_time : root->now, exchange_status(ex));
    collect(s, found);
    g_free(s);
}

void
match_preview(struct root *root, struct exchange *ex, unsigned status, when_t until, struct collected *found)
{
    struct scope *s = g_new(struct scope, 1);

    scope_init(s, root, ex, until, status);
    s->preview = true;
    collect(s, found);
    g_free(s);
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
