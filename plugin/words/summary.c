/* summary.c
 * Verdicts in words: one sentence with the numbers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/h2head.h"
#include "diagnose/diagnose.h"
#include "words/summary.h"
#include "words/summaryconnect.h"
#include "words/summaryunknown.h"

/* responses ***************************************************************/

static when_t
broke_off_after(const struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    when_t end = a->closed[CLIENT].frame ? MIN(a->closed[CLIENT].time, w->e->response_time) : w->e->response_time;

    return end - a->reply.last_data;
}

static void
say_invalid(struct writer *w)
{
    const struct reply *r = &w->f->attempt->reply;

    if (w->f->attempt->early_frame)
        SAY(w, "%s spoke first, before any request: it is no HTTP server", server(w));
    else if (w->f->attempt->not_h2_frame)
        SAY(w, "%s answered with bytes that are no HTTP/2, which the gateway speaks to it", server(w));
    else if (r->fault == HTTP_FAULT_NONE && attempt_broke_off(w->f->attempt, w->e->response_time))
        SAY(w, "the gateway broke off %s behind the last bytes of %s, without waiting for more: it did not like them", duration(w, broke_off_after(w)),
            server(w));
    else if (r->fault == HTTP_FAULT_NONE)
        SAY(w, "%s sent a header of %u bytes, more than many proxies take", server(w), r->head_length);
    else
        SAY(w, "%s sent %s", server(w), httphead_fault_words(r->fault));
}

/* "reset the connection" */
static const char *
how_ended(const struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    const char *verb = a->closed[SERVER].reset ? "reset" : "closed", *error = h2_error_words(a->h2_error);

    if (!a->stream_ended)
        return wmem_strdup_printf(w->scope, "%s the connection", verb);
    if (!a->closed[SERVER].reset)
        return wmem_strdup_printf(w->scope, "left the HTTP/2 connection (GOAWAY, %s)", error ? error : "unknown error");
    return wmem_strdup_printf(w->scope, "reset the HTTP/2 stream (%s)", error ? error : "unknown error");
}

static void
say_truncated(struct writer *w)
{
    const struct attempt *a = w->f->attempt;

    SAY(w, "%s %s inside the %s of its response", server(w), how_ended(w), a->reply.status ? "body" : "header");
}

/* A pause that somebody's timeout can have ended. */
#define IDLE_WORTH_SAYING NS_PER_SECOND

static void
say_idle(struct writer *w)
{
    when_t idle = w->f->attempt->idle;

    if (idle >= IDLE_WORTH_SAYING)
        SAY(w, "; the kept connection had been idle for %s", duration(w, idle));
}

static void
say_server_ended(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    const struct closing *end = &a->closed[SERVER];

    SAY(w, "%s %s", server(w), how_ended(w));
    if (!a->gateway_bytes_frame || end->time < attempt_request_time(a))
        SAY(w, " before the request reached it");
    else if (a->reply.interim)
        SAY(w, " %s after the request, with no more than an interim response", duration(w, end->time - attempt_request_time(a)));
    else
        SAY(w, " %s after the request, without a byte of a response", duration(w, end->time - attempt_request_time(a)));
    say_idle(w);
    if (a->reused && end->crossed)
        SAY(w, "; both crossed on their way: it had not received the request when it %s", end->reset ? "reset" : "closed");
}

static void
say_stall(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    unsigned copies = a->sent.again + 1u;

    switch (w->f->stall) {
    case STALL_REQUEST:
        SAY(w, "; it never acknowledged it, though the gateway sent it %u times", copies);
        break;
    case STALL_LARGE_SEGMENTS:
        SAY(w, "; it never acknowledged the request's large segments (%u bytes, sent %u times): packets of that size do not get there", a->sent.again_length,
            copies);
        break;
    case STALL_ZERO_WINDOW:
        SAY(w, "; it has closed its window (zero window): its application does not take the rest of the request");
        break;
    case STALL_HANDSHAKE_ONE_WAY:
        SAY(w, "; it sent its SYN/ACK %u times more: nothing that the gateway sends reaches it", a->hs.synack_again);
        break;
    case STALL_SILENT:
        if (a->reply.data.n == 0)
            SAY(w, "; it acknowledged all of it");
        break;
    default:
        break;
    }
}

static void
say_response_timeout(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    when_t waited = w->e->response_time - attempt_request_time(a);

    SAY(w, "%s did not %s within %s", server(w), a->reply.data.n ? "complete its response" : "answer the request", duration(w, waited));
    if (w->timeout && waited >= (w->timeout - 1) * NS_PER_SECOND && waited <= (w->timeout + 5) * NS_PER_SECOND)
        SAY(w, ", the gateway's timeout of %u s", w->timeout);
    say_stall(w);
    if (w->f->stall == STALL_REQUEST)
        say_idle(w);
}

/* Who ended the connection, where that was nobody at the server. */
static void
say_sender(struct writer *w)
{
    const struct closing *end = w->f->end;

    if (!end || end->sender != SENDER_ON_PATH)
        return;
    if (end->too_soon)
        SAY(w, "; it came sooner than anything comes from there (the shortest handshake took %s): a device on the way sent it",
            duration(w, w->f->attempt->round_trip));
    else
        SAY(w, "; its TTL is %u, the server's other packets have %u: a device on the way, nearer by %d hops, sent it", end->ttl, end->usual_ttl,
            ttl_hops(end->usual_ttl) - ttl_hops(end->ttl));
}

/* doubts ******************************************************************/

/* Which of the disabled protocols could have told more. */
static struct unseen
missed(const struct writer *w)
{
    const struct finding *f = w->f;
    struct unseen unseen = w->e->doubts.unseen, part = { false, false, false, false };
    const struct ipaddr *silent = f->cause == CAUSE_SYN_TIMEOUT ? &f->attempt->server :
                                  f->cause == CAUSE_DNS_TIMEOUT && f->question ? &f->question->server : NULL;

    if (f->cause == CAUSE_UNKNOWN)
        return unseen;
    part.icmp = unseen.icmp && silent && silent->family == 4;
    part.icmpv6 = unseen.icmpv6 && silent && silent->family == 6;
    part.dns = unseen.dns && f->confidence == CONFIDENCE_LIKELY;
    return part;
}

static void
say_unseen(struct writer *w)
{
    struct unseen unseen = missed(w);
    const struct { bool it; const char *name; } all[] = {
        { unseen.dns, "DNS" }, { unseen.icmp, "ICMP" }, { unseen.icmpv6, "ICMPv6" }, { unseen.arp, "ARP" },
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].it)
            SAY(w, "; %s is disabled in Wireshark, its packets were not seen", all[i].name);
}

static void
say_doubts(struct writer *w)
{
    const struct evidence *e = w->e;
    const struct finding *f = w->f;

    if (f->attempt && f->attempt->behind_port)
        SAY(w, "; address translation makes %s of that address", words_endpoint(w->scope, &f->attempt->behind, f->attempt->behind_port));
    if (f->confidence == CONFIDENCE_INFERRED)
        SAY(w, "; the gateway sent nothing for this request: it remembered this from %s before", duration(w, e->remembered));
    if (e->attempts_remembered && e->n_attempts > 1)
        SAY(w, ", and failures of %u more server%s", e->n_attempts - 1, e->n_attempts > 2 ? "s" : "");
    if (f->soon)
        SAY(w, "; so soon that an answer may be missing from the capture");
    if (f->early)
        SAY(w, "; the capture is out of time order, and an answer that comes later in the file is used on the next visit");
    if (f->attempt && f->attempt->reply.gap && (f->cause == CAUSE_SERVER_CLOSED || f->cause == CAUSE_SERVER_RESET || f->cause == CAUSE_TRUNCATED))
        SAY(w, "; bytes before that are not in the capture");
    if (f->attempt && f->attempt->icmp_late_frame && f->cause != CAUSE_ICMP)
        SAY(w, "; on the way %s", words_icmp(w->scope, f->attempt->hs.icmp6, f->attempt->hs.icmp_type, f->attempt->hs.icmp_code));
    if (f->confidence == CONFIDENCE_LIKELY && e->n_attempts > 0 && !f->attempt)
        return;
    if (f->cause == CAUSE_UNKNOWN) {
        if (e->doubts.disorder && f->missing != MISSING_LATE)
            SAY(w, ". The capture is out of time order: what comes later in the file is used on the next visit");
        if (e->doubts.cut_short)
            SAY(w, ". Frames were cut short: capture with -s 0");
        if (e->doubts.too_many)
            SAY(w, ". Too many requests waited on this connection");
    }
}

static void
say_response(struct writer *w)
{
    switch (w->f->cause) {
    case CAUSE_INVALID_RESPONSE: say_invalid(w); break;
    case CAUSE_TRUNCATED:        say_truncated(w); break;
    case CAUSE_SERVER_CLOSED:
    case CAUSE_SERVER_RESET:     say_server_ended(w); break;
    case CAUSE_RESPONSE_TIMEOUT: say_response_timeout(w); break;
    case CAUSE_RELAYED:
        SAY(w, "%s itself answered %u after %s, and the gateway passed it on", server(w), w->e->status,
            duration(w, w->f->attempt->reply.head_time - w->f->attempt->request_time));
        break;
    default:
        summary_unknown(w);
    }
}

char *
words_summary(wmem_allocator_t *scope, const struct evidence *e, const struct finding *f, unsigned timeout)
{
    struct writer w = { NULL, e, f, NULL, timeout };

    w.scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    w.text = wmem_strbuf_new(w.scope, "");
    if (!summary_before_request(&w))
        say_response(&w);
    say_sender(&w);
    say_unseen(&w);
    say_doubts(&w);
    char *text = wmem_strdup(scope, wmem_strbuf_get_str(w.text));
    wmem_destroy_allocator(w.scope);
    return text;
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
