/* alike.c
 * Which of several equal requests a gateway's request serves
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include <epan/to_str.h>
#include <wsutil/inet_addr.h>

#include "alike.h"
#include "conn.h"

#define LOOKUPS_LOOKED_AT_MAX 32
#define OPEN_LOOKED_AT_MAX 64

/* Requests that came within so many times the shortest delay came at once. */
#define SAME_BURST 4

/* hints *******************************************************************/

/* X-Forwarded-For: a list of addresses, the first one's the client's. */
static bool
names_client(const struct exchange *ex, const struct exchange *waiting)
{
    const char *list = ex->forwarded_for;
    char text[WS_INET6_ADDRSTRLEN];
    address client = ipaddr_to_address(&waiting->conn->ip[CLIENT]);
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
    return ex->nth > 1 && ex->conn->idle_since && MAX(waiting->reply.request_time, waiting->conn->idle_since) >= ex->conn->idle_since;
}

/* The look-up that the gateway began with this request; NULL: none, or it is too long ago to tell. */
static const struct lookup *
first_lookup(const struct exchange *waiting)
{
    const struct lookup *first = NULL;
    int looked_at = 0;
    GList *l = waiting->name ? waiting->name->searches.tail : NULL;

    for (; l && ((const struct lookup *)l->data)->start >= waiting->reply.request_time; l = l->prev) {
        if (++looked_at > LOOKUPS_LOOKED_AT_MAX)
            return NULL;
        first = (const struct lookup *)l->data;
    }
    return first && first->start - waiting->reply.request_time < BEGUN_WITH ? first : NULL;
}

static bool
is_looked_up(const struct exchange *waiting)
{
    const struct lookup *lookup = first_lookup(waiting);

    return lookup && !lookup->resolved && lookup->questions[0]->q.answers.seen == 0;
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

/* When the gateway turned to its server for the request: with the SYN, or on a connection that it kept. */
static when_t
begun_at(const struct exchange *ex)
{
    return ex->nth > 1 ? ex->reply.request_time : ex->conn->hs.first_syn;
}

/* When the gateway could turn to its server for the request. */
static when_t
ready(const struct exchange *waiting)
{
    const struct lookup *lookup = first_lookup(waiting);
    when_t since = waiting->nth > 1 ? MAX(waiting->reply.request_time, waiting->conn->idle_since) : waiting->reply.request_time;

    return lookup && lookup->resolved ? MAX(since, lookup->last) : since;
}

/* The connections that the gateway began before, for whomever, and that carry no request yet, oldest first. */
static unsigned
pending_before(const struct exchange *ex, when_t since, const struct conn **pending)
{
    const struct conn *conn = ex->conn;
    GList *l = !conn->syn_seen || !conn->target || (conn->claimed && ex->nth == 1) ? NULL :
               ex->nth > 1 ? conn->target->waiting.tail : conn->target_link.prev;
    unsigned n = 0;

    for (unsigned looked_at = 0; l && looked_at < OPEN_LOOKED_AT_MAX && n < ALIKE_MAX; l = l->prev, looked_at++) {
        const struct conn *earlier = (const struct conn *)l->data;
        if (earlier->hs.first_syn < since)
            break;
        if (!conn_failed(earlier) && !earlier->flow[CLIENT])
            pending[n++] = earlier;
    }
    for (unsigned i = 0; i < n / 2; i++) {
        const struct conn *other = pending[i];
        pending[i] = pending[n - 1 - i];
        pending[n - 1 - i] = other;
    }
    return n;
}

/* Another request for the same host came in between: the connection is that one's. */
static bool
is_anothers(struct exchange *const *alike, unsigned n, when_t from, when_t until)
{
    unsigned looked_at = 0;

    for (GList *l = alike[0]->name ? alike[0]->name->open.tail : NULL; l && looked_at < OPEN_LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct exchange *other = (const struct exchange *)l->data;
        bool is_alike = false;
        for (unsigned i = 0; i < n; i++)
            is_alike = is_alike || other == alike[i];
        if (!is_alike && g_queue_is_empty((GQueue *)&other->children) && ready(other) > from && ready(other) <= until)
            return true;
    }
    return false;
}

/*
 * For which of them the gateway began a connection at that time: for the latest that was
 * ready, or for an older one where several came in so short a time that the delay between
 * request and connection tells nothing. n: for none of them.
 */
static unsigned
begun_for(struct exchange *const *alike, const when_t *since, const bool *begun, unsigned n, when_t syn)
{
    unsigned latest = n;

    for (unsigned i = 0; i < n; i++)
        if (!begun[i] && since[i] <= syn && (latest == n || since[i] > since[latest]))
            latest = i;
    if (latest == n || is_anothers(alike, n, since[latest], syn))
        return n;
    for (unsigned i = 0; i < n; i++)
        if (!begun[i] && since[i] <= syn && syn - since[i] <= SAME_BURST * (syn - since[latest]))
            return i;
    return latest;
}

struct exchange *
alike_choose(const struct exchange *ex, struct exchange *const *alike, unsigned n)
{
    const struct conn *pending[ALIKE_MAX];
    when_t since[ALIKE_MAX], turned = begun_at(ex);
    bool begun[ALIKE_MAX + 1] = { false };
    unsigned n_pending = n > 1 ? pending_before(ex, alike[0]->reply.request_time, pending) : 0;

    for (unsigned i = 0; i < n; i++)
        since[i] = ready(alike[i]);
    for (unsigned i = 0; i < n_pending; i++)
        begun[begun_for(alike, since, begun, n, pending[i]->hs.first_syn)] = true;
    for (unsigned i = 0; i < n; i++)
        if (!begun[i] && alike[i]->reply.request_time <= turned)
            return alike[i];
    return alike[0];
}
