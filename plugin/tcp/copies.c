/* copies.c
 * Connections that the capture holds a second time, behind address translation
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "tcp/conn.h"
#include "tcp/copies.h"

/* So long a packet is under way between the two places where it was captured, at most: before its sender repeats it (RFC 6298). */
#define UNDER_WAY (NS_PER_SECOND / 5)

struct copy {
    struct bounded_entry entry; /* key: conn_key() of its own stream */
    uint32_t original;          /* stream */
    uint32_t isn;
    struct ipaddr client;
    uint16_t client_port;
};

void
copies_evict(bounded_t *table _U_, struct bounded_entry *entry)
{
    wmem_free(wmem_file_scope(), entry);
}

/* NULL: the stream is no copy, or its original is gone, or its number stands for another connection now. */
static struct conn *
find(struct root *root, uint32_t stream, struct copy **copy)
{
    *copy = root->conns.copies.order.length > 0 ? (struct copy *)bounded_find(&root->conns.copies, conn_key(stream)) : NULL;
    struct conn *conn = *copy ? conn_find(root, (*copy)->original) : NULL;

    return conn && conn->isn == (*copy)->isn ? conn : NULL;
}

/* the first packet ********************************************************/

static struct first_packet *
slot_of(struct root *root, uint32_t isn)
{
    return &root->conns.first_packets[(isn ^ isn >> 16) % FIRST_PACKETS];
}

void
copies_note(struct root *root, const struct conn *conn, const struct segment *syn)
{
    *slot_of(root, syn->seq) = (struct first_packet){ syn->seq, conn->stream + 1, syn->tsval, syn->ip_id };
}

/* What is not there differs from nothing. */
static bool
differ(uint32_t x, uint32_t y)
{
    return x && y && x != y;
}

/* Translation changes one side, or both and keeps the client's port; where nothing of it is left, the time stamp tells. */
static bool
has_kept_enough(const struct conn *conn, const struct segment *syn, const struct first_packet *first)
{
    const struct side *client = &conn->side[CLIENT], *server = &conn->side[SERVER];
    bool same_client = ipaddr_equal(&client->ip, &syn->src), same_client_port = client->port == syn->sport;
    bool same_server = ipaddr_equal(&server->ip, &syn->dst) && server->port == syn->dport;

    if (same_client && same_server)
        return false;           /* nothing is translated */
    return same_client_port || (syn->tsval && syn->tsval == first->timestamp);
}

static bool
is_unanswered(const struct conn *conn)
{
    return !conn->hs.synack_frame && !conn->hs.acked && conn->hs.rst.seen + conn->hs.icmp.seen == 0 && !conn->side[SERVER].closed.frame;
}

static struct conn *
original_of(struct root *root, const struct segment *syn)
{
    const struct first_packet *first = slot_of(root, syn->seq);
    struct conn *conn = first->stream_plus_1 && first->isn == syn->seq ? conn_find(root, first->stream_plus_1 - 1) : NULL;

    if (!conn || !conn->syn_seen || conn->isn != syn->seq || ABS(syn->time - conn->hs.last_syn) > UNDER_WAY || !is_unanswered(conn))
        return NULL;
    if (differ(first->timestamp, syn->tsval) || differ(first->ip_id, syn->ip_id))
        return NULL;
    return has_kept_enough(conn, syn, first) ? conn : NULL;
}

/* What the capturing host only passes on is not for one of its addresses; where it puts another one in its place, it is. Example: a container's host. */
static void
learn_translator(struct root *root, const struct conn *original, const struct segment *syn)
{
    const struct side *server = &original->side[SERVER];

    if (server->link == LINK_SELF && !ipaddr_equal(&server->ip, &syn->dst))
        host_learn_card(host_get(root, &server->ip), LINK_SELF);
}

static void
learn_translation(struct conn *original, const struct segment *syn)
{
    if (!original->translated)
        original->translated = wmem_new0(wmem_file_scope(), struct translated);
    original->translated->client = syn->src;
    original->translated->server = syn->dst;
    original->translated->server_port = syn->dport;
    original->translated->copy = (struct span){ syn->stream, syn->frame };
}

struct conn *
copies_begin(struct root *root, const struct segment *syn)
{
    struct copy *copy;
    struct conn *original = find(root, syn->stream, &copy);

    if (original && original->isn == syn->seq)
        return original;        /* once more, also behind the answer: repeated, or captured twice on this side */
    original = original_of(root, syn);
    if (!original)
        return NULL;
    if (!copy) {
        copy = wmem_new0(wmem_file_scope(), struct copy);
        bounded_insert(&root->conns.copies, &copy->entry, conn_key(syn->stream));
    }
    copy->original = original->stream;
    copy->isn = syn->seq;
    copy->client = syn->src;
    copy->client_port = syn->sport;
    learn_translator(root, original, syn);
    learn_translation(original, syn);
    return original;
}

/* what follows ************************************************************/

struct conn *
copies_original(struct root *root, uint32_t stream)
{
    struct copy *copy;

    return find(root, stream, &copy);
}

struct conn *
copies_segment(struct root *root, const struct segment *seg, struct segment *as)
{
    struct copy *copy;
    struct conn *conn = find(root, seg->stream, &copy);

    if (!conn)
        return NULL;
    int from = copy->client_port == seg->sport && ipaddr_equal(&copy->client, &seg->src) ? CLIENT : SERVER;
    *as = *seg;
    as->stream = conn->stream;
    as->src = conn->side[from].ip;
    as->dst = conn->side[!from].ip;
    as->sport = conn->side[from].port;
    as->dport = conn->side[!from].port;
    as->link_src = conn->side[from].link;
    as->link_dst = conn->side[!from].link;
    as->ttl = 0;
    return conn;
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
