/* provisional.c
 * What can be said before all frames came that belong before the response
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "tcp/conn.h"
#include "track/provisional.h"

/* Where frames are late, a cause that is older than this at the response may not be the last. */
#define DECIDED_JUST_NOW (5 * 1000 * 1000)

/*
 * Silence for longer is hardly broken by a frame that is late: of a peer that answers within
 * a round trip if at all; of a server that works on its answer.
 */
#define LONG_SILENCE (NS_PER_SECOND / 2)
#define SERVER_SILENCE (2 * NS_PER_SECOND)

/* An answer to the last SYN comes sooner, or not at all. */
#define ANSWER_DUE (NS_PER_SECOND / 4)

bool
provisional_in_order(const struct tracker *t)
{
    return t->marks.n <= 1 && !t->root->disorder;
}

struct exchange *
provisional_same(const struct tracker *t, const struct exchange *ex)
{
    struct conn *conn = conn_find(t->late, ex->conn->stream);

    for (GList *l = conn ? conn->exchanges.head : NULL; l; l = l->next) {
        struct exchange *same = (struct exchange *)l->data;
        if (same->reply.request_frame == ex->reply.request_frame && same->of_frame == ex->of_frame && same->h2_stream == ex->h2_stream &&
            !same->without_request && same->state == EXCHANGE_WAITING)
            return same;
    }
    return NULL;
}

/* The host has an address that was not tried yet, as far as the frames tell that came so far. */
static bool
has_untried_address(struct tracker *t, const struct exchange *ex, const struct evidence *e)
{
    const struct name *name = name_find(t->root, ex->host);
    bool tried = true;

    for (unsigned i = 0; name && tried && i < name->n_addresses; i++) {
        tried = e->unreached && ipaddr_equal(&name->addresses[i], &e->unreached->destination);
        for (unsigned k = 0; !tried && k < e->n_attempts; k++)
            tried = ipaddr_equal(&name->addresses[i], &e->attempts[k].server);
    }
    return !tried;
}

/* Since when nothing happens that the finding rests on; 0: that is not what it rests on, or something was due. */
static when_t
silent_since(const struct evidence *e, const struct finding *f)
{
    const struct attempt *a = f->attempt;

    switch (f->cause) {
    case CAUSE_SYN_TIMEOUT:
    case CAUSE_ICMP:
        if (!a || a->hs.syn.seen < 2 || 2 * a->hs.syn_interval < e->response_time - a->hs.last_syn + DECIDED_JUST_NOW)
            return 0;           /* one more repeat was due, which could have had an answer */
        if (a->hs.syn.seen > 2 && e->response_time - a->hs.last_syn > ANSWER_DUE)
            return a->hs.first_syn;     /* what answered none of the others does not answer the last one */
        return MAX(a->hs.last_syn, a->hs.last_icmp);
    case CAUSE_DNS_TIMEOUT:
    case CAUSE_DNS_ERROR:
    case CAUSE_DNS_NODATA:
    case CAUSE_NXDOMAIN:
        return f->question ? search_silent_since(e) : 0;
    case CAUSE_TLS:
        return decided_at(e, f) ? 0 : a->tls.hello_time;
    case CAUSE_RESPONSE_TIMEOUT:
        return attempt_request_time(a);
    case CAUSE_ARP:
        return e->unreached->tie >= TIE_ADDRESS ? e->unreached->first : 0;
    default:
        return 0;
    }
}

/* Silence that began long before the frames that may still come. */
static bool
was_silent_long(struct tracker *t, const struct exchange *ex, const struct evidence *e, const struct finding *f)
{
    when_t since = silent_since(e, f), lasted = e->response_time - since;
    when_t known = watermarks_lowest(&t->marks, 0) - since;

    if (!since)
        return false;
    if (f->cause == CAUSE_RESPONSE_TIMEOUT || f->cause == CAUSE_TLS)
        return known > SERVER_SILENCE;
    return lasted > LONG_SILENCE && (known > LONG_SILENCE || known > lasted / 2) && (f->question || !has_untried_address(t, ex, e));
}

void
provisional_diagnose(struct tracker *t, struct exchange *ex, struct collected *found, struct finding *f)
{
    unsigned status = ex->hidden_status ? ex->hidden_status : ex->reply.status;
    struct exchange *same = provisional_same(t, ex);
    const struct evidence *e = &found->evidence;

    match_preview(same ? t->late : t->root, same ? same : ex, status, ex->response_time, found);
    diagnose(e, f);

    if (same && e->response_time - decided_at(e, f) <= DECIDED_JUST_NOW)
        return;
    f->early = same && was_silent_long(t, ex, e, f);
    if (f->early)
        finding_weaken(f);
    else
        finding_withdraw(f);
}
