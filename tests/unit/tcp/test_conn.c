/* test_conn.c
 * conn.h, handshake.h: SYNs and their copies, what comes with them, resets that nobody got
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define REQUEST "GET / HTTP/1.1\r\nHost: one.example\r\n\r\n"

/* ALICE asks for the root of HOST, whose address is known. */
static uint32_t
asked(void)
{
    scene(0);
    is_known(HOST, SERVER_1);
    stands(ALICE);
    return asks_proxy(ALICE, HOST, "/");
}

/* copies ******************************************************************/

/* ALICE asks, SYN 1 and the same packet again after this time, RST 1, ALICE gets 502 */
static void
copy_after(unsigned ms, uint16_t ip_id, uint32_t tsval)
{
    asked();
    numbered(7, 0);
    syn(UPSTREAM_2);            /* another packet of the gateway has another number */
    refused(UPSTREAM_2);
    numbered(ip_id, tsval);
    uint32_t first = syn(UPSTREAM_1);
    passes(ms);
    syn(UPSTREAM_1);
    uint32_t last = refused(UPSTREAM_1), response = responds(ALICE, 502);
    const struct verdict *v = verdict_at(response);
    g_assert_cmpint(v->cause, ==, CAUSE_RST);
    g_assert_cmpuint(v->cited[v->n_cited - 2].frame, ==, first);
    g_assert_cmpuint(v->cited[v->n_cited - 1].frame, ==, last);
}

static void
test_copy(void)
{
    static const unsigned gaps[] = { 0, 5, 50, 500, 3000 };

    for (size_t i = 0; i < G_N_ELEMENTS(gaps); i++) {
        copy_after(gaps[i], 4711, 0);
        copy_after(gaps[i], 0, 123456);
    }
    copy_after(5, 0, 0);        /* nothing tells, but that no stack is so quick */
}

/* ALICE asks, SYN 1, SYN 1 after so long, RST 1, ALICE gets 502; both SYNs count */
static void
repeat_after(unsigned ms, uint16_t first_id, uint16_t second_id, uint32_t first_tsval, uint32_t second_tsval)
{
    asked();
    numbered(first_id, first_tsval);
    uint32_t first = syn(UPSTREAM_1);
    passes(ms);
    numbered(second_id, second_tsval);
    uint32_t second = syn(UPSTREAM_1), last = refused(UPSTREAM_1), response = responds(ALICE, 502);
    EXPECT_AT(response, RST, OBSERVED, first, second, last);
}

static void
test_repeat(void)
{
    repeat_after(1000, 0, 0, 0, 0);
    repeat_after(1000, 1, 1, 0, 0);     /* a host that numbers all packets alike */
    repeat_after(1, 10, 11, 0, 0);
    repeat_after(1, 1, 1, 100, 101);
}

/* Fast Open ***************************************************************/

/* ALICE's SYN asks, SYN 1 asks, SYN/ACK 1, FIN 1, ALICE gets 502 */
static void
test_fast_open(void)
{
    scene(0);
    uint32_t asks = syn_says(ALICE, "GET http://one.example/ HTTP/1.1\r\nHost: one.example\r\n\r\n");
    synack(ALICE);
    acked(ALICE);
    uint32_t request = syn_says(UPSTREAM_1, REQUEST);
    synack(UPSTREAM_1);
    acked(UPSTREAM_1);
    uint32_t fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);
    EXPECT_AT(response, SERVER_CLOSED, OBSERVED, request, fin);
    g_assert_cmpuint(verdict_at(response)->request_frame, ==, asks);
}

/* The server took the bytes, which its SYN/ACK acknowledges, and resets before the gateway acknowledged that. */
static void
test_fast_open_reset(void)
{
    asked();
    uint32_t request = syn_says(UPSTREAM_1, REQUEST);
    synack(UPSTREAM_1);
    uint32_t rst = reset(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), SERVER_RESET, OBSERVED, request, rst);
}

static void
test_fast_open_refused(void)
{
    asked();
    uint32_t request = syn_says(UPSTREAM_1, REQUEST), rst = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, OBSERVED, request, rst);
}

/* The SYN/ACK does not acknowledge the bytes: they are sent again, and are that request. */
static void
test_fast_open_not_taken(void)
{
    asked();
    syn_says(UPSTREAM_1, REQUEST);
    skips(UPSTREAM_1, CLIENT, (unsigned)-(int)strlen(REQUEST));
    synack(UPSTREAM_1);
    says(UPSTREAM_1, CLIENT, REQUEST, 0);
    closes(UPSTREAM_1, SERVER);
    g_assert_cmpint(verdict_at(responds(ALICE, 502))->cause, ==, CAUSE_SERVER_CLOSED);
}

/* ends ********************************************************************/

/* ALICE asks, 1 asks, RST 1 that lies outside of the window, 60 s, FIN of the gateway to 1, ALICE gets 502 */
static void
test_ignored_reset(void)
{
    asked();
    stands(UPSTREAM_1);
    uint32_t request = says(UPSTREAM_1, CLIENT, REQUEST, 0);
    skips(UPSTREAM_1, SERVER, 900000);
    reset(UPSTREAM_1);
    skips(UPSTREAM_1, SERVER, (unsigned)-900000);
    passes(60000);
    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), RESPONSE_TIMEOUT, OBSERVED, request);
}

/* ALICE asks, 1 asks, ICMP 1 for it, 30 s, FIN of the gateway to 1, ALICE gets 502: the error is named */
static void
test_icmp_for_request(void)
{
    asked();
    stands(UPSTREAM_1);
    uint32_t request = says(UPSTREAM_1, CLIENT, REQUEST, 0);
    unreachable(UPSTREAM_1, "10.9.9.9");
    passes(30000);
    closes(UPSTREAM_1, CLIENT);
    uint32_t response = responds(ALICE, 502);
    EXPECT_AT(response, RESPONSE_TIMEOUT, OBSERVED, request);
    g_assert_nonnull(strstr(verdict_at(response)->summary, "ICMP"));
}

/* Both sides open the connection at once. */
static void
test_simultaneous(void)
{
    asked();
    syn(UPSTREAM_1);
    syn_back(UPSTREAM_1);
    acked(UPSTREAM_1);
    uint32_t request = says(UPSTREAM_1, CLIENT, REQUEST, 0), rst = reset(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), SERVER_RESET, OBSERVED, request, rst);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/conn/copy", test_copy);
    g_test_add_func("/conn/repeat", test_repeat);
    g_test_add_func("/conn/fast open", test_fast_open);
    g_test_add_func("/conn/fast open/reset", test_fast_open_reset);
    g_test_add_func("/conn/fast open/refused", test_fast_open_refused);
    g_test_add_func("/conn/fast open/not taken", test_fast_open_not_taken);
    g_test_add_func("/conn/ignored reset", test_ignored_reset);
    g_test_add_func("/conn/icmp for the request", test_icmp_for_request);
    g_test_add_func("/conn/simultaneous", test_simultaneous);
    return g_test_run();
}
