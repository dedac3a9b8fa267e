/* exchange.c
 * A request and its reply: made, served and forgotten
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/exchange.h"
#include "tcp/flow.h"
#include "match/match.h"
#include "bytes/url.h"

/* A copy of the text at *at, perhaps behind a slash; *at moves on behind it. NULL if there is none. */
static const char *
keep_slice(char **at, bool slash, struct slice text)
{
    char *kept = *at;

    if (text.n == 0)
        return NULL;
    if (slash)
        *(*at)++ = '/';
    memcpy(*at, text.s, text.n);
    (*at)[text.n] = '\0';
    *at += text.n + 1;
    return kept;
}

static struct slice
at_most(struct slice text, size_t n)
{
    return (struct slice){ text.s, MIN(text.n, n) };
}

/* All texts in one block: requests are many. */
static void
keep_texts(struct exchange *ex, const struct http_head *head, const struct url *url)
{
    struct slice method = at_most(head->method, URL_MAX), target = at_most(head->target, URL_MAX), path = at_most(url->path, URL_MAX);
    struct slice host = { url->host, strlen(url->host) }, forwarded_for = at_most(head->forwarded_for, URL_HOST_MAX);
    char *at = ex->texts = (char *)wmem_alloc(wmem_file_scope(), method.n + target.n + path.n + host.n + forwarded_for.n + 6);

    ex->method = keep_slice(&at, false, method);
    ex->url = keep_slice(&at, false, target);
    /* "http://host?query" is asked for on as "/?query". */
    ex->path = keep_slice(&at, path.n > 0 && path.s[0] == '?', path);
    ex->host = keep_slice(&at, false, host);
    ex->forwarded_for = keep_slice(&at, false, forwarded_for);
}

struct exchange *
exchange_new(struct root *root, struct conn *conn, const struct http_head *head, uint32_t frame, when_t time)
{
    struct exchange *ex = wmem_new0(wmem_file_scope(), struct exchange);
    const struct exchange *last = (const struct exchange *)g_queue_peek_tail(&conn->exchanges);
    struct url url;

    ex->conn = conn;
    ex->conn_link.data = ex->gateway_link.data = ex->name_link.data = ex;
    ex->url_link.data = ex->path_link.data = ex->child_link.data = ex;
    ex->without_request = head == NULL;
    ex->nth = ++conn->requests;
    ex->serial = ++root->n_exchanges;
    if (head) {
        ex->connect = slice_is(head->method, "CONNECT");
        url_read(head->target, head->host, ex->connect, conn->tls ? 443 : 80, &url);
        keep_texts(ex, head, &url);
        ex->port = url.port;
        ex->absolute = url.absolute;
        ex->forwarded = head->forwarded;
        ex->cut_short = !head->complete;
        ex->reply.request_frame = frame;
        ex->reply.request_time = ex->ready_at = time;
        if (last && last->reply.request_frame == frame)
            ex->of_frame = last->of_frame + 1;
    }
    g_queue_push_tail_link(&conn->exchanges, &ex->conn_link);
    if (head)
        match_begun(root, ex);
    return ex;
}

void
exchange_drop(struct root *root, struct exchange *ex)
{
    struct conn *conn = ex->conn;

    match_forgotten(root, ex);
    if (conn->receiving == ex)
        conn->receiving = NULL;
    exchange_hidden_shown(ex);
    g_queue_unlink(&conn->exchanges, &ex->conn_link);
    wmem_free(wmem_file_scope(), ex->texts);
    frames_free(&ex->reply.data);
    wmem_free(wmem_file_scope(), ex);
}

bool
exchanges_all_served(const struct conn *conn)
{
    if (!conn->had_exchange)
        return false;
    for (GList *l = conn->exchanges.head; l; l = l->next) {
        const struct exchange *ex = (const struct exchange *)l->data;
        if (!ex->served || (ex->parent && !ex->parent->served))
            return false;
    }
    return true;
}

void
exchange_served(struct root *root, struct exchange *ex)
{
    ex->served = true;
    match_answered(root, ex);
    conn_over(root, ex->conn);
    for (GList *l = ex->children.head; l; l = l->next)
        conn_over(root, ((struct exchange *)l->data)->conn);
}

when_t
exchange_begun(const struct exchange *ex)
{
    return ex->nth > 1 ? ex->reply.request_time : ex->conn->hs.first_syn;
}

struct exchange *
exchange_waiting(const struct conn *conn)
{
    for (GList *l = conn->exchanges.head; l; l = l->next)
        if (((struct exchange *)l->data)->state == EXCHANGE_WAITING)
            return (struct exchange *)l->data;
    return NULL;
}

void
exchange_drop_served(struct root *root, struct conn *conn)
{
    for (GList *l = conn->exchanges.head, *next; l; l = next) {
        struct exchange *ex = (struct exchange *)l->data;
        next = l->next;
        if (ex->state == EXCHANGE_WAITING)
            break;
        if (ex->served && ex->over && !ex->parent && ex != conn->receiving)
            exchange_drop(root, ex);
    }
}

/* The server acknowledged a request that the capture lacks. */
static bool
request_is_missing(const struct conn *conn)
{
    const struct flow *flow = conn->side[CLIENT].flow;

    return flow && flow->http && flow_lacks_acked(conn, CLIENT) && !httpstream_inside_message(flow->http);
}

static void
lose(struct root *root, struct exchange *ex)
{
    ex->state = EXCHANGE_SHOWN;
    ex->over = true;
    if (ex->conn->receiving == ex)
        ex->conn->receiving = NULL;
    exchange_served(root, ex);
}

void
exchanges_lose(struct root *root, struct conn *conn, uint32_t from)
{
    bool all = request_is_missing(conn);
    const struct exchange *behind = NULL;

    for (GList *l = conn->exchanges.tail; l && !behind; l = l->prev) {
        const struct exchange *ex = (const struct exchange *)l->data;
        if (ex->state == EXCHANGE_WAITING && (int32_t)(ex->client_had - from) > 0)
            behind = ex;
    }
    for (GList *l = all || behind ? conn->exchanges.head : NULL; l && (all || l->data != behind); l = l->next)
        if (((struct exchange *)l->data)->state == EXCHANGE_WAITING)
            lose(root, (struct exchange *)l->data);
}

/* One more response behind a complete one: the gateway changed its mind. */
static struct exchange *
answered_again(const struct conn *conn)
{
    struct exchange *last = (struct exchange *)g_queue_peek_tail((GQueue *)&conn->exchanges);

    if (!last || conn->skipped > 0 || last->without_request || request_is_missing(conn))
        return NULL;
    last->state = EXCHANGE_WAITING;
    last->over = last->served = last->reply.complete = false;
    last->reply.status = 0;
    return last;
}

struct exchange *
exchange_responding(struct root *root, struct conn *conn)
{
    if (!conn->receiving)
        conn->receiving = exchange_waiting(conn);
    if (!conn->receiving)
        conn->receiving = answered_again(conn);
    if (!conn->receiving) {
        conn->receiving = exchange_new(root, conn, NULL, 0, 0);
        conn->receiving->too_many = conn->skipped > 0;
        conn->had_exchange = true;
        if (conn->skipped > 0)
            conn->skipped--;
    }
    exchange_drop_served(root, conn);
    return conn->receiving;
}

struct exchange *
exchange_hidden_response(struct conn *conn)
{
    for (GList *l = conn->n_not_shown > 0 ? conn->exchanges.head : NULL; l; l = l->next) {
        struct exchange *ex = (struct exchange *)l->data;
        if (ex->not_shown)
            return ex;
    }
    return NULL;
}

void
exchange_hidden_shown(struct exchange *ex)
{
    ex->conn->n_not_shown -= ex->not_shown;
    ex->not_shown = false;
    wmem_free(wmem_file_scope(), ex->hidden_bytes);
    ex->hidden_bytes = NULL;
}
