/* flow.c
 * The bytes of one side of a TCP connection, put in order and given to the conn_listener
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "tcp/flow.h"

/* Segments ahead of a gap that are kept. */
#define HELD_MAX 32
#define HELD_BYTES_MAX (64 * 1024)

struct held {
    struct segment seg;
    node_t link;
    uint8_t data[];
};

/* Bytes are expected from behind the SYN on, where that was seen; else from this segment on. */
static struct flow *
flow_begin(struct conn *conn, int side, const struct segment *seg)
{
    struct flow *flow = wmem_new0(wmem_file_scope(), struct flow);

    if (side == CLIENT && conn->syn_seen)
        flow->next = conn->isn + 1;
    else if (side == SERVER && conn->hs.synack_frame)
        flow->next = conn->server_isn + 1;
    else
        flow->next = seg->seq;
    return conn->side[side].flow = flow;
}

static struct held *
take_held(struct flow *flow)
{
    struct held *held = (struct held *)list_take_first(&flow->held);

    flow->held_bytes -= held->seg.captured;
    return held;
}

void
flow_free(struct flow *flow)
{
    if (!flow)
        return;
    while (!list_is_empty(&flow->held))
        wmem_free(wmem_file_scope(), take_held(flow));
    wmem_free(wmem_file_scope(), flow);
}

bool
flow_has_gap(const struct flow *flow)
{
    return flow && !list_is_empty(&flow->held);
}

/* Sorted by sequence number; a gap is short, so is the list. */
static void
hold(struct flow *flow, const struct segment *seg)
{
    struct held *held = (struct held *)wmem_alloc(wmem_file_scope(), sizeof *held + seg->captured);
    node_t *before = flow->held.head;

    held->seg = *seg;
    memcpy(held->data, seg->data, seg->captured);
    held->seg.data = held->data;
    node_init(&held->link, held);
    while (before && (int32_t)(((struct held *)before->data)->seg.seq - seg->seq) <= 0)
        before = before->next;
    list_insert_before(&flow->held, before, &held->link);
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
    root->conn_listener->bytes(root, conn, side, &part);
}

static void
deliver_held(struct root *root, struct conn *conn, int side)
{
    struct flow *flow = conn->side[side].flow;

    while (!list_is_empty(&flow->held)) {
        struct held *held = (struct held *)list_first(&flow->held);
        int32_t ahead = (int32_t)(held->seg.seq - flow->next);

        if (ahead > 0)
            break;
        take_held(flow);
        if (flow->next - held->seg.seq < held->seg.length)
            deliver(root, conn, side, &held->seg, flow->next - held->seg.seq);
        wmem_free(wmem_file_scope(), held);
    }
}

/* Goes on behind the gap: what is missing will not come. */
static void
give_up_gap(struct root *root, struct conn *conn, int side)
{
    struct flow *flow = conn->side[side].flow;

    if (list_is_empty(&flow->held))
        return;
    const struct segment *next = &((struct held *)list_first(&flow->held))->seg;
    root->conn_listener->missing(root, conn, side, next->seq - flow->next);
    flow->next = next->seq;
    deliver_held(root, conn, side);
}

/* What was acknowledged is missing from the capture alone. */
static void
give_up_acked(struct root *root, struct conn *conn, int side)
{
    const struct flow *flow = conn->side[side].flow;

    while (flow_has_gap(flow) && conn->side[side].ack_seen && (int32_t)(conn->side[side].acked - flow->next) > 0) {
        const struct segment *next = &((const struct held *)list_first(&flow->held))->seg;
        if ((int32_t)(conn->side[side].acked - next->seq) < 0)
            break;
        give_up_gap(root, conn, side);
    }
}

bool
flow_segment(struct root *root, struct conn *conn, int side, const struct segment *seg)
{
    struct flow *flow = conn->side[side].flow ? conn->side[side].flow : flow_begin(conn, side, seg);
    int32_t ahead = (int32_t)(seg->seq - flow->next);

    if (ahead < 0 && flow->next - seg->seq >= seg->length)
        return false;
    if (ahead > 0) {
        if (list_length(&flow->held) >= HELD_MAX || flow->held_bytes + seg->captured > HELD_BYTES_MAX)
            give_up_gap(root, conn, side);
        ahead = (int32_t)(seg->seq - flow->next);
        if (ahead > 0) {
            hold(flow, seg);
            give_up_acked(root, conn, side);
            return true;
        }
    }
    deliver(root, conn, side, seg, ahead < 0 ? flow->next - seg->seq : 0);
    deliver_held(root, conn, side);
    return true;
}

/* false: so much was acknowledged before */
static bool
note_ack(struct side *of, uint32_t ack)
{
    if (of->ack_seen && (int32_t)(ack - of->acked) <= 0)
        return false;
    of->ack_seen = true;
    of->acked = ack;
    of->traits.again = 0;
    return true;
}

void
flow_acked(struct root *root, struct conn *conn, int side, uint32_t ack)
{
    if (note_ack(&conn->side[side], ack))
        give_up_acked(root, conn, side);
}

/* what is missing *********************************************************/

bool
flow_next(const struct conn *conn, int side, uint32_t *next)
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

    return conn->side[side].ack_seen && flow_next(conn, side, &next) && (int32_t)(conn->side[side].acked - next) > (conn->side[side].closed.frame != 0);
}

bool
flow_ends_behind_gap(const struct conn *conn, int side)
{
    uint32_t next;

    return conn->side[side].closed.frame && flow_next(conn, side, &next) && (int32_t)(conn->side[side].closed.seq - next) > 0;
}

bool
flow_expected(struct conn *conn, const struct segment *seg)
{
    uint32_t next;
    int of;

    /* Equal ports do not tell the sides apart. */
    if (!conn->hs.acked || seg->sport == seg->dport)
        return false;
    of = seg->sport == conn->side[CLIENT].port ? SERVER : CLIENT;
    if (!flow_next(conn, of, &next))
        return true;
    if ((int32_t)(seg->ack - next) <= 0)
        note_ack(&conn->side[of], seg->ack);
    return (int32_t)(seg->ack - next) <= 1;
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
