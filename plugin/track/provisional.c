/* provisional.c
 * What can be said before all frames came that belong before the response
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "model/attempts.h"
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
provisional_in_order(const struct outlook *o)
{
    return watermarks_in_order(o->marks);
}

struct exchange *
provisional_same(struct root *late, const struct exchange *ex)
{
    struct conn *conn = conn_find(late, ex->conn->stream);

    for (node_t *l = conn ? conn->exchanges.head : NULL; l; l = l->next) {
        struct exchange *same = (struct exchange *)l->data;
        if (same->request.frame == ex->request.frame && same->of_frame == ex->of_frame && same->h2_stream == ex->h2_stream &&
            !same->without_request && same->state == EXCHANGE_WAITING)
            return same;
    }
    return NULL;
}

/* The host has an address that was not tried yet, as far as the frames tell that came so far. */
static bool
has_untried_address(const struct outlook *o, const struct exchange *ex, const struct evidence *e)
{
    const struct name *name = name_find(o->root, ex->request.host);
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
was_silent_long(const struct outlook *o, const struct exchange *ex, const struct evidence *e, const struct finding *f)
{
    when_t since = silent_since(e, f), lasted = e->response_time - since;
    when_t known = watermarks_lowest(o->marks, 0) - since;

    if (!since)
        return false;
    if (f->cause == CAUSE_RESPONSE_TIMEOUT || f->cause == CAUSE_TLS)
        return known > SERVER_SILENCE;
    return lasted > LONG_SILENCE && (known > LONG_SILENCE || known > lasted / 2) && (f->question || !has_untried_address(o, ex, e));
}

void
provisional_diagnose(const struct outlook *o, struct exchange *ex, struct collected *found, struct finding *f)
{
    struct exchange *same = provisional_same(o->late, ex);
    const struct evidence *e = &found->evidence;

    match_preview(same ? o->late : o->root, same ? same : ex, exchange_status(ex), ex->response_time, found);
    diagnose(e, f);

    if (same && e->response_time - decided_at(e, f) <= DECIDED_JUST_NOW)
        return;
    f->early = same && was_silent_long(o, ex, e, f);
    if (f->early)
        finding_weaken(f);
    else
        finding_withdraw(f);
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
