/* attempt.c
 * What a connection, or a request on it, came to, and what the capture lacks: as diagnose() takes it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/ftpreply.h"
#include "http/attempt.h"
#include "http/decrypted.h"
#include "http/reading.h"
#include "model/attempts.h"
#include "tcp/conn.h"
#include "tcp/flow.h"

/* A server that said it would leave left, before the gateway did. */
static bool
left_as_announced(const struct attempt *a, const struct closing *announced)
{
    const struct closing *server = &a->closed[SERVER], *gateway = &a->closed[CLIENT];

    return announced->frame && !announced->reset && server->frame && (!gateway->frame || server->time <= gateway->time);
}

/* What ended the request's own HTTP/2 stream, where that came before the connection's end. */
static void
fill_stream_end(struct attempt *a, const struct exchange *ex)
{
    if (left_as_announced(a, &ex->ended[SERVER]))
        a->left_frame = a->closed[SERVER].frame;
    for (int side = CLIENT; side <= SERVER; side++) {
        if (!ex->ended[side].frame || (a->closed[side].frame && a->closed[side].time < ex->ended[side].time))
            continue;
        a->closed[side] = ex->ended[side];
        a->stream_ended = a->stream_ended || side == SERVER;
        a->h2_error = ex->h2_error;
    }
}

/* A head that is still incomplete: how long it got, and what is wrong with it so far. */
static void
fill_partial_head(struct reply *reply, const struct conn *conn, const struct exchange *ex)
{
    const struct httpstream *stream = conn->decrypted ? decrypted_stream(conn, SERVER) : reading_stream(conn, SERVER);
    const struct appstream *app = reading_app(conn, SERVER);
    enum http_fault fault = HTTP_FAULT_NONE;
    size_t n = 0;

    if ((conn->receiving ? conn->receiving : exchange_waiting(conn)) != ex)
        return;
    if (app) {
        n = appstream_partial(app);
        fault = appstream_partial_fault(app);
    } else if (stream) {
        httpstream_partial_head(stream, &n);
        fault = httpstream_partial_fault(stream);
    }
    reply->head_length = MAX(reply->head_length, (uint32_t)n);
    reply->fault = reply->fault == HTTP_FAULT_NONE ? fault : reply->fault;
}

/* The request and the answer inside TLS are this exchange's, and not the first ones of the connection. */
static void
fill_opaque(struct attempt *a, const struct conn *conn, const struct exchange *ex)
{
    a->opaque = !conn->tls;
    if (a->opaque)
        return;
    a->tls.request_frame = ex->request.frame;
    a->tls.request_time = ex->request.time;
    a->tls.response_frame = ex->reply.data.n > 0 ? ex->reply.data.no[0] : 0;
    a->tls.response_time = ex->reply.first_data;
}

static bool
is_reused(const struct conn *conn, const struct exchange *ex)
{
    return ex && (!conn->syn_seen || ex->nth > 1);
}

when_t
attempt_begun_at(const struct conn *conn, const struct exchange *ex)
{
    if (!is_reused(conn, ex) && conn->hs.first_syn)
        return conn->hs.first_syn;
    return ex ? ex->request.time : conn->last;
}

static void
fill_exchange(struct attempt *a, const struct conn *conn, const struct exchange *ex)
{
    a->reply = ex->reply;
    a->request_frame = ex->request.frame;
    a->request_time = ex->request.time;
    a->decrypted = ex->decrypted;
    a->maker = ex->request.maker;
    a->reused = is_reused(conn, ex);
    if (a->reused && !conn->h2 && conn->idle_since && ex->request.time > conn->idle_since)
        a->idle = ex->request.time - conn->idle_since;
    a->reply.missing = a->reply.missing || (!ex->over && !a->decrypted && !conn->h2 && flow_lacks_acked(conn, SERVER));
    if (ex->opaque)
        fill_opaque(a, conn, ex);
    else if (!a->reply.status)
        fill_partial_head(&a->reply, conn, ex);
    fill_stream_end(a, ex);
}

/* What begins a request came, and nothing that makes it one. */
static void
fill_begun(struct attempt *a, const struct conn *conn)
{
    a->request_frame = conn->side[CLIENT].first_bytes_frame;
    a->request_time = conn->side[CLIENT].first_bytes;
}

/* The server's bytes before any of the gateway's, as far as it acknowledged none; in HTTP/2 both may speak first. */
static uint32_t
early_frame(const struct conn *conn)
{
    const struct side *gateway = &conn->side[CLIENT], *server = &conn->side[SERVER];
    bool early = server->first_bytes && (!gateway->first_bytes || server->first_bytes < gateway->first_bytes);

    return early && conn_is_whole(conn) && !conn->h2 && !flow_lacks_acked(conn, CLIENT) ? server->first_bytes_frame : 0;
}

/* How the gateway's bytes fared on their way. */
static void
fill_delivery(struct delivery *d, const struct conn *conn)
{
    const struct side *gateway = &conn->side[CLIENT];
    uint32_t next;

    d->again = gateway->traits.again;
    d->again_length = gateway->traits.again_length;
    d->window_zero = conn->side[SERVER].traits.window_zero;
    d->known = (gateway->ack_seen || (conn->syn_seen && conn->hs.synack_frame)) && flow_next(conn, CLIENT, &next);
    if (d->known)
        d->unacked = (uint32_t)MAX((int32_t)(next - (gateway->ack_seen ? gateway->acked : conn->isn + 1)), 0);
}

/* A gateway that gives up does so later behind the last byte that it sent. */
#define GIVES_UP_LATER (NS_PER_SECOND / 2)

/* It said that nothing more of it will come, as some clients do behind their request, and goes on waiting. */
static bool
is_half_closed(const struct conn *conn)
{
    const struct side *gateway = &conn->side[CLIENT], *server = &conn->side[SERVER];
    bool at_once = gateway->last_bytes && gateway->closed.time - gateway->last_bytes < GIVES_UP_LATER;

    return gateway->closed.frame && !gateway->closed.reset && at_once && (!server->first_bytes || server->first_bytes > gateway->closed.time);
}

/* Only where that is another one: masquerading alone changes the gateway's side. */
static void
fill_translation(struct attempt *a, const struct conn *conn)
{
    const struct translated *translated = conn->translated;

    if (translated)
        a->copy = translated->copy;
    if (!translated || (translated->server_port == a->port && ipaddr_equal(&translated->server, &a->server)))
        return;
    a->behind = translated->server;
    a->behind_port = translated->server_port;
}

void
attempt_fill(struct attempt *a, const struct conn *conn, const struct exchange *ex)
{
    const struct side *gateway = &conn->side[CLIENT], *server = &conn->side[SERVER];

    memset(a, 0, sizeof *a);
    a->server = server->ip;
    a->gateway = gateway->ip;
    a->port = server->port;
    a->stream = conn->stream;
    fill_translation(a, conn);
    a->hs = conn->hs;
    if (!is_half_closed(conn))
        a->closed[CLIENT] = gateway->closed;
    a->closed[SERVER] = server->closed;
    a->round_trip = conn->target ? conn->target->round_trip : 0;
    if (!ex || conn->icmp_late >= ex->request.time)
        a->icmp_late_frame = conn->icmp_late_frame;
    a->gateway_bytes_frame = gateway->first_bytes_frame;
    a->early_frame = early_frame(conn);
    a->h2 = conn->h2;
    if (reading_app(conn, CLIENT))
        a->protocol = app_name(appstream_protocol(reading_app(conn, CLIENT)));
    a->not_h2_frame = conn->not_h2_frame;
    fill_delivery(&a->sent, conn);
    if (conn->tls)
        a->tls = conn->tls->facts;
    if (ex)
        fill_exchange(a, conn, ex);
    else if (a->protocol)
        fill_begun(a, conn);
    a->reply.gap = (!ex || !ex->over) && (flow_ends_behind_gap(conn, SERVER) || flow_lacks_acked(conn, CLIENT));
    a->start = attempt_begun_at(conn, ex);
}

/* An HTTP gateway asks by FTP: the server speaks first, and refuses in its own words. */
void
attempt_fill_ftp(struct attempt *a, const struct conn *conn)
{
    const struct reading *reading = conn->side[SERVER].reading;
    unsigned code = reading ? reading->ftp_reply : 0;

    if (!code)
        return;
    bool asks = conn->side[CLIENT].last_bytes > reading->message_time || code < FTP_BEGUN_END;
    a->early_frame = 0;
    a->protocol = "FTP";
    a->request_frame = 0;
    a->request_time = 0;
    if (asks || code >= FTP_REFUSALS)
        fill_begun(a, conn);
    if (code < FTP_REFUSALS)
        return;             /* where it was asked nothing more, the data connection is what matters */
    a->reply.status = FTP_STATUS + code;
    a->reply.complete = true;
    a->reply.head_time = a->reply.complete_time = reading->message_time;
    if (!a->request_time || a->request_time > reading->message_time)
        a->request_time = a->start;     /* it refused the connection itself */
}

/* Who captured is the gateway: the direction of its frames says so, or its address. */
static bool
is_captured_at_gateway(struct root *root, const struct conn *conn)
{
    const struct side *gateway = &conn->side[SERVER];
    const struct host *host = host_find(root, &gateway->ip);

    return gateway->link == LINK_SELF || (host && host->link == LINK_SELF) || ipaddr_is_loopback(&gateway->ip) ||
           ipaddr_is_loopback(&conn->side[CLIENT].ip);
}

void
doubts_fill(struct doubts *d, struct root *root, const struct exchange *ex)
{
    const struct side *client = &ex->conn->side[CLIENT];

    *d = (struct doubts){
        .unseen = root->settings.unseen,
        .no_request = ex->without_request,
        .unreadable_request = ex->without_request && ex->conn->syn_seen && client->reading && client->reading->opaque,
        .at_gateway = is_captured_at_gateway(root, ex->conn),
        .disorder = root->disorder,
        .cut_short = root->cut_short,
        .too_many = ex->too_many,
    };
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
