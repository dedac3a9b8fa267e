/* conn.c
 * TCP connections: from segments to handshakes, bytes in order, and ends
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/appstream.h"
#include "bytes/httphead.h"
#include "bytes/tlsrecords.h"
#include "model/activity.h"
#include "model/attempts.h"
#include "model/retention.h"
#include "tcp/conn.h"
#include "tcp/copies.h"
#include "tcp/flow.h"
#include "tcp/handshake.h"
#include "tcp/traits.h"

static struct conn *
conn_new(struct root *root, const struct segment *seg)
{
    struct conn *conn = wmem_new0(wmem_file_scope(), struct conn);

    conn->stream = seg->stream;
    conn->side[CLIENT].ip = seg->src;
    conn->side[SERVER].ip = seg->dst;
    conn->side[CLIENT].port = seg->sport;
    conn->side[SERVER].port = seg->dport;
    conn->side[CLIENT].link = seg->link_src;
    conn->side[SERVER].link = seg->link_dst;
    conn->last = seg->time;
    bounded_insert(&root->conns.table, &conn->entry, conn_key(seg->stream));
    retain_new(root, conn);
    return conn;
}

struct conn *
conn_begin_quic(struct root *root, const struct segment *first)
{
    struct conn *conn = conn_new(root, first);

    conn->sides_known = conn->hs.acked = true;
    return conn;
}

static void
conn_free(struct root *root, struct conn *conn)
{
    conn_lost(root, conn);
    root->conn_listener->dropped(root, conn);
    attempts_unfile(conn);
    retain_no_more(root, conn);
    flow_free(conn->side[CLIENT].flow);
    flow_free(conn->side[SERVER].flow);
    frames_free(&conn->hs.syn);
    frames_free(&conn->hs.rst);
    frames_free(&conn->hs.icmp);
    wmem_free(wmem_file_scope(), conn->translated);
    wmem_free(wmem_file_scope(), conn);
}

void
conn_drop(struct root *root, struct conn *conn)
{
    bounded_remove(&root->conns.table, &conn->entry);
    conn_free(root, conn);
}

void
conn_evict(bounded_t *table, struct bounded_entry *entry)
{
    conn_free((struct root *)table->owner, (struct conn *)entry);
}

/* segments ****************************************************************/

/* The capturing host passed it on: that it got or sent a copy does not make it one of the ends. */
static void
forget_passing_host(struct conn *conn, const struct segment *copy)
{
    if (copy->link_src == conn->side[CLIENT].link && copy->link_dst == conn->side[SERVER].link)
        return;
    for (int side = CLIENT; side <= SERVER; side++)
        if (conn->side[side].link == LINK_SELF)
            conn->side[side].link = 0;
}

void
conn_swap_sides(struct conn *conn)
{
    struct side client = conn->side[CLIENT];

    conn->side[CLIENT] = conn->side[SERVER];
    conn->side[SERVER] = client;
    /* What was acknowledged is counted anew: both were guesses. */
    conn->side[CLIENT].ack_seen = conn->side[SERVER].ack_seen = false;
}

bool
conn_is_whole(const struct conn *conn)
{
    return conn->syn_seen || conn->hs.synack_frame;
}

int
conn_side_of(const struct conn *conn, const struct ipaddr *ip, uint16_t port)
{
    return conn->side[CLIENT].port == port && ipaddr_equal(&conn->side[CLIENT].ip, ip) ? CLIENT : SERVER;
}

/* Who opened the connection ended its half of it first, and resets it before the other side did anything. */
static bool
gives_up_behind_fin(const struct conn *conn, int side, bool reset)
{
    return side == CLIENT && reset && !conn->side[CLIENT].closed.reset && !conn->side[SERVER].closed.frame;
}

static void
segment_end(struct root *root, struct conn *conn, const struct segment *seg, int side)
{
    bool reset = seg->flags & TCP_RST;
    when_t failed = conn_failed(conn);

    if (side == SERVER && reset && !conn->hs.acked && conn->syn_seen)
        handshake_refused(conn, seg);
    if (!conn->side[side].closed.frame || gives_up_behind_fin(conn, side, reset))
        conn->side[side].closed = traits_closing(conn, side, seg);
    if (conn_failed(conn) != failed)
        activity_failed(conn);  /* in the order in which they failed: a second RST changes nothing */
    if (reset || (conn->side[CLIENT].closed.frame && conn->side[SERVER].closed.frame)) {
        root->conn_listener->ended(root, conn);
        retain_ended(root, conn);
    }
}

/* Who opened a connection whose beginning is not in the capture. */
static void
guess_sides(struct conn *conn, const struct segment *seg)
{
    bool from_client = conn_side_of(conn, &seg->src, seg->sport) == CLIENT;

    if (http_begins_response(seg->data, seg->captured) && seg->captured > 8) {
        if (from_client)
            conn_swap_sides(conn);
    } else if (http_begins_request(seg->data, seg->captured) || tls_begins_client_hello(seg->data, seg->captured) ||
               app_begins(seg->data, seg->captured)) {
        if (!from_client)
            conn_swap_sides(conn);
    } else if (tls_begins_data(seg->data, seg->captured)) {
        /* Servers listen on low ports, clients are given high ones. */
        if (from_client != (seg->sport > seg->dport))
            conn_swap_sides(conn);
    } else {
        return;
    }
    conn->sides_known = true;
    conn->hs.acked = true;
}

/* beginnings **************************************************************/

static struct conn *
begin_with_syn(struct root *root, struct conn *conn, const struct segment *syn)
{
    if (conn && handshake_is_new(conn, syn)) {
        conn_drop(root, conn);
        conn = NULL;
    }
    if (!conn) {
        conn = conn_new(root, syn);
        conn->sides_known = conn->syn_seen = true;
        conn->isn = syn->seq;
        attempts_file(root, conn);
        handshake_syn(root, conn, syn);
        copies_note(root, conn, syn);
        root->conn_listener->opened(root, conn);
        return conn;
    }
    handshake_syn(root, conn, syn);
    forget_passing_host(conn, syn);
    return conn;
}

static struct conn *
begin_with_synack(struct root *root, struct conn *conn, const struct segment *synack)
{
    if (!conn)
        conn = conn_new(root, synack);
    if (!conn->sides_known) {
        if (conn_side_of(conn, &synack->src, synack->sport) == CLIENT)
            conn_swap_sides(conn);
        conn->sides_known = true;
    }
    if (conn_side_of(conn, &synack->src, synack->sport) == CLIENT)
        conn->hs.acked = conn->hs.synack_frame != 0;    /* it acknowledges the SYN of one that opens it as well */
    else
        handshake_synack(conn, synack);
    return conn;
}

/* TCP Fast Open (RFC 7413): the first bytes are one behind the SYN. Where they were not accepted they are sent again. */
static bool
syn_bytes(struct root *root, struct conn *conn, const struct segment *seg)
{
    struct segment bytes = *seg;

    bytes.seq++;
    return flow_segment(root, conn, conn_side_of(conn, &seg->src, seg->sport), &bytes);
}

static struct conn *
segment_syn(struct root *root, struct conn *conn, const struct segment *seg, bool *again)
{
    if (seg->flags & TCP_ACK)
        conn = begin_with_synack(root, conn, seg);
    else if (conn && handshake_is_simultaneous(conn, conn_side_of(conn, &seg->src, seg->sport)))
        handshake_synack(conn, seg);
    else
        conn = begin_with_syn(root, conn, seg);
    if (seg->length > 0)
        *again = !syn_bytes(root, conn, seg);
    return conn;
}

/* the rest ****************************************************************/

/* What is under way when a RST is sent comes sooner. */
#define CROSSES_RST (NS_PER_SECOND / 5)

/* The gateway goes on long behind the server's RST: it never got that, or it lay outside of its window. */
static void
forget_ignored_reset(struct conn *conn, const struct segment *seg, int side)
{
    struct closing *server = &conn->side[SERVER].closed;

    if (side == CLIENT && server->reset && conn->hs.acked && !(seg->flags & TCP_RST) && seg->time - server->time > CROSSES_RST)
        *server = (struct closing){ 0 };
}

/* Both sides' frames seem to come from one network card: what the link layer says of them means nothing. */
static void
forget_links(struct conn *conn, const struct segment *seg, int side)
{
    if (side == SERVER && !conn->hs.acked && seg->link_src && seg->link_src == conn->side[CLIENT].link)
        conn->side[CLIENT].link = conn->side[SERVER].link = 0;
}

static bool
is_syn(const struct segment *seg)
{
    return (seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

/* A segment of a connection that is known, or that none is known of. */
static struct conn *
segment_of(struct root *root, struct conn *conn, const struct segment *seg, bool *again)
{
    int side;

    if ((seg->flags & TCP_SYN) && !(seg->flags & TCP_RST))
        return segment_syn(root, conn, seg, again);
    if (!conn) {
        if (seg->length == 0)
            return NULL;
        conn = conn_new(root, seg);
    }
    conn->last = seg->time;
    if (!conn->sides_known && seg->length > 0)
        guess_sides(conn, seg);
    side = conn_side_of(conn, &seg->src, seg->sport);
    if ((seg->flags & TCP_RST) && traits_is_beyond_window(conn, side, seg))
        return conn;
    traits_segment(conn, side, seg);
    forget_ignored_reset(conn, seg, side);
    forget_links(conn, seg, side);
    if (!conn->hs.acked)
        handshake_other(conn, seg, side);
    if (side == CLIENT && (seg->flags & (TCP_ACK | TCP_RST)) == TCP_ACK && (conn->hs.synack_frame || seg->length > 0))
        conn->hs.acked = true;
    if (seg->flags & TCP_ACK)
        flow_acked(root, conn, !side, seg->ack);
    if (seg->length > 0 && !(seg->flags & TCP_RST)) {
        *again = !flow_segment(root, conn, side, seg);
        traits_bytes(conn, side, seg, *again);
    }
    if (seg->flags & (TCP_FIN | TCP_RST))
        segment_end(root, conn, seg, side);
    return conn;
}

struct conn *
conn_segment(struct root *root, const struct segment *seg, bool *again)
{
    struct conn *conn = conn_find(root, seg->stream), *original;
    struct segment as;

    *again = false;
    if (conn)
        return segment_of(root, conn, seg, again);
    original = is_syn(seg) ? copies_begin(root, seg) : copies_segment(root, seg, &as);
    if (!original)
        return segment_of(root, NULL, seg, again);
    if (!is_syn(seg))
        return segment_of(root, original, &as, again);
    forget_passing_host(original, seg);
    return original;
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
