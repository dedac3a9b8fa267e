/* h3.c
 * Requests and their replies on the streams of a QUIC connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/h2head.h"
#include "http/h2.h"
#include "http/h3.h"
#include "tcp/conn.h"

/* The two lowest bits of a stream's number tell who opened it, and for one direction or for both (RFC 9000 section 2.1): requests have 0. */
#define STREAM_KINDS 4

/* Bits of h3_conn.begun. */
#define BEGUN_MAX 64

/* The streams of exchanges are numbered as in HTTP/2, whose clients have the odd ones, and where 0 is none. */
static uint32_t
as_h2_stream(uint64_t stream)
{
    return (uint32_t)stream + 1;
}

static struct conn *
begin(struct root *root, const struct h3_frame *f, bool by_client, uint32_t frame, when_t time)
{
    struct segment first = { .frame = frame, .time = time, .stream = f->conn };
    struct conn *conn;

    first.src = by_client ? f->src : f->dst;
    first.dst = by_client ? f->dst : f->src;
    first.sport = by_client ? f->sport : f->dport;
    first.dport = by_client ? f->dport : f->sport;
    first.link_src = by_client ? f->link_src : f->link_dst;
    first.link_dst = by_client ? f->link_dst : f->link_src;
    conn = conn_begin_quic(root, &first);
    conn->h3 = wmem_new0(wmem_file_scope(), struct h3_conn);
    return conn;
}

/* A client may go on from another address (RFC 9000 section 9), a server not. */
static int
side_of(const struct conn *conn, const struct h3_frame *f)
{
    const struct side *server = &conn->side[SERVER];

    return f->sport == server->port && ipaddr_equal(&f->src, &server->ip) ? SERVER : CLIENT;
}

/* Notes that the stream had its request, or a response without one. false: that is known already, or it is older than what is remembered. */
static bool
is_new(struct h3_conn *h3, uint64_t stream)
{
    uint64_t nth = stream / STREAM_KINDS, behind = nth - h3->newest;

    if (nth > h3->newest) {
        h3->begun = behind < BEGUN_MAX ? h3->begun << behind : 0;
        h3->newest = nth;
    }
    uint64_t back = h3->newest - nth;
    if (back >= BEGUN_MAX || (h3->begun >> back & 1))
        return false;
    h3->begun |= UINT64_C(1) << back;
    return true;
}

struct exchange *
h3_frame(struct root *root, const struct h3_frame *f, uint32_t frame, when_t time)
{
    struct http_head head;
    struct conn *conn = conn_find(root, f->conn);
    bool has_head = f->block && h2_read_head(f->block, f->block_length, &head);

    if (f->stream % STREAM_KINDS != 0 || f->stream >= UINT32_MAX - 1)
        return NULL;
    if (!conn && has_head)
        conn = begin(root, f, head.is_request, frame, time);
    if (!conn)
        return NULL;
    conn->last = time;
    if (has_head && !h2_exchange(conn, as_h2_stream(f->stream)) && !is_new(conn->h3, f->stream))
        return NULL;
    const struct side *sender = &conn->side[side_of(conn, f)];
    const struct h2_frame as = {
        .conn = f->conn, .src = sender->ip, .sport = sender->port, .stream = as_h2_stream(f->stream), .type = f->block ? H2_HEADERS : H2_DATA,
        .flags = H2_END_HEADERS | (f->last ? H2_END_STREAM : 0), .block = f->block, .block_length = f->block_length,
    };
    return h2_frame(root, conn, &as, frame, time);
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
