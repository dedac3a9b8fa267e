/* chaintold.c
 * Which try followed which: put right by what a request says
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/chain.h"
#include "match/likeness.h"
#include "model/attempts.h"

/* Requests that wait and tries in a row that are looked at. */
#define LOOKED_AT_MAX 64

/* The request for which something seemed to be begun waits for that yet. */
static void
begin_again(const struct gateway *gateway, uint32_t serial)
{
    unsigned looked_at = 0;

    for (node_t *l = gateway->open.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct exchange *waiting = (struct exchange *)l->data;
        if (waiting->serial == serial)
            waiting->begun = false;
    }
}

/* The latest one that was sent for the same request on a connection that failed, or was answered, before this one was begun. */
static struct exchange *
earlier_try(const struct exchange *child)
{
    for (node_t *l = child->child_link.prev; l; l = l->prev) {
        struct exchange *earlier = (struct exchange *)l->data;
        when_t failed = conn_failed(earlier->conn), answered = earlier->reply.last_data, over = failed ? failed : answered;
        if (earlier->conn != child->conn && over && over <= exchange_begun(child))
            return earlier;
    }
    return NULL;
}

/* What it carried says so, or it was begun for somebody else. */
static bool
is_anothers(struct conn *earlier, struct exchange *earlier_child, const struct exchange *parent)
{
    uint32_t waiter = chain_of(earlier, earlier_child)->waiter;

    if (earlier_child && earlier_child->parent)
        return earlier_child->parent != parent;
    return waiter && waiter != parent->serial;
}

/* It was tried behind the other one, at once or with more tries between. */
static bool
leads_back_to(struct root *root, const struct conn *conn, struct exchange *child, const struct conn *first)
{
    for (unsigned steps = 0; conn && conn != first && steps < LOOKED_AT_MAX; steps++)
        conn = chain_before(root, conn, child, &child);
    return conn == first;
}

/*
 * A connection seemed to be begun for a request that is now sent on another one: it was tried behind what had failed, if
 * anything had. Example: a try fails, a request comes, the gateway tries the next server for the former, and sends the
 * latter on a connection that it kept.
 */
static void
follow_instead(struct root *root, const struct exchange *parent, const struct conn *told)
{
    struct conn *conn = chain_conn(root, parent->begun_by);
    struct conn *failed = conn && conn != told && conn->chain.waiter == parent->serial ? chain_conn(root, conn->chain.instead) : NULL;
    struct chain *before = failed ? chain_of(failed, (struct exchange *)list_last(&failed->exchanges)) : NULL;

    if (!before || before->followed || !list_is_empty(&conn->exchanges))
        return;
    conn->chain.before = conn->chain.instead;
    conn->chain.waiter = before->waiter;
    conn->chain.doubtful = before->doubtful;
    before->followed = conn->hs.first_syn;
    before->follower = 0;
}

static void
follow(struct exchange *child, struct exchange *earlier)
{
    chain_of(child->conn, child)->before = earlier->conn->stream + 1;
    chain_of(earlier->conn, earlier)->followed = exchange_begun(child);
    chain_of(earlier->conn, earlier)->follower = 0;
}

/* What the connection seemed to follow, or to be begun for, before its first request came. */
static void
unfollow_anothers(struct root *root, struct exchange *child, const struct exchange *own)
{
    struct chain *chain = &child->conn->chain;
    struct exchange *earlier_child;
    struct conn *earlier = chain_before(root, child->conn, child, &earlier_child);

    if (earlier && (own ? own != earlier_child : is_anothers(earlier, earlier_child, child->parent))) {
        chain->before = 0;
        chain_of(earlier, earlier_child)->followed = 0;
    }
    if (chain->waiter && chain->waiter != child->parent->serial && child->parent->gateway)
        begin_again(child->parent->gateway, chain->waiter);
}

/* It seemed to follow one of the request's tries, which followed the other one. */
static bool
follows_own(struct root *root, struct exchange *child, const struct exchange *own)
{
    struct exchange *earlier_child;
    struct conn *earlier = chain_before(root, child->conn, child, &earlier_child);

    return earlier && !is_anothers(earlier, earlier_child, child->parent) && leads_back_to(root, earlier, earlier_child, own->conn);
}

/* What follows for sure is not displaced by what fits better. */
static void
settle(struct root *root, const struct chain *chain)
{
    struct conn *earlier = chain_conn(root, chain->before);

    if (earlier)
        chain_of(earlier, (struct exchange *)list_last(&earlier->exchanges))->follower = 0;
}

static void
tell_begun(struct root *root, struct exchange *child)
{
    struct exchange *own = earlier_try(child);

    if (own && follows_own(root, child, own))
        own = NULL;
    unfollow_anothers(root, child, own);
    child->conn->chain.waiter = child->parent->serial & G_MAXINT32;
    child->conn->chain.doubtful = false;
    child->parent->begun = true;
    child->parent->begun_doubtful = false;
    if (own)
        follow(child, own);
    settle(root, &child->conn->chain);
}

/* Whose it is can be told: two clients may well ask for the same. */
static bool
is_marked(const struct exchange *child)
{
    const struct request_marks *marks = &child->request.marks;

    return child->request.forwarded_for || marks->cookie || marks->authorization || marks->request_id;
}

/* The latest try that carried the same and had failed before this one was begun. */
static struct exchange *
repeated_try(const struct exchange *child)
{
    const struct activities *activities = child->conn->activities;
    unsigned looked_at = 0;

    for (node_t *l = activities ? activities->failed.tail : NULL; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct conn *failed = (const struct conn *)l->data;
        struct exchange *earlier = (struct exchange *)list_last(&failed->exchanges);
        if (earlier && failed != child->conn && earlier->url_hash == child->url_hash && conn_failed(failed) <= exchange_begun(child) && same_asked(earlier, child))
            return earlier;
    }
    return NULL;
}

void
chain_repeated(struct root *root, struct exchange *child)
{
    struct exchange *repeated = child->nth == 1 && child->conn->syn_seen && is_marked(child) ? repeated_try(child) : NULL;
    const struct host *sender = host_find(root, &child->conn->side[CLIENT].ip);
    struct chain *chain = chain_of(child->conn, child);
    struct exchange *earlier_child;

    if (!repeated || leads_back_to(root, child->conn, child, repeated->conn))
        return;
    struct conn *earlier = chain_before(root, child->conn, child, &earlier_child);
    if (earlier)
        chain_of(earlier, earlier_child)->followed = 0;
    else if (chain->waiter && sender && sender->gateway)
        begin_again(sender->gateway, chain->waiter);
    const struct chain *before = chain_of(repeated->conn, repeated);
    chain->waiter = before->waiter;
    chain->doubtful = before->doubtful;
    follow(child, repeated);
}

void
chain_told(struct root *root, struct exchange *child)
{
    struct exchange *earlier;

    if (!child->parent)
        return;
    follow_instead(root, child->parent, child->conn);
    if (child->nth == 1 && child->conn->syn_seen) {
        tell_begun(root, child);
    } else if ((earlier = earlier_try(child))) {
        chain_of(child->conn, child)->waiter = child->parent->serial & G_MAXINT32;
        follow(child, earlier);
    }
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
