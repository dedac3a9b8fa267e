/* fields.c
 * Our fields, subtrees and expert items: names, types, descriptions
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include "show/fields.h"

int hf_cause = -1, hf_category = -1, hf_summary = -1, hf_advice = -1, hf_confidence = -1, hf_rfc9209 = -1;
int hf_export_filter = -1, hf_idle = -1, hf_product = -1, hf_sender = -1, hf_stall = -1, hf_why = -1, hf_why_term = -1;
int hf_reported = -1, hf_agreement = -1, hf_host = -1, hf_url = -1, hf_method = -1, hf_port = -1;
int hf_server_ip = -1, hf_server_ipv6 = -1, hf_server_port = -1, hf_server_stream = -1;
int hf_client_ip = -1, hf_client_ipv6 = -1, hf_client_port = -1, hf_client_stream = -1;
int hf_attempts = -1, hf_attempt = -1, hf_lookup = -1, hf_range = -1, hf_dns_name = -1, hf_dns_rcode = -1;
int hf_icmp_type = -1, hf_icmp_code = -1, hf_time = -1, hf_filter = -1, hf_case = -1, hf_status = -1;
int hf_evidence_frame = -1, hf_response_frame = -1, hf_role = -1, hf_attempt_frame = -1, hf_lookup_frame = -1;
int hf_attempt_stream = -1, hf_lookup_answer_frame = -1, hf_lookup_ip = -1, hf_lookup_ipv6 = -1, hf_advice_step = -1;
int hf_branch_request = -1, hf_branch_lookups = -1, hf_branch_evidence = -1, hf_branch_more = -1;
int hf_role_frames[N_ROLES];

int ett_verdict = -1, ett_request = -1, ett_attempts = -1, ett_attempt = -1, ett_lookups = -1, ett_lookup = -1;
int ett_evidence = -1, ett_advice = -1, ett_part = -1, ett_more = -1, ett_why = -1;

expert_field ei_cause[N_CAUSES], ei_differs = EI_INIT, ei_evidence = EI_INIT, ei_request = EI_INIT;

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
        [ROLE_SYN] = { "SYN in frame", NULL },
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

/*
 * Wireshark fills in an expert item's name, not its description. Each cause has an item of its own,
 * which Analyze > Expert Information counts apart and whose severity can be set apart. What was
 * diagnosed is a warning, since a client was refused; what led to it has happened, no more: a chat.
 */
static void
register_expert_items(int proto)
{
#define ITEM(id, abbrev, group, severity, summary, blurb) \
    { &id, { abbrev, group, severity, summary, 0, NULL, 0, { 0, { NULL, NULL, FT_NONE, BASE_NONE, NULL, 0, blurb, HFILL } } } }
    static ei_register_info ei[] = {
        ITEM(ei_differs, "mwg502.differs", PI_RESPONSE_CODE, PI_NOTE, "The gateway says something else than the wire shows",
             "On what the gateway said of itself"),
        ITEM(ei_evidence, "mwg502.evidence", PI_SEQUENCE, PI_CHAT, "The frame led to a response that was diagnosed",
             "On each frame of the evidence"),
        ITEM(ei_request, "mwg502.request", PI_SEQUENCE, PI_CHAT, "The request of a response that was diagnosed",
             "On the client's request"),
    };
    static ei_register_info found[N_CAUSES];
    expert_module_t *module = expert_register_protocol(proto);

    for (int cause = 0; cause < N_CAUSES; cause++) {
        bool explains = cause_explains((enum cause)cause);
        char *abbrev = wmem_strdup_printf(wmem_epan_scope(), explains ? "mwg502.explained.%s" : "mwg502.unexplained", cause_token((enum cause)cause));
        char *heading = wmem_strdup_printf(wmem_epan_scope(), "%s (%s)", cause_category((enum cause)cause), cause_token((enum cause)cause));

        ei_cause[cause] = (expert_field)EI_INIT;
        found[cause] = (ei_register_info)ITEM(ei_cause[cause], abbrev, PI_RESPONSE_CODE,
                                              explains ? PI_WARN : PI_NOTE, heading,
                                              explains ? "On a response whose cause the capture shows"
                                                       : "On a response whose summary says what is missing");
    }
#undef ITEM

    expert_register_field_array(module, found, N_CAUSES);
    expert_register_field_array(module, ei, array_length(ei));
}

void
fields_register(int proto)
{
#define STRING_FIELD(id, title, abbrev, blurb) { &hf_##id, { title, abbrev, FT_STRING, BASE_NONE, NULL, 0x0, blurb, HFILL } }
#define UINT_FIELD(id, title, abbrev, type, blurb) { &hf_##id, { title, abbrev, type, BASE_DEC, NULL, 0x0, blurb, HFILL } }
#define HEADING(id, title, blurb) { &hf_branch_##id, { title, "mwg502.branch." #id, FT_NONE, BASE_NONE, NULL, 0x0, blurb, HFILL } }
#define FRAME_FIELD(id, title, abbrev, kind, blurb) { &hf_##id, { title, abbrev, FT_FRAMENUM, BASE_NONE, kind, 0x0, blurb, HFILL } }
    static hf_register_info hf[] = {
        STRING_FIELD(cause, "Cause", "mwg502.cause", "Why the gateway answered so: one token"),
        STRING_FIELD(category, "Category", "mwg502.category", "The heading of the gateway's block page"),
        STRING_FIELD(summary, "Summary", "mwg502.summary", "What the capture shows, with the numbers"),
        STRING_FIELD(advice, "Advice", "mwg502.advice", "What to check next"),
        STRING_FIELD(advice_step, "Step", "mwg502.advice.step", "One sentence of the advice"),
        STRING_FIELD(confidence, "Confidence", "mwg502.confidence", "observed, likely, inferred or none"),
        STRING_FIELD(rfc9209, "Error type (RFC 9209)", "mwg502.rfc9209", "What a Proxy-Status header would say, absent where no type fits"),
        STRING_FIELD(reported, "Gateway says", "mwg502.reported", "What the gateway said of itself"),
        STRING_FIELD(agreement, "Agreement", "mwg502.agreement", "Whether the gateway's words agree with the wire"),
        STRING_FIELD(product, "Gateway is", "mwg502.product", "The proxy, as far as it is known by its own words"),
        STRING_FIELD(host, "Host", "mwg502.host", "Host that the client asked for"),
        STRING_FIELD(url, "URL", "mwg502.url", "Request target as the client sent it"),
        STRING_FIELD(method, "Method", "mwg502.method", NULL),
        UINT_FIELD(port, "Port", "mwg502.port", FT_UINT16, "Port that the client asked for"),
        UINT_FIELD(status, "Status", "mwg502.status", FT_UINT16, "Status of the response that is diagnosed"),
        { &hf_server_ip, { "Server", "mwg502.server.ip", FT_IPv4, BASE_NONE, NULL, 0x0, "Server of the deciding attempt", HFILL } },
        { &hf_server_ipv6, { "Server", "mwg502.server.ipv6", FT_IPv6, BASE_NONE, NULL, 0x0, "Server of the deciding attempt", HFILL } },
        UINT_FIELD(server_port, "Server port", "mwg502.server.port", FT_UINT16, "Port of the deciding attempt"),
        UINT_FIELD(server_stream, "Server stream", "mwg502.server.stream", FT_UINT32, "tcp.stream of the deciding attempt"),
        { &hf_client_ip, { "Client", "mwg502.client.ip", FT_IPv4, BASE_NONE, NULL, 0x0, "Who asked", HFILL } },
        { &hf_client_ipv6, { "Client", "mwg502.client.ipv6", FT_IPv6, BASE_NONE, NULL, 0x0, "Who asked", HFILL } },
        UINT_FIELD(client_port, "Client port", "mwg502.client.port", FT_UINT16, NULL),
        UINT_FIELD(client_stream, "Client stream", "mwg502.client.stream", FT_UINT32, "tcp.stream to follow"),
        UINT_FIELD(attempts, "Attempts", "mwg502.attempts", FT_UINT32, "TCP connections tried for this request"),
        STRING_FIELD(attempt, "Attempt", "mwg502.attempt", "One TCP connection and what it came to"),
        FRAME_FIELD(attempt_frame, "Begins in frame", "mwg502.attempt.frame", NULL, "First SYN, or the request on a kept-alive connection"),
        UINT_FIELD(attempt_stream, "Stream", "mwg502.attempt.stream", FT_UINT32, "tcp.stream of the attempt"),
        STRING_FIELD(lookup, "Look-up", "mwg502.lookup", "One DNS question and what it came to"),
        FRAME_FIELD(lookup_frame, "Asked in frame", "mwg502.lookup.query_frame", NULL, NULL),
        FRAME_FIELD(lookup_answer_frame, "Answered in frame", "mwg502.lookup.response_frame", NULL, NULL),
        { &hf_lookup_ip, { "Answer", "mwg502.lookup.ip", FT_IPv4, BASE_NONE, NULL, 0x0, "An address in the answer to one DNS question", HFILL } },
        { &hf_lookup_ipv6, { "Answer", "mwg502.lookup.ipv6", FT_IPv6, BASE_NONE, NULL, 0x0, "An address in the answer to one DNS question", HFILL } },
        STRING_FIELD(range, "Range", "mwg502.range", "Request to response, for Export Specified Packets"),
        STRING_FIELD(dns_name, "DNS name", "mwg502.dns.name", "Name of the deciding look-up"),
        STRING_FIELD(dns_rcode, "DNS rcode", "mwg502.dns.rcode", "Answer of the deciding look-up"),
        UINT_FIELD(icmp_type, "ICMP type", "mwg502.icmp.type", FT_UINT8, "Type of the deciding ICMP or ICMPv6 error"),
        UINT_FIELD(icmp_code, "ICMP code", "mwg502.icmp.code", FT_UINT8, "Code of the deciding ICMP or ICMPv6 error"),
        { &hf_time, { "Wait", "mwg502.time", FT_RELATIVE_TIME, BASE_NONE, NULL, 0x0, "First segment of the request to first segment of the response", HFILL } },
        STRING_FIELD(filter, "Display filter", "mwg502.filter", "Selects the whole case: request, evidence, response"),
        STRING_FIELD(export_filter, "Export filter", "mwg502.export_filter", "Selects the case and what its verdict stands on: exported so, it keeps its verdict"),
        STRING_FIELD(why, "Why this one", "mwg502.why", "What ties the deciding activity to the request, and how far the next best is"),
        STRING_FIELD(why_term, "Term", "mwg502.why.term", "One of the reasons"),
        STRING_FIELD(stall, "Stall", "mwg502.stall", "Why the response did not come, by the server's acknowledgments"),
        { &hf_idle, { "Idle before", "mwg502.idle", FT_RELATIVE_TIME, BASE_NONE, NULL, 0x0, "How long the kept connection had carried nothing when the request was sent on it", HFILL } },
        STRING_FIELD(sender, "Ended by", "mwg502.sender", "server, or on_path where TTL or time do not fit the server's other packets"),
        UINT_FIELD(case, "Case", "mwg502.case", FT_UINT32, "Number of the case, in order of diagnosis"),
        FRAME_FIELD(evidence_frame, "Evidence in frame", "mwg502.evidence_frame", NULL, "Every frame that shows the cause"),
        FRAME_FIELD(response_frame, "Led to the response in frame", "mwg502.response_frame", FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE),
                    "The diagnosed response that this frame led to"),
        STRING_FIELD(role, "Role", "mwg502.role", "What the frame is in its case"),
        HEADING(request, "Request", "Heading of what is known of the client's request"),
        HEADING(lookups, "Look-ups", "Heading of the DNS questions"),
        HEADING(evidence, "Evidence", "Heading of the links to the evidence"),
        HEADING(more, "More", "The rest of a text that is too long for one row"),
    };
    static int *ett[] = {
        &ett_verdict, &ett_request, &ett_attempts, &ett_attempt, &ett_lookups, &ett_lookup, &ett_evidence, &ett_advice, &ett_part,
        &ett_more, &ett_why,
    };

    proto_register_field_array(proto, hf, array_length(hf));
    register_role_fields(proto);
    proto_register_subtree_array(ett, array_length(ett));
    register_expert_items(proto);
}

void
fields_expand(void)
{
    static int *const expanded[] = { &ett_verdict, &ett_evidence, &ett_advice, &ett_part };
    static bool done = false;

    for (size_t i = 0; i < array_length(expanded) && !done; i++)
        tree_expanded_set(*expanded[i], TRUE);
    done = true;
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
