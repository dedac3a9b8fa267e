/* test_track.c
 * track.h: which responses are diagnosed, and when
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

#define SAYS_502 "HTTP/1.1 502 so\r\nContent-Length: 0\r\n\r\n"

/* A client's connection to the gateway, and one of the gateway to a server. */
static void
two_legs(void)
{
    leg(0, "10.0.0.1", GATEWAY, 9090);
    leg(1, GATEWAY, "10.2.0.1", 80);
}

/* A fast retransmission: HTTP dissects its bytes again, TCP passes on none of other retransmissions. */
static void
test_shown_again(void)
{
    capture_begin(0);
    two_legs();
    stands(0);
    asks_proxy(0, "one.example", "/a");
    asks_proxy(0, "one.example", "/b");
    verdict_at(says(0, SERVER, SAYS_502, 502));
    no_verdict_at(says_again(0, SERVER, strlen(SAYS_502), SAYS_502, 502));
    verdict_at(says(0, SERVER, SAYS_502, 502));
    no_verdict_at(says_again(0, SERVER, strlen(SAYS_502), SAYS_502, 502));
}

/* Nothing was shown when the bytes came first. */
static void
test_shown_only_again(void)
{
    capture_begin(0);
    two_legs();
    stands(0);
    asks_proxy(0, "one.example", "/a");
    no_verdict_at(says(0, SERVER, SAYS_502, 0));
    verdict_at(says_again(0, SERVER, strlen(SAYS_502), SAYS_502, 502));
}

/* relayed *****************************************************************/

static void
test_relayed(void)
{
    capture_begin(0);
    two_legs();
    stands(0);
    asks_proxy(0, "one.example", "/a");
    stands(1);
    uint32_t asked = asks_server(1, "one.example", "/a"), answered = responds(1, 502);
    no_verdict_at(answered);
    EXPECT_AT(responds(0, 502), RELAYED, OBSERVED, asked, answered);
}

/* Each frame of a case knows its part. */
static void
test_links(void)
{
    capture_begin(0);
    two_legs();
    stands(0);
    uint32_t asked = asks_proxy(0, "one.example", "/a"), first = syn(1), second = refused(1);
    const struct verdict *v = verdict_at(responds(0, 502));
    const uint32_t frames[] = { asked, first, second };
    const enum role roles[] = { ROLE_REQUEST, ROLE_SYN, ROLE_RST };
    for (int i = 0; i < 3; i++) {
        const struct part *part = track_parts(capture_tracker(), frames[i]);
        g_assert_nonnull(part);
        g_assert_true(part->verdict == v && part->role == roles[i] && !part->next);
    }
}

/* The client's leg comes later in the file: the server's 502 is nobody's own only then. */
static void
test_relayed_late(void)
{
    capture_begin(2);
    two_legs();
    switch_to(0, 0);
    arp("10.0.0.9", "10.0.0.8");
    switch_to(1, 20);
    stands(1);
    uint32_t asked = asks_server(1, "one.example", "/a"), answered = responds(1, 502);
    switch_to(0, 10);
    stands(0);
    asks_proxy(0, "one.example", "/a");
    switch_to(0, 40);
    uint32_t response = responds(0, 502);
    capture_ends();
    no_verdict_at(answered);
    EXPECT_AT(response, RELAYED, OBSERVED, asked, answered);
}

/* The same, of a request that the gateway answered already, with something to look at. */
static void
test_relayed_behind_answer(void)
{
    capture_begin(2);
    two_legs();
    switch_to(0, 0);
    arp("10.0.0.9", "10.0.0.8");
    switch_to(1, 10);
    stands(0);
    asks_proxy(0, "one.example", "/a");
    stands(1);
    asks_server(1, "one.example", "/a");
    says(0, SERVER, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nwait", 200);
    no_verdict_at(responds(1, 502));
}

/* hidden responses ***************************************************************/

static void
one_refused_request(void)
{
    two_legs();
    stands(0);
    asks_proxy(0, "one.example", "/a");
}

static void
test_shown_and_swallowed(void)
{
    capture_begin(0)->heads_are_shown = true;
    one_refused_request();
    uint32_t first = syn(1), second = refused(1);
    EXPECT_AT(says(0, SERVER, SAYS_502, 502), RST, LIKELY, first, second);
}

static void
test_cut_and_shown(void)
{
    capture_begin(0);
    one_refused_request();
    uint32_t first = syn(1), second = refused(1);
    EXPECT_AT(says_cut(0, SERVER, SAYS_502 "0123456789", sizeof SAYS_502 + 3, 502), RST, LIKELY, first, second);
}

static void
test_not_shown(void)
{
    capture_begin(0)->heads_are_shown = true;
    one_refused_request();
    uint32_t first = syn(1), second = refused(1);
    EXPECT_AT(says(0, SERVER, SAYS_502, 0), RST, LIKELY, first, second);
}

/* Of two pipelined requests, in one segment. */
static void
both_in_one_segment(unsigned shown)
{
    capture_begin(0)->heads_are_shown = true;
    two_legs();
    stands(0);
    uint32_t first = asks_proxy(0, "one.example", "/a"), second = asks_proxy(0, "one.example", "/b");
    const char *text = SAYS_502 "HTTP/1.1 502 cannotconnect\r\nContent-Length: 0\r\n\r\n";
    const struct verdict *v = track_verdicts(capture_tracker(), says(0, SERVER, text, shown));
    g_assert_nonnull(v);
    g_assert_nonnull(v->next);
    g_assert_null(v->next->next);
    g_assert_cmpuint(v->request_frame, ==, first);
    g_assert_cmpuint(v->next->request_frame, ==, second);
    g_assert_cmpstr(v->next->reported, ==, "Cannot Connect");
}

static void
test_two_not_shown(void)
{
    both_in_one_segment(0);
}

static void
test_one_of_two_shown(void)
{
    both_in_one_segment(502);
}

/* A gateway behind another one, which changes its mind: each has its case. */
static void
test_behind_gateway(void)
{
    capture_begin(0);
    leg(0, "10.0.0.1", GATEWAY, 9090);
    leg(1, GATEWAY, "10.2.0.9", 3128);
    leg(2, "10.2.0.9", "10.2.0.1", 80);
    stands(0);
    asks_proxy(0, "one.example", "/a");
    stands(1);
    asks_proxy(1, "one.example", "/a");
    stands(2);
    uint32_t asked = asks_server(2, "one.example", "/a");
    says(1, SERVER, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nwait", 200);
    uint32_t closed = closes(2, SERVER);
    EXPECT_AT(says(1, SERVER, SAYS_502, 0), SERVER_CLOSED, OBSERVED, asked, closed);
}

/* late frames *************************************************************/

/* One interface, in order: what is tracked in order of time is the first to say it. */
static void
test_one_interface(void)
{
    capture_begin(1);
    one_refused_request();
    uint32_t first = syn(1), second = refused(1);
    EXPECT_AT(responds(0, 502), RST, LIKELY, first, second);
}

static void
test_late(void)
{
    capture_begin(2);
    two_legs();
    switch_to(1, 0);
    arp("10.2.0.9", "10.2.0.8");
    switch_to(0, 10);
    stands(0);
    asks_proxy(0, "one.example", "/a");
    switch_to(0, 100);
    uint32_t response = responds(0, 502);
    expect_unknown_at(response, MISSING_LATE);
    switch_to(1, 20);
    uint32_t first = syn(1), second = refused(1);
    expect_unknown_at(response, MISSING_LATE);
    capture_ends();
    EXPECT_AT(response, RST, LIKELY, first, second);
}

/* What there is so far would name another cause than all of it. */
static void
test_late_retry(void)
{
    capture_begin(2);
    two_legs();
    leg(2, GATEWAY, "10.2.0.1", 80);
    switch_to(1, 0);
    arp("10.2.0.9", "10.2.0.8");
    switch_to(0, 10);
    stands(0);
    asks_proxy(0, "one.example", "/a");
    switch_to(1, 20);
    syn(1);
    switch_to(0, 21);
    refused(1);
    uint32_t response = responds(0, 502);
    expect_unknown_at(response, MISSING_LATE);
    switch_to(1, 22);
    capture_ends();
    g_assert_cmpint(verdict_at(response)->cause, ==, CAUSE_RST);
}

/* forgotten ***************************************************************/

static unsigned
remembered_after(unsigned seconds)
{
    passes(seconds * 1000);
    for (int i = 0; i < 16; i++)
        arp("10.2.0.9", "10.2.0.8");
    return list_length(&capture_tracker()->root->conns.table.order);
}

/* A client's connection is forgotten when all its requests are served and it is closed; an attempt nobody claimed is not. */
static void
test_forgotten(void)
{
    capture_begin(0);
    leg(0, "10.0.0.1", GATEWAY, 9090);
    leg(1, GATEWAY, "10.2.0.1", 80);
    stands(0);
    asks_proxy(0, "one.example", "/a");
    responds(0, 502);
    syn(1);
    refused(1);
    closes(0, SERVER);
    closes(0, CLIENT);
    g_assert_cmpuint(remembered_after(20), ==, 2);
    g_assert_cmpuint(remembered_after(12), ==, 1);
    g_assert_cmpuint(remembered_after(240), ==, 1);
    g_assert_cmpuint(remembered_after(60), ==, 0);
}

/* What waits for an answer is not over, whoever closes. */
static void
test_not_forgotten(void)
{
    capture_begin(0);
    leg(0, "10.0.0.1", GATEWAY, 9090);
    stands(0);
    asks_proxy(0, "one.example", "/a");
    closes(0, SERVER);
    closes(0, CLIENT);
    g_assert_cmpuint(remembered_after(60), ==, 1);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/track/shown again", test_shown_again);
    g_test_add_func("/track/shown only again", test_shown_only_again);
    g_test_add_func("/track/relayed", test_relayed);
    g_test_add_func("/track/links", test_links);
    g_test_add_func("/track/relayed/late", test_relayed_late);
    g_test_add_func("/track/relayed/behind an answer", test_relayed_behind_answer);
    g_test_add_func("/track/hidden/shown", test_shown_and_swallowed);
    g_test_add_func("/track/hidden/cut and shown", test_cut_and_shown);
    g_test_add_func("/track/hidden/not shown", test_not_shown);
    g_test_add_func("/track/hidden/two", test_two_not_shown);
    g_test_add_func("/track/hidden/one of two", test_one_of_two_shown);
    g_test_add_func("/track/hidden/behind a gateway", test_behind_gateway);
    g_test_add_func("/track/one interface", test_one_interface);
    g_test_add_func("/track/late", test_late);
    g_test_add_func("/track/late/retry", test_late_retry);
    g_test_add_func("/track/forgotten", test_forgotten);
    g_test_add_func("/track/forgotten/not yet", test_not_forgotten);
    return g_test_run();
}
