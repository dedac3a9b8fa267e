/* diagnose.c
 * From the evidence for one response to its cause
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "diagnose/diagnose.h"
#include "diagnose/stall.h"

static enum confidence
confidence_of(enum tie tie, bool alone)
{
    if (tie == TIE_MEMORY)
        return CONFIDENCE_INFERRED;
    return tie >= TIE_ADDRESS && alone ? CONFIDENCE_OBSERVED : CONFIDENCE_LIKELY;
}

/* connections *************************************************************/

/* Every try at the deciding address and port. */
static void
cite_handshakes(const struct evidence *e, struct finding *f)
{
    for (unsigned i = 0; i < e->n_attempts; i++) {
        const struct attempt *a = &e->attempts[i];
        if (a->port != f->attempt->port || !ipaddr_equal(&a->server, &f->attempt->server))
            continue;
        if (a->hs.acked && a != f->attempt)
            continue;
        cite_all(f, &a->hs.syn, ROLE_SYN);
        if (f->cause == CAUSE_SYN_TIMEOUT)
            cite(f, a->hs.synack_frame, ROLE_SYNACK);
        if (f->cause != CAUSE_SYN_TIMEOUT)
            cite_all(f, &a->hs.rst, ROLE_RST);
        if (f->cause == CAUSE_ICMP)
            cite_all(f, &a->hs.icmp, ROLE_ICMP);
        if (a->hs.acked)
            cite(f, a->closed[SERVER].frame, ROLE_RST);
    }
}

/* The first thing that ended the handshake; where the server stayed silent the ClientHello. */
static void
cite_tls(struct finding *f)
{
    const struct attempt *a = f->attempt;
    const struct tls_facts *tls = &a->tls;
    const struct closing *server = &a->closed[SERVER], *gateway = &a->closed[CLIENT];
    struct cited first = { 0, ROLE_TLS_ALERT };
    when_t when = INT64_MAX;

    if (tls->alert_frame) {
        first.frame = tls->alert_frame;
        when = tls->alert_time;
    }
    if (tls->not_tls_frame && tls->not_tls_time < when) {
        first = (struct cited){ tls->not_tls_frame, ROLE_SERVER_RESPONSE };
        when = tls->not_tls_time;
    }
    if (server->frame && server->time < when && (!gateway->frame || server->time <= gateway->time || tls->server_hello)) {
        first = (struct cited){ server->frame, ROLE_SERVER_CLOSE };
        when = server->time;
    }
    if (gateway->frame && gateway->time < when && tls->server_hello)
        first = (struct cited){ gateway->frame, ROLE_TLS_ALERT };
    if (!first.frame)
        first = (struct cited){ tls->hello_frame, ROLE_SERVER_REQUEST };
    if (first.role == ROLE_SERVER_CLOSE)
        f->end = server;
    cite(f, first.frame, first.role);
}

static void
cite_reply(struct finding *f)
{
    const struct attempt *a = f->attempt;
    const struct reply *reply = &a->reply;

    cite(f, a->tls.request_frame && !a->decrypted ? a->tls.request_frame : a->request_frame, ROLE_SERVER_REQUEST);
    switch (f->cause) {
    case CAUSE_INVALID_RESPONSE:
        cite(f, a->early_frame, ROLE_SERVER_RESPONSE);
        cite(f, a->not_h2_frame, ROLE_SERVER_RESPONSE);
        cite_all(f, &reply->data, ROLE_SERVER_RESPONSE);
        break;
    case CAUSE_TRUNCATED:
        cite_all(f, &reply->data, ROLE_SERVER_RESPONSE);
        cite(f, a->closed[SERVER].frame, ROLE_SERVER_CLOSE);
        break;
    case CAUSE_SERVER_CLOSED:
    case CAUSE_SERVER_RESET:
        cite(f, a->closed[SERVER].frame, ROLE_SERVER_CLOSE);
        cite(f, a->left_frame, ROLE_SERVER_CLOSE);
        break;
    case CAUSE_RELAYED:
        cite(f, reply->head_frame, ROLE_SERVER_RESPONSE);
        break;
    default:
        break;
    }
}

static enum missing
what_attempt_lacks(const struct attempt *a)
{
    if (a->reply.missing && !a->reply.complete)
        return MISSING_BYTES;
    if (a->reply.status > HTTP_STATUS_MAX)
        return MISSING_CONSENT;
    return a->tls.response_frame && !a->decrypted ? MISSING_KEYS : MISSING_REASON;
}

static bool
is_ended_by_server(enum cause cause)
{
    return cause == CAUSE_RST || cause == CAUSE_TRUNCATED || cause == CAUSE_SERVER_CLOSED || cause == CAUSE_SERVER_RESET;
}

/* What came of it, and the frames that show it. Of an attempt that was judged before only its frames stay. */
static void
judge_attempt(const struct evidence *e, struct finding *f, const struct attempt *a)
{
    f->attempt = a;
    f->outcome = attempt_outcome(a, e->response_time, e->status);
    f->cause = f->outcome.cause;
    f->missing = f->cause == CAUSE_UNKNOWN ? what_attempt_lacks(a) : MISSING_NOTHING;
    f->stall = f->cause == CAUSE_RESPONSE_TIMEOUT ? attempt_stall(a) : STALL_UNKNOWN;
    f->end = is_ended_by_server(f->cause) ? &a->closed[SERVER] : NULL;
    switch (f->cause) {
    case CAUSE_SYN_TIMEOUT:
    case CAUSE_RST:
    case CAUSE_ICMP:
        cite_handshakes(e, f);
        break;
    case CAUSE_TLS:
        cite_tls(f);
        break;
    case CAUSE_UNKNOWN:
        break;
    default:
        cite_reply(f);
    }
}

/* The last one decides. Of what the gateway remembers each upstream's failure is part of the reason. */
static void
judge_attempts(const struct evidence *e, struct finding *f)
{
    const struct attempt *a = &e->attempts[e->n_attempts - 1];

    for (unsigned i = 0; e->attempts_remembered && &e->attempts[i] < a; i++)
        judge_attempt(e, f, &e->attempts[i]);
    judge_attempt(e, f, a);
    f->confidence = confidence_of(a->tie, a->alone);
    if (a->opaque || attempt_lacks_keys(a, f->cause))
        finding_weaken(f);      /* directions tell, not contents */
    if (a->reply.gap || (f->cause == CAUSE_INVALID_RESPONSE && a->reply.fault == HTTP_FAULT_NONE && attempt_broke_off(a, e->response_time)))
        finding_weaken(f);
}

/* look-ups ****************************************************************/

static void
cite_search(const struct evidence *e, struct finding *f)
{
    const struct search *s = e->search;
    bool over_tcp = f->cause == CAUSE_DNS_UNREACHABLE || f->cause == CAUSE_DNS_TIMEOUT;

    for (unsigned i = 0; i < s->n; i++) {
        cite_all(f, &s->questions[i]->sent, ROLE_DNS_QUERY);
        if (s->questions[i]->answered <= e->response_time)
            cite_all(f, &s->questions[i]->answers, ROLE_DNS_RESPONSE);
        cite_all(f, &s->questions[i]->icmp, ROLE_ICMP);
    }
    if (s->unreached)
        cite_all(f, &s->unreached->asked, ROLE_ARP);
    if (over_tcp && (s->over_tcp_refused || s->over_tcp_silent)) {
        for (unsigned i = 0; i < s->n_tcp; i++) {
            cite_all(f, &s->tcp[i].syn, ROLE_SYN);
            cite_all(f, &s->tcp[i].rst, ROLE_RST);
            cite_all(f, &s->tcp[i].icmp, ROLE_ICMP);
        }
    }
    f->confidence = confidence_of(s->tie, s->alone);
}

/* the whole ***************************************************************/

/* RFC 6298 section 2: a SYN is repeated after a second; resolvers wait longer. */
#define FIRST_REPEAT NS_PER_SECOND

static enum missing
what_is_missing(const struct evidence *e)
{
    const struct unseen *unseen = &e->doubts.unseen;

    if (e->doubts.no_request)
        return MISSING_REQUEST;
    if (unseen->dns || unseen->arp || unseen->icmp || unseen->icmpv6)
        return MISSING_DISSECTION;
    if (e->doubts.no_gateway_side)
        return MISSING_GATEWAY_SIDE;
    if (e->doubts.several)
        return MISSING_CHOICE;
    return e->search ? MISSING_CONNECTION : MISSING_ATTEMPT;
}

/* Silence for which nobody gives up: the capture lacks what came. */
static bool
is_too_soon(const struct evidence *e, const struct finding *f)
{
    when_t since;

    if (f->confidence == CONFIDENCE_INFERRED)
        return false;
    if (f->cause == CAUSE_SYN_TIMEOUT)
        since = f->attempt->start;
    else if (f->cause == CAUSE_RESPONSE_TIMEOUT)
        since = attempt_request_time(f->attempt);
    else if (f->cause == CAUSE_DNS_TIMEOUT && f->question)
        since = f->question->first_sent;
    else
        return false;
    return e->response_time - since < FIRST_REPEAT;
}

/* Where ICMP is disabled, what looks like silence is an error. */
static bool
is_error_unseen(const struct evidence *e, const struct finding *f)
{
    const struct ipaddr *server = f->cause == CAUSE_SYN_TIMEOUT ? &f->attempt->server : f->cause == CAUSE_DNS_TIMEOUT ? &f->question->server : NULL;

    return server && (server->family == 6 ? e->doubts.unseen.icmpv6 : e->doubts.unseen.icmp);
}

void
diagnose(const struct evidence *e, struct finding *f)
{
    memset(f, 0, sizeof *f);
    f->cause = CAUSE_UNKNOWN;
    if (e->search && e->search_decides && judge_search(e, f)) {
        cite_search(e, f);
    } else if (e->unreached) {
        f->cause = e->unreached->for_dns ? CAUSE_DNS_UNREACHABLE : CAUSE_ARP;
        f->confidence = confidence_of(e->unreached->tie, true);
        cite_all(f, &e->unreached->asked, ROLE_ARP);
    } else if (e->n_attempts > 0) {
        judge_attempts(e, f);
    } else {
        f->missing = what_is_missing(e);
    }
    f->soon = is_too_soon(e, f);
    if (f->soon)
        finding_weaken(f);
    if (f->soon && is_error_unseen(e, f)) {
        f->cause = CAUSE_UNKNOWN;
        f->missing = MISSING_DISSECTION;
        f->n_cited = 0;
        f->soon = false;
    }
    if (f->cause == CAUSE_UNKNOWN)
        f->confidence = CONFIDENCE_NONE;
    sort_cited(f);
}

/* late frames *************************************************************/

when_t
decided_at(const struct evidence *e, const struct finding *f)
{
    if (f->attempt)
        return attempt_decided_at(f->attempt, f->cause);
    return f->question ? diagnose_search_time(e) : 0;
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
