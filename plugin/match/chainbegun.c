/* chainbegun.c
 * Which try followed which: seen as they begin
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/chain.h"
#include "match/explain.h"
#include "match/profile.h"
#include "match/relation.h"
#include "model/attempts.h"

/* So many look for another try when one more begins, and so many tries stand behind one. */
#define DISPLACED_MOST 8
#define FOLLOWERS_MOST 16

/* The latest requests that wait are looked at. */
#define POOL_LOOKED_AT_MAX 16

/* Where no request waits for which it could have been begun, a gateway rather goes on with what failed than begins something for itself. */
#define NOBODYS (-300)
#define WAITS_IN_VAIN (-600)

/* A server that refused is tried again at once, or after the turn-around: of 595 second tries in crowds 7 came later than that. */
#define AGAIN_SOON (3 * NS_PER_SECOND / 1000)

/* What a gateway begins in one go: of 575 connections that real proxies opened to a server one after the other, four came so soon. */
#define IN_ONE_GO (NS_PER_SECOND / 10000)

/* How many things a gateway begins in a second, where it is not known; the same for all that are compared. */
#define USUAL_RATE 10.0

/* It is asked while nobody waits for anything: a health check. */
static bool
is_own_target(const struct conn *conn)
{
    return conn->target && conn->target->asked_alone;
}

/* What was tried behind a try was begun for the same request. */
static void
tell_followers(struct root *root, const struct chain *chain)
{
    struct conn *next;

    for (unsigned steps = 0; steps < FOLLOWERS_MOST && (next = chain_conn(root, chain->follower)) != NULL; steps++) {
        next->chain.waiter = chain->waiter;
        next->chain.doubtful = chain->doubtful;
        chain = chain_get(next, (struct exchange *)list_last(&next->exchanges));
    }
}

/* The event follows the try. Returns the connection that seemed to follow it and does so no longer; NULL: none. */
static struct conn *
follow(const struct event *e, const struct earlier *earlier, bool doubtful)
{
    struct chain *chain = chain_of(e->conn, e->child), *before = chain_of(earlier->conn, (struct exchange *)list_last(&earlier->conn->exchanges));
    struct conn *displaced = chain_conn(e->root, before->follower);

    chain->before = earlier->conn->stream + 1;
    chain->waiter = before->waiter;
    chain->doubtful = before->doubtful || doubtful;
    before->followed = e->time;
    before->follower = e->child ? 0 : e->conn->stream + 1;
    before->fit = earlier->gain;
    if (!displaced || displaced == e->conn || displaced->chain.before != chain->before)
        return NULL;
    displaced->chain.before = displaced->chain.waiter = 0;
    return displaced;
}

/* The connection to the same server before this one; NULL: none. */
static const struct conn *
one_before(const struct conn *conn)
{
    return conn->target_link.prev ? (const struct conn *)conn->target_link.prev->data : NULL;
}

/* The connection to the same server with which it was begun in one go; NULL: none. Example: a proxy opens a connection in advance with each that it needs. */
static const struct conn *
twin_of(const struct event *e)
{
    const struct conn *earlier = e->child ? NULL : one_before(e->conn);

    return earlier && ABS(e->time - earlier->hs.first_syn) <= IN_ONE_GO ? earlier : NULL;
}

static struct conn *
link_event(const struct event *e)
{
    struct earlier earlier = explain_by_try(e);
    struct conn *failed = earlier.conn;
    int again = earlier.gain;
    struct candidate best = explain_by_request(e);
    struct exchange *waiting = best.waiting;
    struct chain *chain = chain_of(e->conn, e->child);
    const struct conn *twin = twin_of(e);

    if (failed && again > best.all && again > (best.gain > WAITS_IN_VAIN || is_own_target(e->conn) ? 0 : NOBODYS))
        return follow(e, &earlier, again - best.all < ABOUT_AS_WELL);
    if (waiting && (best.gain > 0 || (e->child && e->child->parent))) {
        const struct host *opener = host_get(e->root, &e->conn->side[CLIENT].ip);
        waiting->begun = true;
        waiting->begun_by = e->child ? 0 : e->conn->stream + 1;
        chain->instead = failed && again > 0 ? failed->stream + 1 : 0;
        chain->waiter = waiting->serial & G_MAXINT32;
        chain->doubtful = waiting->begun_doubtful = best.doubtful || best.gain - again < ABOUT_AS_WELL || !e->known;
        if (e->known)
            host_at_work(e->root, opener);
        /* It opens connections to the very host that its client waits for: its network card is a gateway's. */
        if (relation_of(e->root, waiting, e->conn, e->child).tie >= TIE_ADDRESS)
            host_prove(e->root, opener);
    } else if (twin) {
        chain->before = twin->chain.before;
        chain->waiter = twin->chain.waiter;
        chain->doubtful = twin->chain.doubtful;
    } else if (e->known && list_length(&e->gateway->open) == 1) {
        chain->waiter = ((const struct exchange *)list_first(&e->gateway->open))->serial & G_MAXINT32;
    }
    return NULL;
}

/*
 * What seemed to follow the same try fits worse, and looks for another one. Example: two requests wait for silent addresses, and
 * the gateway turns to the next address after 5.2 s each time: what begins after 4.5 s does not follow either of them.
 */
static void
link_event_and_displaced(const struct event *event)
{
    struct event e = *event;

    for (unsigned i = 0; i < DISPLACED_MOST; i++) {
        struct conn *displaced = link_event(&e);
        if (i > 0)
            tell_followers(e.root, &e.conn->chain);
        if (!displaced)
            return;
        e.conn = displaced;
        e.child = NULL;
        e.time = displaced->hs.first_syn;
    }
}

/* Whether a gateway tries a server again that refused shows by what it does next there: nobody has to know for whom. */
static void
learn_refused(const struct event *e)
{
    const struct conn *refused = one_before(e->conn);
    when_t pause = refused && !refused->hs.acked && conn_failed(refused) ? e->time - conn_failed(refused) : -1;

    if (pause < 0 || !e->known)
        return;
    if (pause <= AGAIN_SOON || ABS(pause - TURN_AROUND) <= AGAIN_SOON)
        e->gateway->refused_again++;
    else
        e->gateway->refused_once++;
}

/* It is opened to where requests go that wait there, and by none of their clients. */
static bool
goes_where_waited_for(const struct event *e, const struct gateway *gateway)
{
    unsigned looked_at = 0;

    for (node_t *l = gateway->open.tail; l && looked_at < POOL_LOOKED_AT_MAX; l = l->prev, looked_at++) {
        const struct exchange *waiting = (const struct exchange *)l->data;
        if (ipaddr_equal(&waiting->conn->side[CLIENT].ip, &e->conn->side[CLIENT].ip))
            return false;
        if (relation_of_place(e->root, waiting, e->conn).tie >= TIE_LEARNT)
            return true;
    }
    return false;
}

/*
 * An address of which nothing is known has the network card of a gateway that was seen at work, and opens a connection as that one does: it is one
 * more of its pool. Example: a gateway asks its servers from sixteen addresses, and the first thing that one of them does is refused.
 */
static void
join_pool(const struct event *e, struct host *opener)
{
    link_t link = e->conn->side[CLIENT].link;
    /* The capturing host's card is on what it passes on for others, too. */
    bool is_known = opener->gateway || opener->is_client || opener->answers_dns || link == LINK_SELF;
    struct host *owner = is_known ? NULL : host_with_card(e->root, link);

    if (owner && owner != opener && owner->gateway && owner->ip.family == opener->ip.family && goes_where_waited_for(e, owner->gateway))
        host_join(e->root, owner, opener);
}

/* Whose opener it is, or seems to be by its network card. false: nobody waits there. */
static bool
find_gateway(struct event *e)
{
    const struct host *opener = host_find(e->root, &e->conn->side[CLIENT].ip), *asked = host_find(e->root, &e->conn->side[SERVER].ip);

    e->known = opener && opener->gateway;
    e->gateway = e->known ? opener->gateway : gateway_with_card(e->root, e->conn->side[CLIENT].link);
    if (!e->gateway || list_is_empty(&e->gateway->open) || (!e->known && asked && asked->gateway == e->gateway))
        return false;
    e->activities = e->known ? &e->gateway->activities : &e->root->strays;
    return true;
}

/* What a machine sends to itself is on no wire. */
static void
part_two_machines(struct root *root, const struct conn *conn, struct host *opener)
{
    link_t from = conn->side[CLIENT].link, to = conn->side[SERVER].link;
    const struct host *asked = host_find(root, &conn->side[SERVER].ip);

    if (asked && asked != opener && from && to && from != to)
        host_part(opener, asked);
}

void
chain_connection_begun(struct root *root, struct conn *conn)
{
    struct host *opener = host_get(root, &conn->side[CLIENT].ip);

    /* The capturing host is one machine, whatever addresses it has. */
    if (opener->link == LINK_SELF) {
        host_join_card(root, opener);
        host_prove(root, opener);
    }
    part_two_machines(root, conn, opener);
    struct event e = { .root = root, .conn = conn, .time = conn->hs.first_syn, .rate = profile_rate(USUAL_RATE) };
    join_pool(&e, opener);
    if (find_gateway(&e)) {
        learn_refused(&e);
        link_event_and_displaced(&e);
    } else if (conn->target) {
        conn->target->asked_alone = true;
    }
}

void
chain_request_begun(struct root *root, struct exchange *child)
{
    struct event e = { .root = root, .conn = child->conn, .child = child, .time = child->request.time, .rate = profile_rate(USUAL_RATE) };

    /* The first one on a connection was begun with it. */
    if ((child->nth > 1 || !child->conn->syn_seen) && !chain_get(child->conn, child)->before && find_gateway(&e))
        link_event_and_displaced(&e);
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
