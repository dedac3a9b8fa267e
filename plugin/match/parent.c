/* parent.c
 * Whom a request serves, as far as its text and its sender tell
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/likeness.h"
#include "match/parent.h"
#include "match/scope.h"

/* Requests with one key that are looked at, and others passed over: O(1), however many ask for the same URL. */
#define PASSED_OVER_MAX 2048

/* Hundredths of a bit: a request that waits for an answer from a server already sends no other one; what speaks against all that wait for it. */
#define CHILD_WANTED 800
#define SERVES_NOBODY (-800)

/* A gateway that passes on so many requests as they are, and so many of each other one, changes none. */
#define WORDS_KEPT 8
#define WORDS_KEPT_SHARE 4

/* Of equal requests the one for which the connection was begun; one on a kept connection is for those that nothing was begun for. */
#define BEGUN_FOR 300

/* Shorter paths ("/", "/login") are asked for by many. */
#define TELLING_PATH 8

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
    /* The gateway closed the connection on which its client waited: nothing serves that any more. */
    if (waiting->conn->side[SERVER].closed.frame)
        return false;
    if (waiting->conn == ex->conn || waiting->request.time > ex->request.time + CLOCK_SLACK ||
        (same_server(waiting->conn, ex->conn) && (waiting->request.absolute || ipaddr_equal(&sender->ip, &ex->conn->side[SERVER].ip))))
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
find_by_text(struct root *root, const struct exchange *ex, const struct host *sender, struct name *name)
{
    const struct matcher matchers[] = {
        { open_bucket(root->by_url, ex->url_hash), true, same_request },
        { name && ex->request.connect ? &name->open : NULL, false, same_host },
        { open_bucket(root->by_path, ex->path_hash), false, same_path },
    };
    struct exchange *parent = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(matchers) && !parent; i++)
        parent = find_with(root, &matchers[i], ex, sender);
    return parent;
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

    if (host_is_at_work(asked) || !ex->request.path || strlen(ex->request.path) < TELLING_PATH || sender->is_client)
        return NULL;
    for (node_t *l = open_bucket(root->by_url, ex->url_hash)->head; l && looked_at < LOOKED_AT_MAX / 8; l = l->next, looked_at++) {
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

/* Nobody who waited asked for it, and what they ask is passed on word for word. */
static bool
repeats_own_text(const struct gateway *gateway, const struct exchange *ex)
{
    if (!ex->request.path || gateway->n_same < WORDS_KEPT || gateway->n_same < WORDS_KEPT_SHARE * gateway->n_other)
        return false;
    for (unsigned i = 0; i < OWN_TEXTS; i++)
        if (gateway->own_texts[i] == ex->url_hash)
            return true;
    return false;
}

/* It was answered well, and none of those who waited then has got an answer since. */
static bool
repeats_answered(const struct gateway *gateway, const struct exchange *ex)
{
    const struct target *target = ex->conn->target;
    const struct exchange *first = (const struct exchange *)list_first(&gateway->open);

    return target && target->good_hash && target->good_hash == ex->url_hash && gateway->answered < target->good_at &&
           first && first->request.time < target->good_at;
}

/* The gateway asks the same again, and for itself. Example: a health check, on a period. */
static bool
is_errand(const struct exchange *ex, const struct host *sender)
{
    return sender->gateway && (repeats_own_text(sender->gateway, ex) || repeats_answered(sender->gateway, ex));
}

struct exchange *
parent_find(struct root *root, const struct exchange *ex, struct name *name)
{
    struct host *sender = host_get(root, &ex->conn->side[CLIENT].ip);
    struct exchange *parent = find_by_text(root, ex, sender, name);

    return parent ? parent : find_by_suspicion(root, ex, sender, host_get(root, &ex->conn->side[SERVER].ip));
}

bool
parent_may_be(struct root *root, const struct exchange *ex)
{
    const struct host *sender = host_get(root, &ex->conn->side[CLIENT].ip);

    return !is_errand(ex, sender) && may_serve_somebody(root, ex, sender);
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
