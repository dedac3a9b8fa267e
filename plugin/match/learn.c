/* learn.c
 * What a verdict tells of its gateway: delays, tries, next hops
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/chain.h"
#include "match/gain.h"

/* From the gain on that is taken for granted: next hops are learnt from it. */
#define MARGIN_LEARNT 600

static void
learn_delays(const struct contest *c, const struct use *decided)
{
    const struct scope *s = c->s;
    struct profile *p = s->gateway->profile;
    when_t ready = MAX(s->ex->ready_at, s->from), window = s->until - s->from;
    bool certain = c->a.n_columns == 1 && c->a.n_rows == 1;

    when_t responses[ASSIGN_COLUMNS_MAX], starts[ASSIGN_COLUMNS_MAX];
    unsigned n_responses = 0, n_starts = 0;

    for (unsigned k = 0; k < c->a.n_columns; k++) {
        const struct use *use = c->columns[k];
        if (use->end && use->end >= s->from)
            responses[n_responses++] = s->until - use->end;
        if (use->start >= ready)
            starts[n_starts++] = use->start - ready;
    }
    for (unsigned i = 0; i < s->n; i++) {
        const struct use *use = &s->uses[i], *before = use->before >= 0 ? &s->uses[use->before] : NULL;
        if (use->its && before && before->end && before->end <= use->start)
            profile_learn(p, DELAY_AGAIN, use->start - before->end, window, c->a.n_rows == 1);
        else if (use->its && before && !before->end)
            profile_learn(p, DELAY_PATIENCE, use->start - before->start, window, true);
    }
    profile_learn_all(p, DELAY_RESPONSE, responses, n_responses, window, certain);
    profile_learn_all(p, DELAY_START, starts, n_starts, window, certain);
    if (!decided->end)
        profile_learn(p, DELAY_PATIENCE, decided->silent, window, true);
}

/* How often it tries again, where no other request can have caused what looks like it, or a try says for whom it is. */
static void
learn_tries(const struct contest *c)
{
    struct gateway *gateway = c->s->gateway;
    unsigned tries = 0;

    for (unsigned i = 0; i < c->s->n; i++)
        tries += c->s->uses[i].its;
    if ((c->a.n_rows > 1 && c->decided->relation.tie < TIE_REQUEST) || gateway->n_again > UINT32_MAX / 2 || gateway->n_once > UINT32_MAX / 2)
        return;
    gateway->n_again += tries - 1;
    gateway->n_once += tries == 1;
}

static void
learn_places(const struct scope *s, const struct use *use)
{
    const struct conn *conn = use->conn;
    struct host *opener = host_get(s->root, &conn->side[CLIENT].ip);

    if (opener->gateway != s->gateway && use->relation.tie >= TIE_ADDRESS && !ipaddr_equal(&opener->ip, &s->ex->conn->side[CLIENT].ip) &&
        !ipaddr_is_loopback(&opener->ip))
        host_join(s->root, host_get(s->root, &s->ex->conn->side[SERVER].ip), opener);
    learn_route(s->root, s->ex, conn);
    struct next_hop hop = next_hop_of(s->root, s->ex, conn);
    if (s->name)
        next_hop_learn(s->name->next_hops, &hop);
    if (!name_has_address(s->name, &hop.ip))
        next_hop_learn(s->gateway->next_hops, &hop);
}

/* Where look-ups of others may have told the address it is not known since when it could begin. */
static void
learn_start(const struct exchange *ex, when_t begun)
{
    struct told told;

    addresses_told(&told, ex);
    when_t since = MAX(told.own, ex->ready_at);
    if (begun >= since && (told.own || told.n == 0))
        profile_learn_clear(gateway_profile(ex->gateway), DELAY_START, begun - since);
}

void
learn_from_answered(struct root *root, const struct exchange *ex, const struct exchange *first)
{
    struct exchange *before;

    if (!chain_before(root, first->conn, first, &before))
        learn_start(ex, exchange_begun(first));
}

void
learn_from(const struct contest *c)
{
    const struct scope *s = c->s;
    unsigned steps = 0;

    learn_delays(c, c->decided);
    learn_tries(c);
    if (c->margin < MARGIN_LEARNT || c->decided->gain < MARGIN_LEARNT)
        return;
    for (const struct use *use = c->decided; use && steps < NEXT_HOPS_MAX; steps++) {
        learn_places(s, use);
        use = use->before >= 0 ? &s->uses[use->before] : NULL;
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
