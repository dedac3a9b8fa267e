/* summary.c
 * Verdicts in words: one sentence with the numbers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include <epan/to_str.h>

#include "h2head.h"
#include "tlsrecords.h"
#include "words.h"

/* What one summary is made of. Its pieces live in scope and are small. */
struct writer {
    wmem_allocator_t *scope;
    const struct evidence *e;
    const struct finding *f;
    wmem_strbuf_t *text;
    unsigned timeout;
};

#define SAY(w, ...) wmem_strbuf_append_printf((w)->text, __VA_ARGS__)

static const char *
plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

static char *
server(const struct writer *w)
{
    return words_endpoint(w->scope, &w->f->attempt->server, w->f->attempt->port);
}

static char *
duration(const struct writer *w, when_t d)
{
    return words_duration(w->scope, d);
}

static char *
plain_address(const struct writer *w, const struct ipaddr *ip)
{
    address a = ipaddr_to_address(ip);

    return address_to_str(w->scope, &a);
}

static unsigned
count_role(const struct finding *f, enum role role)
{
    unsigned n = 0;

    for (unsigned i = 0; i < f->n_cited; i++)
        n += f->cited[i].role == role;
    return n;
}

/* names *******************************************************************/

/* For the name that decided, to any server. */
static unsigned
unanswered_queries(const struct writer *w)
{
    const struct search *s = w->e->search;
    unsigned n = 0;

    for (unsigned i = 0; i < s->n; i++) {
        const struct question *q = s->questions[i];
        if (strcmp(q->name, w->f->question->name) == 0 && (q->answers.n == 0 || q->answered > w->e->response_time))
            n += q->sent.seen;
    }
    return n;
}

static void
say_search(struct writer *w)
{
    const struct finding *f = w->f;
    const struct question *q = f->question;
    unsigned queries = q ? unanswered_queries(w) : 0;

    if (!q) {
        SAY(w, "DNS server %s %s the connection for DNS over TCP", plain_address(w, &w->e->search->tcp_server),
            w->e->search->over_tcp_refused ? "refused" : "did not answer");
        return;
    }
    const char *dns = plain_address(w, &q->server);
    switch (f->cause) {
    case CAUSE_NXDOMAIN:
        SAY(w, "DNS server %s answered No such name for %s", dns, q->name);
        break;
    case CAUSE_DNS_NODATA:
        SAY(w, "DNS server %s knows %s, but no address of it", dns, q->name);
        break;
    case CAUSE_DNS_ERROR:
        SAY(w, "DNS server %s answered %s (rcode %u) for %s", dns, words_rcode(q->rcode), q->rcode, q->name);
        break;
    case CAUSE_DNS_UNREACHABLE:
        if (q->icmp.n > 0)
            SAY(w, "The query for %s to DNS server %s drew %s", q->name, dns,
                words_icmp(w->scope, q->server.family == 6, q->icmp_type, q->icmp_code));
        else
            SAY(w, "DNS server %s refused the connection for DNS over TCP that the answer for %s needs",
                plain_address(w, &w->e->search->tcp_server), q->name);
        break;
    default:
        if (q->truncated)
            SAY(w, "DNS server %s did not answer over TCP, as the answer for %s needs", dns, q->name);
        else
            SAY(w, "DNS server %s did not answer %u quer%s for %s in %s", dns, queries, queries == 1 ? "y" : "ies", q->name,
            duration(w, w->e->response_time - q->first_sent));
    }
    if (w->e->search->shared)
        SAY(w, "; the look-up had begun for another request");
}

/* handshakes **************************************************************/

/* SYNs to the deciding address that had no answer; others of them may have had one. */
static unsigned
unanswered_syns(const struct writer *w)
{
    const struct attempt *deciding = w->f->attempt;
    unsigned n = 0;

    for (unsigned i = 0; i < w->e->n_attempts; i++) {
        const struct attempt *a = &w->e->attempts[i];
        if (a->port == deciding->port && ipaddr_equal(&a->server, &deciding->server) && a->hs.rst.n + a->hs.icmp.n == 0 && (!a->hs.acked || a == deciding))
            n += a->hs.syn.seen;
    }
    return n;
}

static void
say_syn_timeout(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    unsigned syns = unanswered_syns(w);

    if (a->hs.synack_frame)
        SAY(w, "%s answered the SYN, but the gateway never acknowledged the SYN/ACK (%u SYN%s in %s): it did not get through to the proxy",
            server(w), syns, plural(syns), duration(w, a->hs.last_syn - a->hs.first_syn));
    else
        SAY(w, "%s answered none of %u SYN%s; the gateway gave up %s after the first", server(w), syns, plural(syns),
            duration(w, w->e->response_time - a->start));
}

static void
say_rst(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    unsigned syns = count_role(w->f, ROLE_SYN), rsts = count_role(w->f, ROLE_RST);

    if (a->hs.acked)
        SAY(w, "%s accepted the connection and reset it before any byte of the request was sent", server(w));
    else if (syns == 1)
        SAY(w, "%s answered the SYN with RST within %s", server(w), duration(w, a->hs.slowest_rst));
    else if (rsts >= syns)
        SAY(w, "%s answered each of %u SYNs with RST within %s", server(w), syns, duration(w, a->hs.slowest_rst));
    else
        SAY(w, "%s answered %u of %u SYNs with RST", server(w), rsts, syns);
}

static void
say_icmp(struct writer *w)
{
    const struct handshake *hs = &w->f->attempt->hs;
    unsigned syns = count_role(w->f, ROLE_SYN), errors = count_role(w->f, ROLE_ICMP);

    SAY(w, "%s rejected %u of %u SYN%s to %s: %s", plain_address(w, &hs->icmp_source), errors, syns, plural(syns), server(w),
        words_icmp(w->scope, hs->icmp6, hs->icmp_type, hs->icmp_code));
}

static void
say_arp(struct writer *w)
{
    const struct unreached *u = w->e->unreached;
    const char *what = u->neighbor.family == 6 ? "Neighbour Discovery" : "ARP";
    unsigned n = u->asked.seen;

    SAY(w, "%s did not answer %u %s request%s", plain_address(w, &u->neighbor), n, what, plural(n));
    if (u->for_dns)
        SAY(w, ": no DNS query could be sent");
    else if (u->destination.family)
        SAY(w, ": no SYN to %s could be sent", words_endpoint(w->scope, &u->destination, u->port));
    else
        SAY(w, ": no SYN could be sent");
}

static void
say_tls(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    const struct tls_facts *tls = &a->tls;
    const char *words = tls->alert_readable ? tls_alert_words(tls->alert_description) : NULL;

    SAY(w, "The TLS handshake with %s failed: ", server(w));
    if (tls->not_tls_frame)
        SAY(w, "the server answered the ClientHello with bytes that are no TLS");
    else if (tls->alert_frame && words)
        SAY(w, "the %s sent alert %s", tls->alert_side == SERVER ? "server" : "gateway", words);
    else if (tls->alert_frame)
        SAY(w, "the %s sent an %salert", tls->alert_side == SERVER ? "server" : "gateway", tls->alert_readable ? "" : "encrypted ");
    else if (a->closed[SERVER].frame && a->closed[SERVER].time <= w->e->response_time &&
             (!a->closed[CLIENT].frame || a->closed[SERVER].time <= a->closed[CLIENT].time))
        SAY(w, "the server %s the connection", a->closed[SERVER].reset ? "reset" : "closed");
    else if (tls->server_hello)
        SAY(w, "the gateway ended it after the server's answer, as it does for a certificate that it does not accept");
    else
        SAY(w, "the server did not answer the ClientHello in %s", duration(w, w->e->response_time - tls->hello_time));
}

/* responses ***************************************************************/

static void
say_invalid(struct writer *w)
{
    const struct reply *r = &w->f->attempt->reply;

    if (w->f->attempt->early_frame)
        SAY(w, "%s spoke first, before any request: it is no HTTP server", server(w));
    else if (w->f->attempt->not_h2_frame)
        SAY(w, "%s answered with bytes that are no HTTP/2, which the gateway speaks to it", server(w));
    else if (r->fault == HTTP_FAULT_NONE)
        SAY(w, "%s sent a header of %u bytes, more than many proxies take", server(w), r->head_length);
    else
        SAY(w, "%s sent %s", server(w), http_fault_words(r->fault));
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

static when_t
request_time(const struct attempt *a)
{
    return a->tls.request_time && !a->decrypted ? a->tls.request_time : a->reply.request_time ? a->reply.request_time : a->start;
}

static void
say_server_ended(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    const struct closing *end = &a->closed[SERVER];

    SAY(w, "%s %s", server(w), how_ended(w));
    if (!a->gateway_bytes_frame || end->time < request_time(a))
        SAY(w, " before the request reached it");
    else if (a->reply.interim)
        SAY(w, " %s after the request, with no more than an interim response", duration(w, end->time - request_time(a)));
    else
        SAY(w, " %s after the request, without a byte of a response", duration(w, end->time - request_time(a)));
}

static void
say_response_timeout(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    when_t waited = w->e->response_time - request_time(a);

    SAY(w, "%s did not %s within %s", server(w), a->reply.data.n ? "complete its response" : "answer the request", duration(w, waited));
    if (w->timeout && waited >= (w->timeout - 1) * NS_PER_SECOND && waited <= (w->timeout + 5) * NS_PER_SECOND)
        SAY(w, ", the gateway's timeout of %u s", w->timeout);
}

/* the rest ****************************************************************/

static const char *
missing_words(enum missing missing)
{
    switch (missing) {
    case MISSING_REQUEST:
        return "The client's request is not in the capture; it began too late, or frames were dropped";
    case MISSING_GATEWAY_SIDE:
        return "The capture holds nothing that the gateway sent to DNS or servers: it was taken on the clients' side or its filter left that out";
    case MISSING_ATTEMPT:
        return "Between the request and its response the capture holds no look-up and no connection for it";
    case MISSING_CONNECTION:
        return "The name was resolved, but the capture holds no connection for this request";
    case MISSING_CHOICE:
        return "The gateway did several things meanwhile and nothing ties one of them to this request";
    case MISSING_LATE:
        return "The capture is out of time order, and frames that belong before this response come later in the file: the next visit shows "
               "the verdict (tshark -2, or a reload of the packet list)";
    case MISSING_DISSECTION:
        return "The reason may lie in packets that Wireshark was told not to dissect";
    default:
        return "The capture does not hold the reason";
    }
}

static void
say_unknown(struct writer *w)
{
    const struct finding *f = w->f;
    const struct attempt *a = f->attempt;

    if (f->missing == MISSING_DISSECTION)
        SAY(w, "%s", missing_words(f->missing));
    else if (a && f->outcome.status)
        SAY(w, "%s gave a complete, valid answer with status %u after %s, and the gateway answered %u all the same", server(w),
            f->outcome.status, duration(w, a->reply.head_time - a->reply.request_time), w->e->status);
    else if (a && a->tls.response_frame)
        SAY(w, "%s answered in TLS, and the capture cannot be decrypted without its keys", server(w));
    else if (a)
        SAY(w, "The connection to %s stood, and the capture shows no request on it", server(w));
    else
        SAY(w, f->missing == MISSING_LATE ? "%s" : "%s. Capture on the gateway itself: tcpdump -s 0 -i any -w filename.pcap",
            missing_words(f->missing));
}

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

    if (f->confidence == CONFIDENCE_INFERRED)
        SAY(w, "; the gateway sent nothing for this request: it remembered this from %s before", duration(w, e->request_time - e->remembered));
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

char *
words_summary(wmem_allocator_t *scope, const struct evidence *e, const struct finding *f, unsigned timeout)
{
    struct writer w = { NULL, e, f, NULL, timeout };

    w.scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);
    w.text = wmem_strbuf_new(w.scope, "");
    switch (f->cause) {
    case CAUSE_NXDOMAIN: case CAUSE_DNS_NODATA: case CAUSE_DNS_ERROR: case CAUSE_DNS_TIMEOUT:
        say_search(&w);
        break;
    case CAUSE_DNS_UNREACHABLE:
        if (e->search && !e->unreached)
            say_search(&w);
        else
            say_arp(&w);
        break;
    case CAUSE_SYN_TIMEOUT:      say_syn_timeout(&w); break;
    case CAUSE_RST:              say_rst(&w); break;
    case CAUSE_ICMP:             say_icmp(&w); break;
    case CAUSE_ARP:              say_arp(&w); break;
    case CAUSE_TLS:              say_tls(&w); break;
    case CAUSE_INVALID_RESPONSE: say_invalid(&w); break;
    case CAUSE_TRUNCATED:        say_truncated(&w); break;
    case CAUSE_SERVER_CLOSED:
    case CAUSE_SERVER_RESET:     say_server_ended(&w); break;
    case CAUSE_RESPONSE_TIMEOUT: say_response_timeout(&w); break;
    case CAUSE_RELAYED:
        SAY(&w, "%s itself answered %u after %s, and the gateway passed it on", server(&w), e->status,
            words_duration(w.scope, f->attempt->reply.head_time - f->attempt->reply.request_time));
        break;
    default:
        say_unknown(&w);
    }
    say_unseen(&w);
    say_doubts(&w);
    char *text = wmem_strdup(scope, wmem_strbuf_get_str(w.text));
    wmem_destroy_allocator(w.scope);
    return text;
}
