/* traits.c
 * What the segments of a connection tell beside their bytes: how far their sender is, how they fared
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "tcp/flow.h"
#include "tcp/traits.h"

/* Copies of a segment (mirrored, -i any) follow sooner than any stack sends again: Linux' tail loss probe waits 10 ms at least (RFC 8985). */
#define SENT_AGAIN_AFTER (10 * NS_PER_SECOND / 1000)

/* So many packets have one TTL before it counts as the server's. */
#define PACKETS_ENOUGH 2
#define HANDSHAKES_ENOUGH 3

/*
 * A route may change by a hop while nothing is sent. A device that ends a connection in a
 * server's name is so much nearer.
 */
#define NEARER_BY 2
#define NEARER_BY_WHEN_IDLE 3
#define IDLE_LONG (60 * NS_PER_SECOND)

/* Sooner than this part of the shortest handshake nothing comes back from the server. */
#define SOONEST_PART 4

void
traits_segment(struct conn *conn, int side, const struct segment *seg)
{
    struct traits *t = &conn->side[side].traits;

    t->window_zero = seg->window_zero;
    /* Of those that only acknowledge most are not read (track_expected()): what they tell must not hang on how the file is read. */
    if (seg->flags == TCP_ACK && seg->length == 0)
        return;
    if (seg->flags & TCP_SYN) {
        t->scale_known = true;
        t->scale = seg->window_scale;
        t->window = MAX(t->window, seg->window);        /* that of a SYN is never scaled */
    } else if (t->scale_known) {
        t->window = MAX(t->window, (uint32_t)seg->window << t->scale);
    }
    if (!seg->ttl || (seg->flags & (TCP_FIN | TCP_RST)))
        return;                 /* what ends a connection is compared with the others */
    if (t->hops.n > 0 && t->hops.ttl != seg->ttl)
        t->hops.varies = true;
    t->hops.ttl = seg->ttl;
    t->hops.n = (uint8_t)MIN(t->hops.n + 1, UINT8_MAX);
}

void
traits_handshake(struct conn *conn, const struct segment *synack)
{
    struct target *target = conn->target;

    if (!target || !synack->ttl)
        return;
    if (target->hops.n > 0 && target->hops.ttl != synack->ttl)
        target->hops.varies = true;
    target->hops.ttl = synack->ttl;
    target->hops.n = (uint8_t)MIN(target->hops.n + 1, UINT8_MAX);
    if (conn->hs.syn.seen == 1 && (!target->round_trip || synack->time - conn->hs.last_syn < target->round_trip))
        target->round_trip = synack->time - conn->hs.last_syn;
}

void
traits_bytes(struct conn *conn, int side, const struct segment *seg, bool again)
{
    struct traits *t = &conn->side[side].traits;

    if (again && seg->time - t->sent_at >= SENT_AGAIN_AFTER) {
        t->again = (uint16_t)MIN(t->again + 1, UINT16_MAX);
        t->again_length = (uint16_t)MIN(seg->length, UINT16_MAX);
    }
    t->sent_at = seg->time;
}

bool
traits_is_beyond_window(const struct conn *conn, int side, const struct segment *rst)
{
    const struct traits *receiver = &conn->side[!side].traits;
    uint32_t next;

    if (!receiver->scale_known || !receiver->window || !flow_next(conn, side, &next))
        return false;
    if (conn->side[side].ack_seen && (int32_t)(conn->side[side].acked - next) > 0)
        next = conn->side[side].acked;
    /* Windows grow, and acknowledgments that are expected were not read. */
    return (int32_t)(rst->seq - next) > 0 && rst->seq - next > 2 * receiver->window;
}

/* who sent it *************************************************************/

/* The TTL of the server's packets; 0: not known, or they differ. */
static uint8_t
usual_ttl(const struct conn *conn)
{
    const struct hops *own = &conn->side[SERVER].traits.hops;
    const struct hops *all = conn->target ? &conn->target->hops : NULL;

    if (own->varies || (all && all->varies))
        return 0;
    if (own->n >= PACKETS_ENOUGH)
        return own->ttl;
    return all && all->n >= HANDSHAKES_ENOUGH ? all->ttl : 0;
}

/* It answers what was just sent, sooner than anything came back from there. */
static bool
is_too_soon(const struct conn *conn, const struct segment *seg)
{
    const struct target *target = conn->target;
    when_t asked;
    uint32_t next;

    if (!target || target->hops.n < HANDSHAKES_ENOUGH || !target->round_trip || !(seg->flags & TCP_ACK))
        return false;
    if (conn->hs.acked && (!flow_next(conn, CLIENT, &next) || seg->ack != next))
        return false;
    asked = conn->hs.acked ? conn->side[CLIENT].traits.sent_at : conn->hs.last_syn;
    return asked && seg->time - asked < target->round_trip / SOONEST_PART;
}

static enum sender
sender_of(const struct conn *conn, const struct segment *seg, uint8_t usual)
{
    int nearer = usual && seg->ttl ? ttl_hops(usual) - ttl_hops(seg->ttl) : 0;
    when_t heard = MAX(conn->side[SERVER].traits.sent_at, conn->hs.synack_time);
    bool idle = heard && seg->time - heard > IDLE_LONG;

    if (is_too_soon(conn, seg) || nearer >= (idle ? NEARER_BY_WHEN_IDLE : NEARER_BY))
        return SENDER_ON_PATH;
    return usual && seg->ttl == usual ? SENDER_SERVER : SENDER_UNKNOWN;
}

struct closing
traits_closing(const struct conn *conn, int side, const struct segment *seg)
{
    struct closing closing = { .frame = seg->frame, .time = seg->time, .seq = seg->seq + seg->length, .reset = seg->flags & TCP_RST };
    uint32_t next;

    closing.crossed = (seg->flags & TCP_ACK) && flow_next(conn, !side, &next) && (int32_t)(next - seg->ack) > 0;
    if (side == SERVER && conn->sides_known) {
        closing.ttl = seg->ttl;
        closing.usual_ttl = usual_ttl(conn);
        closing.too_soon = is_too_soon(conn, seg);
        closing.sender = sender_of(conn, seg, closing.usual_ttl);
    }
    return closing;
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
