/* case_response.c
 * Connections that stood: what came for the request, and what did not
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "case.h"

#define ONE(...) .attempts = { { TO(2), __VA_ARGS__ } }
#define NEW STOOD(2), ASKED(5)

static const struct case_row rows[] = {
    /* it spoke before it was asked */
    { "early_then_silent", .attempts = { { TO(2), STOOD(2), .early_frame = 4, ASKED(5) } },
      EXPECT(INVALID_RESPONSE, OBSERVED, "4 server_response, 5 server_request") },

    /* no HTTP */
    { "not_http", ONE(NEW, DATUM(6), FAULT(NOT_HTTP, 6)), EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response"), .decided = 6 },
    { "status_line", ONE(NEW, DATUM(6), FAULT(STATUS_LINE, 6)), EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response") },
    { "header_line", ONE(NEW, DATA(6, 7, 6, 7), FAULT(HEADER_LINE, 6), PART_OF_HEAD(300)),
      EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response, 7 server_response"), .says = "a malformed header line" },
    { "content_length", ONE(NEW, DATUM(6), FAULT(LENGTH, 6)), EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response") },
    { "chunk", ONE(NEW, DATUM(6), HEAD(6, 200, 200), FAULT(CHUNK, 6)), EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response") },
    { "head_size", ONE(NEW, DATUM(6), FAULT(HEAD_SIZE, 6)), EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response") },
    { "fault_then_fin", ONE(NEW, DATUM(6), FAULT(NOT_HTTP, 6), FIN(7)), EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response") },
    { "fault_then_rst", ONE(NEW, DATUM(6), FAULT(HEADER_LINE, 6), RESET(7)), EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response") },
    { "long_head", ONE(NEW, DATUM(6), HEAD(6, 200, 70000), COMPLETE(6)), .answered = 200,
      EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response"),
      .says = "a header of 70000 bytes" },
    { "long_head_refused_at_once", ONE(NEW, DATA(6, 7, 6, 7), PART_OF_HEAD(70000)), .response_time = AT(7) + NS_PER_SECOND / 100,
      EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response, 7 server_response") },
    { "spoke_first", ONE(STOOD(2), .early_frame = 5, DATUM(5)), EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_response") },
    { "spoke_before_request", ONE(STOOD(2), .early_frame = 5, ASKED(6), DATUM(5), FAULT(NOT_HTTP, 5)),
      EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_response, 6 server_request") },
    { "likely", .attempts = { { TO_BY(2, LEARNT), NEW, DATUM(6), FAULT(NOT_HTTP, 6) } },
      EXPECT(INVALID_RESPONSE, LIKELY, "5 server_request, 6 server_response") },

    { "of_an_application", ONE(NEW, DATUM(6), FAULT(NO_HEAD, 6), .protocol = "FastCGI"), EXPECT(INVALID_RESPONSE, OBSERVED, "5 server_request, 6 server_response"),
      .says = "(FastCGI) sent an answer without a header" },

    /* a protocol that is not read */
    { "opaque_closed", ONE(NEW, FIN(7), .opaque = true), EXPECT(SERVER_CLOSED, LIKELY, "5 server_request, 7 server_close"), .decided = 7 },
    { "opaque_reset", ONE(NEW, RESET(7), .opaque = true), EXPECT(SERVER_RESET, LIKELY, "5 server_request, 7 server_close") },
    { "opaque_silent", ONE(NEW, .opaque = true), EXPECT(RESPONSE_TIMEOUT, LIKELY, "5 server_request"), .decided = SILENCE },
    { "opaque_cut", ONE(NEW, DATUM(6), FIN(7), .opaque = true), EXPECT(TRUNCATED, LIKELY, "5 server_request, 6 server_response, 7 server_close") },
    { "opaque_stalled", ONE(NEW, DATUM(6), .opaque = true), EXPECT(RESPONSE_TIMEOUT, LIKELY, "5 server_request") },
    { "opaque_answered", ONE(NEW, DATUM(6), .opaque = true), .response_time = AT(6) + NS_PER_SECOND / 100, EXPECT_UNKNOWN(REASON) },
    { "opaque_gateway_closed", ONE(NEW, DATUM(6), GATEWAY_FIN(6), FIN(7), .opaque = true), EXPECT_UNKNOWN(REASON) },
    { "opaque_shown", ONE(NEW, DATUM(6), HEAD(6, 502, 100), .opaque = true), .answered = 502, EXPECT(RELAYED, LIKELY, "5 server_request, 6 server_response") },

    /* cut off */
    { "head_fin", ONE(NEW, DATUM(6), PART_OF_HEAD(120), FIN(7)), EXPECT(TRUNCATED, OBSERVED, "5 server_request, 6 server_response, 7 server_close"), .decided = 7 },
    { "head_rst", ONE(NEW, DATUM(6), PART_OF_HEAD(120), RESET(7)), EXPECT(TRUNCATED, OBSERVED, "5 server_request, 6 server_response, 7 server_close"),
      .says = "reset the connection inside the header" },
    { "body_fin", ONE(NEW, DATA(6, 8, 6, 8), HEAD(6, 200, 150), FIN(9)),
      EXPECT(TRUNCATED, OBSERVED, "5 server_request, 6 server_response, 8 server_response, 9 server_close") },
    { "body_rst", ONE(NEW, DATUM(6), HEAD(6, 200, 150), RESET(9)), EXPECT(TRUNCATED, OBSERVED, "5 server_request, 6 server_response, 9 server_close") },
    { "with_its_fin", ONE(NEW, DATUM(6), HEAD(6, 200, 150), FIN(6)), EXPECT(TRUNCATED, OBSERVED, "5 server_request, 6 server_response") },
    { "long_head_fin", ONE(NEW, DATUM(6), PART_OF_HEAD(9000), FIN(7)), EXPECT(TRUNCATED, OBSERVED, "5 server_request, 6 server_response, 7 server_close") },
    { "after_interim", ONE(NEW, DATA(6, 7, 6, 7), INTERIM(1), PART_OF_HEAD(20), FIN(8)),
      EXPECT(TRUNCATED, OBSERVED, "5 server_request, 6 server_response, 7 server_response, 8 server_close") },
    { "kept_alive", ONE(KEPT(5), ASKED(5), DATUM(6), HEAD(6, 200, 150), FIN(9)),
      EXPECT(TRUNCATED, OBSERVED, "5 server_request, 6 server_response, 9 server_close") },

    { "behind_a_gap", ONE(NEW, DATUM(6), HEAD(6, 200, 150), FIN(9), .reply.gap = true),
      EXPECT(TRUNCATED, LIKELY, "5 server_request, 6 server_response, 9 server_close"), .says = "before that are not in the capture" },

    /* closed */
    { "behind_a_gap", ONE(NEW, FIN(7), .reply.gap = true), EXPECT(SERVER_CLOSED, LIKELY, "5 server_request, 7 server_close"),
      .says = "before that are not in the capture" },
    { "after_request", ONE(NEW, FIN(7)), EXPECT(SERVER_CLOSED, OBSERVED, "5 server_request, 7 server_close"), .decided = 7 },
    { "then_gateway", ONE(NEW, FIN(7), GATEWAY_FIN(8)), EXPECT(SERVER_CLOSED, OBSERVED, "5 server_request, 7 server_close") },
    { "kept_alive", ONE(KEPT(5), ASKED(5), FIN(6)), EXPECT(SERVER_CLOSED, OBSERVED, "5 server_request, 6 server_close") },
    { "idle_before_request", ONE(KEPT(5), ASKED(5), FIN(4)), EXPECT(SERVER_CLOSED, OBSERVED, "4 server_close, 5 server_request") },
    { "just_in_time", ONE(NEW, FIN(RESPONSE_FRAME)), EXPECT(SERVER_CLOSED, OBSERVED, "5 server_request, 100 server_close") },
    { "with_the_gateway", ONE(NEW, FIN(7), GATEWAY_FIN(7)), EXPECT(SERVER_CLOSED, OBSERVED, "5 server_request, 7 server_close") },
    { "new_before_request", ONE(STOOD(2), FIN(5)), EXPECT(SERVER_CLOSED, OBSERVED, "5 server_close") },
    { "interim_only", ONE(NEW, DATUM(6), INTERIM(2), FIN(9)), EXPECT(SERVER_CLOSED, OBSERVED, "5 server_request, 9 server_close"), .says = "interim" },
    { "one_of_two_alike", .attempts = { { .server = IP(2), .gateway = GATEWAY, .port = 80, .tie = TIE_REQUEST, NEW, FIN(7) } },
      EXPECT(SERVER_CLOSED, LIKELY, "5 server_request, 7 server_close") },

    /* reset */
    { "after_request", ONE(NEW, RESET(7)), EXPECT(SERVER_RESET, OBSERVED, "5 server_request, 7 server_close"), .decided = 7 },
    { "kept_alive", ONE(KEPT(5), ASKED(5), RESET(6)), EXPECT(SERVER_RESET, OBSERVED, "5 server_request, 6 server_close") },
    { "interim_only", ONE(NEW, DATUM(6), INTERIM(1), RESET(9)), EXPECT(SERVER_RESET, OBSERVED, "5 server_request, 9 server_close") },

    /* gave up */
    { "soon", ONE(NEW), .response_time = AT(5) + NS_PER_SECOND / 2, EXPECT(RESPONSE_TIMEOUT, LIKELY, "5 server_request"),
      .says = "so soon that an answer may be missing" },
    { "silent", ONE(NEW), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request"), .decided = SILENCE },
    { "gateway_closed", ONE(NEW, GATEWAY_FIN(95)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "gateway_closed_first", ONE(NEW, GATEWAY_FIN(95), FIN(96)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "gateway_closed_then_reset", ONE(NEW, GATEWAY_FIN(95), RESET(96)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "closed_too_late", ONE(NEW, FIN(120)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "reset_too_late", ONE(NEW, RESET(120)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "interim_only", ONE(NEW, DATUM(6), INTERIM(1)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "part_of_head", ONE(NEW, DATUM(6), PART_OF_HEAD(120)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "part_of_long_head", ONE(NEW, DATUM(6), PART_OF_HEAD(9000)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "part_of_body", ONE(NEW, DATUM(6), HEAD(6, 200, 150)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "head_too_late", ONE(NEW, DATUM(120), HEAD(120, 502, 150)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "end_too_late", ONE(NEW, DATA(6, 120, 6, 120), HEAD(6, 200, 150), COMPLETE(120)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "icmp_for_request", ONE(NEW, .icmp_late_frame = 6, .hs.icmp_type = 3, .hs.icmp_code = 1), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request"),
      .says = "Host unreachable (ICMP type 3, code 1)" },
    { "broke_off_head", ONE(NEW, DATUM(6), PART_OF_HEAD(7), GATEWAY_FIN(6)), EXPECT(INVALID_RESPONSE, LIKELY, "5 server_request, 6 server_response"),
      .says = "broke off" },
    { "broke_off_interim", ONE(NEW, DATUM(6), INTERIM(1), GATEWAY_FIN(6)), EXPECT(INVALID_RESPONSE, LIKELY, "5 server_request, 6 server_response") },
    { "broke_off_body", ONE(NEW, DATUM(6), HEAD(6, 200, 150), GATEWAY_FIN(6)), EXPECT(INVALID_RESPONSE, LIKELY, "5 server_request, 6 server_response") },
    { "gave_up_behind_drops", ONE(NEW, DATA(6, 94, 6, 94), PART_OF_HEAD(7), GATEWAY_FIN(95)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },
    { "kept_alive", ONE(KEPT(5), ASKED(5)), EXPECT(RESPONSE_TIMEOUT, OBSERVED, "5 server_request") },

    /* passed on: the same status only */
    { "502", ONE(NEW, DATUM(6), HEAD(6, 502, 150), COMPLETE(6)), .answered = 502, EXPECT(RELAYED, OBSERVED, "5 server_request, 6 server_response"),
      .says = "itself answered 502", .decided = 6 },
    { "and_closed", ONE(NEW, DATA(6, 7, 6, 7), HEAD(6, 502, 150), COMPLETE(7), FIN(8)), .answered = 502,
      EXPECT(RELAYED, OBSERVED, "5 server_request, 6 server_response") },
    { "while_it_comes", ONE(NEW, DATUM(6), HEAD(6, 502, 150)), .answered = 502, EXPECT(RELAYED, OBSERVED, "5 server_request, 6 server_response") },
    { "504", .status = 504, ONE(NEW, DATUM(6), HEAD(6, 504, 150), COMPLETE(6)), .answered = 504,
      EXPECT(RELAYED, OBSERVED, "5 server_request, 6 server_response") },
    { "doubtful_framing", ONE(NEW, DATUM(6), HEAD(6, 502, 150), COMPLETE(6), FAULT(CODING, 6)), .answered = 502,
      EXPECT(RELAYED, OBSERVED, "5 server_request, 6 server_response") },
    { "long_head", ONE(NEW, DATUM(6), HEAD(6, 502, 9000), COMPLETE(6)), .answered = 502, EXPECT(RELAYED, OBSERVED, "5 server_request, 6 server_response") },
    { "learnt", .attempts = { { TO_BY(2, LEARNT), NEW, DATUM(6), HEAD(6, 502, 150), COMPLETE(6) } }, .answered = 502,
      EXPECT(RELAYED, LIKELY, "5 server_request, 6 server_response") },
};

const struct case_table case_response = { rows, G_N_ELEMENTS(rows) };
