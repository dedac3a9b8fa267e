/* chain.c
 * Which try followed which: seen as they begin
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/assign.h"
#include "match/chain.h"
#include "match/likeness.h"
#include "match/profile.h"
#include "match/relation.h"
#include "model/attempts.h"

/* Failed tries and waiting requests that may be it are looked at, from the latest, and others passed over. */
#define LOOKED_AT_MAX 64
#define PASSED_OVER_MAX 256

/* Hundredths of a bit: what two tries have in common. The same server again, or another address of one host; a server of another port seldom serves the same. */
#define SAME_SERVER 300
#define SAME_NAME 800
#define SAME_REQUEST_AGAIN 1000
#define SAME_PORT 0
#define OTHER_PORT (-400)
#define OTHER_REQUEST (-1000)

/* So much rarer may be what keeps the order in which requests came. */
#define IN_ORDER_MOST 400

/* Of two requests of which one fits hardly better than the other, it is not known which one something was begun for. */
#define ABOUT_AS_WELL 200

/* Where no request waits for which it could have been begun, a gateway rather goes on with what failed than begins something for itself. */
#define NOBODYS (-300)
#define WAITS_IN_VAIN (-600)

/* How many things a gateway begins in a second, where it is not known; the same for all that are compared. */
#define USUAL_RATE 10.0

struct event {
    struct root *root;
    struct gateway *gateway;
    bool known;                 /* the opener is known to be the gateway; false: by its network card alone */
    const struct activities *activities;        /* among which an earlier try stands */
    struct conn *conn;
    struct exchange *child;     /* NULL: a connection was begun */
    when_t time;
    int rate;                   /* see USUAL_RATE */
};

struct chain *
chain_of(struct conn *conn, struct exchange *child)
{
    return child && child->nth > 1 ? &child->chain : &conn->chain;
}

const struct chain *
chain_get(const struct conn *conn, const struct exchange *child)
{
    return chain_of((struct conn *)conn, (struct exchange *)child);
}

/* Two addresses of one host. */
static bool
same_name(struct root *root, const struct conn *x, const struct conn *y)
{
    const struct reverse *r = names_of(root, &x->side[SERVER].ip);

    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (r->names[i] && name_has_address(r->names[i], &y->side[SERVER].ip))
            return true;
    return false;
}

/* A silent try is given up when the next one begins, and repeats its SYN no more. */
static bool
goes_on(const struct conn *conn, when_t then)
{
    return conn->hs.last_syn > then;
}

bool
chain_is_followed(const struct conn *conn, const struct exchange *child)
{
    when_t followed = chain_get(conn, child)->followed;

    return followed && !goes_on(conn, followed);
}

struct conn *
chain_conn(struct root *root, uint32_t stream_plus_1)
{
    return stream_plus_1 ? (struct conn *)bounded_find(&root->conns.table, GUINT_TO_POINTER(stream_plus_1)) : NULL;
}

/* Addresses of one host are tried at the same time (RFC 8305). */
struct conn *
chain_before(struct root *root, const struct conn *conn, const struct exchange *child, struct exchange **before_child)
{
    struct conn *earlier = chain_conn(root, chain_get(conn, child)->before);
    when_t begun = child ? exchange_begun(child) : conn->hs.first_syn;

    *before_child = earlier ? (struct exchange *)list_last(&earlier->exchanges) : NULL;
    return earlier && goes_on(earlier, begun) && !same_name(root, earlier, conn) ? NULL : earlier;
}

/* what explains it ********************************************************/

static int
delay_gain(const struct event *e, enum delay_kind kind, when_t since)
{
    return since > e->time ? ASSIGN_NEVER : profile_gain(gateway_profile(e->gateway), kind, e->time - since, e->rate);
}

/* What two tries have in common. */
static int
common_gain(const struct event *e, const struct conn *earlier)
{
    if (same_server(earlier, e->conn))
        return SAME_SERVER;
    if (earlier->side[SERVER].port != e->conn->side[SERVER].port)
        return OTHER_PORT;
    return same_name(e->root, earlier, e->conn) ? SAME_NAME : SAME_PORT;
}

/* What both were sent for is known, and is not the same. */
static bool
serves_another(const struct event *e, const struct exchange *other)
{
    return e->child && e->child->parent && other->parent && other->parent != e->child->parent;
}

/* It is known for whom the request is, and the earlier try was for another one, as far as could be told then. */
static bool
waits_for_another(const struct event *e, const struct chain *earlier)
{
    return e->child && e->child->parent && earlier->waiter && !earlier->doubtful && earlier->waiter != e->child->parent->serial;
}

/* A connection that failed, or whose server answered so that another one is to be asked. */
static int
failed_gain(const struct event *e, const struct conn *failed)
{
    const struct exchange *last = (const struct exchange *)list_last(&failed->exchanges);
    int gain = common_gain(e, failed);

    if ((last && (last->owner || serves_another(e, last))) || waits_for_another(e, chain_get(failed, last)))
        return ASSIGN_NEVER;
    if (last && e->child && last->request.method && e->child->request.method)
        gain += same_request(last, e->child) ? SAME_REQUEST_AGAIN : OTHER_REQUEST;
    int start = delay_gain(e, DELAY_AGAIN, conn_failed(failed));
    if (!failed->hs.acked && same_server(failed, e->conn))
        start = MAX(start, delay_gain(e, DELAY_AGAIN, conn_failed(failed) + TURN_AROUND));
    return start == ASSIGN_NEVER ? start : start + gain + again_gain(e->gateway);
}

/* One that is silent: the gateway goes on to the next one when its patience is over. */
static int
silent_gain(const struct event *e, const struct conn *silent)
{
    when_t since = MAX(silent->hs.first_syn, silent->active_since);

    if (same_server(silent, e->conn) || silent->hs.synack_frame || e->time - since < SILENT_LONG || waits_for_another(e, chain_get(silent, NULL)))
        return ASSIGN_NEVER;
    return common_gain(e, silent) + profile_gain(gateway_profile(e->gateway), DELAY_PATIENCE, e->time - since, 0) + again_gain(e->gateway);
}

struct earlier {
    struct conn *conn;          /* NULL: none */
    int gain;
};

static void
consider(struct earlier *best, struct conn *conn, int gain)
{
    if (gain > best->gain)
        *best = (struct earlier){ conn, gain };
}

static void
consider_failed(const struct event *e, struct earlier *best)
{
    unsigned looked_at = 0, passed_over = 0;

    for (node_t *l = e->activities->failed.tail; l && looked_at < LOOKED_AT_MAX && passed_over < PASSED_OVER_MAX; l = l->prev) {
        struct conn *failed = (struct conn *)l->data;
        if (failed == e->conn || failed->owner || chain_is_followed(failed, (struct exchange *)list_last(&failed->exchanges))) {
            passed_over++;
            continue;
        }
        looked_at++;
        consider(best, failed, failed_gain(e, failed));
    }
}

static void
consider_silent(const struct event *e, struct conn *silent, struct earlier *best)
{
    if (silent != e->conn && !silent->owner && !chain_is_followed(silent, NULL))
        consider(best, silent, silent_gain(e, silent));
}

/* Those that have been silent longest, and those that began last. */
static struct earlier
best_earlier(const struct event *e)
{
    const list_t *pending = &e->activities->pending;
    struct earlier best = { NULL, ASSIGN_NEVER };
    unsigned looked_at = 0;

    consider_failed(e, &best);
    for (node_t *l = pending->head; l && looked_at < LOOKED_AT_MAX; l = l->next, looked_at++)
        consider_silent(e, (struct conn *)l->data, &best);
    looked_at = 0;
    for (node_t *l = pending->tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++)
        consider_silent(e, (struct conn *)l->data, &best);
    return best;
}

/* When the gateway could turn to a server for the request: its turn came, or an address for it did. INT64_MAX: its look-up goes on. */
static when_t
ready_since(const struct exchange *waiting, when_t now)
{
    when_t told = address_told(waiting, now);

    return told ? told : waiting->ready_at;
}

struct candidate {
    struct exchange *waiting;
    int gain, relation;
    when_t since;
    bool doubtful;              /* another one fits about as well */
};

/* What came first is served first, unless that is much rarer than the other: of equal requests the one that fits best is the last that came. */
static bool
is_better(const struct candidate *x, const struct candidate *best)
{
    if (!best->waiting || x->relation != best->relation)
        return !best->waiting || x->gain > best->gain;
    return x->since < best->since ? x->gain > best->gain - IN_ORDER_MOST : x->gain > best->gain + IN_ORDER_MOST;
}

static struct candidate
best_request(const struct event *e)
{
    struct candidate best = { NULL, ASSIGN_NEVER, 0, 0, false };
    const struct exchange *parent = e->child ? e->child->parent : NULL;
    int next = ASSIGN_NEVER;
    unsigned looked_at = 0;

    for (node_t *l = e->gateway->open.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct candidate c = { .waiting = (struct exchange *)l->data };
        bool told = parent && parent == c.waiting;
        if (parent && !told)
            continue;
        if ((c.waiting->begun && !c.waiting->begun_doubtful && !told) || c.waiting->conn == e->conn || exchange_given_up(c.waiting) || !exchange_has_turn(c.waiting))
            continue;
        if (c.waiting->upstream_looked_up && !c.waiting->upstream_told)
            continue;           /* no address of its upstream is known yet */
        c.since = ready_since(c.waiting, e->time);
        int start = delay_gain(e, DELAY_START, c.since);
        if (start == ASSIGN_NEVER)
            continue;
        c.relation = told ? 0 : relation_of(e->root, c.waiting, e->conn, e->child).gain;       /* whatever it followed, it is this one's */
        c.gain = start + c.relation;
        bool better = (!c.waiting->begun || told) && is_better(&c, &best);
        next = MAX(next, better ? best.gain : c.gain);
        if (better)
            best = c;
    }
    best.doubtful = best.gain - next < ABOUT_AS_WELL;
    return best;
}

/* It is asked while nobody waits for anything: a health check. */
static bool
is_own_target(const struct conn *conn)
{
    return conn->target && conn->target->asked_alone;
}

static void
link_event(const struct event *e)
{
    struct earlier earlier = best_earlier(e);
    struct conn *failed = earlier.conn;
    int again = earlier.gain;
    struct candidate best = best_request(e);
    struct exchange *waiting = best.waiting;
    struct chain *chain = chain_of(e->conn, e->child), *before = failed ? chain_of(failed, (struct exchange *)list_last(&failed->exchanges)) : NULL;

    if (failed && again > best.gain && again > (best.gain > WAITS_IN_VAIN || is_own_target(e->conn) ? 0 : NOBODYS)) {
        chain->before = failed->stream + 1;
        chain->waiter = before->waiter;
        chain->doubtful = before->doubtful || again - best.gain < ABOUT_AS_WELL;
        before->followed = e->time;
    } else if (waiting && (best.gain > 0 || (e->child && e->child->parent))) {
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
    } else if (e->known && list_length(&e->gateway->open) == 1) {
        chain->waiter = ((const struct exchange *)list_first(&e->gateway->open))->serial & G_MAXINT32;
    }
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
    bool waited_for = find_gateway(&e);

    conn->of_gateway = waited_for && e.known;
    if (waited_for)
        link_event(&e);
    else if (conn->target)
        conn->target->asked_alone = true;
}

void
chain_request_begun(struct root *root, struct exchange *child)
{
    struct event e = { .root = root, .conn = child->conn, .child = child, .time = child->request.time, .rate = profile_rate(USUAL_RATE) };

    /* The first one on a connection was begun with it. */
    if ((child->nth > 1 || !child->conn->syn_seen) && !chain_get(child->conn, child)->before && find_gateway(&e))
        link_event(&e);
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
