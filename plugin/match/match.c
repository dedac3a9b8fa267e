/* match.c
 * Which client's request a gateway's request serves, as far as can be told when it comes and when it is answered
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/url.h"
#include "http/exchange.h"
#include "match/chain.h"
#include "match/likeness.h"
#include "match/parent.h"
#include "match/scope.h"
#include "model/activity.h"

/* where requests wait *****************************************************/

static unsigned
text_hash(const char *text, unsigned seed)
{
    return bytes_hash(text, text ? strlen(text) : 0, seed);
}

static void
file(struct root *root, struct exchange *ex, struct host *asked, struct name *name)
{
    ex->filed = true;
    root->n_open++;
    list_append(open_bucket(root->by_url, ex->url_hash), &ex->url_link);
    list_append(open_bucket(root->by_path, ex->path_hash), &ex->path_link);
    ex->gateway = host_gateway(asked);
    list_append(&ex->gateway->open, &ex->gateway_link);
    ex->name = name;
    if (!name)
        return;
    name->asked = true;
    list_append(&name->open, &ex->name_link);
}

static void
unfile(struct root *root, struct exchange *ex)
{
    if (!ex->filed)
        return;
    ex->filed = false;
    root->n_open--;
    list_remove(open_bucket(root->by_url, ex->url_hash), &ex->url_link);
    list_remove(open_bucket(root->by_path, ex->path_hash), &ex->path_link);
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
    learn_route(root, parent, conn);
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

/* Takes it out of the gateway's own ones. false: it was none. */
static bool
forget_own_text(struct gateway *gateway, unsigned hash)
{
    for (unsigned i = 0; i < OWN_TEXTS; i++)
        if (gateway->own_texts[i] == hash) {
            memmove(&gateway->own_texts[i], &gateway->own_texts[i + 1], (OWN_TEXTS - 1 - i) * sizeof hash);
            gateway->own_texts[OWN_TEXTS - 1] = 0;
            return true;
        }
    return false;
}

static void
remember_own_text(struct gateway *gateway, unsigned hash)
{
    memmove(&gateway->own_texts[1], gateway->own_texts, (OWN_TEXTS - 1) * sizeof hash);
    gateway->own_texts[0] = hash;
}

/* What a client asked for, too, is no text of the gateway's own. */
static void
count_habit(const struct host *sender, const struct exchange *ex, const struct exchange *parent)
{
    struct gateway *gateway = sender->gateway;

    if (!gateway || list_is_empty(&gateway->open) || (!ex->request.path && !ex->request.connect))
        return;
    bool was_own = forget_own_text(gateway, ex->url_hash);
    if (parent && same_request(parent, ex)) {
        gateway->n_same++;
    } else if (!ex->request.connect) {
        remember_own_text(gateway, ex->url_hash);
        gateway->n_other += !was_own;
    }
}

/* Nothing of it can be read: it may serve whoever waits for its sender. */
static void
opaque_begun(struct root *root, struct exchange *ex)
{
    ex->had_parent = parent_may_be(root, ex);
    attempts_begun(root, ex->conn);
    chain_request_begun(root, ex);
}

/* The address that the client asked stands for the gateway's own, from which it asks on; for a server's, which asks nobody, that says nothing. */
static void
join_translated(struct root *root, const struct exchange *ex, struct host *asked)
{
    const struct translated *behind = ex->conn->translated;
    struct host *own = behind && !ipaddr_equal(&behind->server, &asked->ip) ? host_get(root, &behind->server) : NULL;

    if (own && (!ex->had_parent || host_is_at_work(own)))
        host_join(root, asked, own);
}

/* It asks that gateway itself. */
static bool
is_client_of(struct root *root, const struct host *host, const struct gateway *gateway)
{
    for (const node_t *l = host->conns.head; l; l = l->next) {
        const struct host *asked = host_find(root, &((const struct conn *)l->data)->side[SERVER].ip);
        if (asked && asked->gateway == gateway)
            return true;
    }
    return false;
}

/*
 * Who asks on behind the very address that clients ask is the gateway that stands behind it. Example: a pod's requests leave its node with the
 * node's address, at which the pod is asked.
 */
static void
join_masqueraded(struct root *root, const struct exchange *ex, struct host *sender)
{
    const struct translated *behind = ex->conn->translated;
    struct host *front = behind && !ipaddr_equal(&behind->client, &sender->ip) ? host_find(root, &behind->client) : NULL;

    if (front && front->gateway && front->gateway != sender->gateway && !is_client_of(root, sender, front->gateway))
        host_join(root, front, sender);
}

void
match_begun(struct root *root, struct exchange *ex)
{
    struct host *sender = host_get(root, &ex->conn->side[CLIENT].ip);
    struct host *asked = host_get(root, &ex->conn->side[SERVER].ip);
    struct name *name = ex->request.host ? name_asked_for(root, ex->request.host) : NULL;

    if (ex->opaque) {
        opaque_begun(root, ex);
        return;
    }
    host_learn_card(sender, ex->conn->side[CLIENT].link);
    host_learn_card(asked, ex->conn->side[SERVER].link);
    join_masqueraded(root, ex, sender);
    ex->path_hash = text_hash(ex->request.path, 0);
    ex->url_hash = text_hash(ex->request.host, ex->path_hash + ex->request.connect);
    struct exchange *parent = parent_find(root, ex, name);
    if (!parent && asked->link && sender->link != asked->link)
        host_join_card(root, asked);
    ex->had_parent = parent || parent_may_be(root, ex);
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
        if (!parent)
            chain_repeated(root, ex);
    } else if (host_is_at_work(asked)) {
        sender->is_client = sender->link != LINK_SELF;     /* a client on the gateway itself */
        activity_over(ex->conn);
    }
    if (!parent)
        host_asked(root, asked);
    if (!ex->had_parent && !sender->gateway)
        host_asks(root, sender);
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
