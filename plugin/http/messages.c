/* messages.c
 * Requests and their replies on a connection, read from its bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/exchange.h"
#include "tcp/flow.h"
#include "http/h2.h"
#include "http/decrypted.h"
#include "http/tls.h"

/* Segments of a reply whose numbers are kept. */
#define DATA_FRAMES_MAX 8

/* What a call of the stream's is about. */
struct feed {
    struct root *root;
    struct conn *conn;
    const struct segment *seg;
};

/* requests ****************************************************************/

static void
request_head(struct feed *feed, const struct http_head *head)
{
    struct conn *conn = feed->conn;
    struct flow *flow = conn->side[CLIENT].flow;

    exchange_drop_served(feed->root, conn);
    if (g_queue_get_length(&conn->exchanges) >= EXCHANGES_MAX) {
        struct exchange *oldest = (struct exchange *)g_queue_peek_head(&conn->exchanges);
        if (oldest->state != EXCHANGE_WAITING)
            exchange_drop(feed->root, oldest);
    }
    /* Responses come in order: once one request is skipped, so are all until they are answered. */
    if (conn->skipped > 0 || g_queue_get_length(&conn->exchanges) >= EXCHANGES_MAX) {
        conn->skipped++;
        return;
    }
    struct exchange *ex = exchange_new(feed->root, conn, head, flow->message_frame, flow->message_time);
    ex->client_had = flow->message_ack;
    ex->decrypted = conn->decrypted != NULL;
    conn->had_exchange = true;
}

static enum http_body
request_body(const struct http_head *head)
{
    return head->chunked ? HTTP_BODY_CHUNKED : head->content_length > 0 ? HTTP_BODY_COUNTED : HTTP_BODY_NONE;
}

/* responses ***************************************************************/

/* RFC 9112 section 6.3 */
static enum http_body
response_body(const struct exchange *ex, const struct http_head *head)
{
    if (head->status == 101 || (ex->connect && head->status / 100 == 2))
        return HTTP_BODY_TUNNEL;
    if (head->status / 100 == 1 || head->status == 204 || head->status == 304 || (ex->method && strcmp(ex->method, "HEAD") == 0))
        return HTTP_BODY_NONE;
    if (head->chunked)
        return HTTP_BODY_CHUNKED;
    return head->content_length >= 0 ? HTTP_BODY_COUNTED : HTTP_BODY_TO_CLOSE;
}

static void
hide(struct conn *conn, struct exchange *ex, const uint8_t *bytes, size_t n)
{
    conn->n_not_shown += !ex->not_shown;
    ex->not_shown = true;
    /* A copy: they may be of a segment that was held and goes before it is asked for. */
    wmem_free(wmem_file_scope(), ex->hidden_bytes);
    ex->hidden_bytes = (uint8_t *)wmem_memdup(wmem_file_scope(), bytes, n);
    ex->hidden_length = n;
}

/* The head lies in the segment, perhaps behind another one's; its beginning may be in an earlier segment. */
static void
hide_head(struct conn *conn, struct exchange *ex, const struct segment *seg, const struct http_head *head)
{
    const uint8_t *end = seg->data + seg->captured, *at = (const uint8_t *)head->phrase.s;

    if (at < seg->data || at > end)
        at = seg->data;
    while (at > seg->data && *--at != 'H')
        ;
    hide(conn, ex, at, (size_t)(end - at));
}

/* By snap length: whether HTTP shows what there is of a head depends on Wireshark's version. */
static bool
is_cut_short(const struct feed *feed)
{
    return feed->seg->captured < feed->seg->length && feed->seg->frame == feed->root->frame;
}

static enum http_body
response_head(struct feed *feed, const struct http_head *head)
{
    struct exchange *ex = exchange_responding(feed->root, feed->conn);
    struct flow *flow = feed->conn->side[SERVER].flow;
    struct reply *reply = &ex->reply;

    if (head->status / 100 == 1 && head->status != 101) {
        reply->interim++;
        return HTTP_BODY_NONE;
    }
    reply->status = head->status;
    reply->head_frame = flow->message_frame;
    reply->head_time = flow->message_time;
    reply->head_length = (uint32_t)head->length;
    ex->response_frame = flow->message_frame;
    ex->response_time = flow->message_time;
    if (ex->state == EXCHANGE_SHOWN)
        return response_body(ex, head);         /* with its first segment already */
    ex->state = EXCHANGE_ANSWERED;
    ex->answers++;
    if (!feed->root->settings.watched(head->status))
        exchange_served(feed->root, ex);
    else if (feed->conn->in_tunnel || is_cut_short(feed) || feed->root->settings.heads_are_shown)
        hide_head(feed->conn, ex, feed->seg, head);      /* the dissector need not follow to here */
    if (ex->connect && head->status / 100 == 2)
        feed->conn->tunnel_owner = ex->serial;
    if (ex->connect && head->status / 100 == 2 && feed->conn->side[CLIENT].flow && feed->conn->side[CLIENT].flow->http)
        httpstream_tunnel(feed->conn->side[CLIENT].flow->http);
    return response_body(ex, head);
}

static void
response_end(struct feed *feed)
{
    struct exchange *ex = feed->conn->receiving;

    if (!ex || ex->state == EXCHANGE_WAITING)
        return;                         /* an interim response is no end */
    ex->over = true;
    ex->reply.complete = true;
    ex->reply.complete_time = feed->conn->idle_since = feed->root->now;     /* its last bytes may have been held back */
    feed->conn->receiving = NULL;
    ex = exchange_waiting(feed->conn);
    if (ex)
        ex->ready_at = MAX(ex->ready_at, feed->conn->idle_since);
}

/* Text in a download looks like this too: not where the server's own leg shows that it is the download. */
static bool
is_relayed_content(const struct exchange *ex, const struct segment *seg)
{
    for (GList *l = ex->children.head; l; l = l->next) {
        const struct exchange *child = (const struct exchange *)l->data;
        if (child->reply.status == ex->reply.status && child->reply.fault == HTTP_FAULT_NONE &&
            (child->reply.complete || (!child->conn->side[SERVER].closed.frame && !child->conn->side[CLIENT].closed.frame)))
            return true;
    }
    /* A full segment before it: the middle of a stream. */
    return ex->last_length >= 536 && ex->last_length >= seg->length;
}

static void
look_for_hidden(struct feed *feed, const uint8_t *bytes, size_t n, bool tunnel)
{
    struct exchange *ex = feed->conn->receiving;
    unsigned status;

    if (!ex || ex->hidden_status || ex->state == EXCHANGE_WAITING)
        return;
    bool first_in_tunnel = !tunnel || ex->last_length == 0;
    if (first_in_tunnel && http_is_response_head(bytes, n, &status) && status != ex->reply.status &&
        feed->root->settings.watched(status) && !is_relayed_content(ex, feed->seg)) {
        ex->hidden_status = status;
        ex->answers++;
        ex->response_frame = feed->seg->frame;
        ex->response_time = feed->seg->time;
        hide(feed->conn, ex, bytes, n);
    }
    ex->last_length = feed->seg->length;
}

/* calls of the streams ****************************************************/

static enum http_body
on_head(void *owner, bool is_request, const struct http_head *head)
{
    struct feed *feed = (struct feed *)owner;

    if (!is_request)
        return response_head(feed, head);
    request_head(feed, head);
    return request_body(head);
}

static void
on_begun(void *owner, bool is_request)
{
    struct feed *feed = (struct feed *)owner;
    struct flow *flow = feed->conn->side[is_request ? CLIENT : SERVER].flow;

    flow->message_frame = feed->seg->frame;
    flow->message_time = feed->seg->time;
    flow->message_ack = feed->seg->ack;
    bool was_lost = flow->lost;
    flow->lost = false;
    if (is_request)
        return;
    if (was_lost)
        exchanges_lose(feed->root, feed->conn, flow->lost_from);
    exchange_responding(feed->root, feed->conn);
}

static void
on_end(void *owner, bool is_request)
{
    if (!is_request)
        response_end((struct feed *)owner);
}

static void
on_fault(void *owner, bool is_request, enum http_fault fault)
{
    struct feed *feed = (struct feed *)owner;

    if (is_request)
        return;
    struct exchange *ex = exchange_responding(feed->root, feed->conn);
    ex->reply.fault = fault;
    ex->reply.fault_frame = feed->seg->frame;
}

static void
on_opaque(void *owner, bool is_request, const uint8_t *bytes, size_t n, bool tunnel)
{
    struct feed *feed = (struct feed *)owner;

    if (tunnel)
        tls_conn_tunnel_bytes(feed->conn, is_request ? CLIENT : SERVER, feed->seg, bytes, n);
    if (!is_request)
        look_for_hidden(feed, bytes, n, tunnel);
}

static const struct httpstream_owner calls = { on_head, on_begun, on_end, on_fault, on_opaque };

/* bytes *******************************************************************/

/* What the first bytes of the side say about the protocol. */
static void
begin_protocol(struct conn *conn, int side, const struct segment *seg)
{
    struct flow *flow = conn->side[side].flow, *other = conn->side[!side].flow;

    if (side == CLIENT) {
        if (h2_begins(seg->data, seg->captured))
            conn->h2 = flow->opaque = true;
        else if (http_begins_request(seg->data, seg->captured))
            flow->http = httpstream_new(wmem_file_scope(), true);
        else if (!tls_conn_begins(conn, seg))
            flow->opaque = !flow->lost;
    } else if (other && other->http) {
        flow->http = httpstream_new(wmem_file_scope(), false);
    } else if (!conn->syn_seen && seg->captured > 8 && http_begins_response(seg->data, seg->captured)) {
        flow->http = httpstream_new(wmem_file_scope(), false);
    } else if (other && other->opaque) {
        flow->opaque = true;
        if (conn->h2 && !h2_begins_settings(seg->data, seg->captured))
            conn->not_h2_frame = seg->frame;
    }
}

static void
note_reply_bytes(const struct root *root, struct conn *conn, const struct segment *seg)
{
    struct exchange *ex = conn->receiving ? conn->receiving : exchange_waiting(conn);

    if (!ex || ex->over)
        return;
    if (ex->reply.data.n < DATA_FRAMES_MAX)
        frames_add(&ex->reply.data, seg->frame);
    if (!ex->reply.first_data)
        ex->reply.first_data = seg->time;
    ex->reply.last_data = MAX(seg->time, root->now);      /* held back until a gap was filled */
}

void
exchange_bytes(struct root *root, struct conn *conn, int side, const struct segment *seg)
{
    struct flow *flow = conn->side[side].flow;
    struct feed feed = { root, conn, seg };

    if (!conn->side[side].first_bytes) {
        conn->side[side].first_bytes = seg->time;
        conn->side[side].first_bytes_frame = seg->frame;
    }
    if (!flow->http && !flow->opaque && !conn->tls) {
        begin_protocol(conn, side, seg);
        if (flow->http && flow->lost)
            httpstream_skip(flow->http, 1, &calls, &feed);      /* its first message need not begin here */
    }
    if (side == CLIENT && flow->http && conn->side[SERVER].flow && conn->side[SERVER].flow->http && httpstream_is_tunnel(flow->http) &&
        http_begins_request(seg->data, seg->captured)) {
        /* Plain HTTP in a tunnel that the gateway looks into. */
        httpstream_leave_tunnel(flow->http);
        httpstream_leave_tunnel(conn->side[SERVER].flow->http);
        conn->receiving = NULL;
        conn->in_tunnel = true;
    }
    if (flow->http) {
        if (side == SERVER && !conn->decrypted)
            note_reply_bytes(root, conn, seg);
        httpstream_feed(flow->http, seg->data, seg->captured, seg->length, &calls, &feed);
    } else if (conn->tls) {
        tls_conn_bytes(conn, side, seg);
    }
}

void
exchange_feed(struct root *root, struct conn *conn, int side, struct httpstream *stream, const struct segment *seg)
{
    struct feed feed = { root, conn, seg };

    if (side == SERVER)
        note_reply_bytes(root, conn, seg);
    httpstream_feed(stream, seg->data, seg->captured, seg->length, &calls, &feed);
}

void
exchange_end_of_stream(struct root *root, struct conn *conn, struct httpstream *stream)
{
    struct feed feed = { root, conn, NULL };

    httpstream_close(stream, &calls, &feed);
}

void
exchange_bytes_missing(struct root *root, struct conn *conn, int side, uint32_t n)
{
    struct flow *flow = conn->side[side].flow;
    struct feed feed = { root, conn, NULL };

    if (side == SERVER && conn->receiving && conn->receiving->state == EXCHANGE_ANSWERED) {
        /* Wireshark waits for the bytes in vain, and shows the next response instead. */
        conn->receiving->state = EXCHANGE_SHOWN;
        exchange_served(root, conn->receiving);
    }
    if (flow->http)
        httpstream_skip(flow->http, n, &calls, &feed);
    else if (conn->tls)
        tls_skip(&conn->tls->progress, side == CLIENT ? TLS_CLIENT : TLS_SERVER, n);
    if (flow->lost || flow->opaque || conn->tls || (flow->http && !httpstream_is_lost(flow->http)))
        return;
    flow->lost = true;
    flow->lost_from = flow->next;
    if (side == CLIENT)
        return;
    struct exchange *ex = conn->receiving ? conn->receiving : exchange_waiting(conn);
    if (ex)
        ex->reply.missing = true;
    if (ex && ex->state != EXCHANGE_WAITING) {
        ex->over = true;                /* what follows, and can be read, is another response */
        conn->receiving = NULL;
    }
}

void
exchanges_close(struct root *root, struct conn *conn)
{
    if (conn->side[SERVER].closed.frame && conn->side[SERVER].closed.reset)
        return;
    if (conn->side[SERVER].flow && conn->side[SERVER].flow->http)
        exchange_end_of_stream(root, conn, conn->side[SERVER].flow->http);
    decrypted_close(root, conn);
}

/* what Wireshark shows ****************************************************/

/* The head of the response is not complete: without reassembly Wireshark shows what there is. */
static bool
is_inside_head(const struct conn *conn)
{
    const struct flow *flow = conn->side[SERVER].flow;
    size_t n = 0;

    if (flow && flow->http && !flow_has_gap(flow))
        httpstream_partial_head(flow->http, &n);
    return n > 0;
}

struct exchange *
exchange_shown(struct root *root, struct conn *conn, unsigned status, bool again, uint32_t frame, when_t time)
{
    struct exchange *found = NULL;

    if (status / 100 == 1 && status != 101)
        return NULL;
    for (GList *l = conn->exchanges.head; l && !found; l = l->next) {
        struct exchange *ex = (struct exchange *)l->data;
        if (ex->state == EXCHANGE_ANSWERED && ex->reply.status == status)
            found = ex;
    }
    if (!found && again)
        return NULL;
    if (!found) {
        bool inside = is_inside_head(conn);
        if (inside && !root->settings.watched(status))
            return NULL;        /* how it goes on decides */
        if (!exchange_waiting(conn) && !root->settings.watched(status))
            return NULL;        /* of one that is over and gone */
        if (flow_has_gap(conn->side[SERVER].flow))
            exchanges_lose(root, conn, conn->side[SERVER].flow->next);
        /* The bytes could not be followed up to here. */
        if (conn->receiving && conn->receiving->state != EXCHANGE_WAITING)
            conn->receiving = NULL;
        found = exchange_responding(root, conn);
        if (!inside)
            conn->receiving = NULL;
        found->answers++;
        found->reply.status = status;
        found->reply.head_frame = frame;
        found->reply.head_time = time;
        found->response_frame = frame;
        found->response_time = time;
        found->reply.complete = found->over = !inside;
        found->reply.complete_time = inside ? 0 : time;
    }
    found->state = EXCHANGE_SHOWN;
    return found;
}
