/* attempt.c
 * What a connection says of one attempt: evidence for a verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "http/attempt.h"
#include "http/decrypted.h"
#include "http/reading.h"
#include "tcp/flow.h"

/* What ended the request's own HTTP/2 stream, where that came before the connection's end. */
static void
fill_stream_end(struct attempt *a, const struct exchange *ex)
{
    for (int side = CLIENT; side <= SERVER; side++) {
        if (!ex->ended[side].frame || (a->closed[side].frame && a->closed[side].time < ex->ended[side].time))
            continue;
        a->closed[side] = ex->ended[side];
        a->stream_ended = a->stream_ended || side == SERVER;
        a->h2_error = ex->h2_error;
    }
}

/* A head that is still incomplete: how long it got. */
static uint32_t
partial_head_length(const struct conn *conn, const struct exchange *ex)
{
    const struct httpstream *stream = conn->decrypted ? decrypted_stream(conn, SERVER) : reading_stream(conn, SERVER);
    size_t n = 0;

    if (!ex->reply.status && conn->receiving == ex && stream)
        httpstream_partial_head(stream, &n);
    return (uint32_t)n;
}

static void
fill_reply(struct attempt *a, const struct conn *conn, const struct exchange *ex)
{
    a->reply = ex->reply;
    a->request_frame = ex->request.frame;
    a->request_time = ex->request.time;
    a->decrypted = ex->decrypted;
    a->reply.missing = a->reply.missing || (!ex->over && !a->decrypted && !conn->h2 && flow_lacks_acked(conn, SERVER));
    if (!a->reply.status && !ex->opaque)
        a->reply.head_length = MAX(a->reply.head_length, partial_head_length(conn, ex));
}

/* The request and the answer inside TLS are this exchange's, and not the first ones of the connection. */
static void
fill_opaque(struct attempt *a, const struct exchange *ex)
{
    a->tls.request_frame = ex->request.frame;
    a->tls.request_time = ex->request.time;
    a->tls.response_frame = ex->reply.data.n > 0 ? ex->reply.data.no[0] : 0;
    a->tls.response_time = ex->reply.first_data;
}

/* The server's bytes before any of the gateway's: where neither of them speaks HTTP/2, in which both may. */
static uint32_t
early_frame(const struct conn *conn)
{
    const struct side *gateway = &conn->side[CLIENT], *server = &conn->side[SERVER];
    bool early = server->first_bytes && (!gateway->first_bytes || server->first_bytes < gateway->first_bytes);

    return early && !conn->h2 ? server->first_bytes_frame : 0;
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

    if (!translated || (translated->server_port == a->port && ipaddr_equal(&translated->server, &a->server)))
        return;
    a->behind = translated->server;
    a->behind_port = translated->server_port;
}

void
attempt_fill(struct attempt *a, const struct conn *conn, const struct exchange *ex)
{
    memset(a, 0, sizeof *a);
    a->server = conn->side[SERVER].ip;
    a->gateway = conn->side[CLIENT].ip;
    a->port = conn->side[SERVER].port;
    a->stream = conn->stream;
    fill_translation(a, conn);
    a->reused = ex && (!conn->syn_seen || ex->nth > 1);
    a->start = a->reused || !conn->hs.first_syn ? (ex ? ex->request.time : conn->last) : conn->hs.first_syn;
    a->icmp_late_frame = conn->icmp_late_frame;
    a->hs = conn->hs;
    if (!is_half_closed(conn))
        a->closed[CLIENT] = conn->side[CLIENT].closed;
    a->closed[SERVER] = conn->side[SERVER].closed;
    a->gateway_bytes_frame = conn->side[CLIENT].first_bytes_frame;
    a->early_frame = early_frame(conn);
    a->not_h2_frame = conn->not_h2_frame;
    if (conn->tls)
        a->tls = conn->tls->facts;
    if (ex)
        fill_reply(a, conn, ex);
    if (ex && ex->opaque)
        fill_opaque(a, ex);
    if (ex)
        fill_stream_end(a, ex);
    a->reply.gap = (!ex || !ex->over) && (flow_ends_behind_gap(conn, SERVER) || flow_lacks_acked(conn, CLIENT));
}
