/* conn.c
 * TCP connections: from segments to handshakes, requests, replies and ends
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "tcp/conn.h"
#include "model/activity.h"
#include "http/exchange.h"
#include "tcp/flow.h"
#include "http/decrypted.h"

static const void *
stream_key(uint32_t stream)
{
    return GUINT_TO_POINTER(stream + 1);
}

static struct conn **
latest_slot(struct root *root, uint32_t stream)
{
    return &root->latest_conns[stream % LATEST_CONNS];
}

struct conn *
conn_find(struct root *root, uint32_t stream)
{
    struct conn **latest = latest_slot(root, stream);

    if (!*latest || (*latest)->stream != stream) {
        struct conn *conn = (struct conn *)bounded_find(&root->conns, stream_key(stream));
        if (!conn)
            return NULL;
        *latest = conn;
    }
    (*latest)->entry.used = true;
    return *latest;
}

static void
shelve(struct conn *conn, GQueue *shelf, when_t now)
{
    if (conn->shelf)
        g_queue_unlink(conn->shelf, &conn->shelf_link);
    conn->shelf = shelf;
    conn->shelf_link.data = conn;
    conn->shelved = now;
    g_queue_push_tail_link(shelf, &conn->shelf_link);
}

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
    bounded_insert(&root->conns, &conn->entry, stream_key(seg->stream));
    shelve(conn, &root->shelf_open, root->now);
    return conn;
}

static void
unlink_target(struct conn *conn)
{
    if (conn->target)
        g_queue_unlink(conn->claimed ? &conn->target->claimed : &conn->target->waiting, &conn->target_link);
    conn->target = NULL;
}

static void
unlink_host(struct conn *conn)
{
    if (conn->host)
        g_queue_unlink(&conn->host->conns, &conn->host_link);
    conn->host = NULL;
}

static void
conn_free(struct root *root, struct conn *conn)
{
    if (*latest_slot(root, conn->stream) == conn)
        *latest_slot(root, conn->stream) = NULL;
    while (!g_queue_is_empty(&conn->exchanges))
        exchange_drop(root, (struct exchange *)conn->exchanges.head->data);
    unlink_target(conn);
    unlink_host(conn);
    activity_over(conn);
    g_queue_unlink(conn->shelf, &conn->shelf_link);
    flow_free(conn->side[CLIENT].flow);
    flow_free(conn->side[SERVER].flow);
    wmem_free(wmem_file_scope(), conn->tls);
    decrypted_free(conn);
    frames_free(&conn->hs.syn);
    frames_free(&conn->hs.rst);
    frames_free(&conn->hs.icmp);
    wmem_free(wmem_file_scope(), conn);
}

void
conn_drop(struct root *root, struct conn *conn)
{
    bounded_remove(&root->conns, &conn->entry);
    conn_free(root, conn);
}

void
conn_evict(bounded_t *table, struct bounded_entry *entry)
{
    conn_free((struct root *)table->owner, (struct conn *)entry);
}

static void
file_approach(struct root *root, const struct conn *conn)
{
    struct target_key key;
    struct approach *approach;

    memset(&key, 0, sizeof key);
    key.to = conn->side[SERVER].ip;
    key.port = conn->side[SERVER].port;
    approach = (struct approach *)bounded_find(&root->approaches, &key);
    if (!approach) {
        approach = wmem_new0(wmem_file_scope(), struct approach);
        approach->key = key;
        bounded_insert(&root->approaches, &approach->entry, &approach->key);
    }
    for (unsigned i = 0; i < MIN(approach->n, APPROACHES_MAX); i++)
        if (ipaddr_equal(&approach->from[i], &conn->side[CLIENT].ip))
            return;
    approach->from[approach->n++ % APPROACHES_MAX] = conn->side[CLIENT].ip;
}

/* Files the connection under who opened it and where it went. */
static void
file_attempt(struct root *root, struct conn *conn)
{
    struct target_key key;
    struct target *target;
    struct host *host = host_get(root, &conn->side[CLIENT].ip);

    host->link = conn->side[CLIENT].link;

    if (g_queue_get_length(&host->conns) >= HOST_RECENT_MAX)
        unlink_host((struct conn *)host->conns.head->data);
    conn->host = host;
    conn->host_link.data = conn;
    g_queue_push_tail_link(&host->conns, &conn->host_link);

    memset(&key, 0, sizeof key);
    key.from = conn->side[CLIENT].ip;
    key.to = conn->side[SERVER].ip;
    key.port = conn->side[SERVER].port;
    target = (struct target *)bounded_find(&root->targets, &key);
    if (!target) {
        target = wmem_new0(wmem_file_scope(), struct target);
        target->key = key;
        bounded_insert(&root->targets, &target->entry, &target->key);
    }
    conn->target = target;
    conn->target_link.data = conn;
    g_queue_push_tail_link(&target->waiting, &conn->target_link);
    file_approach(root, conn);
    activity_begun(root, conn);
}

void
conn_claim(struct conn *conn, uint32_t owner)
{
    if (conn->claimed)
        return;
    if (conn->target) {
        g_queue_unlink(&conn->target->waiting, &conn->target_link);
        g_queue_push_tail_link(&conn->target->claimed, &conn->target_link);
    }
    conn->claimed = true;
    conn->owner = owner;
}

/* By somebody who only ever asked: no 502 can cite it. */
static bool
is_clients(struct root *root, const struct conn *conn)
{
    const struct host *host = host_find(root, &conn->side[CLIENT].ip);

    return host && host->is_client && !host->gateway;
}

static GQueue *
shelf_of_ended(struct root *root, const struct conn *conn)
{
    bool closed = conn->side[CLIENT].closed.frame && conn->side[SERVER].closed.frame;

    if (!exchanges_all_served(conn))
        return &root->shelf_failed;
    if (conn->claimed)
        return closed ? &root->shelf_done : &root->shelf_failed;
    return closed && is_clients(root, conn) ? &root->shelf_served : &root->shelf_failed;
}

void
conn_over(struct root *root, struct conn *conn)
{
    GQueue *shelf = conn->shelf == &root->shelf_failed ? shelf_of_ended(root, conn) : conn->shelf;

    if (shelf != conn->shelf)
        shelve(conn, shelf, root->now);
}

when_t
conn_failed(const struct conn *conn)
{
    when_t end = MAX(conn->side[CLIENT].closed.time, conn->side[SERVER].closed.time);

    return MAX(end, MAX(conn->hs.last_rst, conn->hs.last_icmp));
}

struct conn *
conn_from(struct root *root, const struct target_key *key, uint16_t sport)
{
    struct target *target = (struct target *)bounded_find(&root->targets, key);
    int looked_at = 0;

    if (!target)
        return NULL;
    for (GList *l = target->waiting.tail; l && looked_at < HOST_RECENT_MAX; l = l->prev, looked_at++)
        if (((struct conn *)l->data)->side[CLIENT].port == sport)
            return (struct conn *)l->data;
    return NULL;
}

/* handshake ***************************************************************/

static struct conn *
segment_syn(struct root *root, struct conn *conn, const struct segment *seg)
{
    if (conn && (!conn->syn_seen || conn->isn != seg->seq || !ipaddr_equal(&conn->side[CLIENT].ip, &seg->src))) {
        /* Where Wireshark does not analyse sequence numbers a reused port keeps its stream. */
        conn_drop(root, conn);
        conn = NULL;
    }
    if (!conn) {
        conn = conn_new(root, seg);
        conn->sides_known = conn->syn_seen = true;
        conn->isn = seg->seq;
        conn->hs.first_syn = seg->time;
        file_attempt(root, conn);
    } else if (seg->time - conn->hs.last_syn < COPY_WITHIN && seg->time >= conn->hs.last_syn &&
               conn->hs.rst.seen + conn->hs.icmp.seen < conn->hs.syn.seen) {
        return conn;
    }
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
    if (!conn->hs.synack_frame) {
        conn->hs.synack_frame = seg->frame;
        conn->hs.synack_time = seg->time;
        conn->server_isn = seg->seq;
    }
    return conn;
}

static bool
is_from(const struct conn *conn, const struct segment *seg, int side)
{
    return conn->side[side].port == seg->sport && ipaddr_equal(&conn->side[side].ip, &seg->src);
}

/* A RST answers the latest SYN; one more without a SYN between is a copy. */
static bool
answers_new_syn(const struct frames *answers, const struct conn *conn, when_t last_answer)
{
    return answers->seen == 0 || (conn->hs.last_syn > last_answer && answers->seen < conn->hs.syn.seen);
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
    if (!conn->side[side].closed.frame)
        conn->side[side].closed = (struct closing){ seg->frame, seg->time, seg->seq + seg->length, reset };
    activity_failed(conn);
    if (reset || (conn->side[CLIENT].closed.frame && conn->side[SERVER].closed.frame)) {
        exchanges_close(root, conn);
        if (conn->shelf == &root->shelf_open)
            shelve(conn, shelf_of_ended(root, conn), root->now);
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
    if (conn->shelf == &root->shelf_open && !hs->acked)
        shelve(conn, &root->shelf_failed, root->now);
}

/* Who opened a connection whose beginning is not in the capture. */
static void
guess_sides(struct conn *conn, const struct segment *seg)
{
    bool from_client = is_from(conn, seg, CLIENT);

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

struct conn *
conn_segment(struct root *root, const struct segment *seg, bool *again)
{
    struct conn *conn = conn_find(root, seg->stream);
    int side;

    *again = false;
    if ((seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
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
    side = is_from(conn, seg, CLIENT) ? CLIENT : SERVER;
    if (side == CLIENT && (seg->flags & (TCP_ACK | TCP_RST)) == TCP_ACK && (conn->hs.synack_frame || seg->length > 0))
        conn->hs.acked = true;
    if (seg->flags & TCP_ACK)
        flow_acked(root, conn, !side, seg->ack);
    if (seg->length > 0 && !(seg->flags & TCP_RST))
        *again = !flow_segment(root, conn, side, seg);
    if (seg->flags & (TCP_FIN | TCP_RST))
        segment_end(root, conn, seg, side);
    return conn;
}
