/* summaryconnect.c
 * Verdicts in words: what failed before a request could be sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include <epan/to_str.h>

#include "bytes/tlsrecords.h"
#include "words/summaryconnect.h"

#define SERVERS_MAX 4          /* named in one sentence */

static const char *
plural(unsigned n)
{
    return n == 1 ? "" : "s";
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

/* Queries for the name that decided that had no answer, to any server. */
struct silence {
    unsigned queries, servers;
    when_t first;
    wmem_strbuf_t *who;
};

static struct silence
unanswered_queries(const struct writer *w)
{
    const struct search *s = w->e->search;
    struct silence silence = { 0, 0, 0, wmem_strbuf_new(w->scope, "") };
    const struct question *counted[SERVERS_MAX];

    for (unsigned i = 0; i < s->n; i++) {
        const struct question *q = s->questions[i];
        unsigned k = 0;

        if (strcmp(q->name, w->f->question->name) != 0 || (q->answers.n > 0 && q->answered <= w->e->response_time))
            continue;
        silence.queries += q->sent.seen;
        if (!silence.first || q->first_sent < silence.first)
            silence.first = q->first_sent;
        while (k < silence.servers && !ipaddr_equal(&counted[k]->server, &q->server))
            k++;
        if (k < silence.servers || k == SERVERS_MAX)
            continue;
        counted[silence.servers++] = q;
        wmem_strbuf_append_printf(silence.who, "%s%s", k > 0 ? ", " : "", plain_address(w, &q->server));
    }
    return silence;
}

static void
say_dns_timeout(struct writer *w)
{
    const struct question *q = w->f->question;
    struct silence silence = unanswered_queries(w);

    SAY(w, "DNS server%s %s did not answer %u quer%s for %s in %s", plural(silence.servers), wmem_strbuf_get_str(silence.who),
        silence.queries, silence.queries == 1 ? "y" : "ies", q->name, duration(w, w->e->response_time - silence.first));
}

static void
say_search(struct writer *w)
{
    const struct finding *f = w->f;
    const struct question *q = f->question;

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
            say_dns_timeout(w);
    }
    if (w->e->search->shared)
        SAY(w, "; the look-up had begun for another request");
}

/* handshakes **************************************************************/

static bool
goes_there(const struct writer *w, const struct attempt *a)
{
    return a->port == w->f->attempt->port && ipaddr_equal(&a->server, &w->f->attempt->server);
}

/* SYNs to the deciding address that had no answer; others of them may have had one. */
static unsigned
unanswered_syns(const struct writer *w, when_t *first)
{
    const struct attempt *deciding = w->f->attempt;
    unsigned n = 0;

    *first = deciding->start;
    for (unsigned i = 0; i < w->e->n_attempts; i++) {
        const struct attempt *a = &w->e->attempts[i];
        if (!goes_there(w, a) || a->hs.rst.n + a->hs.icmp.n > 0 || (a->hs.acked && a != deciding))
            continue;
        n += a->hs.syn.seen;
        *first = MIN(*first, a->start);
    }
    return n;
}

static void
say_syn_timeout(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    when_t first;
    unsigned syns = unanswered_syns(w, &first);

    if (a->hs.own_rst_frame)
        SAY(w, "%s answered the SYN, and the gateway's own host reset the SYN/ACK: no program of it was waiting there any more, or a packet "
            "filter answers in its name (%u SYN%s in %s)", server(w), syns, plural(syns), duration(w, a->hs.last_syn - first));
    else if (a->hs.ack_frame)
        SAY(w, "%s answered %u SYN%s with a bare ACK instead of a SYN/ACK: it takes the port for that of an older connection; the gateway gave up "
            "%s after the first", server(w), syns, plural(syns), duration(w, w->e->response_time - first));
    else if (a->hs.synack_frame)
        SAY(w, "%s answered the SYN, but the gateway never acknowledged the SYN/ACK (%u SYN%s in %s): it did not get through to the proxy",
            server(w), syns, plural(syns), duration(w, a->hs.last_syn - first));
    else if (syns == 1)
        SAY(w, "%s did not answer the SYN; the gateway gave up %s after it", server(w), duration(w, w->e->response_time - first));
    else
        SAY(w, "%s answered none of %u SYNs; the gateway gave up %s after the first", server(w), syns,
            duration(w, w->e->response_time - first));
}

static when_t
slowest_rst(const struct writer *w)
{
    when_t slowest = 0;

    for (unsigned i = 0; i < w->e->n_attempts; i++)
        if (goes_there(w, &w->e->attempts[i]))
            slowest = MAX(slowest, w->e->attempts[i].hs.slowest_rst);
    return slowest;
}

/* Of what is remembered, other servers' frames are cited too. */
static unsigned
count_there(const struct writer *w, enum role role, const struct frames *of_deciding)
{
    return w->e->attempts_remembered ? of_deciding->n : count_role(w->f, role);
}

static void
say_rst(struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    unsigned syns = count_there(w, ROLE_SYN, &a->hs.syn), rsts = count_there(w, ROLE_RST, &a->hs.rst);

    if (a->hs.acked)
        SAY(w, "%s accepted the connection and reset it before any byte of the request was sent", server(w));
    else if (syns == 1)
        SAY(w, "%s answered the SYN with RST within %s", server(w), duration(w, slowest_rst(w)));
    else if (rsts >= syns)
        SAY(w, "%s answered each of %u SYNs with RST within %s", server(w), syns, duration(w, slowest_rst(w)));
    else
        SAY(w, "%s answered %u of %u SYNs with RST", server(w), rsts, syns);
}

static void
say_icmp(struct writer *w)
{
    const struct handshake *hs = &w->f->attempt->hs;
    unsigned syns = count_there(w, ROLE_SYN, &hs->syn), errors = count_there(w, ROLE_ICMP, &hs->icmp);

    SAY(w, "%s %s ", plain_address(w, &hs->icmp_source), words_icmp_expired(hs->icmp6, hs->icmp_type) ? "dropped" : "rejected");
    if (syns == 1)
        SAY(w, "the SYN");
    else
        SAY(w, "%u of %u SYNs", errors, syns);
    SAY(w, " to %s: %s", server(w), words_icmp(w->scope, hs->icmp6, hs->icmp_type, hs->icmp_code));
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

bool
summary_before_request(struct writer *w)
{
    switch (w->f->cause) {
    case CAUSE_NXDOMAIN: case CAUSE_DNS_NODATA: case CAUSE_DNS_ERROR: case CAUSE_DNS_TIMEOUT:
        say_search(w);
        return true;
    case CAUSE_DNS_UNREACHABLE:
        if (w->e->search && !w->e->unreached)
            say_search(w);
        else
            say_arp(w);
        return true;
    case CAUSE_SYN_TIMEOUT: say_syn_timeout(w); return true;
    case CAUSE_RST:         say_rst(w); return true;
    case CAUSE_ICMP:        say_icmp(w); return true;
    case CAUSE_ARP:         say_arp(w); return true;
    case CAUSE_TLS:         say_tls(w); return true;
    default:                return false;
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
