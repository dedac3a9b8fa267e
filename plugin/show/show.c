/* show.c
 * Verdicts in the tree, the column, as expert items and back-links
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <epan/column-utils.h>
#include <epan/expert.h>
#include <epan/to_str.h>

#include "cases/export.h"
#include "diagnose/stall.h"
#include "fact/h3frame.h"
#include "show/advice.h"
#include "show/fields.h"
#include "show/headline.h"
#include "show/show.h"
#include "words/phrases.h"
#include "words/product.h"

static int proto_mwg502 = -1;

void
show_register(int proto)
{
    proto_mwg502 = proto;
    fields_register(proto);
}

/* pieces ******************************************************************/

static void
add_string(proto_tree *tree, int hf, tvbuff_t *tvb, const char *text)
{
    if (text)
        proto_item_set_generated(proto_tree_add_string(tree, hf, tvb, 0, 0, text));
}

static proto_item *
add_uint(proto_tree *tree, int hf, tvbuff_t *tvb, uint32_t value)
{
    proto_item *item = proto_tree_add_uint(tree, hf, tvb, 0, 0, value);

    proto_item_set_generated(item);
    return item;
}

static void
add_time(proto_tree *tree, int hf, tvbuff_t *tvb, when_t time)
{
    nstime_t value = { (time_t)(time / NS_PER_SECOND), (int)(time % NS_PER_SECOND) };

    proto_item_set_generated(proto_tree_add_time(tree, hf, tvb, 0, 0, &value));
}

static void
add_ip(proto_tree *tree, int hf4, int hf6, tvbuff_t *tvb, const struct ipaddr *ip)
{
    ws_in4_addr v4;

    if (ip->family == 4) {
        memcpy(&v4, ip->b, 4);
        proto_item_set_generated(proto_tree_add_ipv4(tree, hf4, tvb, 0, 0, v4));
    } else if (ip->family == 6) {
        proto_item_set_generated(proto_tree_add_ipv6(tree, hf6, tvb, 0, 0, (const ws_in6_addr *)ip->b));
    }
}

/* Nothing where a read filter rejected the frame; NULL then. */
static proto_item *
add_frame(proto_tree *tree, int hf, tvbuff_t *tvb, const struct verdict *v, uint32_t frame)
{
    uint32_t number = verdict_number(v, frame);

    return number ? add_uint(tree, hf, tvb, number) : NULL;
}

/* A heading. It is a field, so that -T json names it so, whatever its text. */
static proto_tree *
add_branch(proto_tree *tree, tvbuff_t *tvb, int hf, int ett, const char *text)
{
    proto_item *item = proto_tree_add_none_format(tree, hf, tvb, 0, 0, "%s", text);

    proto_item_set_generated(item);
    return proto_item_add_subtree(item, ett);
}

/*
 * A row holds 240 characters: text that is longer goes on in the next ones, and the field's
 * value is the whole. Returns the first row.
 */
static proto_item *
add_text(proto_tree *tree, int hf, tvbuff_t *tvb, packet_info *pinfo, const char *title, const char *text)
{
    size_t n = words_row(text);
    proto_item *first = proto_tree_add_string_format(tree, hf, tvb, 0, 0, text, "%s%.*s", title, (int)n, text);

    proto_item_set_generated(first);
    for (text += n; *text; text += n) {
        text += strspn(text, " ");
        n = words_row(text);
        add_branch(tree, tvb, hf_branch_more, ett_more, wmem_strdup_printf(pinfo->pool, "    %.*s", (int)n, text));
    }
    return first;
}

/* the branches of a verdict ***********************************************/

static void
add_request(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    char *client = words_endpoint(pinfo->pool, &v->client, v->client_port);
    proto_tree *branch = add_branch(tree, tvb, hf_branch_request, ett_request,
        wmem_strdup_printf(pinfo->pool, "Request from %s: %s %s", client, v->method ? v->method : "?", v->url ? v->url : v->unreadable_request ? "(not to be read)" : "(not in the capture)"));

    add_frame(branch, hf_role_frames[ROLE_REQUEST], tvb, v, v->request_frame);
    add_string(branch, hf_method, tvb, v->method);
    add_string(branch, hf_url, tvb, v->url);
    add_string(branch, hf_host, tvb, v->host);
    if (v->port)
        add_uint(branch, hf_port, tvb, v->port);
    add_ip(branch, hf_client_ip, hf_client_ipv6, tvb, &v->client);
    add_uint(branch, hf_client_port, tvb, v->client_port);
    if (is_tcp_stream(v->client_stream))
        add_uint(branch, hf_client_stream, tvb, v->client_stream);
    add_uint(branch, hf_status, tvb, v->status);
    if (v->request_frame)
        add_time(branch, hf_time, tvb, v->wait);
    if (verdict_number(v, v->request_frame))
        add_string(branch, hf_range, tvb, wmem_strdup_printf(pinfo->pool, "%u-%u", verdict_number(v, v->request_frame), verdict_number(v, v->frame)));
}

/* "A example.org at 10.1.1.53: 10.1.1.2 after 3 ms, asked 20 s before the request" */
static char *
lookup_text(wmem_allocator_t *scope, const struct looked_up *l)
{
    address server = ipaddr_to_address(&l->server);
    wmem_strbuf_t *text = wmem_strbuf_new(scope, "");

    wmem_strbuf_append_printf(text, "%s %s at %s: %s", words_dns_type(l->type), l->name, address_to_str(scope, &server),
                              l->told ? words_addresses(scope, l->told, l->n_told) : words_dns_outcome(l->outcome, l->rcode));
    if (l->took)
        wmem_strbuf_append_printf(text, " after %s", words_duration(scope, l->took));
    if (l->after < 0)
        wmem_strbuf_append_printf(text, ", asked %s before the request", words_duration(scope, -l->after));
    return wmem_strbuf_finalize(text);
}

static void
add_lookups(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    proto_tree *branch;

    add_string(tree, hf_dns_name, tvb, v->dns_name);
    add_string(tree, hf_dns_rcode, tvb, v->dns_rcode);
    if (v->n_looked_up == 0)
        return;
    branch = add_branch(tree, tvb, hf_branch_lookups, ett_lookups, wmem_strdup_printf(pinfo->pool, "Look-ups: %u", v->n_looked_up));
    for (unsigned i = 0; i < v->n_looked_up; i++) {
        const struct looked_up *l = &v->looked_up[i];
        proto_item *item = add_text(branch, hf_lookup, tvb, pinfo, "Look-up: ", lookup_text(pinfo->pool, l));
        proto_tree *one = proto_item_add_subtree(item, ett_lookup);
        add_frame(one, hf_lookup_frame, tvb, v, l->frame);
        add_frame(one, hf_lookup_answer_frame, tvb, v, l->answer_frame);
        for (unsigned k = 0; k < MIN(l->n_told, TOLD_MAX); k++)
            add_ip(one, hf_lookup_ip, hf_lookup_ipv6, tvb, &l->told[k]);
    }
}

static void
add_attempts(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    proto_item *item = add_uint(tree, hf_attempts, tvb, v->attempts);
    proto_tree *branch = proto_item_add_subtree(item, ett_attempts);

    if (v->attempts > v->n_tried)
        proto_item_append_text(item, " (the last %u are listed)", v->n_tried);
    for (unsigned i = 0; i < v->n_tried; i++) {
        const struct tried *a = &v->tried[i];
        item = proto_tree_add_string(branch, hf_attempt, tvb, 0, 0,
            wmem_strdup_printf(pinfo->pool, "%s%s: %s, begun %s %s the request", words_endpoint(pinfo->pool, &a->server, a->port),
                               a->reused ? " (kept alive)" : "", words_outcome(pinfo->pool, &a->outcome),
                               words_duration(pinfo->pool, a->after < 0 ? -a->after : a->after), a->after < 0 ? "before" : "after"));
        proto_item_set_generated(item);
        proto_tree *one = proto_item_add_subtree(item, ett_attempt);
        add_frame(one, hf_attempt_frame, tvb, v, a->frame);
        if (is_tcp_stream(a->stream))
            add_uint(one, hf_attempt_stream, tvb, a->stream);
    }
}

static void
add_server(const struct verdict *v, tvbuff_t *tvb, proto_tree *tree)
{
    add_ip(tree, hf_server_ip, hf_server_ipv6, tvb, &v->server);
    if (v->server_port)
        add_uint(tree, hf_server_port, tvb, v->server_port);
    if (v->server.family && is_tcp_stream(v->server_stream))
        add_uint(tree, hf_server_stream, tvb, v->server_stream);
    if (v->has_icmp) {
        add_uint(tree, hf_icmp_type, tvb, v->icmp_type);
        add_uint(tree, hf_icmp_code, tvb, v->icmp_code);
    }
}

static void
add_evidence(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    proto_tree *branch;

    if (v->n_cited == 0)
        return;
    branch = add_branch(tree, tvb, hf_branch_evidence, ett_evidence, wmem_strdup_printf(pinfo->pool, "Evidence: %u frame%s", v->n_cited, v->n_cited == 1 ? "" : "s"));
    for (unsigned i = 0; i < v->n_cited; i++)
        if (add_frame(branch, hf_role_frames[v->cited[i].role], tvb, v, v->cited[i].frame))
            proto_item_set_hidden(add_frame(branch, hf_evidence_frame, tvb, v, v->cited[i].frame));
}

/* How the deciding connection went. */
static void
add_course(const struct verdict *v, tvbuff_t *tvb, proto_tree *tree)
{
    add_string(tree, hf_stall, tvb, stall_token(v->stall));
    if (v->idle > 0)
        add_time(tree, hf_idle, tvb, v->idle);
    add_string(tree, hf_sender, tvb, sender_token(v->sender));
}

/* A row for each of the parts of a text that stand behind separator; the text itself is changed. */
static void
add_rows(proto_tree *branch, int hf, tvbuff_t *tvb, packet_info *pinfo, char *text, const char *separator, size_t kept)
{
    char *end;

    while ((end = strstr(text, separator))) {
        end[kept] = '\0';
        add_text(branch, hf, tvb, pinfo, "", text);
        text = end + strlen(separator);
    }
    add_text(branch, hf, tvb, pinfo, "", text);
}

static void
add_why(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    if (!v->why)
        return;
    proto_item *item = proto_tree_add_string_format(tree, hf_why, tvb, 0, 0, v->why, "Why this one");
    proto_item_set_generated(item);
    add_rows(proto_item_add_subtree(item, ett_why), hf_why_term, tvb, pinfo, wmem_strdup(pinfo->pool, v->why), "; ", 0);
}

/* Returns the item with the agreement; NULL: there is none. */
static proto_item *
add_said(const struct verdict *v, tvbuff_t *tvb, proto_tree *tree)
{
    proto_item *item;

    add_string(tree, hf_product, tvb, product_name(v->product));
    add_string(tree, hf_reported, tvb, v->reported);
    if (v->agreement == AGREEMENT_NONE)
        return NULL;
    item = proto_tree_add_string(tree, hf_agreement, tvb, 0, 0, agreement_token(v->agreement));
    proto_item_set_generated(item);
    return item;
}

static void
add_advice(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    char *advice = advice_for(pinfo->pool, v);
    proto_item *item = proto_tree_add_string_format(tree, hf_advice, tvb, 0, 0, advice, "What to check next");
    proto_tree *branch = proto_item_add_subtree(item, ett_advice);

    proto_item_set_generated(item);
    add_rows(branch, hf_advice_step, tvb, pinfo, advice, ". ", 1);
}

/* Returns the item with the agreement, or NULL. */
static proto_item *
add_fields(const struct verdict *v, const char *summary, tvbuff_t *tvb, packet_info *pinfo, proto_tree *top)
{
    proto_item *said;

    add_string(top, hf_cause, tvb, cause_token(v->cause));
    add_string(top, hf_category, tvb, cause_category(v->cause));
    add_text(top, hf_summary, tvb, pinfo, "Summary: ", summary);
    add_string(top, hf_confidence, tvb, confidence_token(v->confidence));
    add_server(v, tvb, top);
    add_course(v, tvb, top);
    add_request(v, tvb, pinfo, top);
    add_lookups(v, tvb, pinfo, top);
    add_attempts(v, tvb, pinfo, top);
    add_why(v, tvb, pinfo, top);
    add_evidence(v, tvb, pinfo, top);
    add_advice(v, tvb, pinfo, top);
    said = add_said(v, tvb, top);
    add_string(top, hf_rfc9209, tvb, v->rfc9209);
    add_string(top, hf_filter, tvb, verdict_filter(pinfo->pool, v));
    add_string(top, hf_export_filter, tvb, export_filter(pinfo->pool, v));
    add_uint(top, hf_case, tvb, v->number);
    return said;
}

/* An expert item makes the subtree one of its own kind, which is shown closed. */
static void
stay_open(proto_item *item, int kind)
{
    proto_tree *tree = proto_item_add_subtree(item, kind);

    (void)tree;
}

/* For Analyze > Expert Information, which makes one row of what reads alike: by cause, and by server or name. */
static const char *
expert_text(const struct verdict *v, packet_info *pinfo)
{
    const char *at = v->dns_name ? v->dns_name : v->host;

    if (v->server.family)
        at = words_endpoint(pinfo->pool, &v->server, v->server_port);
    return wmem_strdup_printf(pinfo->pool, at ? "%s (%s): %s" : "%s (%s)", cause_category(v->cause), cause_token(v->cause), at);
}

static void
show_verdict(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const char *summary = verdict_summary(pinfo->pool, v);
    char *headline = headline_of(pinfo->pool, v, summary);
    proto_item *item = proto_tree_add_protocol_format(tree, proto_mwg502, tvb, 0, 0, "MWG 502: %s", headline);
    proto_tree *top = proto_item_add_subtree(item, ett_verdict);
    proto_item *said = NULL;

    proto_item_set_generated(item);
    if (proto_field_is_referenced(tree, proto_mwg502))      /* else nobody looks: spares their texts */
        said = add_fields(v, summary, tvb, pinfo, top);
    expert_add_info_format(pinfo, item, &ei_cause[v->cause], "%s", expert_text(v, pinfo));
    if (v->agreement == DIFFERS)
        expert_add_info_format(pinfo, said ? said : item, &ei_differs, "The gateway says %s, the wire shows %s (%s)", v->reported,
                               cause_category(v->cause), cause_token(v->cause));
    stay_open(item, ett_verdict);
}

static void
depend_on(packet_info *pinfo, const struct verdict *v, uint32_t frame)
{
    uint32_t number = verdict_number(v, frame);

    if (number)
        compat_depend_on(pinfo, number);
}

void
show_verdicts(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, bool info_column)
{
    for (; v; v = v->next) {
        show_verdict(v, tvb, pinfo, tree);
        if (info_column)
            col_append_fstr(pinfo->cinfo, COL_INFO, " [mwg502: %s]", cause_token(v->cause));
        for (unsigned i = 0; i < v->n_cited; i++)
            depend_on(pinfo, v, v->cited[i].frame);
        depend_on(pinfo, v, v->request_frame);
    }
}

/* back-links **************************************************************/

void
show_parts(const struct part *part, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    for (; part; part = part->next) {
        const struct verdict *v = part->verdict;
        uint32_t response = verdict_number(v, v->frame);
        if (!response)
            continue;           /* a read filter rejected it */
        proto_item *item = proto_tree_add_protocol_format(tree, proto_mwg502, tvb, 0, 0, "MWG 502: %s; led to the %u in frame %u (%s)",
                                                          role_words(part->role), v->status, response, cause_token(v->cause));
        proto_tree *top = proto_item_add_subtree(item, ett_part);

        proto_item_set_generated(item);
        add_uint(top, hf_case, tvb, v->number);
        add_string(top, hf_role, tvb, role_token(part->role));
        add_uint(top, hf_response_frame, tvb, response);
        expert_add_info_format(pinfo, item, part->role == ROLE_REQUEST ? &ei_request : &ei_evidence, "%s; led to the %u in frame %u (%s)",
                               role_words(part->role), v->status, response, cause_token(v->cause));
        stay_open(item, ett_part);
    }
}

void
show_role(enum role role, tvbuff_t *tvb, proto_tree *tree)
{
    proto_item *item = proto_tree_add_protocol_format(tree, proto_mwg502, tvb, 0, 0, "MWG 502: %s; the gateway has not answered its client yet",
                                                      role_words(role));
    proto_item_set_generated(item);
    add_string(proto_item_add_subtree(item, ett_part), hf_role, tvb, role_token(role));
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
