/* case_names.c
 * Look-ups that failed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "case.h"

#define H "h.example"

static const struct case_row rows[] = {
    /* No Such Name */
    { "plain", SEARCH, .questions = { { A(H, 2), NAME_ERROR(3) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 dns_response"), .says = "10.1.1.53 answered No such name for h.example", .decided = 3 },
    { "a_and_aaaa", SEARCH, .questions = { { A(H, 2), NAME_ERROR(4) }, { AAAA(H, 3), NAME_ERROR(5) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 dns_query, 4 dns_response, 5 dns_response"), .decided = 5 },
    { "repeats", SEARCH, .questions = { { QUERIES(53, H, 1, 2, 4, 2, 3, 4), NAME_ERROR(5) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 dns_query, 4 dns_query, 5 dns_response") },
    { "last_suffix", SEARCH, .questions = { { A(H ".corp", 2), NAME_ERROR(3) }, { A(H, 4), NAME_ERROR(5) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 dns_response, 4 dns_query, 5 dns_response"), .decided = 5 },
    { "last_suffix_after_nodata", SEARCH, .questions = { { A(H, 2), NO_DATA(3) }, { A(H ".corp", 4), NAME_ERROR(5) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 dns_response, 4 dns_query, 5 dns_response") },
    { "followed_cname", SEARCH, .questions = { { A(H, 2), NO_DATA(3) }, { A("target.example", 4), NAME_ERROR(5) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 dns_response, 4 dns_query, 5 dns_response") },
    { "beside_silent_aaaa", SEARCH, .questions = { { A(H, 2), NAME_ERROR(4) }, { AAAA(H, 3) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 dns_query, 4 dns_response"), .decided = SILENCE },
    { "beside_servfail", SEARCH, .questions = { { A(H, 2), SERVFAIL(3) }, { A_OF(54, H, 4), NAME_ERROR(5) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 dns_response, 4 dns_query, 5 dns_response") },
    { "beside_icmp", SEARCH, .questions = { { A(H, 2), QUERY_ICMP(3) }, { A_OF(54, H, 4), NAME_ERROR(5) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 icmp, 4 dns_query, 5 dns_response") },
    { "by_time", SEARCH_BY(TIME), .questions = { { A(H, 2), NAME_ERROR(3) } },
      EXPECT(NXDOMAIN, LIKELY, "2 dns_query, 3 dns_response") },
    { "one_of_several", .search.tie = TIE_ADDRESS, .questions = { { A(H, 2), NAME_ERROR(3) } },
      EXPECT(NXDOMAIN, LIKELY, "2 dns_query, 3 dns_response") },
    { "remembered", SEARCH_BY(MEMORY), .questions = { { A(H, 2), NAME_ERROR(3) } },
      EXPECT(NXDOMAIN, INFERRED, "2 dns_query, 3 dns_response"),
      .says = "remembered this" },
    { "shared", SEARCH, .search.shared = true, .questions = { { A(H, 2), NAME_ERROR(3) } },
      EXPECT(NXDOMAIN, OBSERVED, "2 dns_query, 3 dns_response") },

    /* no address */
    { "a_only", SEARCH, .questions = { { A(H, 2), NO_DATA(3) } },
      EXPECT(DNS_NODATA, OBSERVED, "2 dns_query, 3 dns_response") },
    { "a_and_aaaa", SEARCH, .questions = { { A(H, 2), NO_DATA(4) }, { AAAA(H, 3), NO_DATA(5) } },
      EXPECT(DNS_NODATA, OBSERVED, "2 dns_query, 3 dns_query, 4 dns_response, 5 dns_response"), .decided = 5 },
    { "suffix_nxdomain_before", SEARCH, .questions = { { A(H ".corp", 2), NAME_ERROR(3) }, { A(H, 4), NO_DATA(5) } },
      EXPECT(DNS_NODATA, OBSERVED, "2 dns_query, 3 dns_response, 4 dns_query, 5 dns_response") },

    /* other rcodes */
    { "servfail", SEARCH, .questions = { { A(H, 2), SERVFAIL(3) } },
      EXPECT(DNS_ERROR, OBSERVED, "2 dns_query, 3 dns_response"), .says = "Server failure (rcode 2)", .decided = 3 },
    { "refused", SEARCH, .questions = { { A(H, 2), ANSWER(3, DNS_OTHER_ERROR, 5) } },
      EXPECT(DNS_ERROR, OBSERVED, "2 dns_query, 3 dns_response") },
    { "beside_nodata", SEARCH, .questions = { { A(H, 2), ANSWER(4, DNS_OTHER_ERROR, 1) }, { AAAA(H, 3), NO_DATA(5) } },
      EXPECT(DNS_ERROR, OBSERVED, "2 dns_query, 3 dns_query, 4 dns_response, 5 dns_response") },
    { "suffix_nxdomain_before", SEARCH, .questions = { { A(H ".corp", 2), NAME_ERROR(3) }, { A(H, 4), SERVFAIL(5) } },
      EXPECT(DNS_ERROR, OBSERVED, "2 dns_query, 3 dns_response, 4 dns_query, 5 dns_response") },
    { "second_server", SEARCH, .questions = { { A(H, 2) }, { A_OF(54, H, 7), SERVFAIL(8) } },
      EXPECT(DNS_ERROR, OBSERVED, "2 dns_query, 7 dns_query, 8 dns_response") },

    /* no answer */
    { "silent", SEARCH, .questions = { { QUERIES(53, H, 1, 2, 12, 2, 7, 12) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query, 7 dns_query, 12 dns_query"), .says = "did not answer 3 queries", .decided = SILENCE },
    { "soon", SEARCH, .questions = { { A(H, 2) } }, .response_time = AT(2) + NS_PER_SECOND / 2,
      EXPECT(DNS_TIMEOUT, LIKELY, "2 dns_query"), .says = "so soon that an answer may be missing" },
    { "silent_servers", SEARCH, .questions = { { A(H, 2) }, { AAAA(H, 3) }, { A_OF(54, H, 7) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query, 3 dns_query, 7 dns_query"),
      .says = "DNS servers 10.1.1.53, 10.1.1.54 did not answer 3 queries for h.example in 98 s" },
    { "two_servers", SEARCH, .questions = { { A(H, 2) }, { A_OF(54, H, 7) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query, 7 dns_query") },
    { "silent_beside_servfail", SEARCH, .questions = { { A(H, 2), SERVFAIL(4) }, { AAAA(H, 3) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query, 3 dns_query, 4 dns_response"), .decided = SILENCE },
    { "silent_beside_nodata", SEARCH, .questions = { { A(H, 2) }, { AAAA(H, 3), NO_DATA(4) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query, 3 dns_query, 4 dns_response") },
    { "second_server_silent", SEARCH, .questions = { { A(H, 2), SERVFAIL(3) }, { A_OF(54, H, 7) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query, 3 dns_response, 7 dns_query") },
    { "aaaa_silent_a_failed_over", SEARCH, .questions = { { AAAA(H, 2) }, { A(H, 3) }, { A_OF(54, H, 7), SERVFAIL(8) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query, 3 dns_query, 7 dns_query, 8 dns_response") },
    { "summary_of_silent_beside_servfail", SEARCH, .questions = { { A(H, 2), SERVFAIL(4) }, { AAAA(H, 3) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, NULL), .says = "did not answer 1 query for h.example" },
    { "summary_of_last_suffix_silent", SEARCH, .questions = { { A(H ".corp", 2), NAME_ERROR(3) }, { A(H, 4) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, NULL), .says = "did not answer 1 query for h.example" },
    { "summary_of_truncated_then_tcp", SEARCH, .search.tcp_server = IP(53), .search.over_tcp_silent = true, .search.tcp = { TCP_SYN(4) },
      .search.n_tcp = 1, .questions = { { A(H, 2), TRUNCATED_ANSWER(3) } }, EXPECT(DNS_TIMEOUT, OBSERVED, NULL), .says = "TCP" },
    { "last_suffix_silent", SEARCH, .questions = { { A(H ".corp", 2), NAME_ERROR(3) }, { A(H, 4) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query, 3 dns_response, 4 dns_query") },
    { "answer_too_late", SEARCH, .questions = { { A(H, 2), NAME_ERROR(120) } }, EXPECT(DNS_TIMEOUT, OBSERVED, NULL) },
    { "good_answer_too_late", SEARCH, .questions = { { A(H, 2), ADDRESS(120) } }, EXPECT(DNS_TIMEOUT, OBSERVED, NULL) },
    { "late_answer_is_no_evidence", SEARCH, .questions = { { A(H, 2), NAME_ERROR(120) } }, EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query") },
    { "over_tcp", SEARCH, .search.tcp_server = IP(53), .search.over_tcp_silent = true, .search.tcp = { TCP_SYN(2), TCP_SYN(4) }, .search.n_tcp = 2,
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 syn, 4 syn") },
    { "truncated_then_tcp", SEARCH, .search.tcp_server = IP(53), .search.over_tcp_silent = true, .search.tcp = { TCP_SYN(4) }, .search.n_tcp = 1,
      .questions = { { A(H, 2), TRUNCATED_ANSWER(3) } },
      EXPECT(DNS_TIMEOUT, OBSERVED, "2 dns_query, 3 dns_response, 4 syn") },

    /* not to be reached */
    { "icmp", SEARCH, .questions = { { A(H, 2), QUERY_ICMP(3) } },
      EXPECT(DNS_UNREACHABLE, OBSERVED, "2 dns_query, 3 icmp"), .says = "Port unreachable (ICMP type 3, code 3)" },
    { "icmp_of_both_servers", SEARCH, .questions = { { A(H, 2), QUERY_ICMP(3) }, { A_OF(54, H, 4), QUERY_ICMP(5) } },
      EXPECT(DNS_UNREACHABLE, OBSERVED, "2 dns_query, 3 icmp, 4 dns_query, 5 icmp") },
    { "query_never_left", SEARCH, .search.unreached = &(const struct unreached){ ARPS(53, 2, 2, 3), .for_dns = true },
      .questions = { { .name = H, .type = 1, .server = IP(53), .asker = GATEWAY, QUERY_ICMP(4) } },
      EXPECT(DNS_UNREACHABLE, OBSERVED, "2 arp, 3 arp, 4 icmp") },
    { "over_tcp", SEARCH, .search.tcp_server = IP(53), .search.over_tcp_refused = true, .search.tcp = { TCP_REFUSED(2, 3) }, .search.n_tcp = 1,
      EXPECT(DNS_UNREACHABLE, OBSERVED, "2 syn, 3 rst") },
    { "truncated_then_tcp", SEARCH, .search.tcp_server = IP(53), .search.over_tcp_refused = true, .search.tcp = { TCP_REFUSED(4, 5) }, .search.n_tcp = 1,
      .questions = { { A(H, 2), TRUNCATED_ANSWER(3) } },
      EXPECT(DNS_UNREACHABLE, OBSERVED, "2 dns_query, 3 dns_response, 4 syn, 5 rst") },
    { "arp", .unreached = { ARPS(53, 2, 2, 3, 4), .for_dns = true }, EXPECT(DNS_UNREACHABLE, OBSERVED, "2 arp, 3 arp, 4 arp"), .decided = SILENCE },
    { "arp_by_time", .unreached = { ARPS_BY(TIME, 53, 2, 2, 3), .for_dns = true }, EXPECT(DNS_UNREACHABLE, LIKELY, "2 arp, 3 arp") },

    /* what no longer mattered */
    { "aaaa_nodata_beside_good_a", SEARCH, .questions = { { A(H, 2), ADDRESS(4) }, { AAAA(H, 3), NO_DATA(5) } }, EXPECT_UNKNOWN(CONNECTION) },
    { "aaaa_silent_beside_good_a", SEARCH, .questions = { { A(H, 2), ADDRESS(4) }, { AAAA(H, 3) } }, EXPECT_UNKNOWN(CONNECTION) },
    { "suffix_nxdomain_before_good", SEARCH, .questions = { { A(H ".corp", 2), NAME_ERROR(3) }, { A(H, 4), ADDRESS(5) } },
      EXPECT_UNKNOWN(CONNECTION) },
    { "after_good_aaaa_nodata", SEARCH, .questions = { { A(H, 2), ADDRESS(4) }, { AAAA(H, 3), NO_DATA(5) } },
      .attempts = { { TO(2), SYN(6), RST(7) } }, EXPECT(RST, OBSERVED, "6 syn, 7 rst") },
    { "search_was_not_the_last", SEARCH, .no_decision = true, .questions = { { A(H, 2), NAME_ERROR(3) } },
      .attempts = { { TO(2), SYN(6), RST(7) } }, EXPECT(RST, OBSERVED, "6 syn, 7 rst") },
    { "search_after_attempt", SEARCH, .questions = { { A(H, 6), NAME_ERROR(7) } },
      .attempts = { { TO(2), SYN(2), RST(3) } }, EXPECT(NXDOMAIN, OBSERVED, "6 dns_query, 7 dns_response") },
};

const struct case_table case_names = { rows, G_N_ELEMENTS(rows) };
