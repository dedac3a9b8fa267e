/* answered.c
 * What a gateway did for a request that it answered, and whether who answered is one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/chain.h"
#include "match/likeness.h"
#include "match/scope.h"

/* A gateway tries again at once, or after a pause of its own (Traffic Server: 0.3 s). */
#define TRIED_AGAIN_WITHIN (NS_PER_SECOND / 2)

/* what it did for it ******************************************************/

/* The tries that went before the one that served it. */
static void
own_earlier_tries(struct root *root, const struct exchange *ex, const struct exchange *child)
{
    const struct conn *conn = child->conn;
    struct conn *before;
    struct exchange *before_child = (struct exchange *)child;

    for (unsigned n = 0; n < CHILDREN_MAX && (before = chain_before(root, conn, before_child, &before_child)) && before->hs.first_syn >= ex->ready_at; n++) {
        if (chain_get(conn, n == 0 ? child : NULL)->doubtful)
            break;
        conn_claim(before, ex->serial);
        conn = before;
    }
}

/* The look-up that told the address for it. */
static void
own_lookup(const struct exchange *ex, when_t begun)
{
    unsigned looked_at = 0;

    for (node_t *l = ex->name ? ex->name->searches.tail : NULL; l && looked_at < LOOKED_AT_MAX / 16; l = l->prev, looked_at++) {
        struct lookup *lookup = (struct lookup *)l->data;
        if (lookup->start < ex->ready_at)
            return;
        if (lookup->resolved && !lookup->owner && lookup->last <= begun) {
            lookup->owner = ex->serial;
            return;
        }
    }
}

static bool
is_awaited_by_others(struct root *root, const struct exchange *ex)
{
    unsigned looked_at = 0;

    for (node_t *l = root->by_url[ex->url_hash % OPEN_BUCKETS].head; l && looked_at < LOOKED_AT_MAX; l = l->next, looked_at++) {
        const struct exchange *other = (const struct exchange *)l->data;
        if (other != ex && other->parent != ex && same_request(other, ex))
            return true;
    }
    return false;
}

void
own_requests(struct root *root, const struct exchange *ex)
{
    if (list_is_empty(&ex->children) || is_awaited_by_others(root, ex))
        return;
    for (node_t *l = ex->children.head; l; l = l->next) {
        struct exchange *child = (struct exchange *)l->data;
        if (!child->owner && same_request(child, ex))
            child->owner = ex->serial;
    }
}

/* What carried the answer that its client got, and what the gateway did for it before. */
void
own_children(struct root *root, struct exchange *ex)
{
    const struct exchange *first = NULL;

    for (node_t *l = ex->children.head; l; l = l->next) {
        struct exchange *child = (struct exchange *)l->data;
        child->owner = ex->serial;
        if (child->nth == 1)
            conn_claim(child->conn, ex->serial);
        if (!first || exchange_begun(child) < exchange_begun(first))
            first = child;
    }
    if (!first || !ex->gateway)
        return;
    learn_from_answered(root, ex, first);
    own_earlier_tries(root, ex, first);
    own_lookup(ex, exchange_begun(first));
}

/* who answers *************************************************************/

/* Something that it tried is tied to the request, or it is its own failure and nobody else's. */
static bool
connected_for(struct scope *s)
{
    struct contest *contest = g_new0(struct contest, 1);

    contest->s = s;
    decide_uses(contest);
    const struct use *decided = contest->decided;
    bool found = decided && decided->end && decided->outcome.cause != CAUSE_UNKNOWN && !(decided->relation.clues & (1u << CLUE_STRAY));
    g_free(contest);
    for (unsigned i = 0; i < s->n && !found; i++)
        found = s->uses[i].relation.tie >= TIE_ADDRESS;
    return found;
}

bool
match_is_gateway(struct root *root, const struct exchange *ex)
{
    struct scope *s;
    bool found = !list_is_empty(&ex->children);

    if (found || ex->without_request)
        return found;
    s = g_new(struct scope, 1);
    scope_init(s, root, (struct exchange *)ex, root->now, ex->reply.status);
    find_uses(s);
    found = connected_for(s);
    for (node_t *l = ex->name ? ex->name->searches.tail : NULL; l && !found; l = l->prev) {
        const struct lookup *lookup = (const struct lookup *)l->data;
        if (lookup->start < s->from)
            break;
        found = lookup->host && is_gateway_address(s, &lookup->host->ip);
    }
    g_free(s);
    return found;
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
