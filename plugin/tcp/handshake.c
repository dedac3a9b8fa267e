/* handshake.c
 * How a connection begins: its SYNs, and what answered each of them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "model/activity.h"
#include "model/retention.h"
#include "tcp/handshake.h"
#include "tcp/traits.h"

/* No stack repeats a SYN sooner (Linux' TCP_RTO_MIN; RFC 6298 says a second). */
#define SHORTEST_REPEAT (NS_PER_SECOND / 5)

/* copies ******************************************************************/

static bool
differ(uint32_t x, uint32_t y)
{
    return x && y && x != y;
}

/*
 * Not equal numbers, but different ones are proof: some hosts number all packets alike,
 * until one is seen that does not.
 */
static bool
is_copy(const struct conn *conn, const struct segment *syn)
{
    const struct handshake *hs = &conn->hs;
    bool is_numbered = syn->ip_id && syn->ip_id == conn->syn_ip_id && conn->host && conn->host->numbers_packets;

    if (differ(syn->ip_id, conn->syn_ip_id) || differ(syn->tsval, conn->syn_tsval))
        return false;
    if (is_numbered || (syn->tsval && syn->tsval == conn->syn_tsval))
        return true;
    return ABS(syn->time - hs->last_syn) < SHORTEST_REPEAT && hs->rst.seen + hs->icmp.seen < hs->syn.seen;
}

static void
note_identity(struct conn *conn, const struct segment *syn)
{
    struct host *host = conn->host;

    conn->syn_ip_id = syn->ip_id;
    conn->syn_tsval = syn->tsval;
    if (host && syn->ip_id) {
        host->numbers_packets = host->numbers_packets || differ(host->syn_ip_id, syn->ip_id);
        host->syn_ip_id = syn->ip_id;
    }
}

/* SYNs ********************************************************************/

/* Where Wireshark does not analyse sequence numbers a reused port keeps its stream. */
bool
handshake_is_new(const struct conn *conn, const struct segment *syn)
{
    return !conn->syn_seen || conn->isn != syn->seq || !ipaddr_equal(&conn->side[CLIENT].ip, &syn->src);
}

bool
handshake_is_simultaneous(const struct conn *conn, int side)
{
    return conn->syn_seen && !conn->hs.synack_frame && conn->hs.rst.seen == 0 && side == SERVER;
}

void
handshake_syn(struct root *root, struct conn *conn, const struct segment *syn)
{
    struct handshake *hs = &conn->hs;

    if (hs->syn.seen > 0 && is_copy(conn, syn))
        return;
    traits_segment(conn, CLIENT, syn);
    frames_add(&hs->syn, syn->frame);
    if (hs->last_syn && syn->time > hs->last_syn)
        hs->syn_interval = syn->time - hs->last_syn;
    hs->last_syn = MAX(hs->last_syn, syn->time);
    /* What goes on was not given up for the response that seemed to be due to it. */
    conn->owner = 0;
    hs->first_syn = hs->first_syn ? MIN(hs->first_syn, syn->time) : syn->time;
    note_identity(conn, syn);
    conn->last = root->now;
}

/* what answered them ******************************************************/

/* A server sends its SYN/ACK again after a second (RFC 6298), some sooner; copies of a frame follow at once. */
#define SYNACK_REPEATED (NS_PER_SECOND / 5)

void
handshake_synack(struct conn *conn, const struct segment *synack)
{
    traits_segment(conn, SERVER, synack);
    if (!conn->hs.synack_frame) {
        conn->hs.synack_frame = synack->frame;
        conn->hs.synack_time = synack->time;
        conn->server_isn = synack->seq;
        traits_handshake(conn, synack);
    } else if (conn->hs.acked && synack->seq == conn->server_isn && synack->time - conn->hs.synack_time >= SYNACK_REPEATED) {
        conn->hs.synack_again++;
    }
    /* Fast Open: the server took the request, whatever the client acknowledges. */
    if (conn->syn_seen && (synack->flags & TCP_ACK) && (int32_t)(synack->ack - conn->isn) > 1)
        conn->hs.acked = true;
}

/* An ACK of an older connection (RFC 5961), the gateway's own RST. */
void
handshake_other(struct conn *conn, const struct segment *seg, int side)
{
    struct handshake *hs = &conn->hs;

    if (side == SERVER && conn->syn_seen && !hs->synack_frame && !hs->ack_frame && !(seg->flags & (TCP_RST | TCP_FIN)) && seg->length == 0)
        hs->ack_frame = seg->frame;
    if (side == CLIENT && hs->synack_frame && !hs->own_rst_frame && (seg->flags & TCP_RST))
        hs->own_rst_frame = seg->frame;
}

/* A RST answers the latest SYN; one more without a SYN between is a copy. */
static bool
answers_new_syn(const struct frames *answers, const struct conn *conn, when_t last_answer)
{
    return answers->seen == 0 || (conn->hs.last_syn > last_answer && answers->seen < conn->hs.syn.seen);
}

void
handshake_refused(struct conn *conn, const struct segment *rst)
{
    struct handshake *hs = &conn->hs;

    if (!answers_new_syn(&hs->rst, conn, hs->last_rst))
        return;
    frames_add(&hs->rst, rst->frame);
    if (!hs->first_rst)
        hs->first_rst = rst->time;
    hs->last_rst = rst->time;
    hs->slowest_rst = MAX(hs->slowest_rst, rst->time - hs->last_syn);
}

/* "Too big" (RFC 1191, RFC 8201): a SYN never is. */
static bool
is_too_big(const struct icmp_error *error)
{
    return error->v6 ? error->type == 2 : error->type == 3 && error->code == 4;
}

void
handshake_icmp(struct root *root, struct conn *conn, const struct icmp_error *error)
{
    struct handshake *hs = &conn->hs;
    bool late = hs->acked || !conn->syn_seen;

    if (late && conn->icmp_quote != error->quote) {
        conn->icmp_late_frame = error->frame;
        conn->icmp_late = error->time;
    } else if (!late && !is_too_big(error) && hs->icmp.seen < hs->syn.seen && (hs->icmp.seen == 0 || conn->icmp_quote != error->quote)) {
        frames_add(&hs->icmp, error->frame);
        if (!hs->first_icmp)
            hs->first_icmp = error->time;
        hs->last_icmp = error->time;
        activity_failed(conn);
        retain_failed(root, conn);
    } else {
        return;
    }
    conn->icmp_quote = error->quote;
    hs->icmp6 = error->v6;
    hs->icmp_type = error->type;
    hs->icmp_code = error->code;
    hs->icmp_source = error->source;
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
