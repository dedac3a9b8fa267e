/* parent.c
 * Which client's request a gateway's request serves
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/alike.h"
#include "tcp/conn.h"
#include "tcp/flow.h"
#include "match/parent.h"
#include "match/tie.h"
#include "bytes/url.h"

/* Candidates with one key that are looked at, and others passed over: O(1), however many ask for the same URL. */
#define LOOKED_AT_MAX 256
#define PASSED_OVER_MAX 2048

static unsigned
text_hash(const char *text, unsigned seed)
{
    return bytes_hash(text, text ? strlen(text) : 0, seed);
}

static GQueue *
bucket(GQueue *buckets, unsigned hash)
{
    return &buckets[hash % OPEN_BUCKETS];
}

static void
file(struct root *root, struct exchange *ex, struct host *asked, struct name *name)
{
    ex->filed = true;
    g_queue_push_tail_link(bucket(root->by_url, ex->url_hash), &ex->url_link);
    g_queue_push_tail_link(bucket(root->by_path, ex->path_hash), &ex->path_link);
    ex->gateway = host_gateway(asked);
    g_queue_push_tail_link(&ex->gateway->open, &ex->gateway_link);
    ex->name = name;
    if (name)
        g_queue_push_tail_link(&name->open, &ex->name_link);
}

static void
unfile(struct root *root, struct exchange *ex)
{
    if (!ex->filed)
        return;
    ex->filed = false;
    g_queue_unlink(bucket(root->by_url, ex->url_hash), &ex->url_link);
    g_queue_unlink(bucket(root->by_path, ex->path_hash), &ex->path_link);
    if (ex->gateway)
        g_queue_unlink(&ex->gateway->open, &ex->gateway_link);
    ex->gateway = NULL;
    if (ex->name)
        g_queue_unlink(&ex->name->open, &ex->name_link);
    ex->name = NULL;
}

/* the search **************************************************************/

static bool
same_text(const char *x, const char *y)
{
    return x == y || (x && y && strcmp(x, y) == 0);
}

static bool
same_request(const struct exchange *x, const struct exchange *y)
{
    return same_text(x->request.host, y->request.host) && same_text(x->request.path, y->request.path) && same_text(x->request.method, y->request.method);
}

static bool
same_url(const struct exchange *x, const struct exchange *y)
{
    return x->url_hash == y->url_hash && same_request(x, y);
}

/* The gateway ended TLS and asks on without it: the scheme's port differs. */
static bool
same_but_tls(const struct exchange *x, const struct exchange *y)
{
    return x->decrypted && !y->decrypted && same_request(x, y);
}

/* CONNECT for an https request, or a path that the gateway rewrote. */
static bool
same_host(const struct exchange *x, const struct exchange *y)
{
    return x->request.port == y->request.port && same_text(x->request.host, y->request.host) && (y->request.connect || same_text(x->request.method, y->request.method));
}

static bool
same_path(const struct exchange *x, const struct exchange *y)
{
    return x->path_hash == y->path_hash && same_text(x->request.path, y->request.path) && same_text(x->request.method, y->request.method);
}

/* The host may be an address. */
static struct name *
name_asked_for(struct root *root, const char *host)
{
    struct ipaddr literal = url_literal(host);
    struct name *name = name_get(root, host);

    name_add_address(root, name, &literal);
    return name;
}

/* The gateway learns of the server's end behind what was lost when that is sent again. */
static bool
server_ended(const struct conn *conn)
{
    return conn->side[SERVER].closed.frame && (conn->side[SERVER].closed.reset || !flow_ends_behind_gap(conn, SERVER) || flow_lacks_acked(conn, SERVER));
}

/* true: its last child failed or there is none, so that one more is to be expected. */
static bool
wants_child(const struct exchange *ex)
{
    const struct exchange *last = (const struct exchange *)g_queue_peek_tail((GQueue *)&ex->children);

    return !last || server_ended(last->conn) || last->ended[SERVER].frame || last->ended[CLIENT].frame || last->reply.fault != HTTP_FAULT_NONE ||
           last->conn->side[CLIENT].closed.frame ||
           (last->state != EXCHANGE_WAITING && last->reply.status / 100 != 2);
}

/*
 * May a sender that is not known to be the waiting exchange's gateway be it all the same?
 * Only one that repeats its request word for word, is no client, and does as proxies do:
 * names itself in the header, makes absolute-form origin-form, looks up names.
 */
static bool
may_be_gateway(struct root *root, const struct exchange *waiting, const struct exchange *ex, const struct host *sender)
{
    bool one_server = ipaddr_equal(&ex->conn->side[SERVER].ip, &waiting->conn->side[SERVER].ip);

    if (sender->is_client)
        return false;
    if (host_serves(sender, waiting->name) && !host_on_same_link(sender, host_find(root, &waiting->conn->side[SERVER].ip)))
        return false;
    /* To one address: a transparent proxy, not two clients of one gateway. */
    if (one_server && (waiting->request.absolute || ex->request.absolute))
        return false;
    return (ex->request.forwarded && !waiting->request.forwarded) || (waiting->request.absolute && !ex->request.absolute) || !g_queue_is_empty((GQueue *)&sender->searches);
}

/* May the sender of ex be the one that the waiting exchange's client asked? */
static bool
may_serve(struct root *root, const struct exchange *waiting, const struct exchange *ex, const struct host *sender, bool exact)
{
    /* The gateway closed the connection on which its client waited: nothing serves that any more. */
    if (waiting->conn->side[SERVER].closed.frame)
        return false;
    if (waiting->conn == ex->conn || waiting->request.time > ex->request.time + CLOCK_SLACK ||
        ipaddr_equal(&ex->conn->side[CLIENT].ip, &waiting->conn->side[CLIENT].ip))
        return false;
    if (sender->gateway && sender->gateway == waiting->gateway)
        return true;
    return exact && may_be_gateway(root, waiting, ex, sender);
}

/*
 * Requests word for word alike (host, path, method): of those that fit best the oldest
 * that wants a child. *alone: no other fits as well.
 */
static struct exchange *
find_same(struct root *root, const GQueue *queue, const struct exchange *ex, const struct host *sender,
          bool (*same)(const struct exchange *, const struct exchange *), bool *alone)
{
    struct exchange *alike[ALIKE_MAX];
    enum fit best_fit = FIT_LATER;
    unsigned n = 0;
    int looked_at = 0, others = 0;

    *alone = true;
    for (GList *l = queue ? queue->head : NULL; l && looked_at < LOOKED_AT_MAX && others < PASSED_OVER_MAX; l = l->next) {
        struct exchange *waiting = (struct exchange *)l->data;

        if (!same(waiting, ex)) {
            others++;
            continue;
        }
        looked_at++;
        if (!may_serve(root, waiting, ex, sender, same != same_host && same != same_path) || !wants_child(waiting))
            continue;
        enum fit fit = alike_fit(ex, waiting);
        if (n == 0 || fit > best_fit) {
            *alone = n == 0 || fit == FIT_NAMED;
            best_fit = fit;
            alike[0] = waiting;
            n = 1;
        } else if (fit == best_fit) {
            *alone = false;
            if (n < ALIKE_MAX)
                alike[n++] = waiting;
        }
    }
    return n == 0 ? NULL : best_fit == FIT_NAMED ? alike[0] : alike_choose(ex, alike, n);
}

/* The only exchange that waits for the sender without having caused anything. */
static struct exchange *
find_only(struct root *root, const struct exchange *ex, const struct host *sender)
{
    struct exchange *only = NULL;

    if (!sender->gateway || g_queue_get_length(&sender->gateway->open) > NEXT_HOPS_MAX)
        return NULL;
    for (GList *l = sender->gateway->open.head; l; l = l->next) {
        struct exchange *waiting = (struct exchange *)l->data;
        if (!may_serve(root, waiting, ex, sender, false) || !wants_child(waiting))
            continue;
        if (only)
            return NULL;
        only = waiting;
    }
    return only;
}

static struct exchange *
find_parent(struct root *root, const struct exchange *ex, const struct host *sender, const struct name *name, enum tie *tie, bool *alone)
{
    struct exchange *parent;

    *tie = TIE_REQUEST;
    parent = find_same(root, bucket(root->by_url, ex->url_hash), ex, sender, same_url, alone);
    if (parent)
        return parent;
    parent = find_same(root, name ? &name->open : NULL, ex, sender, same_host, alone);
    if (parent)
        return parent;
    parent = root->decrypts ? find_same(root, name ? &name->open : NULL, ex, sender, same_but_tls, alone) : NULL;
    if (parent)
        return parent;
    /* Another host than any that is waited for: the gateway rewrote it. */
    if (host_serves(sender, name))
        return NULL;
    parent = find_same(root, bucket(root->by_path, ex->path_hash), ex, sender, same_path, alone);
    if (parent && ex->request.path && strlen(ex->request.path) > 1)
        return parent;
    *tie = TIE_TIME;
    parent = find_only(root, ex, sender);
    *alone = parent != NULL;
    return parent;
}

static void
learn(struct root *root, const struct exchange *ex, struct exchange *parent, struct host *sender)
{
    const struct conn *conn = ex->conn;

    if (sender->gateway != parent->gateway && !ipaddr_equal(&conn->side[CLIENT].ip, &parent->conn->side[CLIENT].ip))
        host_join(root, host_get(root, &parent->conn->side[SERVER].ip), sender);
    if (!parent->name)
        return;
    next_hop_learn(parent->name->next_hops, &conn->side[SERVER].ip, conn->side[SERVER].port, root->now);
    if (parent->gateway && !name_has_address(parent->name, &conn->side[SERVER].ip))
        next_hop_learn(parent->gateway->next_hops, &conn->side[SERVER].ip, conn->side[SERVER].port, root->now);
}

void
parent_register(struct root *root, struct exchange *ex)
{
    struct host *sender = host_get(root, &ex->conn->side[CLIENT].ip);
    struct host *asked = host_get(root, &ex->conn->side[SERVER].ip);
    struct name *name = ex->request.host ? name_asked_for(root, ex->request.host) : NULL;
    struct exchange *parent;
    enum tie tie;
    bool alone;

    if (ex->opaque)
        return;                 /* nothing that is compared here */
    sender->link = ex->conn->side[CLIENT].link;
    asked->link = ex->conn->side[SERVER].link;
    ex->path_hash = text_hash(ex->request.path, 0);
    ex->url_hash = text_hash(ex->request.host, ex->path_hash + ex->request.port * 2u + ex->request.connect);
    parent = find_parent(root, ex, sender, name, &tie, &alone);
    if (parent && g_queue_get_length(&parent->children) < CHILDREN_MAX) {
        ex->parent = parent;
        ex->had_parent = true;
        ex->parent_tie = tie;
        ex->parent_alone = alone;
        g_queue_push_tail_link(&parent->children, &ex->child_link);
        conn_claim(ex->conn, parent->serial);
        learn(root, ex, parent, sender);
    }
    if (!parent)
        sender->is_client = true;
    file(root, ex, asked, name);
}

void
parent_answered(struct root *root, struct exchange *ex)
{
    if (ex->gateway && !root->settings.watched(ex->reply.status))
        tie_claim_all(root, ex);
    unfile(root, ex);
}

void
parent_forget(struct root *root, struct exchange *ex)
{
    struct exchange *child;

    unfile(root, ex);
    if (ex->parent)
        g_queue_unlink(&ex->parent->children, &ex->child_link);
    ex->parent = NULL;
    while ((child = (struct exchange *)g_queue_peek_head(&ex->children))) {
        g_queue_unlink(&ex->children, &child->child_link);
        child->parent = NULL;
        conn_over(root, child->conn);
    }
}
