/* case_unknown.c
 * What no evidence explains, and what is missing there
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "case.h"

#define ONE(...) .attempts = { { TO(2), STOOD(2), __VA_ARGS__ } }

static const struct case_row rows[] = {
    { "no_request", .doubts = { .no_request = true }, EXPECT_UNKNOWN(REQUEST), .says = "Start the capture before the request" },
    { "malformed_request", .doubts = { .no_request = true, .unreadable_request = true }, EXPECT_UNKNOWN(REQUEST), .says = "cannot be read as a request" },
    { "no_request_nor_gateway", .doubts = { .no_request = true, .no_gateway_side = true }, EXPECT_UNKNOWN(REQUEST) },
    { "clients_side_only", .doubts = { .no_gateway_side = true }, EXPECT_UNKNOWN(GATEWAY_SIDE), .says = "Capture on the gateway itself" },
    { "taken_on_the_gateway", .doubts = { .no_gateway_side = true, .at_gateway = true }, EXPECT_UNKNOWN(GATEWAY_SIDE), .says = "decided by itself" },
    { "too_much_at_once", .doubts = { .several = true }, EXPECT_UNKNOWN(CHOICE) },
    { "nothing_done", EXPECT_UNKNOWN(ATTEMPT), .says = "The gateway's own log tells" },
    { "nothing_done_disorder", .doubts = { .disorder = true, .cut_short = true, .too_many = true }, EXPECT_UNKNOWN(ATTEMPT) },
    { "name_resolved", SEARCH, .no_decision = true, .questions = { { A("h.example", 2), ADDRESS(3) } }, EXPECT_UNKNOWN(CONNECTION) },

    /* protocols that are disabled in Wireshark */
    { "no_dns", .doubts = { .unseen = { .dns = true }, .no_gateway_side = true }, EXPECT_UNKNOWN(DISSECTION), .says = "DNS is disabled in Wireshark" },
    { "no_arp", .doubts = { .unseen = { .arp = true } }, EXPECT_UNKNOWN(DISSECTION), .says = "ARP is disabled in Wireshark" },
    { "no_icmp_and_no_request", .doubts = { .unseen = { .icmp = true }, .no_request = true }, EXPECT_UNKNOWN(REQUEST) },
    { "no_icmp_soon", .attempts = { { TO(2), SYN(2) } }, .doubts = { .unseen = { .icmp = true } }, .response_time = AT(2) + NS_PER_SECOND / 2,
      EXPECT_UNKNOWN(DISSECTION), .says = "ICMP is disabled in Wireshark" },
    { "no_icmp_query_soon", SEARCH, .questions = { { A("h.example", 2) } }, .doubts = { .unseen = { .icmp = true } },
      .response_time = AT(2) + NS_PER_SECOND / 2, EXPECT_UNKNOWN(DISSECTION) },

    /* the server's answer was complete and valid */
    { "server_504", ONE(ASKED(5), DATUM(6), HEAD(6, 504, 150), COMPLETE(6)), .answered = 504, EXPECT_UNKNOWN(REASON),
      .says = "status 504 after 1.0 s" },
    { "server_200", ONE(ASKED(5), DATUM(6), HEAD(6, 200, 150), COMPLETE(7)), .answered = 200, EXPECT_UNKNOWN(REASON) },
    { "server_502_for_504", .status = 504, ONE(ASKED(5), DATUM(6), HEAD(6, 502, 150), COMPLETE(6)), .answered = 502, EXPECT_UNKNOWN(REASON) },
    { "parent_refused_connect", ONE(ASKED(5), DATUM(6), HEAD(6, 403, 150), COMPLETE(6), FIN(7)), .answered = 403, EXPECT_UNKNOWN(REASON),
      .says = "status 403" },
    { "by_time", .attempts = { { TO_BY(2, TIME), STOOD(2), ASKED(5), DATUM(6), HEAD(6, 200, 150), COMPLETE(6) } }, .answered = 200,
      EXPECT_UNKNOWN(REASON) },

    { "refused_socks", ONE(ASKED(5), DATUM(6), HEAD(6, 1005, 0), COMPLETE(6), FIN(7)), .answered = 1005, EXPECT_UNKNOWN(CONSENT),
      .says = "answered: connection refused (5), after 1.0 s" },
    { "refused_ftp", ONE(HEAD(6, 2421, 0), COMPLETE(6), FIN(7)), .answered = 2421, EXPECT_UNKNOWN(CONSENT), .says = "service not available (421)" },
    { "refused_ftp_else", ONE(HEAD(6, 2599, 0), COMPLETE(6)), .answered = 2599, EXPECT_UNKNOWN(CONSENT), .says = "refused (599)" },
    { "refused_socks_else", ONE(ASKED(5), HEAD(6, 1009, 0), COMPLETE(6)), .answered = 1009, EXPECT_UNKNOWN(CONSENT), .says = "that SOCKS does not have" },

    /* the capture lacks a part of it */
    { "answer_missing", ONE(ASKED(5), .reply.missing = true), EXPECT_UNKNOWN(BYTES), .says = "lacks bytes of the server's answer" },
    { "answer_missing_fin", ONE(ASKED(5), .reply.missing = true, FIN(7)), EXPECT_UNKNOWN(BYTES) },
    { "body_missing_fin", ONE(ASKED(5), DATUM(6), HEAD(6, 200, 150), .reply.missing = true, FIN(7)), EXPECT_UNKNOWN(BYTES) },
    { "complete_behind_missing", ONE(ASKED(5), DATUM(6), HEAD(6, 504, 150), .reply.missing = true, COMPLETE(6)), .answered = 504, EXPECT_UNKNOWN(REASON) },

    /* the connection stood, no request on it is visible */
    { "idle_connection", ONE(.tls = { .begun = false }), EXPECT_UNKNOWN(REASON), .says = "the gateway sent nothing on it" },
    { "unreadable_request", ONE(.gateway_bytes_frame = 5), EXPECT_UNKNOWN(REASON), .says = "what the gateway sent on it cannot be read" },
};

const struct case_table case_unknown = { rows, G_N_ELEMENTS(rows) };
