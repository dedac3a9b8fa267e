/* exchange.c
 * A request and its reply: made, served and forgotten
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/url.h"
#include "http/exchange.h"
#include "http/hidden.h"
#include "http/reading.h"
#include "tcp/flow.h"

/* Segments of a reply whose numbers are kept. */
#define DATA_FRAMES_MAX 8

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
keep_texts(struct request *request, const struct http_head *head, const struct url *url)
{
    struct slice method = at_most(head->method, URL_MAX), target = at_most(head->target, URL_MAX), path = at_most(url->path, URL_MAX);
    struct slice host = { url->host, strlen(url->host) }, forwarded_for = at_most(head->forwarded_for, URL_HOST_MAX);
    char *at = request->texts = (char *)wmem_alloc(wmem_file_scope(), method.n + target.n + path.n + host.n + forwarded_for.n + 6);

    request->method = keep_slice(&at, false, method);
    request->url = keep_slice(&at, false, target);
    /* "http://host?query" is asked for on as "/?query". */
    request->path = keep_slice(&at, path.n > 0 && path.s[0] == '?', path);
    request->host = keep_slice(&at, false, host);
    request->forwarded_for = keep_slice(&at, false, forwarded_for);
}

static void
keep_request(struct request *request, const struct http_head *head, uint16_t default_port, uint32_t frame, when_t time)
{
    struct url url;

    request->connect = slice_is(head->method, "CONNECT");
    url_read(head->target, head->host, request->connect, default_port, &url);
    if (head->target.n == 0)
        url.path.n = 0;         /* an application need not be told it */
    keep_texts(request, head, &url);
    marks_read(head, &request->marks);
    request->port = url.port;
    request->absolute = url.absolute;
    request->forwarded = head->forwarded;
    request->maker = head->maker;
    request->cut_short = !head->complete;
    request->upgrade = head->upgrade;
    request->frame = frame;
    request->time = time;
}

/* The exchange without its request, at the end of the connection's. */
static struct exchange *
append(struct root *root, struct conn *conn)
{
    struct exchange *ex = wmem_new0(wmem_file_scope(), struct exchange);

    ex->conn = conn;
    node_init(&ex->conn_link, ex);
    node_init(&ex->gateway_link, ex);
    node_init(&ex->name_link, ex);
    node_init(&ex->url_link, ex);
    node_init(&ex->path_link, ex);
    node_init(&ex->child_link, ex);
    ex->nth = ++conn->requests;
    ex->serial = ++root->n_exchanges;
    list_append(&conn->exchanges, &ex->conn_link);
    return ex;
}

struct exchange *
exchange_new(struct root *root, struct conn *conn, const struct http_head *head, uint32_t frame, when_t time)
{
    const struct exchange *last = (const struct exchange *)list_last(&conn->exchanges);
    struct exchange *ex = append(root, conn);

    ex->without_request = head == NULL;
    if (!head)
        return ex;
    keep_request(&ex->request, head, conn->tls || conn->h3 ? 443 : 80, frame, time);
    ex->ready_at = time;
    if (last && last->request.frame == frame)
        ex->of_frame = last->of_frame + 1;
    root->exchange_listener->begun(root, ex);
    return ex;
}

struct exchange *
exchange_new_opaque(struct root *root, struct conn *conn, unsigned nth, uint32_t frame, when_t time)
{
    struct exchange *ex = append(root, conn);

    ex->opaque = true;
    ex->nth = nth;
    ex->request.frame = frame;
    ex->request.time = ex->ready_at = time;
    root->exchange_listener->begun(root, ex);
    return ex;
}

void
exchange_note_data(const struct root *root, struct exchange *ex, const struct segment *seg)
{
    if (ex->reply.data.n < DATA_FRAMES_MAX)
        frames_add(&ex->reply.data, seg->frame);
    if (!ex->reply.first_data)
        ex->reply.first_data = seg->time;
    ex->reply.last_data = MAX(seg->time, root->now);      /* held back until a gap was filled */
}

void
exchange_drop(struct root *root, struct exchange *ex)
{
    struct conn *conn = ex->conn;

    root->exchange_listener->forgotten(root, ex);
    if (conn->receiving == ex)
        conn->receiving = NULL;
    exchange_hidden_told(ex);
    list_remove(&conn->exchanges, &ex->conn_link);
    wmem_free(wmem_file_scope(), ex->hidden);
    wmem_free(wmem_file_scope(), ex->request.texts);
    frames_free(&ex->reply.data);
    wmem_free(wmem_file_scope(), ex);
}

void
exchange_served(struct root *root, struct exchange *ex)
{
    ex->served = true;
    root->exchange_listener->answered(root, ex);
    conn_over(root, ex->conn);
    for (node_t *l = ex->children.head; l; l = l->next)
        conn_over(root, ((struct exchange *)l->data)->conn);
}

void
exchange_drop_served(struct root *root, struct conn *conn)
{
    for (node_t *l = conn->exchanges.head, *next; l; l = next) {
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
    const struct httpstream *requests = reading_stream(conn, CLIENT);

    return requests && flow_lacks_acked(conn, CLIENT) && !httpstream_inside_message(requests);
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

    for (node_t *l = conn->exchanges.tail; l && !behind; l = l->prev) {
        const struct exchange *ex = (const struct exchange *)l->data;
        if (ex->state == EXCHANGE_WAITING && (int32_t)(ex->client_had - from) > 0)
            behind = ex;
    }
    for (node_t *l = all || behind ? conn->exchanges.head : NULL; l && (all || l->data != behind); l = l->next)
        if (((struct exchange *)l->data)->state == EXCHANGE_WAITING)
            lose(root, (struct exchange *)l->data);
}

/* One more response behind a complete one: the gateway changed its mind. */
static struct exchange *
begin_next_answer(const struct conn *conn)
{
    struct exchange *last = (struct exchange *)list_last(&conn->exchanges);

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
        conn->receiving = begin_next_answer(conn);
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
