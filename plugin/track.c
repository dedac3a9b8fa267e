/* track.c
 * From facts to verdicts: the door between what is observed and what is shown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include <glib.h>

#include "exchange.h"
#include "tie.h"
#include "track.h"
#include "words.h"

/* Listed in the tree; more are only counted. */
#define LISTED_MAX 32

struct tracker *
track_new(const struct settings *settings, unsigned timeout)
{
    struct tracker *t = wmem_new0(wmem_file_scope(), struct tracker);

    t->root = root_new();
    t->root->settings = *settings;
    t->timeout = timeout;
    t->verdicts = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
    t->parts = wmem_map_new(wmem_file_scope(), g_direct_hash, g_direct_equal);
    return t;
}

void
track_frame(struct tracker *t, uint32_t frame, when_t time, bool cut_short)
{
    struct root *root = t->root;

    root->frame = frame;
    if (time + CLOCK_SLACK < root->now)
        root->disorder = true;
    root->now = MAX(root->now, time);
    root->cut_short = root->cut_short || cut_short;
    t->relay_frame = 0;
    root_sweep(root);
}

const struct verdict *
track_verdicts(const struct tracker *t, uint32_t frame)
{
    return (const struct verdict *)wmem_map_lookup(t->verdicts, GUINT_TO_POINTER(frame));
}

const struct part *
track_parts(const struct tracker *t, uint32_t frame)
{
    return (const struct part *)wmem_map_lookup(t->parts, GUINT_TO_POINTER(frame));
}

/* building ****************************************************************/

static const char *
keep(const char *text)
{
    return text ? wmem_strdup(wmem_file_scope(), text) : NULL;
}

static void
keep_attempts(struct verdict *v, const struct evidence *e, unsigned code)
{
    unsigned n = MIN(e->n_attempts, LISTED_MAX);
    const struct attempt *from = e->attempts + e->n_attempts - n;

    v->attempts = e->attempts_remembered ? 0 : e->n_attempts;
    v->n_tried = n;
    if (n > 0)
        v->tried = wmem_alloc0_array(wmem_file_scope(), struct tried, n);
    for (unsigned i = 0; i < n; i++) {
        const struct attempt *a = &from[i];
        v->tried[i].server = a->server;
        v->tried[i].port = a->port;
        v->tried[i].stream = a->stream;
        v->tried[i].reused = a->reused;
        v->tried[i].frame = a->reused || a->hs.syn.n == 0 ? a->reply.request_frame : a->hs.syn.no[0];
        v->tried[i].after = a->start - e->request_time;
        v->tried[i].outcome = attempt_outcome(a, e->response_time, code);
    }
    if (e->unreached && !e->unreached->for_dns)
        v->attempts++;          /* the one whose SYN could not be sent */
}

static void
keep_lookups(struct verdict *v, const struct search *s, when_t until)
{
    unsigned n = s ? MIN(s->n, LISTED_MAX) : 0;

    v->n_looked_up = n;
    if (n > 0)
        v->looked_up = wmem_alloc0_array(wmem_file_scope(), struct looked_up, n);
    for (unsigned i = 0; i < n; i++) {
        const struct question *q = s->questions[i];
        bool answered = q->answers.n > 0 && q->answered <= until;
        v->looked_up[i].name = keep(q->name);
        v->looked_up[i].type = q->type;
        v->looked_up[i].server = q->server;
        v->looked_up[i].frame = q->sent.n > 0 ? q->sent.no[0] : 0;
        v->looked_up[i].answer_frame = answered ? q->answers.no[0] : q->icmp.n > 0 ? q->icmp.no[0] : 0;
        v->looked_up[i].took = answered ? q->answered - q->first_sent : 0;
        v->looked_up[i].outcome = answered ? q->outcome : q->icmp.n > 0 ? DNS_ICMP : DNS_SILENT;
        v->looked_up[i].rcode = q->rcode;
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
    const char *category = cause_category(v->cause);

    if (!said || !said->words)
        return;
    v->reported = keep(said->words);
    v->agrees = said->category < 0 || v->cause == CAUSE_UNKNOWN || v->cause == CAUSE_RELAYED || strcmp(said->words, category) == 0;
}

static void
link_part(struct tracker *t, const struct verdict *v, uint32_t frame, enum role role)
{
    struct part *part = wmem_new(wmem_file_scope(), struct part);
    void *key = GUINT_TO_POINTER(frame);
    struct part *first = (struct part *)wmem_map_lookup(t->parts, key);

    *part = (struct part){ v, role, NULL };
    if (!first) {
        wmem_map_insert(t->parts, key, part);
        return;
    }
    while (first->next)
        first = first->next;
    first->next = part;
}

static void
link_verdict(struct tracker *t, struct verdict *v)
{
    void *key = GUINT_TO_POINTER(v->frame);
    struct verdict *first = (struct verdict *)wmem_map_lookup(t->verdicts, key);

    if (!first) {
        wmem_map_insert(t->verdicts, key, v);
    } else {
        while (first->next)
            first = first->next;
        first->next = v;
    }
    if (v->request_frame)
        link_part(t, v, v->request_frame, ROLE_REQUEST);
    for (unsigned i = 0; i < v->n_cited; i++)
        link_part(t, v, v->cited[i].frame, v->cited[i].role);
}

static struct verdict *
verdict_for(struct tracker *t, struct exchange *ex, uint32_t frame, const struct said *said)
{
    struct collected *found = g_new(struct collected, 1);
    struct finding *f = g_new(struct finding, 1);
    struct verdict *v = wmem_new0(wmem_file_scope(), struct verdict);
    const struct evidence *e = &found->evidence;

    tie_collect(t->root, ex, found);
    diagnose(e, f);
    v->number = ++t->n_verdicts;
    v->frame = frame;
    v->status = e->status;
    v->cause = f->cause;
    v->confidence = f->confidence;
    v->missing = f->missing;
    v->rfc9209 = proxy_error_type(f);
    v->summary = words_summary(wmem_file_scope(), e, f, t->timeout);
    v->host = keep(ex->host);
    v->url = keep(ex->url);
    v->method = keep(ex->method);
    v->port = ex->headless ? 0 : ex->port;
    v->request_frame = ex->reply.request_frame;
    v->wait = ex->headless ? 0 : e->response_time - e->request_time;
    v->client = ex->conn->ip[CLIENT];
    v->gateway = ex->conn->ip[SERVER];
    v->client_port = ex->conn->port[CLIENT];
    v->client_stream = ex->conn->stream;
    v->n_cited = f->n_cited;
    if (f->n_cited > 0)
        v->cited = (struct cited *)wmem_memdup(wmem_file_scope(), f->cited, f->n_cited * sizeof f->cited[0]);
    keep_attempts(v, e, e->status);
    keep_lookups(v, e->search, e->response_time);
    keep_server(v, f, e);
    keep_question(v, f->question);
    keep_said(v, said);
    link_verdict(t, v);
    g_free(f);
    g_free(found);
    return v;
}

/* responses ***************************************************************/

struct verdict *
track_response(struct tracker *t, struct conn *conn, unsigned status, uint32_t frame, when_t time, const struct said *said)
{
    struct exchange *ex = exchange_shown(t->root, conn, status, frame, time);
    struct verdict *v = NULL;

    if (!ex)
        return NULL;
    if (t->root->settings.watched(status)) {
        if (ex->had_parent && !tie_is_gateway(t->root, ex))
            t->relay_frame = frame;
        else
            v = verdict_for(t, ex, frame, said);
    }
    exchange_served(t->root, ex);
    return v;
}

struct verdict *
track_swallowed(struct tracker *t, struct conn *conn, uint32_t frame, bool shown, const struct said *said)
{
    struct exchange *ex = exchange_swallowed(conn);
    struct verdict *v;

    if (!ex || ex->had_parent || shown)
        return NULL;
    v = verdict_for(t, ex, frame, said);
    exchange_served(t->root, ex);
    return v;
}

char *
verdict_filter(wmem_allocator_t *scope, const struct verdict *v)
{
    wmem_strbuf_t *text = wmem_strbuf_new(scope, "frame.number in {");

    if (v->request_frame)
        wmem_strbuf_append_printf(text, "%u, ", v->request_frame);
    for (unsigned i = 0; i < v->n_cited; i++)
        if (v->cited[i].frame != v->request_frame && v->cited[i].frame != v->frame)
            wmem_strbuf_append_printf(text, "%u, ", v->cited[i].frame);
    wmem_strbuf_append_printf(text, "%u}", v->frame);
    return wmem_strbuf_finalize(text);
}
