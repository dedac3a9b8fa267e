/* attempts.c
 * Connections as somebody's attempts to reach a server: where they went, whose they are, how they fared
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "model/activity.h"
#include "model/attempts.h"
#include "model/encrypted.h"
#include "model/retention.h"

static struct target_key
key_of(const struct ipaddr *from, const struct ipaddr *to, uint16_t port)
{
    struct target_key key;

    memset(&key, 0, sizeof key);
    if (from)
        key.from = *from;
    key.to = *to;
    key.port = port;
    return key;
}

unsigned
target_key_hash(const void *key)
{
    return bytes_hash(key, sizeof(struct target_key), 0);
}

gboolean
target_key_equal(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct target_key)) == 0;
}

bool
target_may_go(const struct bounded_entry *entry)
{
    const struct target *t = (const struct target *)entry;

    return list_is_empty(&t->attempts);
}

void
target_evict(bounded_t *table _U_, struct bounded_entry *entry)
{
    wmem_free(wmem_file_scope(), entry);
}

struct target *
attempts_at(struct root *root, const struct ipaddr *from, const struct ipaddr *to, uint16_t port)
{
    struct target_key key = key_of(from, to, port);

    return (struct target *)bounded_find(&root->attempts.targets, &key);
}

struct approach *
approaches_of(struct root *root, const struct ipaddr *to, uint16_t port)
{
    struct target_key key = key_of(NULL, to, port);

    return (struct approach *)bounded_find(&root->attempts.approaches, &key);
}

/* The latest one with that source port, as far as is looked. */
static struct conn *
latest_from(const list_t *conns, uint16_t sport)
{
    int looked_at = 0;

    for (const node_t *l = conns->tail; l && looked_at < HOST_RECENT_MAX; l = l->prev, looked_at++)
        if (((struct conn *)l->data)->side[CLIENT].port == sport)
            return (struct conn *)l->data;
    return NULL;
}

struct conn *
conn_from(struct root *root, const struct target_key *key, uint16_t sport)
{
    struct target *target = attempts_at(root, &key->from, &key->to, key->port);

    return target ? latest_from(&target->attempts, sport) : NULL;
}

/* filing ******************************************************************/

static void
file_approach(struct root *root, const struct conn *conn)
{
    const struct side *server = &conn->side[SERVER];
    struct approach *approach = approaches_of(root, &server->ip, server->port);

    if (!approach) {
        approach = wmem_new0(wmem_file_scope(), struct approach);
        approach->key = key_of(NULL, &server->ip, server->port);
        bounded_insert(&root->attempts.approaches, &approach->entry, &approach->key);
    }
    for (unsigned i = 0; i < MIN(approach->n, APPROACHES_MAX); i++)
        if (ipaddr_equal(&approach->from[i], &conn->side[CLIENT].ip))
            return;
    approach->from[approach->n++ % APPROACHES_MAX] = conn->side[CLIENT].ip;
}

static void
file_target(struct root *root, struct conn *conn)
{
    const struct side *client = &conn->side[CLIENT], *server = &conn->side[SERVER];
    struct target *target = attempts_at(root, &client->ip, &server->ip, server->port);

    if (!target) {
        target = wmem_new0(wmem_file_scope(), struct target);
        target->key = key_of(&client->ip, &server->ip, server->port);
        bounded_insert(&root->attempts.targets, &target->entry, &target->key);
    }
    conn->target = target;
    node_init(&conn->target_link, conn);
    list_append(&target->attempts, &conn->target_link);
}

static void
unlink_host(struct conn *conn)
{
    if (conn->host)
        list_remove(&conn->host->conns, &conn->host_link);
    conn->host = NULL;
}

static void
file_host(struct root *root, struct conn *conn)
{
    struct host *host = host_get(root, &conn->side[CLIENT].ip);

    encrypted_host_asks(root, host);
    host_learn_card(host, conn->side[CLIENT].link);
    if (list_length(&host->conns) >= HOST_RECENT_MAX)
        unlink_host((struct conn *)list_first(&host->conns));
    conn->host = host;
    node_init(&conn->host_link, conn);
    list_append(&host->conns, &conn->host_link);
}

void
attempts_begun(struct root *root, struct conn *conn)
{
    const struct host *opener = host_find(root, &conn->side[CLIENT].ip);

    activity_stand(root, conn, opener && opener->gateway ? &opener->gateway->activities : &root->strays);
}

void
attempts_file(struct root *root, struct conn *conn)
{
    file_host(root, conn);
    file_target(root, conn);
    file_approach(root, conn);
    attempts_begun(root, conn);
}

void
attempts_unfile(struct conn *conn)
{
    unlink_host(conn);
    activity_over(conn);
    if (conn->target)
        list_remove(&conn->target->attempts, &conn->target_link);
    conn->target = NULL;
}

/* whose they are, and how they fared **************************************/

void
conn_claim(struct conn *conn, uint32_t owner)
{
    if (!conn->owner)
        conn->owner = owner;
}

void
conn_over(struct root *root, struct conn *conn)
{
    retain_over(root, conn);
}

when_t
conn_failed(const struct conn *conn)
{
    when_t end = MAX(conn->side[CLIENT].closed.time, conn->side[SERVER].closed.time);

    return MAX(end, MAX(conn->hs.last_rst, conn->hs.last_icmp));
}

when_t
exchange_begun(const struct exchange *ex)
{
    return ex->nth > 1 ? ex->request.time : ex->conn->hs.first_syn;
}

when_t
exchange_given_up(const struct exchange *ex)
{
    when_t first = INT64_MAX;

    for (int side = CLIENT; side <= SERVER; side++) {
        const struct closing *stream = &ex->ended[side], *conn = &ex->conn->side[side].closed;
        if (stream->frame)
            first = MIN(first, stream->time);
        if (conn->frame && (side == SERVER || conn->reset || ex->conn->h2))
            first = MIN(first, conn->time);
    }
    return first < INT64_MAX ? first : 0;
}

unsigned
exchange_status(const struct exchange *ex)
{
    return ex->hidden && ex->hidden->status ? ex->hidden->status : ex->reply.status;
}

struct exchange *
exchange_waiting(const struct conn *conn)
{
    for (node_t *l = conn->exchanges.head; l; l = l->next)
        if (((struct exchange *)l->data)->state == EXCHANGE_WAITING)
            return (struct exchange *)l->data;
    return NULL;
}

/* Behind the SYN the bytes between would be missing, so it begins with the request where it can. */
struct span
exchange_span(const struct exchange *ex)
{
    const struct conn *conn = ex->conn;
    bool whole = ex->nth == 1 || ex->of_frame > 0 || ex->ready_at > ex->request.time || conn->tls || conn->h2 || conn->in_tunnel;
    uint32_t own = ex->without_request ? ex->response_frame : ex->request.frame;

    return (struct span){ conn->stream, whole && !ex->without_request && conn->hs.syn.n > 0 ? conn->hs.syn.no[0] : own };
}

bool
exchange_has_turn(const struct exchange *ex)
{
    return ex->h2_stream > 0 || ex->nth == 1 || exchange_waiting(ex->conn) == ex;
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
