/* match.c
 * Which client's request a gateway's request serves, as far as can be told when it comes and when it is answered
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/url.h"
#include "http/exchange.h"
#include "match/chain.h"
#include "match/likeness.h"
#include "match/scope.h"
#include "model/activity.h"

/* Requests with one key that are looked at, and others passed over: O(1), however many ask for the same URL. */
#define PASSED_OVER_MAX 2048

/* Hundredths of a bit: a request that waits for an answer from a server already sends no other one; what speaks against all that wait for it. */
#define CHILD_WANTED 800
#define SERVES_NOBODY (-800)

/* Of equal requests the one for which the connection was begun; one on a kept connection is for those that nothing was begun for. */
#define BEGUN_FOR 300

/* Shorter paths ("/", "/login") are asked for by many. */
#define TELLING_PATH 8

/* where requests wait *****************************************************/

static unsigned
text_hash(const char *text, unsigned seed)
{
    return bytes_hash(text, text ? strlen(text) : 0, seed);
}

static list_t *
find_bucket(list_t *buckets, unsigned hash)
{
    return &buckets[hash % OPEN_BUCKETS];
}

static void
file(struct root *root, struct exchange *ex, struct host *asked, struct name *name)
{
    ex->filed = true;
    root->n_open++;
    list_append(find_bucket(root->by_url, ex->url_hash), &ex->url_link);
    list_append(find_bucket(root->by_path, ex->path_hash), &ex->path_link);
    ex->gateway = host_gateway(asked);
    list_append(&ex->gateway->open, &ex->gateway_link);
    ex->name = name;
    if (name)
        list_append(&name->open, &ex->name_link);
}

static void
unfile(struct root *root, struct exchange *ex)
{
    if (!ex->filed)
        return;
    ex->filed = false;
    root->n_open--;
    list_remove(find_bucket(root->by_url, ex->url_hash), &ex->url_link);
    list_remove(find_bucket(root->by_path, ex->path_hash), &ex->path_link);
    if (ex->gateway)
        list_remove(&ex->gateway->open, &ex->gateway_link);
    ex->gateway = NULL;
    if (ex->name)
        list_remove(&ex->name->open, &ex->name_link);
    ex->name = NULL;
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

/* whom a request serves ***************************************************/

static bool
same_path(const struct exchange *x, const struct exchange *y)
{
    return x->request.path && strlen(x->request.path) > 1 && y->request.path && strcmp(x->request.path, y->request.path) == 0 && x->request.method && y->request.method && strcmp(x->request.method, y->request.method) == 0;
}

static bool
same_host(const struct exchange *x, const struct exchange *y)
{
    return y->request.connect && x->request.host && y->request.host && strcmp(x->request.host, y->request.host) == 0;
}

/*
 * May a sender that is not known to be the waiting exchange's gateway be it all the same?
 * Only one that repeats its request word for word, and does as proxies do: names itself in
 * the header, makes absolute-form origin-form, looks up names.
 */
static bool
may_be_its_gateway(struct root *root, const struct exchange *waiting, const struct exchange *ex, const struct host *sender)
{
    bool one_server = ipaddr_equal(&ex->conn->side[SERVER].ip, &waiting->conn->side[SERVER].ip);

    if (host_serves(sender, waiting->name) && !host_on_same_link(sender, host_find(root, &waiting->conn->side[SERVER].ip)))
        return false;
    /* To one address: a transparent proxy, not two clients of one gateway. */
    if (one_server && (waiting->request.absolute || ex->request.absolute))
        return false;
    return (ex->request.forwarded && !waiting->request.forwarded) || (waiting->request.absolute && !ex->request.absolute) || !list_is_empty(&sender->searches);
}

/* May the sender of ex be the one that the waiting exchange's client asked? */
static bool
may_serve(struct root *root, const struct exchange *waiting, const struct exchange *ex, const struct host *sender, bool word_for_word)
{
    const struct side *asked = &waiting->conn->side[SERVER], *server = &ex->conn->side[SERVER];
    bool same_server = asked->port == server->port && ipaddr_equal(&asked->ip, &server->ip);

    /* The gateway closed the connection on which its client waited: nothing serves that any more. */
    if (waiting->conn->side[SERVER].closed.frame)
        return false;
    if (waiting->conn == ex->conn || waiting->request.time > ex->request.time + CLOCK_SLACK ||
        (same_server && (waiting->request.absolute || ipaddr_equal(&sender->ip, &server->ip))))
        return false;
    if (sender->gateway && sender->gateway == waiting->gateway)
        return true;
    return word_for_word && !ipaddr_equal(&sender->ip, &waiting->conn->side[CLIENT].ip) && may_be_its_gateway(root, waiting, ex, sender);
}

/* Its last child failed, or there is none: one more is to be expected. */
static bool
wants_child(const struct exchange *ex)
{
    const struct exchange *last = (const struct exchange *)list_last(&ex->children);

    return !last || conn_failed(last->conn) || last->ended[SERVER].frame || last->ended[CLIENT].frame || last->reply.fault != HTTP_FAULT_NONE ||
           (last->state != EXCHANGE_WAITING && last->reply.status / 100 != 2);
}

struct matcher {
    list_t *queue;
    bool word_for_word;
    bool (*same)(const struct exchange *waiting, const struct exchange *ex);
};

/* It is a gateway for which somebody waits, or one that nothing has shown yet: see may_be_its_gateway(). */
static bool
may_have_parent(const struct matcher *m, const struct exchange *ex, const struct host *sender)
{
    if (sender->gateway && !list_is_empty(&sender->gateway->open))
        return true;
    return m->word_for_word && (ex->request.forwarded || !ex->request.absolute || !list_is_empty(&sender->searches));
}

/* Of equal requests. */
static int
begun_for_gain(const struct exchange *waiting, const struct exchange *ex)
{
    if (ex->nth == 1 && ex->conn->syn_seen)
        return ex->conn->chain.waiter == waiting->serial ? BEGUN_FOR : 0;
    return waiting->begun ? -BEGUN_FOR : 0;
}

/* The one that fits best: whom X-Forwarded-For names, one without an answer from a server, the one that waits longer. */
static struct exchange *
find_with(struct root *root, const struct matcher *m, const struct exchange *ex, const struct host *sender)
{
    struct exchange *best = NULL, *latest = NULL;
    struct relation place = { 0, 0, TIE_TIME };
    int best_fit = 0;
    unsigned looked_at = 0, others = 0;
    bool waiter_comes = ex->nth == 1 && ex->conn->syn_seen && ex->conn->chain.waiter;
    node_t *first = m->queue && may_have_parent(m, ex, sender) ? m->queue->head : NULL;

    for (node_t *l = first; l && looked_at < LOOKED_AT_MAX / 2 && others < PASSED_OVER_MAX; l = l->next) {
        struct exchange *waiting = (struct exchange *)l->data;
        if (!m->same(waiting, ex) || !may_serve(root, waiting, ex, sender, m->word_for_word)) {
            others++;
            continue;
        }
        looked_at++;
        if (!latest || !same_seat(latest, waiting))
            place = relation_of_place(root, waiting, ex->conn);
        latest = waiting;
        struct relation relation = place;
        relate_request(&relation, gateway_of(root, waiting), waiting, ex);
        int fit = relation.gain + (wants_child(waiting) ? CHILD_WANTED : 0) + begun_for_gain(waiting, ex);
        if (!best || fit > best_fit) {
            best = waiting;
            best_fit = fit;
        }
        /* Of those that ask for the same nobody fits better, unless it was begun for one that comes yet. */
        waiter_comes = waiter_comes && ex->conn->chain.waiter != waiting->serial;
        if (m->word_for_word && fit >= relation_of_place_most() + relate_request_most(waiting, ex) + CHILD_WANTED + (waiter_comes ? BEGUN_FOR : 0))
            break;
    }
    return best;
}

static struct exchange *
find_parent(struct root *root, const struct exchange *ex, const struct host *sender, struct name *name)
{
    const struct matcher matchers[] = {
        { find_bucket(root->by_url, ex->url_hash), true, same_request },
        { name && ex->request.connect ? &name->open : NULL, false, same_host },
        { find_bucket(root->by_path, ex->path_hash), false, same_path },
    };
    struct exchange *parent = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(matchers) && !parent; i++)
        parent = find_with(root, &matchers[i], ex, sender);
    return parent;
}

/* It opened connections or looked up names: who asks it is a client. */
static bool
is_at_work(const struct host *host)
{
    return !list_is_empty(&host->conns) || !list_is_empty(&host->searches) || (host->gateway && host->gateway->n_known > 1);
}

/*
 * A sender of which nothing else is known repeats a request that waits elsewhere, to a server
 * that does nothing for it: seen twice, it is that gateway's second address. Once could be two
 * clients who ask for the same.
 */
static struct exchange *
find_by_suspicion(struct root *root, const struct exchange *ex, struct host *sender, const struct host *asked)
{
    unsigned looked_at = 0;

    if (is_at_work(asked) || !ex->request.path || strlen(ex->request.path) < TELLING_PATH || sender->is_client)
        return NULL;
    for (node_t *l = find_bucket(root->by_url, ex->url_hash)->head; l && looked_at < LOOKED_AT_MAX / 8; l = l->next, looked_at++) {
        struct exchange *waiting = (struct exchange *)l->data;
        const struct ipaddr *gateway = &waiting->conn->side[SERVER].ip;
        if (!same_request(waiting, ex) || waiting->conn == ex->conn || ipaddr_equal(&waiting->conn->side[CLIENT].ip, &sender->ip) ||
            ipaddr_equal(gateway, &asked->ip) || host_serves(sender, waiting->name))
            continue;
        if (ipaddr_equal(&sender->suspect, gateway))
            return waiting;
        sender->suspect = *gateway;
        return NULL;
    }
    return NULL;
}

/* An address that nothing is known of asks for the same path from the gateway's network card: one of its pool of addresses. */
static bool
serves_by_card(struct root *root, const struct exchange *ex, const struct host *sender)
{
    const struct gateway *gateway = sender->gateway || sender->is_client ? NULL : gateway_with_card(root, sender->link);
    unsigned looked_at = 0;

    if (!gateway || !ex->request.path || strlen(ex->request.path) < TELLING_PATH)
        return false;
    for (node_t *l = gateway->open.tail; l && looked_at < LOOKED_AT_MAX / 8; l = l->prev, looked_at++) {
        const struct exchange *waiting = (const struct exchange *)l->data;
        if (same_path(waiting, ex) && waiting->conn->side[CLIENT].link != sender->link && may_serve(root, waiting, ex, sender, true))
            return true;
    }
    return false;
}

/* Somebody waits for the sender whose request this may be, though nothing in it says so. */
static bool
may_serve_somebody(struct root *root, const struct exchange *ex, const struct host *sender)
{
    unsigned looked_at = 0;

    if (serves_by_card(root, ex, sender))
        return true;
    for (node_t *l = sender->gateway ? sender->gateway->open.tail : NULL; l && looked_at < LOOKED_AT_MAX / 8; l = l->prev, looked_at++) {
        const struct exchange *waiting = (const struct exchange *)l->data;
        if (may_serve(root, waiting, ex, sender, false) && relation_of(root, waiting, ex->conn, ex).gain > SERVES_NOBODY)
            return true;
    }
    return false;
}

/*
 * The gateway asks the same again though it was answered well, and none of those who waited then has got an answer since: it
 * asks for itself. Example: a health check, on a period.
 */
static bool
is_errand(const struct exchange *ex, const struct host *sender)
{
    const struct target *target = ex->conn->target;
    const struct gateway *gateway = sender->gateway;

    if (!target || !target->good_hash || target->good_hash != ex->url_hash || !gateway || gateway->answered >= target->good_at)
        return false;
    const struct exchange *first = (const struct exchange *)list_first(&gateway->open);
    return first && first->request.time < target->good_at;
}

/* The gateway asked a server whose address it looked up under another name. */
static void
learn_upstream(struct root *root, struct name *name, const struct ipaddr *server)
{
    const struct reverse *r = name_has_address(name, server) ? NULL : names_of(root, server);

    for (int i = 0; r && i < ADDRESS_NAMES_MAX; i++)
        if (r->names[i] && list_is_empty(&r->names[i]->open))
            name->upstream = name_hash(r->names[i]);
}

static void
learn(struct root *root, const struct exchange *ex, struct exchange *parent, struct host *sender)
{
    const struct conn *conn = ex->conn;

    host_prove(root, sender);
    if (sender->gateway != parent->gateway && !ipaddr_equal(&conn->side[CLIENT].ip, &parent->conn->side[CLIENT].ip))
        host_join(root, host_get(root, &parent->conn->side[SERVER].ip), sender);
    if (!parent->name)
        return;
    learn_upstream(root, parent->name, &conn->side[SERVER].ip);
    struct next_hop hop = next_hop_of(root, parent, conn);
    next_hop_learn(parent->name->next_hops, &hop);
    if (parent->gateway && !name_has_address(parent->name, &hop.ip))
        next_hop_learn(parent->gateway->next_hops, &hop);
}

static void
adopt(struct exchange *parent, struct exchange *ex)
{
    if (list_length(&parent->children) >= CHILDREN_MAX)
        return;
    ex->parent = parent;
    list_append(&parent->children, &ex->child_link);
}

static void
count_habit(const struct host *sender, const struct exchange *ex, const struct exchange *parent)
{
    struct gateway *gateway = sender->gateway;

    if (!gateway || list_is_empty(&gateway->open) || (!ex->request.path && !ex->request.connect))
        return;
    if (parent && same_request(parent, ex))
        gateway->n_same++;
    else if (!ex->request.connect)
        gateway->n_other++;
}

/* Nothing of it can be read: it may serve whoever waits for its sender. */
static void
opaque_begun(struct root *root, struct exchange *ex, const struct host *sender)
{
    ex->had_parent = may_serve_somebody(root, ex, sender);
    attempts_begun(root, ex->conn);
    chain_request_begun(root, ex);
}

/* The address that the client asked stands for the gateway's own, from which it asks on; for a server's, which asks nobody, that says nothing. */
static void
join_translated(struct root *root, const struct exchange *ex, struct host *asked)
{
    const struct translated *behind = ex->conn->translated;
    struct host *own = behind && !ipaddr_equal(&behind->server, &asked->ip) ? host_get(root, &behind->server) : NULL;

    if (own && (!ex->had_parent || is_at_work(own)))
        host_join(root, asked, own);
}

/* Not every link layer names both ends: what was known of one that it does not name stays true. */
static void
learn_card(struct host *host, link_t link)
{
    if (link)
        host->link = link;
}

void
match_begun(struct root *root, struct exchange *ex)
{
    struct host *sender = host_get(root, &ex->conn->side[CLIENT].ip);
    struct host *asked = host_get(root, &ex->conn->side[SERVER].ip);
    struct name *name = ex->request.host ? name_asked_for(root, ex->request.host) : NULL;

    if (ex->opaque) {
        opaque_begun(root, ex, sender);
        return;
    }
    learn_card(sender, ex->conn->side[CLIENT].link);
    learn_card(asked, ex->conn->side[SERVER].link);
    ex->path_hash = text_hash(ex->request.path, 0);
    ex->url_hash = text_hash(ex->request.host, ex->path_hash + ex->request.connect);
    struct exchange *parent = find_parent(root, ex, sender, name);
    if (!parent)
        parent = find_by_suspicion(root, ex, sender, asked);
    if (!parent && asked->link && sender->link != asked->link)
        host_join_card(root, asked);
    ex->had_parent = parent || (!is_errand(ex, sender) && may_serve_somebody(root, ex, sender));
    if (!ex->had_parent && asked->link == LINK_SELF) {
        host_join_card(root, asked);
        host_prove(root, asked);
    }
    join_translated(root, ex, asked);
    if (parent) {
        adopt(parent, ex);
        learn(root, ex, parent, sender);
        chain_told(root, ex);
    }
    count_habit(sender, ex, parent);
    sender->asks_itself = sender->asks_itself || root->n_open == 0;
    if (ex->had_parent) {
        attempts_begun(root, ex->conn);
        chain_request_begun(root, ex);
    } else if (is_at_work(asked)) {
        sender->is_client = sender->link != LINK_SELF;     /* a client on the gateway itself */
        activity_over(ex->conn);
    }
    if (!parent)
        host_asked(root, asked);
    file(root, ex, asked, name);
}

/* answers *****************************************************************/

static void
note_answer(const struct root *root, const struct exchange *ex)
{
    struct target *target = ex->conn->target;

    if (ex->gateway)
        ex->gateway->answered = root->now;
    if (target && ex->reply.status >= 200 && ex->reply.status < 400) {
        target->good_hash = ex->url_hash;
        target->good_at = root->now;
    }
}

void
match_answered(struct root *root, struct exchange *ex)
{
    if (ex->gateway && !root->settings.watched(ex->reply.status))
        own_children(root, ex);
    note_answer(root, ex);
    unfile(root, ex);
}

void
match_forgotten(struct root *root, struct exchange *ex)
{
    struct exchange *child;

    unfile(root, ex);
    if (ex->parent)
        list_remove(&ex->parent->children, &ex->child_link);
    ex->parent = NULL;
    while ((child = (struct exchange *)list_first(&ex->children))) {
        list_remove(&ex->children, &child->child_link);
        child->parent = NULL;
        conn_over(root, child->conn);
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
