/* messages.c
 * Exchanges from the messages of HTTP/1, and of protocols between a gateway and an application
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/dissector.h"
#include "http/exchange.h"
#include "http/hidden.h"
#include "http/messages.h"
#include "http/reading.h"
#include "http/tls.h"

/* What a call of the stream's is about. */
struct feed {
    struct root *root;
    struct conn *conn;
    const struct segment *seg;          /* NULL: bytes are missing, or the connection ended */
    const struct httpstream *stream;    /* NULL: they are of another protocol than HTTP */
};

/* requests ****************************************************************/

static void
request_head(struct feed *feed, const struct http_head *head)
{
    struct conn *conn = feed->conn;
    const struct reading *reading = reading_get(conn, CLIENT);

    exchange_drop_served(feed->root, conn);
    if (list_length(&conn->exchanges) >= EXCHANGES_MAX) {
        struct exchange *oldest = (struct exchange *)list_first(&conn->exchanges);
        if (oldest->state != EXCHANGE_WAITING)
            exchange_drop(feed->root, oldest);
    }
    /* Responses come in order: once one request is skipped, so are all until they are answered. */
    if (conn->skipped > 0 || list_length(&conn->exchanges) >= EXCHANGES_MAX) {
        conn->skipped++;
        return;
    }
    struct exchange *ex = exchange_new(feed->root, conn, head, reading->message_frame, reading->message_time);
    ex->client_had = reading->message_ack;
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
    if (head->status == 101 || (ex->request.connect && head->status / 100 == 2))
        return HTTP_BODY_TUNNEL;
    if (head->status / 100 == 1 || head->status == 204 || head->status == 304 || (ex->request.method && strcmp(ex->request.method, "HEAD") == 0))
        return HTTP_BODY_NONE;
    if (head->chunked)
        return HTTP_BODY_CHUNKED;
    return head->content_length >= 0 ? HTTP_BODY_COUNTED : HTTP_BODY_TO_CLOSE;
}

/* The head lies in the segment, perhaps behind another one's; its beginning may be in an earlier segment. */
static void
hide_head(struct exchange *ex, const struct segment *seg, const struct http_head *head)
{
    const uint8_t *end = seg->data + seg->captured, *at = (const uint8_t *)head->phrase.s;

    if (at < seg->data || at > end)
        at = seg->data;
    while (at > seg->data && *--at != 'H')
        ;
    exchange_hide(ex, 0, at, (size_t)(end - at));
}

/* A watched response that Wireshark does not show; it knows nothing of what applications say. */
static void
hide_unshown(struct feed *feed, struct exchange *ex, const struct http_head *head)
{
    if (!feed->stream)
        exchange_hide(ex, 0, (const uint8_t *)"", 0);
    else if (!dissector_shows(feed->root, feed->conn, head, feed->seg))
        hide_head(ex, feed->seg, head);
}

/* What is wrong with a response that can be read. */
static enum http_fault
forbidden(const struct exchange *ex, const struct http_head *head)
{
    bool asked = ex->without_request || ex->request.upgrade || ex->request.cut_short;

    return head->forbidden == HTTP_FAULT_NONE && head->status == 101 && !asked ? HTTP_FAULT_SWITCH : head->forbidden;
}

static enum http_body
response_head(struct feed *feed, const struct http_head *head)
{
    struct exchange *ex = exchange_responding(feed->root, feed->conn);
    const struct reading *reading = reading_get(feed->conn, SERVER);
    struct reply *reply = &ex->reply;

    if (head->status == 0) {
        reply->missing = true;          /* the snap length cut it inside the status line */
        return HTTP_BODY_NONE;
    }
    if (head->status / 100 == 1 && head->status != 101) {
        reply->interim++;
        return HTTP_BODY_NONE;
    }
    reply->status = head->status;
    reply->head_frame = reading->message_frame;
    reply->head_time = reading->message_time;
    reply->head_length = (uint32_t)head->length;
    reply->fault = forbidden(ex, head);
    ex->response_frame = reading->message_frame;
    ex->response_time = reading->message_time;
    if (ex->state == EXCHANGE_SHOWN)
        return response_body(ex, head);         /* with its first segment already */
    ex->state = EXCHANGE_ANSWERED;
    ex->answers++;
    dissector_note(feed->conn, ex, head);
    if (feed->root->settings.watched(head->status))
        hide_unshown(feed, ex, head);
    if (!feed->root->settings.watched(head->status) && response_body(ex, head) != HTTP_BODY_TO_CLOSE)
        exchange_served(feed->root, ex);
    if (ex->request.connect && head->status / 100 == 2)
        feed->conn->tunnel_owner = ex->serial;
    if (ex->request.connect && head->status / 100 == 2 && reading_stream(feed->conn, CLIENT))
        httpstream_tunnel(reading_stream(feed->conn, CLIENT));
    return response_body(ex, head);
}

/* A response without a length is served once it goes on as what it began: a gateway may think better of it until then. */
static void
serve_unwatched(struct root *root, struct exchange *ex)
{
    if (!ex->served && !root->settings.watched(exchange_status(ex)))
        exchange_served(root, ex);
}

static void
response_end(struct feed *feed)
{
    struct exchange *ex = feed->conn->receiving;

    if (!ex || ex->state == EXCHANGE_WAITING)
        return;                         /* an interim response is no end */
    serve_unwatched(feed->root, ex);
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
    for (const node_t *l = ex->children.head; l; l = l->next) {
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

    if (!ex || (ex->hidden && ex->hidden->status) || ex->state == EXCHANGE_WAITING)
        return;
    bool first_in_tunnel = !tunnel || ex->last_length == 0;
    if (first_in_tunnel && http_is_response_head(bytes, n, &status) && status != ex->reply.status &&
        feed->root->settings.watched(status) && !is_relayed_content(ex, feed->seg)) {
        ex->answers++;
        ex->response_frame = feed->seg->frame;
        ex->response_time = feed->seg->time;
        exchange_hide(ex, status, bytes, n);
    }
    serve_unwatched(feed->root, ex);
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
    struct reading *reading = reading_get(feed->conn, is_request ? CLIENT : SERVER);
    bool was_lost = reading->lost;

    reading->message_frame = feed->seg->frame;
    reading->message_time = feed->seg->time;
    reading->message_ack = feed->seg->ack;
    reading->lost = false;
    if (is_request)
        return;
    if (was_lost)
        exchanges_lose(feed->root, feed->conn, reading->lost_from);
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
}

static void
on_opaque(void *owner, bool is_request, const uint8_t *bytes, size_t n, bool tunnel)
{
    struct feed *feed = (struct feed *)owner;

    if (tunnel)
        tls_conn_tunnel_bytes(feed->root, feed->conn, is_request ? CLIENT : SERVER, feed->seg, bytes, n);
    if (is_request)
        return;
    if (feed->stream)
        look_for_hidden(feed, bytes, n, tunnel);
    else if (feed->conn->receiving)
        serve_unwatched(feed->root, feed->conn->receiving);
}

static const struct httpstream_owner calls = { on_head, on_begun, on_end, on_fault, on_opaque, NULL };

/* bytes *******************************************************************/

static void
note_reply_bytes(const struct root *root, const struct conn *conn, const struct segment *seg)
{
    struct exchange *ex = conn->receiving ? conn->receiving : exchange_waiting(conn);

    if (ex && !ex->over)
        exchange_note_data(root, ex, seg);
}

/* The snap length cut a head, or what follows it: the server said something that the capture does not hold. */
static void
note_unread(const struct conn *conn)
{
    struct exchange *ex = conn->receiving ? conn->receiving : exchange_waiting(conn);

    if (ex && !ex->over)
        ex->reply.missing = true;
}

void
messages_bytes(struct root *root, struct conn *conn, int side, struct httpstream *stream, const struct segment *seg)
{
    struct feed feed = { root, conn, seg, stream };

    /* Where a connection is decrypted the records that carry the reply tell nothing more. */
    if (side == SERVER && (!conn->decrypted || stream != reading_stream(conn, SERVER)))
        note_reply_bytes(root, conn, seg);
    httpstream_feed(stream, seg->data, seg->captured, seg->length, &calls, &feed);
    if (side == SERVER && seg->captured < seg->length && httpstream_is_lost(stream))
        note_unread(conn);
}

void
messages_skip(struct root *root, struct conn *conn, struct httpstream *stream, size_t n)
{
    struct feed feed = { root, conn, NULL, stream };

    httpstream_skip(stream, n, &calls, &feed);
}

void
messages_end(struct root *root, struct conn *conn, struct httpstream *stream)
{
    struct feed feed = { root, conn, NULL, stream };

    httpstream_close(stream, &calls, &feed);
}

/* applications ************************************************************/

void
messages_app_bytes(struct root *root, struct conn *conn, int side, struct appstream *stream, const struct segment *seg)
{
    struct feed feed = { root, conn, seg, NULL };

    if (side == SERVER)
        note_reply_bytes(root, conn, seg);
    appstream_feed(stream, seg->data, seg->captured, seg->length, &calls, &feed);
    if (side == SERVER && seg->captured < seg->length && appstream_is_lost(stream))
        note_unread(conn);
}

void
messages_app_skip(struct root *root, struct conn *conn, struct appstream *stream, size_t n)
{
    struct feed feed = { root, conn, NULL, NULL };

    appstream_skip(stream, n, &calls, &feed);
}

void
messages_app_end(struct root *root, struct conn *conn, struct appstream *stream)
{
    struct feed feed = { root, conn, NULL, NULL };

    appstream_close(stream, &calls, &feed);
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
