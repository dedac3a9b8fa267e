/* flow.c
 * The bytes of one direction of a TCP connection, put in order and given to whom they concern
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/exchange.h"
#include "tcp/flow.h"

/* Segments ahead of a gap that are kept. */
#define HELD_MAX 32
#define HELD_BYTES_MAX (64 * 1024)

struct held {
    struct segment seg;
    GList link;
    uint8_t data[];
};

static struct flow *
flow_get(struct conn *conn, int side)
{
    if (!conn->side[side].flow)
        conn->side[side].flow = wmem_new0(wmem_file_scope(), struct flow);
    return conn->side[side].flow;
}

static struct held *
held_pop(struct flow *flow)
{
    GList *link = g_queue_pop_head_link(&flow->held);
    struct held *held = (struct held *)link->data;

    flow->held_bytes -= held->seg.captured;
    return held;
}

void
flow_free(struct flow *flow)
{
    if (!flow)
        return;
    while (!g_queue_is_empty(&flow->held))
        wmem_free(wmem_file_scope(), held_pop(flow));
    httpstream_free(wmem_file_scope(), flow->http);
    wmem_free(wmem_file_scope(), flow);
}

bool
flow_has_gap(const struct flow *flow)
{
    return flow && !g_queue_is_empty((GQueue *)&flow->held);
}

/* Sorted by sequence number; a gap is short, so is the list. */
static void
hold(struct flow *flow, const struct segment *seg)
{
    struct held *held = (struct held *)wmem_alloc(wmem_file_scope(), sizeof *held + seg->captured);
    GList *before = flow->held.head;

    held->seg = *seg;
    memcpy(held->data, seg->data, seg->captured);
    held->seg.data = held->data;
    held->link.data = held;
    held->link.next = held->link.prev = NULL;
    while (before && (int32_t)(((struct held *)before->data)->seg.seq - seg->seq) <= 0)
        before = before->next;
    g_queue_insert_before_link(&flow->held, before, &held->link);
    flow->held_bytes += seg->captured;
}

/* The next bytes in order, from offset on. */
static void
deliver(struct root *root, struct conn *conn, int side, const struct segment *seg, uint32_t offset)
{
    struct flow *flow = conn->side[side].flow;
    struct segment part = *seg;

    part.data += MIN(offset, part.captured);
    part.captured -= MIN(offset, part.captured);
    part.length -= offset;
    flow->next = seg->seq + seg->length;
    exchange_bytes(root, conn, side, &part);
}

static void
deliver_held(struct root *root, struct conn *conn, int side)
{
    struct flow *flow = conn->side[side].flow;

    while (!g_queue_is_empty(&flow->held)) {
        struct held *held = (struct held *)flow->held.head->data;
        int32_t ahead = (int32_t)(held->seg.seq - flow->next);

        if (ahead > 0)
            break;
        held_pop(flow);
        if ((uint32_t)-ahead < held->seg.length)
            deliver(root, conn, side, &held->seg, (uint32_t)-ahead);
        wmem_free(wmem_file_scope(), held);
    }
}

/* Goes on behind the gap: what is missing will not come. */
static void
give_up_gap(struct root *root, struct conn *conn, int side)
{
    struct flow *flow = conn->side[side].flow;

    if (g_queue_is_empty(&flow->held))
        return;
    const struct segment *next = &((struct held *)flow->held.head->data)->seg;
    exchange_bytes_missing(root, conn, side, next->seq - flow->next);
    flow->next = next->seq;
    deliver_held(root, conn, side);
}

/* What was acknowledged is missing from the capture alone. */
static void
give_up_acked(struct root *root, struct conn *conn, int side)
{
    const struct flow *flow = conn->side[side].flow;

    while (flow_has_gap(flow) && conn->side[side].ack_seen && (int32_t)(conn->side[side].acked - flow->next) > 0) {
        const struct segment *next = &((const struct held *)flow->held.head->data)->seg;
        if ((int32_t)(conn->side[side].acked - next->seq) < 0)
            break;
        give_up_gap(root, conn, side);
    }
}

bool
flow_segment(struct root *root, struct conn *conn, int side, const struct segment *seg)
{
    struct flow *flow = flow_get(conn, side);

    if (!flow->synced) {
        flow->synced = true;
        flow->next = seg->seq;
        if (side == CLIENT && conn->syn_seen)
            flow->next = conn->isn + 1;
        else if (side == SERVER && conn->hs.synack_frame)
            flow->next = conn->server_isn + 1;
    }
    int32_t ahead = (int32_t)(seg->seq - flow->next);

    if (ahead < 0 && (uint32_t)-ahead >= seg->length)
        return false;
    if (ahead > 0) {
        if (g_queue_get_length(&flow->held) >= HELD_MAX || flow->held_bytes + seg->captured > HELD_BYTES_MAX)
            give_up_gap(root, conn, side);
        ahead = (int32_t)(seg->seq - flow->next);
        if (ahead > 0) {
            hold(flow, seg);
            give_up_acked(root, conn, side);
            return true;
        }
    }
    deliver(root, conn, side, seg, ahead < 0 ? (uint32_t)-ahead : 0);
    deliver_held(root, conn, side);
    return true;
}

void
flow_acked(struct root *root, struct conn *conn, int side, uint32_t ack)
{
    if (conn->side[side].ack_seen && (int32_t)(ack - conn->side[side].acked) <= 0)
        return;
    conn->side[side].ack_seen = true;
    conn->side[side].acked = ack;
    give_up_acked(root, conn, side);
}

/* what is missing *********************************************************/

/* The sequence number behind the last byte that was seen in order; false: unknown. */
static bool
next_of(const struct conn *conn, int side, uint32_t *next)
{
    const struct flow *flow = conn->side[side].flow;

    if (!flow && !(side == CLIENT ? conn->syn_seen : conn->hs.synack_frame != 0))
        return false;
    *next = flow ? flow->next : side == CLIENT ? conn->isn + 1 : conn->server_isn + 1;
    return true;
}

bool
flow_lacks_acked(const struct conn *conn, int side)
{
    uint32_t next;

    return conn->side[side].ack_seen && next_of(conn, side, &next) && (int32_t)(conn->side[side].acked - next) > (conn->side[side].closed.frame != 0);
}

bool
flow_ends_behind_gap(const struct conn *conn, int side)
{
    uint32_t next;

    return conn->side[side].closed.frame && next_of(conn, side, &next) && (int32_t)(conn->side[side].closed.seq - next) > 0;
}

bool
flow_expected(const struct conn *conn, const struct segment *seg)
{
    uint32_t next;

    /* Equal ports do not tell the sides apart. */
    if (!conn->hs.acked || seg->sport == seg->dport)
        return false;
    return !next_of(conn, seg->sport == conn->side[CLIENT].port ? SERVER : CLIENT, &next) || (int32_t)(seg->ack - next) <= 1;
}
