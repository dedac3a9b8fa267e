/* verdict.c
 * What is kept of a diagnosed response: from a finding to a verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "cases/lookups.h"
#include "cases/verdict.h"
#include "words/phrases.h"
#include "words/product.h"
#include "words/summary.h"

static const char *
keep(const char *text)
{
    return text ? wmem_strdup(wmem_file_scope(), text) : NULL;
}

static void
keep_attempts(struct verdict *v, const struct evidence *e, unsigned code)
{
    unsigned n = MIN(e->n_attempts, LISTED_MAX);
    const struct attempt *from = n > 0 ? e->attempts + e->n_attempts - n : NULL;
    const struct unreached *blocked = e->unreached && !e->unreached->for_dns ? e->unreached : NULL;

    v->attempts = (e->attempts_remembered ? 0 : e->n_attempts) + (blocked != NULL);
    v->n_tried = n + (blocked != NULL);
    if (v->n_tried > 0)
        v->tried = wmem_alloc0_array(wmem_file_scope(), struct tried, v->n_tried);
    if (blocked) {
        /* The one whose SYN could not be sent: it has neither frame nor stream. */
        v->tried[n].server = blocked->destination.family ? blocked->destination : blocked->neighbor;
        v->tried[n].port = blocked->destination.family ? blocked->port : 0;
        v->tried[n].stream = UINT32_MAX;
        v->tried[n].after = blocked->first - e->request_time;
        v->tried[n].outcome.cause = CAUSE_ARP;
    }
    for (unsigned i = 0; i < n; i++) {
        const struct attempt *a = &from[i];
        v->tried[i].server = a->server;
        v->tried[i].port = a->port;
        v->tried[i].stream = a->stream;
        v->tried[i].reused = a->reused;
        v->tried[i].frame = a->reused || a->hs.syn.n == 0 ? a->request_frame : a->hs.syn.no[0];
        v->tried[i].after = a->start - e->request_time;
        v->tried[i].outcome = attempt_outcome(a, e->response_time, code);
    }
}

static void
keep_server(struct verdict *v, const struct finding *f, const struct evidence *e)
{
    const struct attempt *a = f->attempt;

    if (a) {
        v->server = a->server;
        v->server_port = a->port;
        v->server_stream = a->stream;
        if (f->cause == CAUSE_ICMP) {
            v->has_icmp = true;
            v->icmp_type = a->hs.icmp_type;
            v->icmp_code = a->hs.icmp_code;
        }
    } else if (f->cause == CAUSE_ARP) {
        v->server = e->unreached->destination.family ? e->unreached->destination : e->unreached->neighbor;
        v->server_port = e->unreached->destination.family ? e->unreached->port : 0;
        v->server_stream = UINT32_MAX;
    }
}

/* How the deciding connection went. */
static void
keep_course(struct verdict *v, const struct evidence *e, const struct finding *f)
{
    v->why = e->why ? keep(e->why) : words_tie(f->attempt ? f->attempt->tie : TIE_NONE);
    v->stall = f->stall;
    v->idle = f->attempt ? f->attempt->idle : 0;
    v->protocol = f->attempt ? f->attempt->protocol : NULL;
    v->sender = f->end ? (enum sender)f->end->sender : SENDER_UNKNOWN;
    v->old_ack = f->cause == CAUSE_SYN_TIMEOUT && f->attempt->hs.ack_frame;
    v->own_rst = f->cause == CAUSE_SYN_TIMEOUT && f->attempt->hs.own_rst_frame;
    v->unreadable_request = e->doubts.unreadable_request;
    v->at_gateway = e->doubts.at_gateway;
    v->without_keys = f->attempt && f->cause != CAUSE_UNKNOWN && attempt_lacks_keys(f->attempt, f->cause);
}

static void
keep_question(struct verdict *v, const struct question *q)
{
    if (!q)
        return;
    v->dns_name = keep(q->name);
    if (q->answers.n > 0)
        v->dns_rcode = words_rcode(q->rcode);
    if (v->cause == CAUSE_DNS_UNREACHABLE && q->icmp.n > 0) {
        v->has_icmp = true;
        v->icmp_type = q->icmp_type;
        v->icmp_code = q->icmp_code;
    }
}

static const char *
proxy_error_type(const struct finding *f)
{
    if (f->cause == CAUSE_TLS && f->attempt && f->attempt->tls.alert_frame && f->attempt->tls.alert_side == SERVER)
        return "tls_alert_received";
    return cause_rfc9209(f->cause);
}

static void
keep_said(struct verdict *v, const struct said *said)
{
    if (!said)
        return;
    v->reported = keep(said->words);
    v->product = v->cause == CAUSE_RELAYED ? PRODUCT_UNKNOWN : said->product;       /* what was relayed are the server's own words */
    if (said->words && said->category >= 0 && v->cause != CAUSE_UNKNOWN && v->cause != CAUSE_RELAYED)
        v->agreement = strcmp(said->words, cause_category(v->cause)) == 0 ? AGREES : DIFFERS;
}

void
verdict_fill(struct verdict *v, const struct exchange *ex, const struct evidence *e, const struct finding *f, const struct said *said, unsigned timeout)
{
    /* What an earlier look at the response said, before frames that were late, is gone. */
    *v = (struct verdict){ .number = v->number, .numbers = v->numbers, .frame = v->frame, .next = v->next };
    v->status = e->status;
    v->cause = f->cause;
    v->confidence = f->confidence;
    v->missing = f->missing;
    v->rfc9209 = proxy_error_type(f);
    v->summary = words_summary(wmem_file_scope(), e, f, timeout);
    v->host = keep(ex->request.host);
    v->url = keep(ex->request.url);
    v->method = keep(ex->request.method);
    v->port = ex->without_request ? 0 : ex->request.port;
    v->request_frame = ex->request.frame;
    v->wait = ex->without_request ? 0 : e->response_time - e->request_time;
    v->client = ex->conn->side[CLIENT].ip;
    v->gateway = ex->conn->side[SERVER].ip;
    v->client_port = ex->conn->side[CLIENT].port;
    v->client_stream = ex->conn->stream;
    v->n_cited = f->n_cited;
    if (f->n_cited > 0)
        v->cited = (struct cited *)wmem_memdup(wmem_file_scope(), f->cited, f->n_cited * sizeof f->cited[0]);
    keep_attempts(v, e, e->status);
    lookups_fill(v, ex, e);
    keep_server(v, f, e);
    keep_question(v, f->question);
    keep_course(v, e, f);
    keep_said(v, said);
    if (f->attempt && f->attempt->maker && !ex->request.maker)
        v->product = product_of_request(f->attempt->maker);     /* a header that the client's request had is somebody else's */
}

uint32_t
verdict_number(const struct verdict *v, uint32_t frame)
{
    return numbers_of(v->numbers, frame);
}

const char *
verdict_summary(wmem_allocator_t *scope, const struct verdict *v)
{
    unsigned rejected = v->request_frame && !verdict_number(v, v->request_frame);

    for (unsigned i = 0; i < v->n_cited; i++)
        rejected += !verdict_number(v, v->cited[i].frame);
    if (rejected == 0)
        return v->summary;
    return wmem_strdup_printf(scope, "%s; the read filter left out %u frame%s of this case", v->summary, rejected, rejected == 1 ? "" : "s");
}

const char *
agreement_token(enum agreement agreement)
{
    static const char *const tokens[] = { [AGREEMENT_NONE] = NULL, [AGREES] = "agrees", [DIFFERS] = "differs" };

    return tokens[agreement];
}

static void
append_number(wmem_strbuf_t *text, uint32_t number)
{
    if (number)
        wmem_strbuf_append_printf(text, "%s%u", g_str_has_suffix(wmem_strbuf_get_str(text), "{") ? "" : ", ", number);
}

char *
verdict_filter(wmem_allocator_t *scope, const struct verdict *v)
{
    wmem_strbuf_t *text = wmem_strbuf_new(scope, "frame.number in {");

    append_number(text, verdict_number(v, v->request_frame));
    for (unsigned i = 0; i < v->n_cited; i++)
        if (v->cited[i].frame != v->request_frame && v->cited[i].frame != v->frame)
            append_number(text, verdict_number(v, v->cited[i].frame));
    append_number(text, verdict_number(v, v->frame));
    wmem_strbuf_append_c(text, '}');
    return wmem_strbuf_finalize(text);
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
