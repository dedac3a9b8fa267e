/* test_stall.c
 * Why a response did not come, by the server's acknowledgments
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "case.h"
#include "diagnose/stall.h"

#define SENT(bytes, times, length) .sent = { .known = true, .unacked = bytes, .again = times, .again_length = length }

static const struct row {
    const char *name;
    struct attempt attempt;
    const char *token;          /* NULL: nothing can be said */
} rows[] = {
    { "all_acknowledged", { STOOD(2), ASKED(5), SENT(0, 0, 0) }, "silent" },
    { "acknowledged_at_last", { STOOD(2), ASKED(5), SENT(0, 3, 300) }, "silent" },
    { "half_an_answer", { STOOD(2), ASKED(5), SENT(0, 0, 0), DATUM(6) }, "silent" },
    { "small_request", { STOOD(2), ASKED(5), SENT(300, 4, 300) }, "request_unacknowledged" },
    { "small_request_after_a_pause", { KEPT(5), ASKED(5), .idle = 400 * NS_PER_SECOND, SENT(36, 8, 36) }, "request_unacknowledged" },
    { "large_request_after_a_pause", { KEPT(5), ASKED(5), .idle = 400 * NS_PER_SECOND, SENT(4000, 8, 1460) }, "request_unacknowledged" },
    { "large_request", { STOOD(2), ASKED(5), SENT(4000, 7, 1460) }, "large_segments_unacknowledged" },
    { "large_request_soon_after_another", { KEPT(5), ASKED(5), .idle = NS_PER_SECOND, SENT(4000, 7, 1400) }, "large_segments_unacknowledged" },
    { "size_that_ipv6_promises", { STOOD(2), ASKED(5), SENT(4000, 7, 1219) }, "request_unacknowledged" },
    { "window_closed", { STOOD(2), ASKED(5), .sent = { .known = true, .window_zero = true } }, "zero_window" },
    { "window_closed_on_some", { STOOD(2), ASKED(5), .sent = { .known = true, .window_zero = true, .unacked = 1, .again = 4, .again_length = 1 } }, "zero_window" },
    { "one_way", { STOOD(2), ASKED(5), .hs.synack_again = 2, SENT(34, 4, 34) }, "handshake_one_way" },
    { "one_way_at_first", { STOOD(2), ASKED(5), .hs.synack_again = 1, SENT(0, 0, 0), DATUM(6) }, "silent" },

    { "sent_once", { STOOD(2), ASKED(5), SENT(300, 0, 0) }, NULL },
    { "acknowledgments_not_captured", { STOOD(2), ASKED(5), .sent = { .again = 3, .again_length = 1460 } }, NULL },
    { "no_connection", { SYN(2), .sent = { .known = true } }, NULL },
};

static void
test_row(gconstpointer data)
{
    const struct row *row = data;

    g_assert_cmpstr(stall_token(attempt_stall(&row->attempt)), ==, row->token);
}

static const struct {
    struct attempt attempt;
    enum cause cause;
    bool has_end;
} ends[] = {
    { { TO(2), STOOD(2), ASKED(5), RESET(6) }, CAUSE_SERVER_RESET, true },
    { { TO(2), STOOD(2), ASKED(5), FIN(6) }, CAUSE_SERVER_CLOSED, true },
    { { TO(2), STOOD(2), ASKED(5), DATUM(6), PART_OF_HEAD(20), FIN(7) }, CAUSE_TRUNCATED, true },
    { { TO(2), SYN(2), RST(3), RESET(3) }, CAUSE_RST, true },
    { { TO(2), STOOD(2), HELLO(5), RESET(6) }, CAUSE_TLS, true },
    { { TO(2), STOOD(2), HELLO(5) }, CAUSE_TLS, false },
    { { TO(2), STOOD(2), ASKED(5) }, CAUSE_RESPONSE_TIMEOUT, false },
    { { TO(2), STOOD(2), ASKED(5), DATUM(6), HEAD(6, 502, 100), COMPLETE(6), FIN(7) }, CAUSE_RELAYED, false },
};

/* Of a connection that a device on the way may have ended, and of no other cause. */
static void
test_whose_end(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        struct evidence e = { .status = 502, .request_time = AT(1), .response_time = AT(100), .attempts = &ends[i].attempt, .n_attempts = 1 };
        struct finding f;

        diagnose(&e, &f);
        g_assert_cmpstr(cause_token(f.cause), ==, cause_token(ends[i].cause));
        g_assert_true((f.end != NULL) == ends[i].has_end);
    }
    g_assert_cmpstr(sender_token(SENDER_ON_PATH), ==, "on_path");
    g_assert_cmpstr(sender_token(SENDER_SERVER), ==, "server");
    g_assert_null(sender_token(SENDER_UNKNOWN));
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/stall/", rows, test_row);
    g_test_add_func("/stall/whose_end", test_whose_end);
    return g_test_run();
}
