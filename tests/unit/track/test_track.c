/* test_track.c
 * track.h: which responses are diagnosed, and when
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "facts.h"

#define SAYS_502 "HTTP/1.1 502 so\r\nContent-Length: 0\r\n\r\n"

/* shown *******************************************************************/

/*
 * A fast retransmission: HTTP dissects its bytes again, TCP passes on none of other retransmissions.
 * ALICE asks /a, ALICE asks /b, 502, 502 again, 502, 502 again
 */
static void
test_shown_again(void)
{
    scene(0);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(ALICE, HOST, "/b");
    verdict_at(says(ALICE, SERVER, SAYS_502, 502));
    no_verdict_at(says_again(ALICE, SERVER, strlen(SAYS_502), SAYS_502, 502));
    verdict_at(says(ALICE, SERVER, SAYS_502, 502));
    no_verdict_at(says_again(ALICE, SERVER, strlen(SAYS_502), SAYS_502, 502));
}

/*
 * Nothing was shown when the bytes came first.
 * ALICE asks /a, 502 that is not shown, 502 again
 */
static void
test_shown_only_again(void)
{
    scene(0);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    no_verdict_at(says(ALICE, SERVER, SAYS_502, 0));
    verdict_at(says_again(ALICE, SERVER, strlen(SAYS_502), SAYS_502, 502));
}

/* relayed *****************************************************************/

/* ALICE stands, ALICE asks /a, 1 stands, 1 asks /a, 1 502, ALICE gets 502 */
static void
test_relayed(void)
{
    scene(0);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a"), answered = responds(UPSTREAM_1, 502);
    no_verdict_at(answered);
    EXPECT_AT(responds(ALICE, 502), RELAYED, OBSERVED, asked, answered);
}

/* Each frame of a case knows its part. */
static void
test_links(void)
{
    scene(0);
    stands(ALICE);
    uint32_t asked = asks_proxy(ALICE, HOST, "/a"), first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    const struct verdict *v = verdict_at(responds(ALICE, 502));
    const uint32_t frames[] = { asked, first, second };
    const enum role roles[] = { ROLE_REQUEST, ROLE_SYN, ROLE_RST };
    for (int i = 0; i < 3; i++) {
        const struct part *part = track_parts(capture_tracker(), frames[i]);
        g_assert_nonnull(part);
        g_assert_true(part->verdict == v && part->role == roles[i] && !part->next);
    }
}

/*
 * The client's leg comes later in the file: the server's 502 is nobody's own only then.
 * in the file: 1 stands, 1 asks, 1 502, before that ALICE asks, ALICE gets 502
 */
static void
test_relayed_late(void)
{
    scene(2);
    switch_to(0, 0);
    arp("10.0.0.9", "10.0.0.8");
    switch_to(1, 20);
    stands(UPSTREAM_1);
    uint32_t asked = asks_server(UPSTREAM_1, HOST, "/a"), answered = responds(UPSTREAM_1, 502);
    switch_to(0, 10);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    switch_to(0, 40);
    uint32_t response = responds(ALICE, 502);
    capture_ends();
    no_verdict_at(answered);
    EXPECT_AT(response, RELAYED, OBSERVED, asked, answered);
}

/*
 * The same, of a request that the gateway answered already, with something to look at.
 * ALICE asks /a, 1 asks /a, ALICE gets 200, 1 502
 */
static void
test_relayed_behind_answer(void)
{
    scene(2);
    switch_to(0, 0);
    arp("10.0.0.9", "10.0.0.8");
    switch_to(1, 10);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_server(UPSTREAM_1, HOST, "/a");
    says(ALICE, SERVER, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nwait", 200);
    no_verdict_at(responds(UPSTREAM_1, 502));
}

/* hidden responses ********************************************************/

static void
one_refused_request(void)
{
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
}

/* ALICE asks, SYN 1, RST 1, ALICE gets 502 */
static void
test_shown_and_swallowed(void)
{
    scene(0)->heads_are_shown = true;
    one_refused_request();
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(says(ALICE, SERVER, SAYS_502, 502), RST, LIKELY, first, second);
}

/* ALICE asks, SYN 1, RST 1, ALICE gets 502 without its last bytes */
static void
test_cut_and_shown(void)
{
    scene(0);
    one_refused_request();
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(says_cut(ALICE, SERVER, SAYS_502 "0123456789", sizeof SAYS_502 + 3, 502), RST, LIKELY, first, second);
}

/* ALICE asks, SYN 1, RST 1, ALICE gets 502 that is not shown */
static void
test_not_shown(void)
{
    scene(0)->heads_are_shown = true;
    one_refused_request();
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(says(ALICE, SERVER, SAYS_502, 0), RST, LIKELY, first, second);
}

/*
 * Of two pipelined requests, in one segment.
 * ALICE asks /a, ALICE asks /b, 502 and 502
 */
static void
both_in_one_segment(unsigned shown)
{
    scene(0)->heads_are_shown = true;
    stands(ALICE);
    uint32_t first = asks_proxy(ALICE, HOST, "/a"), second = asks_proxy(ALICE, HOST, "/b");
    const char *text = SAYS_502 "HTTP/1.1 502 cannotconnect\r\nContent-Length: 0\r\n\r\n";
    const struct verdict *v = track_verdicts(capture_tracker(), says(ALICE, SERVER, text, shown));
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

/*
 * A gateway behind another one, which changes its mind: each has its case.
 * ALICE asks, 1 (to a gateway) asks, 2 asks, ALICE's gateway gets 200, FIN 2, and 502
 */
static void
test_behind_gateway(void)
{
    scene(0);
    leg(UPSTREAM_1, GATEWAY, "10.2.0.9", 3128);
    leg(UPSTREAM_2, "10.2.0.9", SERVER_1, 80);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    asks_proxy(UPSTREAM_1, HOST, "/a");
    stands(UPSTREAM_2);
    uint32_t asked = asks_server(UPSTREAM_2, HOST, "/a");
    says(UPSTREAM_1, SERVER, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nwait", 200);
    uint32_t closed = closes(UPSTREAM_2, SERVER);
    EXPECT_AT(says(UPSTREAM_1, SERVER, SAYS_502, 0), SERVER_CLOSED, OBSERVED, asked, closed);
}

/* late frames *************************************************************/

/*
 * One interface, in order: what is tracked in order of time is the first to say it.
 * ALICE asks, SYN 1, RST 1, ALICE gets 502
 */
static void
test_one_interface(void)
{
    scene(1);
    one_refused_request();
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    EXPECT_AT(responds(ALICE, 502), RST, LIKELY, first, second);
}

/* ALICE asks, ALICE gets 502; late: SYN 1, RST 1 */
static void
test_late(void)
{
    scene(2);
    switch_to(1, 0);
    arp("10.2.0.9", "10.2.0.8");
    switch_to(0, 10);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    switch_to(0, 100);
    uint32_t response = responds(ALICE, 502);
    expect_unknown_at(response, MISSING_LATE);
    switch_to(1, 20);
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1);
    expect_unknown_at(response, MISSING_LATE);
    capture_ends();
    EXPECT_AT(response, RST, LIKELY, first, second);
}

/*
 * What there is so far would name another cause than all of it.
 * ALICE asks, SYN 1, RST 1, ALICE gets 502; late: nothing more
 */
static void
test_late_retry(void)
{
    scene(2);
    switch_to(1, 0);
    arp("10.2.0.9", "10.2.0.8");
    switch_to(0, 10);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    switch_to(1, 20);
    syn(UPSTREAM_1);
    switch_to(0, 21);
    refused(UPSTREAM_1);
    uint32_t response = responds(ALICE, 502);
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

/*
 * A client's connection is forgotten when all its requests are served and it is closed; an attempt nobody claimed is not.
 * (the gateway looks up a name,) ALICE stands, ALICE asks /a, ALICE gets 502, SYN 1, RST 1, FIN to ALICE, ALICE FIN
 */
static void
test_forgotten(void)
{
    scene(0);
    is_known("two.example", SERVER_2);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    responds(ALICE, 502);
    syn(UPSTREAM_1);
    refused(UPSTREAM_1);
    closes(ALICE, SERVER);
    closes(ALICE, CLIENT);
    g_assert_cmpuint(remembered_after(20), ==, 2);
    g_assert_cmpuint(remembered_after(12), ==, 1);
    g_assert_cmpuint(remembered_after(240), ==, 1);
    g_assert_cmpuint(remembered_after(60), ==, 0);
}

/*
 * What waits for an answer is not over, whoever closes.
 * ALICE stands, ALICE asks /a, FIN to ALICE, ALICE FIN
 */
static void
test_not_forgotten(void)
{
    scene(0);
    stands(ALICE);
    asks_proxy(ALICE, HOST, "/a");
    closes(ALICE, SERVER);
    closes(ALICE, CLIENT);
    g_assert_cmpuint(remembered_after(60), ==, 1);
}

/*
 * A connection is as old as it likes while it is used; one that is silent is forgotten.
 * ALICE and BOB stand; ALICE is heard of every ten minutes for three hours, then asks, SYN 1, RST 1, ALICE gets 502
 */
static void
test_used_for_long(void)
{
    scene_with(2);
    for (int i = 0; i < 18; i++) {
        passes(600 * 1000);
        acked(ALICE);
        remembered_after(0);
    }
    g_assert_cmpuint(remembered_after(0), ==, 1);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t first = syn(UPSTREAM_1), second = refused(UPSTREAM_1), response = responds(ALICE, 502);
    EXPECT_AT(response, RST, LIKELY, first, second);
    g_assert_cmpuint(remembered_after(7190), ==, 1);
    g_assert_cmpuint(remembered_after(20), ==, 0);
}

/* As many facts of one moment, on two interfaces, as are not held any more: the first of them are told early. */
static void
test_held(void)
{
    scene(2);
    other_frame_at(1, 0);
    asks_at(0, 10);
    switch_to(0, 11);
    for (unsigned i = 0; i < 40000; i++) {
        switch_to(0, 11);
        arp("10.2.0.9", "10.2.0.8");
    }
    g_assert_nonnull(capture_tracker()->late);
    g_assert_cmpint(capture_tracker()->late->frame, >, 1000);
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
    g_test_add_func("/track/forgotten/used for long", test_used_for_long);
    g_test_add_func("/track/held", test_held);
    g_test_add_func("/track/forgotten/not yet", test_not_forgotten);
    return g_test_run();
}
