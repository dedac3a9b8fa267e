/* case_tls.c
 * TLS towards the server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "case.h"

static const struct case_row rows[] = {
    /* bytes that look like a request all the same */
    { "alert_then_data", .attempts = { { TO(2), STOOD(2), HELLO(4), TLS_DONE, ALERT(6, SERVER, 40), TLS_ASKED(7), FIN(8) } },
      EXPECT(TLS, OBSERVED, "6 tls_alert") },
    { "data_before_the_end", .attempts = { { TO(2), STOOD(2), HELLO(4), SERVER_HELLO, TLS_ASKED(6), FIN(7) } },
      EXPECT(TLS, OBSERVED, "7 server_close") },

    { "server_alert", .attempts = { { TO(2), STOOD(2), HELLO(5), ALERT(6, SERVER, 40), FIN(7) } }, EXPECT(TLS, OBSERVED, "6 tls_alert"), .decided = 6 },
    { "gateway_alert", .attempts = { { TO(2), STOOD(2), HELLO(5), SERVER_HELLO, ALERT(7, CLIENT, 48), GATEWAY_FIN(8) } },
      EXPECT(TLS, OBSERVED, "7 tls_alert"), .says = "the gateway sent alert unknown_ca" },
    { "alert_then_reset", .attempts = { { TO(2), STOOD(2), HELLO(5), SERVER_HELLO, ALERT(7, CLIENT, 42), RESET(8) } },
      EXPECT(TLS, OBSERVED, "7 tls_alert") },
    { "alert_after_handshake", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, ALERT(8, SERVER, 116), FIN(9) } },
      EXPECT(TLS, OBSERVED, "8 tls_alert") },
    { "closed", .attempts = { { TO(2), STOOD(2), HELLO(5), FIN(6) } }, EXPECT(TLS, OBSERVED, "6 server_close"), .decided = 6 },
    { "reset", .attempts = { { TO(2), STOOD(2), HELLO(5), RESET(6) } }, EXPECT(TLS, OBSERVED, "6 server_close") },
    { "closed_then_gateway", .attempts = { { TO(2), STOOD(2), HELLO(5), FIN(6), GATEWAY_FIN(7) } }, EXPECT(TLS, OBSERVED, "6 server_close") },
    { "closed_after_hello", .attempts = { { TO(2), STOOD(2), HELLO(5), SERVER_HELLO, FIN(7) } }, EXPECT(TLS, OBSERVED, "7 server_close") },
    { "gateway_closed_after_hello", .attempts = { { TO(2), STOOD(2), HELLO(5), SERVER_HELLO, GATEWAY_FIN(7), FIN(8) } },
      EXPECT(TLS, OBSERVED, "7 tls_alert") },
    { "http_answer", .attempts = { { TO(2), STOOD(2), HELLO(5), NOT_TLS(6), FIN(7) } }, EXPECT(TLS, OBSERVED, "6 server_response"), .decided = 6 },
    { "not_tls_then_alert", .attempts = { { TO(2), STOOD(2), HELLO(5), NOT_TLS(6), ALERT(7, CLIENT, 70) } },
      EXPECT(TLS, OBSERVED, "6 server_response") },
    { "silent", .attempts = { { TO(2), STOOD(2), HELLO(5) } }, EXPECT(TLS, OBSERVED, "5 server_request"), .decided = SILENCE },
    { "silent_until_gateway_closed", .attempts = { { TO(2), STOOD(2), HELLO(5), GATEWAY_FIN(65), FIN(66) } },
      EXPECT(TLS, OBSERVED, "5 server_request") },
    { "by_time", .attempts = { { TO_BY(2, TIME), STOOD(2), HELLO(5), ALERT(6, SERVER, 40) } }, EXPECT(TLS, LIKELY, "6 tls_alert") },
    { "remembered", .attempts = { { TO_BY(2, MEMORY), STOOD(2), HELLO(5), ALERT(6, SERVER, 40) } }, EXPECT(TLS, INFERRED, "6 tls_alert") },
    { "only_the_last_attempt", .attempts = { { TO(2), STOOD(2), HELLO(5), ALERT(6, SERVER, 70) }, { TO(2), STOOD(10), HELLO(13), RESET(14) } },
      EXPECT(TLS, OBSERVED, "14 server_close") },

    /* before the ClientHello */
    { "before_hello", .attempts = { { TO(2), STOOD(2), RESET(5) } }, EXPECT(RST, OBSERVED, "2 syn, 5 rst") },
    { "before_hello", .attempts = { { TO(2), STOOD(2), FIN(5) } }, EXPECT(SERVER_CLOSED, OBSERVED, "5 server_close") },

    /* after the handshake: record directions tell, so it is likely at best */
    { "in_tls", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, TLS_ASKED(9), FIN(10) } },
      EXPECT(SERVER_CLOSED, LIKELY, "9 server_request, 10 server_close") },
    { "in_tls", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, TLS_ASKED(9), RESET(10) } },
      EXPECT(SERVER_RESET, LIKELY, "9 server_request, 10 server_close") },
    { "in_tls", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, TLS_ASKED(9) } }, EXPECT(RESPONSE_TIMEOUT, LIKELY, "9 server_request") },
    { "in_tls_before_request", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, FIN(9) } }, EXPECT(TLS, OBSERVED, "9 server_close") },
    { "in_tls_gateway_first", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, TLS_ASKED(9), GATEWAY_FIN(98), FIN(99) } },
      EXPECT(RESPONSE_TIMEOUT, LIKELY, "9 server_request") },
    { "in_tls_close_too_late", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, TLS_ASKED(9), FIN(120) } },
      EXPECT(RESPONSE_TIMEOUT, LIKELY, "9 server_request") },
    { "in_tls_answer_too_late", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, TLS_ASKED(9), TLS_ANSWER(120) } },
      EXPECT(RESPONSE_TIMEOUT, LIKELY, "9 server_request") },
    { "in_tls_remembered", .attempts = { { TO_BY(2, MEMORY), STOOD(2), HELLO(5), TLS_DONE, TLS_ASKED(9), FIN(10) } },
      EXPECT(SERVER_CLOSED, INFERRED, "9 server_request, 10 server_close") },
    { "answered_in_tls", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, TLS_ASKED(9), TLS_ANSWER(12) } }, EXPECT_UNKNOWN(KEYS) },
    { "answered_in_tls_and_closed", .attempts = { { TO(2), STOOD(2), HELLO(5), TLS_DONE, TLS_ASKED(9), TLS_ANSWER(12), FIN(13) } },
      EXPECT_UNKNOWN(KEYS) },
};

const struct case_table case_tls = { rows, G_N_ELEMENTS(rows) };
