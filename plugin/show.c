/* show.c
 * Verdicts in the tree, the column, as expert items and back-links
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "compat.h"

#include <epan/column-utils.h>
#include <epan/expert.h>
#include <epan/to_str.h>

#include "show.h"
#include "words.h"

static int proto_mwg502 = -1;

static int hf_cause = -1, hf_category = -1, hf_summary = -1, hf_advice = -1, hf_confidence = -1, hf_rfc9209 = -1;
static int hf_reported = -1, hf_agreement = -1, hf_host = -1, hf_url = -1, hf_method = -1, hf_port = -1;
static int hf_server_ip = -1, hf_server_ipv6 = -1, hf_server_port = -1, hf_server_stream = -1;
static int hf_client_ip = -1, hf_client_ipv6 = -1, hf_client_port = -1, hf_client_stream = -1;
static int hf_attempts = -1, hf_attempt = -1, hf_lookup = -1, hf_range = -1, hf_dns_name = -1, hf_dns_rcode = -1;
static int hf_icmp_type = -1, hf_icmp_code = -1, hf_time = -1, hf_filter = -1, hf_case = -1, hf_status = -1;
static int hf_evidence_frame = -1, hf_response_frame = -1, hf_role = -1, hf_attempt_frame = -1, hf_lookup_frame = -1;
static int hf_attempt_stream = -1, hf_lookup_answer_frame = -1, hf_advice_step = -1;
static int hf_role_frames[N_ROLES];

static int ett_verdict = -1, ett_request = -1, ett_attempts = -1, ett_attempt = -1, ett_lookups = -1, ett_lookup = -1;
static int ett_evidence = -1, ett_advice = -1, ett_part = -1;

static expert_field ei_explained = EI_INIT, ei_unknown = EI_INIT, ei_differs = EI_INIT, ei_evidence = EI_INIT, ei_request = EI_INIT;

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

static proto_tree *
add_branch(proto_tree *tree, tvbuff_t *tvb, int ett, const char *text)
{
    proto_item *item;
    proto_tree *branch = proto_tree_add_subtree(tree, tvb, 0, 0, ett, &item, text);

    proto_item_set_generated(item);
    return branch;
}

/* the branches of a verdict ***********************************************/

static void
add_request(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    char *client = words_endpoint(pinfo->pool, &v->client, v->client_port);
    proto_tree *branch = add_branch(tree, tvb, ett_request,
        wmem_strdup_printf(pinfo->pool, "Request: %s %s from %s", v->method ? v->method : "?", v->url ? v->url : "(not in the capture)", client));

    add_frame(branch, hf_role_frames[ROLE_REQUEST], tvb, v, v->request_frame);
    add_string(branch, hf_method, tvb, v->method);
    add_string(branch, hf_url, tvb, v->url);
    add_string(branch, hf_host, tvb, v->host);
    if (v->port)
        add_uint(branch, hf_port, tvb, v->port);
    add_ip(branch, hf_client_ip, hf_client_ipv6, tvb, &v->client);
    add_uint(branch, hf_client_port, tvb, v->client_port);
    add_uint(branch, hf_client_stream, tvb, v->client_stream);
    add_uint(branch, hf_status, tvb, v->status);
    if (v->request_frame) {
        nstime_t wait = { (time_t)(v->wait / NS_PER_SECOND), (int)(v->wait % NS_PER_SECOND) };
        proto_item_set_generated(proto_tree_add_time(branch, hf_time, tvb, 0, 0, &wait));
    }
    if (verdict_number(v, v->request_frame))
        add_string(branch, hf_range, tvb, wmem_strdup_printf(pinfo->pool, "%u-%u", verdict_number(v, v->request_frame), verdict_number(v, v->frame)));
}

static void
add_lookups(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    proto_tree *branch;

    add_string(tree, hf_dns_name, tvb, v->dns_name);
    add_string(tree, hf_dns_rcode, tvb, v->dns_rcode);
    if (v->n_looked_up == 0)
        return;
    branch = add_branch(tree, tvb, ett_lookups, wmem_strdup_printf(pinfo->pool, "Look-ups: %u", v->n_looked_up));
    for (unsigned i = 0; i < v->n_looked_up; i++) {
        const struct looked_up *l = &v->looked_up[i];
        address server = ipaddr_to_address(&l->server);
        const char *took = l->took ? words_duration(pinfo->pool, l->took) : NULL;
        proto_item *item = proto_tree_add_string(branch, hf_lookup, tvb, 0, 0,
            wmem_strdup_printf(pinfo->pool, "%s %s at %s: %s%s%s", l->type == DNS_TYPE_AAAA ? "AAAA" : "A", l->name,
                               address_to_str(pinfo->pool, &server), words_dns_outcome(l->outcome, l->rcode), took ? " after " : "", took ? took : ""));
        proto_item_set_generated(item);
        proto_tree *one = proto_item_add_subtree(item, ett_lookup);
        add_frame(one, hf_lookup_frame, tvb, v, l->frame);
        add_frame(one, hf_lookup_answer_frame, tvb, v, l->answer_frame);
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
        if (a->stream != UINT32_MAX)
            add_uint(one, hf_attempt_stream, tvb, a->stream);
    }
}

static void
add_server(const struct verdict *v, tvbuff_t *tvb, proto_tree *tree)
{
    add_ip(tree, hf_server_ip, hf_server_ipv6, tvb, &v->server);
    if (v->server_port)
        add_uint(tree, hf_server_port, tvb, v->server_port);
    if (v->server.family && v->server_stream != UINT32_MAX)
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
    branch = add_branch(tree, tvb, ett_evidence, wmem_strdup_printf(pinfo->pool, "Evidence: %u frame%s", v->n_cited, v->n_cited == 1 ? "" : "s"));
    for (unsigned i = 0; i < v->n_cited; i++)
        if (add_frame(branch, hf_role_frames[v->cited[i].role], tvb, v, v->cited[i].frame))
            proto_item_set_hidden(add_frame(branch, hf_evidence_frame, tvb, v, v->cited[i].frame));
}

/* Returns the item with the agreement; NULL: the gateway said nothing. */
static proto_item *
add_said(const struct verdict *v, tvbuff_t *tvb, proto_tree *tree)
{
    proto_item *item;

    if (!v->reported)
        return NULL;
    add_string(tree, hf_reported, tvb, v->reported);
    item = proto_tree_add_string(tree, hf_agreement, tvb, 0, 0, v->agrees ? "agrees" : "differs");
    proto_item_set_generated(item);
    return item;
}

/* A label holds 240 characters: the sentences stand below, one by one. */
static void
add_advice(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    char *advice = words_advice(pinfo->pool, v), *sentence = advice, *end;
    proto_item *item = proto_tree_add_string(tree, hf_advice, tvb, 0, 0, advice);
    proto_tree *branch = proto_item_add_subtree(item, ett_advice);

    proto_item_set_generated(item);
    while ((end = strstr(sentence, ". "))) {
        end[1] = '\0';
        add_string(branch, hf_advice_step, tvb, sentence);
        sentence = end + 2;
    }
    add_string(branch, hf_advice_step, tvb, sentence);
}

/* Returns the item with the agreement, or NULL. */
static proto_item *
add_fields(const struct verdict *v, const char *summary, tvbuff_t *tvb, packet_info *pinfo, proto_tree *top)
{
    proto_item *said;

    add_string(top, hf_cause, tvb, cause_token(v->cause));
    add_string(top, hf_category, tvb, cause_category(v->cause));
    add_string(top, hf_summary, tvb, summary);
    add_string(top, hf_confidence, tvb, confidence_token(v->confidence));
    add_server(v, tvb, top);
    add_request(v, tvb, pinfo, top);
    add_lookups(v, tvb, pinfo, top);
    add_attempts(v, tvb, pinfo, top);
    add_evidence(v, tvb, pinfo, top);
    said = add_said(v, tvb, top);
    add_string(top, hf_rfc9209, tvb, v->rfc9209);
    add_advice(v, tvb, pinfo, top);
    add_string(top, hf_filter, tvb, verdict_filter(pinfo->pool, v));
    add_uint(top, hf_case, tvb, v->number);
    return said;
}

static void
show_verdict(const struct verdict *v, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const char *summary = verdict_summary(pinfo->pool, v);
    proto_item *item = proto_tree_add_protocol_format(tree, proto_mwg502, tvb, 0, 0, "MWG 502: %s (%s): %s", cause_category(v->cause),
                                                      cause_token(v->cause), summary);
    proto_tree *top = proto_item_add_subtree(item, ett_verdict);
    proto_item *said = NULL;

    proto_item_set_generated(item);
    if (proto_field_is_referenced(tree, proto_mwg502))      /* else nobody looks: spares their texts */
        said = add_fields(v, summary, tvb, pinfo, top);
    expert_add_info_format(pinfo, item, cause_explains(v->cause) ? &ei_explained : &ei_unknown, "%s (%s): %s", cause_category(v->cause),
                           cause_token(v->cause), summary);
    if (v->reported && !v->agrees)
        expert_add_info_format(pinfo, said ? said : item, &ei_differs, "The gateway says %s, the wire shows %s (%s)", v->reported,
                               cause_category(v->cause), cause_token(v->cause));
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

/* registration ************************************************************/

static void
register_role_fields(int proto)
{
    static hf_register_info hf[N_ROLES];
    static const struct {
        const char *title, *blurb;
    } texts[N_ROLES] = {
        [ROLE_REQUEST] = { "Request in frame", "The client's request that this response answers" },
        [ROLE_DNS_QUERY] = { "DNS query in frame", "A query of the look-up that failed" },
        [ROLE_DNS_RESPONSE] = { "DNS answer in frame", "The answer, or the error, that a query drew" },
        [ROLE_SYN] = { "SYN in frame", "A SYN to the server" },
        [ROLE_SYNACK] = { "SYN/ACK in frame", "A SYN/ACK that the gateway never acknowledged" },
        [ROLE_RST] = { "RST in frame", "A RST that refused a SYN or a new connection" },
        [ROLE_ICMP] = { "ICMP error in frame", "An ICMP error that a packet of the gateway drew" },
        [ROLE_ARP] = { "ARP or Neighbour Discovery in frame", "An unanswered question for the address of the next hop" },
        [ROLE_SERVER_REQUEST] = { "Request to the server in frame", "The request that the gateway sent to the server" },
        [ROLE_SERVER_RESPONSE] = { "Server's bytes in frame", "What the server sent for it" },
        [ROLE_SERVER_CLOSE] = { "Server's FIN or RST in frame", "How the server ended the connection" },
        [ROLE_TLS_ALERT] = { "End of the TLS handshake in frame", "The alert, FIN, RST or bytes that ended the handshake" },
    };

    for (int role = 0; role < N_ROLES; role++) {
        char *abbrev = wmem_strdup_printf(wmem_epan_scope(), "mwg502.%s_frame", role_token((enum role)role));
        hf_role_frames[role] = -1;
        hf[role] = (hf_register_info){ &hf_role_frames[role],
            { texts[role].title, abbrev, FT_FRAMENUM, BASE_NONE, role == ROLE_REQUEST ? FRAMENUM_TYPE(FT_FRAMENUM_REQUEST) : NULL, 0x0,
              texts[role].blurb, HFILL } };
    }
    proto_register_field_array(proto, hf, N_ROLES);
}

/* Wireshark fills in an expert item's name, not its description. */
static void
register_expert_items(int proto)
{
#define ITEM(id, abbrev, group, severity, summary, blurb) \
    { &ei_##id, { abbrev, group, severity, summary, 0, NULL, 0, { 0, { NULL, NULL, FT_NONE, BASE_NONE, NULL, 0, blurb, HFILL } } } }
    static ei_register_info ei[] = {
        ITEM(explained, "mwg502.explained", PI_RESPONSE_CODE, PI_WARN, "The cause of the response was found",
             "On a response whose cause the capture shows"),
        ITEM(unknown, "mwg502.unexplained", PI_RESPONSE_CODE, PI_NOTE, "The capture does not hold the cause of the response",
             "On a response whose summary says what is missing"),
        ITEM(differs, "mwg502.differs", PI_RESPONSE_CODE, PI_NOTE, "The gateway says something else than the wire shows",
             "On what the gateway said of itself"),
        ITEM(evidence, "mwg502.evidence", PI_SEQUENCE, PI_NOTE, "The frame led to a response that was diagnosed",
             "On each frame of the evidence"),
        ITEM(request, "mwg502.request", PI_SEQUENCE, PI_CHAT, "The request of a response that was diagnosed",
             "On the client's request"),
    };
#undef ITEM

    expert_register_field_array(expert_register_protocol(proto), ei, array_length(ei));
}

void
show_register(int proto)
{
#define STRING_FIELD(id, title, abbrev, blurb) { &hf_##id, { title, abbrev, FT_STRINGZ, BASE_NONE, NULL, 0x0, blurb, HFILL } }
#define UINT_FIELD(id, title, abbrev, type, blurb) { &hf_##id, { title, abbrev, type, BASE_DEC, NULL, 0x0, blurb, HFILL } }
#define FRAME_FIELD(id, title, abbrev, kind, blurb) { &hf_##id, { title, abbrev, FT_FRAMENUM, BASE_NONE, kind, 0x0, blurb, HFILL } }
    static hf_register_info hf[] = {
        STRING_FIELD(cause, "Cause", "mwg502.cause", "Why the gateway answered so: one token"),
        STRING_FIELD(category, "Category", "mwg502.category", "The heading of the gateway's block page"),
        STRING_FIELD(summary, "Summary", "mwg502.summary", "What the capture shows, with the numbers"),
        STRING_FIELD(advice, "Advice", "mwg502.advice", "What to check next"),
        STRING_FIELD(advice_step, "Step", "mwg502.advice.step", "One sentence of the advice"),
        STRING_FIELD(confidence, "Confidence", "mwg502.confidence", "observed, likely, inferred or none"),
        STRING_FIELD(rfc9209, "Proxy-Status error", "mwg502.rfc9209", "Error type of RFC 9209"),
        STRING_FIELD(reported, "Gateway says", "mwg502.reported", "What the gateway said of itself"),
        STRING_FIELD(agreement, "Agreement", "mwg502.agreement", "Whether the gateway's words agree with the wire"),
        STRING_FIELD(host, "Host", "mwg502.host", "Host that the client asked for"),
        STRING_FIELD(url, "URL", "mwg502.url", "Request target as the client sent it"),
        STRING_FIELD(method, "Method", "mwg502.method", "Method of the client's request"),
        UINT_FIELD(port, "Port", "mwg502.port", FT_UINT16, "Port that the client asked for"),
        UINT_FIELD(status, "Status", "mwg502.status", FT_UINT16, "Status of the response that is diagnosed"),
        { &hf_server_ip, { "Server", "mwg502.server.ip", FT_IPv4, BASE_NONE, NULL, 0x0, "Server of the deciding attempt", HFILL } },
        { &hf_server_ipv6, { "Server", "mwg502.server.ipv6", FT_IPv6, BASE_NONE, NULL, 0x0, "Server of the deciding attempt", HFILL } },
        UINT_FIELD(server_port, "Server port", "mwg502.server.port", FT_UINT16, "Port of the deciding attempt"),
        UINT_FIELD(server_stream, "Server stream", "mwg502.server.stream", FT_UINT32, "tcp.stream of the deciding attempt"),
        { &hf_client_ip, { "Client", "mwg502.client.ip", FT_IPv4, BASE_NONE, NULL, 0x0, "Who asked", HFILL } },
        { &hf_client_ipv6, { "Client", "mwg502.client.ipv6", FT_IPv6, BASE_NONE, NULL, 0x0, "Who asked", HFILL } },
        UINT_FIELD(client_port, "Client port", "mwg502.client.port", FT_UINT16, "Port that the client asked from"),
        UINT_FIELD(client_stream, "Client stream", "mwg502.client.stream", FT_UINT32, "tcp.stream to follow"),
        UINT_FIELD(attempts, "Attempts", "mwg502.attempts", FT_UINT32, "TCP connections tried for this request"),
        STRING_FIELD(attempt, "Attempt", "mwg502.attempt", "One TCP connection and what it came to"),
        FRAME_FIELD(attempt_frame, "Begins in frame", "mwg502.attempt.frame", NULL, "First SYN, or the request on a kept-alive connection"),
        UINT_FIELD(attempt_stream, "Stream", "mwg502.attempt.stream", FT_UINT32, "tcp.stream of the attempt"),
        STRING_FIELD(lookup, "Look-up", "mwg502.lookup", "One DNS question and what it came to"),
        FRAME_FIELD(lookup_frame, "Asked in frame", "mwg502.lookup.query_frame", NULL, "Query of the look-up"),
        FRAME_FIELD(lookup_answer_frame, "Answered in frame", "mwg502.lookup.response_frame", NULL, "Answer to the look-up"),
        STRING_FIELD(range, "Range", "mwg502.range", "Request to response, for Export Specified Packets"),
        STRING_FIELD(dns_name, "DNS name", "mwg502.dns.name", "Name of the deciding look-up"),
        STRING_FIELD(dns_rcode, "DNS rcode", "mwg502.dns.rcode", "Answer of the deciding look-up"),
        UINT_FIELD(icmp_type, "ICMP type", "mwg502.icmp.type", FT_UINT8, "Type of the deciding ICMP or ICMPv6 error"),
        UINT_FIELD(icmp_code, "ICMP code", "mwg502.icmp.code", FT_UINT8, "Code of the deciding ICMP or ICMPv6 error"),
        { &hf_time, { "Wait", "mwg502.time", FT_RELATIVE_TIME, BASE_NONE, NULL, 0x0, "First segment of the request to first segment of the response", HFILL } },
        STRING_FIELD(filter, "Display filter", "mwg502.filter", "Selects the whole case: request, evidence, response"),
        UINT_FIELD(case, "Case", "mwg502.case", FT_UINT32, "Number of the case, in order of diagnosis"),
        FRAME_FIELD(evidence_frame, "Evidence in frame", "mwg502.evidence_frame", NULL, "Every frame that shows the cause"),
        FRAME_FIELD(response_frame, "Led to the response in frame", "mwg502.response_frame", FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE),
                    "The diagnosed response that this frame led to"),
        STRING_FIELD(role, "Role", "mwg502.role", "What the frame is in its case"),
    };
    static int *ett[] = {
        &ett_verdict, &ett_request, &ett_attempts, &ett_attempt, &ett_lookups, &ett_lookup, &ett_evidence, &ett_advice, &ett_part,
    };

    proto_mwg502 = proto;
    proto_register_field_array(proto, hf, array_length(hf));
    register_role_fields(proto);
    proto_register_subtree_array(ett, array_length(ett));
    register_expert_items(proto);
}
