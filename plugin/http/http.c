/* http.c
 * What a connection's bytes are: HTTP/1, HTTP/2, TLS, a protocol of applications or something else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/appstream.h"
#include "bytes/ftpreply.h"
#include "bytes/h2head.h"
#include "bytes/proxyline.h"
#include "http/decrypted.h"
#include "http/exchange.h"
#include "http/h2.h"
#include "http/http.h"
#include "http/messages.h"
#include "http/opaque.h"
#include "http/reading.h"
#include "http/tls.h"

/* which protocol **********************************************************/

/*
 * Nothing that can be read, or the capture begins inside a message (a body, a keep-alive
 * probe's byte): then the next one that begins a segment tells.
 */
static void
begin_unknown(const struct conn *conn, struct reading *reading, const struct segment *seg)
{
    if (reading->lost)
        return;
    if (conn_is_whole(conn)) {
        reading->opaque = true;
    } else {
        reading->lost = true;
        reading->lost_from = seg->seq;
    }
}

static bool
is_ftp_command(const struct conn *conn, const struct segment *seg)
{
    const struct reading *server = conn->side[SERVER].reading;

    return server && server->ftp_reply && ftp_is_command(seg->data, seg->captured);
}

static void
begin_requests(struct conn *conn, struct reading *reading, const struct segment *seg)
{
    const struct app_protocol *protocol = app_begins(seg->data, seg->captured);

    if (is_ftp_command(conn, seg))
        reading->opaque = true;
    else if (h2_begins(seg->data, seg->captured))
        conn->h2 = reading->opaque = true;
    else if (http_begins_request(seg->data, seg->captured))
        reading->stream = httpstream_new(wmem_file_scope(), true);
    else if (protocol)
        reading->app = appstream_new(wmem_file_scope(), protocol, true);
    else if (!tls_conn_begins(conn, seg) && !tls_conn_goes_on(conn, seg))
        begin_unknown(conn, reading, seg);
}

static void
begin_responses(struct conn *conn, struct reading *reading, const struct segment *seg)
{
    const struct reading *requests = conn->side[CLIENT].reading;
    bool looks_like_one = seg->captured > 8 && http_begins_response(seg->data, seg->captured);

    if (reading_stream(conn, CLIENT) || (!conn_is_whole(conn) && looks_like_one)) {
        reading->stream = httpstream_new(wmem_file_scope(), false);
    } else if (reading_app(conn, CLIENT)) {
        reading->app = appstream_new(wmem_file_scope(), appstream_protocol(reading_app(conn, CLIENT)), false);
    } else if (requests && requests->opaque) {
        reading->opaque = true;
        bool first = conn->side[SERVER].first_bytes_frame == seg->frame;
        if (conn->h2 && first && !h2_begins_settings(seg->data, seg->captured))
            conn->not_h2_frame = seg->frame;
    } else if (!conn_is_whole(conn)) {
        begin_unknown(conn, reading, seg);
    }
}

/* What the first bytes of the side say. */
static void
begin_protocol(struct root *root, struct conn *conn, int side, struct reading *reading, const struct segment *seg)
{
    if (side == CLIENT)
        begin_requests(conn, reading, seg);
    else
        begin_responses(conn, reading, seg);
    /* The side's first message need not begin here. */
    if (reading->stream && reading->lost)
        messages_skip(root, conn, reading->stream, 1);
    if (reading->app && reading->lost)
        messages_app_skip(root, conn, reading->app, 1);
}

/* Plain HTTP in a tunnel that the gateway looks into. */
static bool
is_request_in_tunnel(const struct conn *conn, int side, const struct segment *seg)
{
    const struct httpstream *requests = reading_stream(conn, CLIENT);

    return side == CLIENT && requests && reading_stream(conn, SERVER) && httpstream_is_tunnel(requests) &&
           http_begins_request(seg->data, seg->captured);
}

/* The CONNECT did what it was for: what comes of the requests behind it counts, and the first of them is the connection's first. */
static void
connect_is_over(struct root *root, struct conn *conn)
{
    struct exchange *ex = conn->receiving;

    if (!ex || !ex->request.connect)
        return;
    if (ex->parent) {
        exchange_drop(root, ex);
        conn->requests = 0;
    } else {
        ex->over = ex->reply.complete = true;
        ex->reply.complete_time = ex->reply.head_time;
    }
}

static void
enter_tunnel(struct root *root, struct conn *conn)
{
    connect_is_over(root, conn);
    httpstream_leave_tunnel(reading_stream(conn, CLIENT));
    httpstream_leave_tunnel(reading_stream(conn, SERVER));
    conn->receiving = NULL;
    conn->in_tunnel = true;
}

/* A server that speaks first may be one of FTP: what it says last tells how the gateway fared. */
static void
note_ftp_reply(const struct conn *conn, int side, struct reading *reading, const struct segment *seg)
{
    bool first = !conn->side[SERVER].first_bytes && !conn->side[CLIENT].first_bytes && conn_is_whole(conn);
    unsigned code = side == SERVER && (first || reading->ftp_reply) ? ftp_reply(seg->data, seg->captured) : 0;

    if (code)
        reading->ftp_reply = (uint16_t)code;
    if (code || (side == SERVER && reading->ftp_reply && reading->ftp_reply < FTP_REFUSALS))
        reading->message_time = seg->time;
}

/* A SOCKS server granted what it was asked: what follows is as behind a CONNECT. */
static void
begin_tunnel(struct conn *conn)
{
    for (int side = CLIENT; side <= SERVER; side++) {
        struct reading *reading = reading_get(conn, side);

        appstream_free(reading->app);
        reading->app = NULL;
        reading->stream = httpstream_new(wmem_file_scope(), side == CLIENT);
        httpstream_tunnel(reading->stream);
    }
}

/*
 * A PROXY header is no request: what it stands before begins behind it, in this segment or in the next one. Returns
 * the segment without it, in *behind where there is one; NULL: nothing else is in it.
 */
static const struct segment *
without_proxy_line(const struct conn *conn, int side, const struct segment *seg, struct segment *behind)
{
    uint32_t n = side == CLIENT && !conn->side[side].first_bytes ? (uint32_t)proxyline_length(seg->data, seg->captured) : 0;

    if (n == 0)
        return seg;
    *behind = *seg;
    behind->data += n;
    behind->captured -= n;
    behind->length -= n;
    return behind->length > 0 ? behind : NULL;
}

static void
app_bytes(struct root *root, struct conn *conn, int side, struct appstream *stream, const struct segment *seg)
{
    messages_app_bytes(root, conn, side, stream, seg);
    if (appstream_is_tunnel(stream))
        begin_tunnel(conn);
}

/* calls of the connection *************************************************/

static void
on_bytes(struct root *root, struct conn *conn, int side, const struct segment *whole)
{
    struct reading *reading = reading_get(conn, side);
    struct segment behind;
    const struct segment *seg = without_proxy_line(conn, side, whole, &behind);

    if (!seg)
        return;
    note_ftp_reply(conn, side, reading, seg);
    if (!conn->side[side].first_bytes) {
        conn->side[side].first_bytes = seg->time;
        conn->side[side].first_bytes_frame = seg->frame;
    }
    conn->side[side].last_bytes = seg->time;
    if (!reading->stream && !reading->app && !reading->opaque && !conn->tls)
        begin_protocol(root, conn, side, reading, seg);
    if (is_request_in_tunnel(conn, side, seg))
        enter_tunnel(root, conn);
    if (reading->stream)
        messages_bytes(root, conn, side, reading->stream, seg);
    else if (reading->app)
        app_bytes(root, conn, side, reading->app, seg);
    else if (conn->tls)
        tls_conn_bytes(root, conn, side, seg);
    else if (reading->opaque && !conn->h2)
        opaque_bytes(root, conn, side, seg);
    else
        h2_bytes(root, conn, side, seg);
}

/* Bytes of a reply are missing: what follows, and can be read, is another one. */
static void
lose_reply(struct conn *conn)
{
    struct exchange *ex = conn->receiving ? conn->receiving : exchange_waiting(conn);

    if (ex)
        ex->reply.missing = true;
    if (ex && ex->state != EXCHANGE_WAITING) {
        ex->over = true;
        conn->receiving = NULL;
    }
}

static void
on_missing(struct root *root, struct conn *conn, int side, uint32_t n)
{
    struct reading *reading = reading_get(conn, side);

    if (side == SERVER && conn->receiving && conn->receiving->state == EXCHANGE_ANSWERED) {
        /* Wireshark waits for the bytes in vain, and shows the next response instead. */
        conn->receiving->state = EXCHANGE_SHOWN;
        exchange_served(root, conn->receiving);
    }
    if (reading->stream)
        messages_skip(root, conn, reading->stream, n);
    else if (reading->app)
        messages_app_skip(root, conn, reading->app, n);
    else if (conn->tls)
        tls_skip(&conn->tls->progress, side == CLIENT ? TLS_CLIENT : TLS_SERVER, n);
    h2_missing(conn, side);
    if (reading->lost || reading->opaque || conn->tls || (reading->stream && !httpstream_is_lost(reading->stream)) ||
        (reading->app && !appstream_is_lost(reading->app)))
        return;
    reading->lost = true;
    reading->lost_from = conn->side[side].flow->next;
    if (side == SERVER)
        lose_reply(conn);
}

static void
on_ended(struct root *root, struct conn *conn)
{
    if (conn->side[SERVER].closed.frame && conn->side[SERVER].closed.reset)
        return;
    if (reading_stream(conn, SERVER))
        messages_end(root, conn, reading_stream(conn, SERVER));
    if (reading_app(conn, SERVER))
        messages_app_end(root, conn, reading_app(conn, SERVER));
    decrypted_end(root, conn);
}

static void
on_dropped(struct root *root, struct conn *conn)
{
    while (!list_is_empty(&conn->exchanges))
        exchange_drop(root, (struct exchange *)list_first(&conn->exchanges));
    for (int side = CLIENT; side <= SERVER; side++) {
        httpstream_free(wmem_file_scope(), reading_stream(conn, side));
        appstream_free(reading_app(conn, side));
        wmem_free(wmem_file_scope(), conn->side[side].reading);
    }
    wmem_free(wmem_file_scope(), conn->tls);
    wmem_free(wmem_file_scope(), conn->frames);
    wmem_free(wmem_file_scope(), conn->h3);
    decrypted_free(conn);
}

static void
on_opened(struct root *root, struct conn *conn)
{
    root->exchange_listener->opened(root, conn);
}

const struct conn_listener http_listener = { on_opened, on_bytes, on_missing, on_ended, on_dropped };

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
