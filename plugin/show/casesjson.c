/* casesjson.c
 * -z mwg502,json: one JSON object a line for each case; docs/scripting.md describes its members
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <wsutil/json_dumper.h>

#include "cases/export.h"
#include "diagnose/stall.h"
#include "fact/h3frame.h"
#include "net/lookup.h"
#include "show/advice.h"
#include "show/caseslist.h"
#include "words/phrases.h"
#include "words/product.h"

/* One object that is being written; what is made for it lives in scope. */
struct page {
    json_dumper dumper;
    wmem_allocator_t *scope;
    const struct case_list *list;
};

/* Members with text of the capture are cleaned; those without a value are left out. */
static void
add_text(struct page *p, const char *name, const char *text)
{
    if (!text)
        return;
    json_dumper_set_member_name(&p->dumper, name);
    json_dumper_value_string(&p->dumper, cases_clean(p->scope, text));
}

static void
add_number(struct page *p, const char *name, uint32_t number)
{
    json_dumper_set_member_name(&p->dumper, name);
    json_dumper_value_anyf(&p->dumper, "%u", number);
}

static void
add_some(struct page *p, const char *name, uint32_t number)
{
    if (number)
        add_number(p, name, number);
}

static void
add_flag(struct page *p, const char *name, bool flag)
{
    json_dumper_set_member_name(&p->dumper, name);
    json_dumper_value_anyf(&p->dumper, flag ? "true" : "false");
}

/* Seconds, exact: a double would lose the nanoseconds of a time since 1970. */
static void
add_seconds(struct page *p, const char *name, when_t time)
{
    when_t t = time < 0 ? -time : time;
    char *text = wmem_strdup_printf(p->scope, "%s%" PRId64 ".%09" PRId64, time < 0 ? "-" : "", t / NS_PER_SECOND, t % NS_PER_SECOND);
    size_t n = strlen(text);

    while (text[n - 1] == '0')
        n--;
    text[text[n - 1] == '.' ? n - 1 : n] = '\0';
    json_dumper_set_member_name(&p->dumper, name);
    json_dumper_value_anyf(&p->dumper, "%s", text);
}

static void
begin_object(struct page *p, const char *name)
{
    if (name)
        json_dumper_set_member_name(&p->dumper, name);
    json_dumper_begin_object(&p->dumper);
}

static void
begin_array(struct page *p, const char *name)
{
    json_dumper_set_member_name(&p->dumper, name);
    json_dumper_begin_array(&p->dumper);
}

static void
add_endpoint(struct page *p, const char *name, const struct ipaddr *ip, uint16_t port, uint32_t stream)
{
    if (!ip->family)
        return;
    begin_object(p, name);
    add_text(p, "ip", cases_address(p->scope, ip));
    add_some(p, "port", port);
    if (is_tcp_stream(stream))
        add_number(p, "stream", stream);
    json_dumper_end_object(&p->dumper);
}

/* the parts of a case *****************************************************/

/* time: of the frame, 0 where it is not known. */
static void
add_time(struct page *p, when_t time)
{
    char *iso = time ? cases_iso8601(p->scope, time, 9) : NULL;

    if (!time)
        return;
    add_text(p, "time", *iso ? iso : NULL);
    add_seconds(p, "epoch", time);
    add_seconds(p, "relative", time - p->list->began);
}

static void
add_frame(struct page *p, const char *name, uint32_t number, const char *role)
{
    const struct frame_texts *texts = cases_texts_of(p->list, number);

    if (!number)
        return;                 /* not in the capture, or a read filter rejected it */
    begin_object(p, name);
    add_number(p, "frame", number);
    add_text(p, "role", role);
    add_time(p, cases_time_of(p->list, number));
    if (texts) {
        add_text(p, "source", texts->source);
        add_text(p, "destination", texts->destination);
        add_text(p, "protocol", texts->protocol);
        add_text(p, "info", texts->info);
    }
    json_dumper_end_object(&p->dumper);
}

static void
add_frames(struct page *p, const struct listed_case *c)
{
    const struct verdict *v = c->verdict;

    add_frame(p, "request", verdict_number(v, v->request_frame), role_token(ROLE_REQUEST));
    begin_array(p, "evidence");
    for (unsigned i = 0; i < v->n_cited; i++)
        add_frame(p, NULL, verdict_number(v, v->cited[i].frame), role_token(v->cited[i].role));
    json_dumper_end_array(&p->dumper);
    add_frame(p, "response", c->frame, "response");
    begin_array(p, "evidence_frame");
    for (unsigned i = 0; i < v->n_cited; i++)
        if (verdict_number(v, v->cited[i].frame))
            json_dumper_value_anyf(&p->dumper, "%u", verdict_number(v, v->cited[i].frame));
    json_dumper_end_array(&p->dumper);
}

static void
add_attempts(struct page *p, const struct verdict *v)
{
    add_number(p, "attempts", v->attempts);
    begin_array(p, "attempt");
    for (unsigned i = 0; i < v->n_tried; i++) {
        const struct tried *a = &v->tried[i];
        begin_object(p, NULL);
        add_endpoint(p, "server", &a->server, a->port, a->stream);
        add_text(p, "outcome", words_outcome(p->scope, &a->outcome));
        add_some(p, "frame", verdict_number(v, a->frame));
        add_flag(p, "kept_alive", a->reused);
        add_seconds(p, "after", a->after);
        json_dumper_end_object(&p->dumper);
    }
    json_dumper_end_array(&p->dumper);
}

static void
add_addresses(struct page *p, const char *name, const struct ipaddr *addresses, unsigned n)
{
    begin_array(p, name);
    for (unsigned i = 0; i < n; i++)
        json_dumper_value_string(&p->dumper, cases_address(p->scope, &addresses[i]));
    json_dumper_end_array(&p->dumper);
}

static void
add_lookups(struct page *p, const struct verdict *v)
{
    begin_array(p, "lookup");
    for (unsigned i = 0; i < v->n_looked_up; i++) {
        const struct looked_up *l = &v->looked_up[i];
        begin_object(p, NULL);
        add_text(p, "name", l->name);
        add_text(p, "type", words_dns_type(l->type));
        add_text(p, "server", cases_address(p->scope, &l->server));
        add_text(p, "outcome", words_dns_outcome(l->outcome, l->rcode));
        if (l->told)
            add_addresses(p, "address", l->told, MIN(l->n_told, TOLD_MAX));
        add_some(p, "query_frame", verdict_number(v, l->frame));
        add_some(p, "response_frame", verdict_number(v, l->answer_frame));
        add_seconds(p, "after", l->after);
        if (l->took)
            add_seconds(p, "took", l->took);
        json_dumper_end_object(&p->dumper);
    }
    json_dumper_end_array(&p->dumper);
}

/* What is one word or number, under the names of the fields; first what no text of the capture can imitate. */
static void
add_verdict(struct page *p, const struct listed_case *c)
{
    const struct verdict *v = c->verdict;

    add_number(p, "case", v->number);
    add_text(p, "cause", cause_token(v->cause));
    add_text(p, "category", cause_category(v->cause));
    add_text(p, "confidence", confidence_token(v->confidence));
    add_number(p, "status", v->status);
    add_number(p, "frame", c->frame);
    add_time(p, c->time);
    add_text(p, "summary", verdict_summary(p->scope, v));
    add_text(p, "advice", advice_for(p->scope, v));
    add_text(p, "method", v->method);
    add_text(p, "url", v->url);
    add_text(p, "host", v->host);
    add_some(p, "port", v->port);
    add_endpoint(p, "client", &v->client, v->client_port, v->client_stream);
    add_endpoint(p, "gateway", &v->gateway, 0, UINT32_MAX);
    add_endpoint(p, "server", &v->server, v->server_port, v->server_stream);
    if (v->request_frame)
        add_seconds(p, "wait", v->wait);
    add_text(p, "rfc9209", v->rfc9209);
    add_text(p, "reported", v->reported);
    add_text(p, "agreement", agreement_token(v->agreement));
    add_text(p, "product", product_name(v->product));
    add_text(p, "why", v->why);
    add_text(p, "stall", stall_token(v->stall));
    if (v->idle > 0)
        add_seconds(p, "idle", v->idle);
    add_text(p, "sender", sender_token(v->sender));
}

static void
add_details(struct page *p, const struct listed_case *c)
{
    const struct verdict *v = c->verdict;
    uint32_t request = verdict_number(v, v->request_frame);

    if (v->dns_name) {
        begin_object(p, "dns");
        add_text(p, "name", v->dns_name);
        add_text(p, "rcode", v->dns_rcode);
        json_dumper_end_object(&p->dumper);
    }
    if (v->has_icmp) {
        begin_object(p, "icmp");
        add_number(p, "type", v->icmp_type);
        add_number(p, "code", v->icmp_code);
        json_dumper_end_object(&p->dumper);
    }
    add_attempts(p, v);
    add_lookups(p, v);
    add_some(p, "request_frame", request);
    if (request)
        add_text(p, "range", wmem_strdup_printf(p->scope, "%u-%u", request, c->frame));
    add_text(p, "filter", verdict_filter(p->scope, v));
    add_text(p, "export_filter", export_filter(p->scope, v));
    add_frames(p, c);
}

static void
append_case(GString *text, wmem_allocator_t *scope, const struct case_list *list, const struct listed_case *c)
{
    struct page p = { .dumper = { .output_string = text }, .scope = scope, .list = list };

    json_dumper_begin_object(&p.dumper);
    add_verdict(&p, c);
    add_details(&p, c);
    json_dumper_end_object(&p.dumper);
    json_dumper_finish(&p.dumper);
}

bool
cases_write_json(const struct case_list *list, GString *text)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    bool ok = true;

    for (unsigned i = 0; ok && i < list->cases->len; i++) {
        append_case(text, scope, list, &g_array_index(list->cases, struct listed_case, i));
        ok = cases_put(text);
        wmem_free_all(scope);
    }
    wmem_destroy_allocator(scope);
    return ok;
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
