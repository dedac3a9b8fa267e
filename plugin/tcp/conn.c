/* conn.c
 * TCP connections: from segments to handshakes, bytes in order, and ends
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/httphead.h"
#include "bytes/tlsrecords.h"
#include "model/activity.h"
#include "model/attempts.h"
#include "model/retention.h"
#include "tcp/conn.h"
#include "tcp/copies.h"
#include "tcp/flow.h"
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

static void
conn_free(struct root *root, struct conn *conn)
{
    conn_lost(root, conn);
    root->conn_listener->dropped(root, conn);
    attempt_unfile(conn);
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

/* handshake ***************************************************************/

/* Where Wireshark does not analyse sequence numbers a reused port keeps its stream. */
static bool
is_new_handshake(const struct conn *conn, const struct segment *syn)
{
    return !conn->syn_seen || conn->isn != syn->seq || !ipaddr_equal(&conn->side[CLIENT].ip, &syn->src);
}

/* No time passed since the last one, and that one is not answered. */
static bool
is_copy_of_syn(const struct conn *conn, const struct segment *syn)
{
    const struct handshake *hs = &conn->hs;

    return syn->time >= hs->last_syn && syn->time - hs->last_syn < COPY_WITHIN && hs->rst.seen + hs->icmp.seen < hs->syn.seen;
}

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

static struct conn *
segment_syn(struct root *root, struct conn *conn, const struct segment *seg)
{
    if (conn && is_new_handshake(conn, seg)) {
        conn_drop(root, conn);
        conn = NULL;
    }
    if (!conn) {
        conn = conn_new(root, seg);
        conn->sides_known = conn->syn_seen = true;
        conn->isn = seg->seq;
        conn->hs.first_syn = seg->time;
        attempt_file(root, conn);
        copies_note(root, conn, seg);
        root->conn_listener->opened(root, conn);
    } else if (is_copy_of_syn(conn, seg)) {
        forget_passing_host(conn, seg);
        return conn;
    }
    traits_segment(conn, CLIENT, seg);
    frames_add(&conn->hs.syn, seg->frame);
    if (conn->hs.last_syn && seg->time > conn->hs.last_syn)
        conn->hs.syn_interval = seg->time - conn->hs.last_syn;
    conn->hs.last_syn = MAX(conn->hs.last_syn, seg->time);
    conn->hs.first_syn = MIN(conn->hs.first_syn, seg->time);
    return conn;
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

/* A server sends its SYN/ACK again after a second (RFC 6298), some sooner; copies of a frame follow at once. */
#define SYNACK_REPEATED (NS_PER_SECOND / 5)

static struct conn *
segment_synack(struct root *root, struct conn *conn, const struct segment *seg)
{
    if (!conn)
        conn = conn_new(root, seg);
    if (!conn->sides_known) {
        if (ipaddr_equal(&conn->side[CLIENT].ip, &seg->src) && conn->side[CLIENT].port == seg->sport)
            conn_swap_sides(conn);
        conn->sides_known = true;
    }
    traits_segment(conn, SERVER, seg);
    if (!conn->hs.synack_frame) {
        conn->hs.synack_frame = seg->frame;
        conn->hs.synack_time = seg->time;
        conn->server_isn = seg->seq;
        traits_handshake(conn, seg);
    } else if (conn->hs.acked && seg->seq == conn->server_isn && seg->time - conn->hs.synack_time >= SYNACK_REPEATED) {
        conn->hs.synack_again++;
    }
    return conn;
}

int
conn_side_of(const struct conn *conn, const struct ipaddr *ip, uint16_t port)
{
    return conn->side[CLIENT].port == port && ipaddr_equal(&conn->side[CLIENT].ip, ip) ? CLIENT : SERVER;
}

/* A RST answers the latest SYN; one more without a SYN between is a copy. */
static bool
answers_new_syn(const struct frames *answers, const struct conn *conn, when_t last_answer)
{
    return answers->seen == 0 || (conn->hs.last_syn > last_answer && answers->seen < conn->hs.syn.seen);
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

    if (side == SERVER && reset && !conn->hs.acked && conn->syn_seen) {
        if (answers_new_syn(&conn->hs.rst, conn, conn->hs.last_rst)) {
            frames_add(&conn->hs.rst, seg->frame);
            if (!conn->hs.first_rst)
                conn->hs.first_rst = seg->time;
            conn->hs.last_rst = seg->time;
            conn->hs.slowest_rst = MAX(conn->hs.slowest_rst, seg->time - conn->hs.last_syn);
        }
    }
    if (!conn->side[side].closed.frame || gives_up_behind_fin(conn, side, reset))
        conn->side[side].closed = traits_closing(conn, side, seg);
    activity_failed(conn);
    if (reset || (conn->side[CLIENT].closed.frame && conn->side[SERVER].closed.frame)) {
        root->conn_listener->ended(root, conn);
        retain_ended(root, conn);
    }
}

void
conn_icmp(struct root *root, struct conn *conn, const struct icmp_error *error)
{
    struct handshake *hs = &conn->hs;

    if (hs->acked || !conn->syn_seen) {
        if (!conn->icmp_late_frame)
            conn->icmp_late_frame = error->frame;
    } else if (hs->icmp.seen < hs->syn.seen && (hs->icmp.seen == 0 || conn->icmp_quote != error->quote)) {
        frames_add(&hs->icmp, error->frame);
        if (!hs->first_icmp)
            hs->first_icmp = error->time;
        hs->last_icmp = error->time;
    } else {
        return;
    }
    activity_failed(conn);
    conn->icmp_quote = error->quote;
    hs->icmp6 = error->v6;
    hs->icmp_type = error->type;
    hs->icmp_code = error->code;
    hs->icmp_source = error->source;
    if (!hs->acked)
        retain_failed(root, conn);
}

/* What comes instead of a handshake's next step: an ACK of an older connection (RFC 5961), the gateway's own RST. */
static void
note_odd_answer(struct conn *conn, const struct segment *seg, int side)
{
    struct handshake *hs = &conn->hs;

    if (side == SERVER && conn->syn_seen && !hs->synack_frame && !hs->ack_frame && !(seg->flags & (TCP_RST | TCP_FIN)) && seg->length == 0)
        hs->ack_frame = seg->frame;
    if (side == CLIENT && hs->synack_frame && !hs->own_rst_frame && (seg->flags & TCP_RST))
        hs->own_rst_frame = seg->frame;
}

/* Who opened a connection whose beginning is not in the capture. */
static void
guess_sides(struct conn *conn, const struct segment *seg)
{
    bool from_client = conn_side_of(conn, &seg->src, seg->sport) == CLIENT;

    if (http_begins_response(seg->data, seg->captured) && seg->captured > 8) {
        if (from_client)
            conn_swap_sides(conn);
    } else if (http_begins_request(seg->data, seg->captured) || tls_begins_client_hello(seg->data, seg->captured)) {
        if (!from_client)
            conn_swap_sides(conn);
    } else {
        return;
    }
    conn->sides_known = true;
    conn->hs.acked = true;
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

    if (is_syn(seg))
        return segment_syn(root, conn, seg);
    if ((seg->flags & TCP_SYN) && !(seg->flags & TCP_RST))
        return segment_synack(root, conn, seg);
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
    if (!conn->hs.acked)
        note_odd_answer(conn, seg, side);
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
