/* alike.c
 * Which of several equal requests a gateway's request serves
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include <epan/to_str.h>
#include <wsutil/inet_addr.h>

#include "match/alike.h"
#include "http/exchange.h"

#define LOOKUPS_LOOKED_AT_MAX 32
#define PENDING_LOOKED_AT_MAX 64

/* Requests that came within so many times the shortest delay came at once. */
#define SAME_BURST 4

/* hints *******************************************************************/

/* X-Forwarded-For: a list of addresses, the first one's the client's. */
static bool
names_client(const struct exchange *ex, const struct exchange *waiting)
{
    const char *list = ex->request.forwarded_for;
    char text[WS_INET6_ADDRSTRLEN];
    address client = ipaddr_to_address(&waiting->conn->side[CLIENT].ip);
    bool named = false;

    if (!list)
        return false;
    address_to_str_buf(&client, text, sizeof text);
    while (*list && !named) {
        size_t n = strcspn(list, ", ");
        named = n == strlen(text) && memcmp(list, text, n) == 0;
        list += n;
        list += strspn(list, ", ");
    }
    return named;
}

/* Pipelined requests of HTTP/1 are served one after the other. */
static bool
is_its_turn(const struct exchange *ex)
{
    const GList *l = ex->conn->exchanges.head;

    while (l && ((const struct exchange *)l->data)->state != EXCHANGE_WAITING)
        l = l->next;
    return ex->h2_stream || !l || l->data == ex;
}

/*
 * The server's connection was idle when the request came. Whoever waited before did not
 * take it then: that one waits for something else.
 */
static bool
found_it_idle(const struct exchange *ex, const struct exchange *waiting)
{
    return ex->nth > 1 && ex->conn->idle_since && waiting->ready_at >= ex->conn->idle_since;
}

/* The look-up that the gateway began with this request; NULL: none, or it is too long ago to tell. */
static const struct lookup *
first_lookup(const struct exchange *waiting)
{
    const struct lookup *first = NULL;
    int looked_at = 0;
    GList *l = waiting->name ? waiting->name->searches.tail : NULL;

    for (; l && ((const struct lookup *)l->data)->start >= waiting->ready_at; l = l->prev) {
        if (++looked_at > LOOKUPS_LOOKED_AT_MAX)
            return NULL;
        first = (const struct lookup *)l->data;
    }
    return first && first->start - waiting->ready_at < BEGUN_WITH ? first : NULL;
}

/* By any server. */
static bool
is_answered(const struct lookup *lookup, const struct question *q)
{
    for (unsigned i = 0; i < lookup->n; i++) {
        const struct question *other = &lookup->questions[i]->q;
        if (other->type == q->type && (other->answers.seen > 0 || other->rejected) && strcmp(other->name, q->name) == 0)
            return true;
    }
    return false;
}

/* A gateway that asks for both kinds of addresses mostly waits for both. */
static bool
is_looked_up(const struct exchange *waiting)
{
    const struct lookup *lookup = first_lookup(waiting);

    for (unsigned i = 0; lookup && i < lookup->n; i++)
        if (!is_answered(lookup, &lookup->questions[i]->q))
            return true;
    return false;
}

bool
alike_knows_no_address(const struct exchange *waiting)
{
    const struct lookup *lookup = first_lookup(waiting);

    return lookup && !lookup->resolved;
}

enum fit
alike_fit(const struct exchange *ex, const struct exchange *waiting)
{
    if (names_client(ex, waiting))
        return FIT_NAMED;
    if (!is_its_turn(waiting) || is_looked_up(waiting))
        return FIT_LATER;
    return found_it_idle(ex, waiting) ? FIT_PROMPT : FIT_NOW;
}

/* whose connection ********************************************************/

#define OTHERS_MAX 64

/* Those that are alike, in the order of alike_choose(), and others for the same host. */
struct waiting {
    unsigned n, n_others;
    when_t ready[ALIKE_MAX], others[OTHERS_MAX];
    bool begun[ALIKE_MAX + 1];  /* the last one stands for all others */
};

/* When the gateway could turn to its server for the request, or turn to it again. */
static when_t
ready(const struct exchange *waiting)
{
    const struct lookup *lookup = first_lookup(waiting);
    const struct exchange *last = (const struct exchange *)g_queue_peek_tail((GQueue *)&waiting->children);
    when_t since = lookup && lookup->resolved ? MAX(waiting->ready_at, lookup->last) : waiting->ready_at;

    return last ? MAX(since, last->conn->side[SERVER].closed.frame ? last->conn->side[SERVER].closed.time : conn_failed(last->conn)) : since;
}

/* The connections that the gateway began before, for whomever, and that carry no request yet, latest first. */
static unsigned
pending_before(const struct exchange *ex, when_t since, const struct conn **pending)
{
    const struct conn *conn = ex->conn;
    GList *l = !conn->syn_seen || !conn->target || (conn->claimed && ex->nth == 1) ? NULL :
               ex->nth > 1 ? conn->target->waiting.tail : conn->target_link.prev;
    unsigned n = 0;

    for (unsigned looked_at = 0; l && looked_at < PENDING_LOOKED_AT_MAX && n < ALIKE_MAX; l = l->prev, looked_at++) {
        const struct conn *earlier = (const struct conn *)l->data;
        if (earlier->hs.first_syn < since)
            break;
        if (!conn_failed(earlier) && !earlier->side[CLIENT].flow)
            pending[n++] = earlier;
    }
    return n;
}

/* Does the other one wait for a connection like this, too? At a server's own port not where it asks for another port. */
static bool
is_other(const struct exchange *other, struct exchange *const *alike, unsigned n, const struct conn *conn)
{
    if (!g_queue_is_empty((GQueue *)&other->children) || (alike[0]->request.port == conn->side[SERVER].port && other->request.port != conn->side[SERVER].port))
        return false;
    for (unsigned i = 0; i < n; i++)
        if (other == alike[i])
            return false;
    return true;
}

/* When the gateway could turn to its server for those that wait for the same host and are not alike. */
static unsigned
others_ready(struct exchange *const *alike, unsigned n, const struct conn *conn, when_t *others)
{
    unsigned n_others = 0;

    for (GList *l = alike[0]->name ? alike[0]->name->open.tail : NULL; l && n_others < OTHERS_MAX; l = l->prev)
        if (is_other((const struct exchange *)l->data, alike, n, conn))
            others[n_others++] = ready((const struct exchange *)l->data);
    return n_others;
}

/*
 * For which of them the gateway began a connection at that time: for the latest that was
 * ready, or for an older one where several came in so short a time that the delay between
 * request and connection tells nothing. n: for none of them, as something else for the
 * host was ready later.
 */
static unsigned
begun_for(const struct waiting *w, when_t syn)
{
    unsigned latest = w->n;

    for (unsigned i = 0; i < w->n; i++)
        if (!w->begun[i] && w->ready[i] <= syn && (latest == w->n || w->ready[i] > w->ready[latest]))
            latest = i;
    for (unsigned i = 0; latest < w->n && i < w->n_others; i++)
        if (w->others[i] > w->ready[latest] && w->others[i] <= syn)
            return w->n;
    for (unsigned i = 0; latest < w->n && i < w->n; i++)
        if (!w->begun[i] && w->ready[i] <= syn && syn - w->ready[i] <= SAME_BURST * (syn - w->ready[latest]))
            return i;
    return latest;
}

struct exchange *
alike_choose(const struct exchange *ex, struct exchange *const *alike, unsigned n)
{
    const struct conn *pending[ALIKE_MAX];
    struct waiting w = { .n = n };
    when_t turned = exchange_begun(ex);
    unsigned n_pending = n > 1 ? pending_before(ex, alike[0]->request.time, pending) : 0;

    if (n_pending > 0)
        w.n_others = others_ready(alike, n, ex->conn, w.others);
    for (unsigned i = 0; n > 1 && i < n; i++)
        w.ready[i] = ready(alike[i]);
    for (unsigned i = n_pending; i > 0; i--)
        w.begun[begun_for(&w, pending[i - 1]->hs.first_syn)] = true;
    for (unsigned i = 0; i < n; i++)
        if (!w.begun[i] && w.ready[i] <= turned)
            return alike[i];
    return alike[0];
}
