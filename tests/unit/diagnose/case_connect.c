/* case_connect.c
 * Connections that did not come to stand, and which one of several decides
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "case.h"

static const struct case_row rows[] = {
    /* no answer */
    { "one_syn", .attempts = { { TO(2), SYN(2) } }, EXPECT(SYN_TIMEOUT, OBSERVED, "2 syn"), .decided = SILENCE },
    { "no_icmp", .attempts = { { TO(2), SYN(2) } }, .doubts = { .unseen = { .icmp = true } }, EXPECT(SYN_TIMEOUT, OBSERVED, "2 syn"),
      .says = "ICMP is disabled in Wireshark" },
    { "soon", .attempts = { { TO(2), SYN(2) } }, .doubts = { .unseen = { .icmpv6 = true } }, .response_time = AT(2) + NS_PER_SECOND / 2,
      EXPECT(SYN_TIMEOUT, LIKELY, "2 syn"), .says = "so soon that an answer may be missing" },
    { "repeats", .attempts = { { TO(2), SYNS(2, 9, 2, 3, 5, 9) } }, EXPECT(SYN_TIMEOUT, OBSERVED, "2 syn, 3 syn, 5 syn, 9 syn"),
      .says = "none of 4 SYNs" },
    { "every_try_there", .attempts = { { TO(2), SYNS(2, 3, 2, 3) }, { TO(2), SYNS(6, 7, 6, 7) } },
      EXPECT(SYN_TIMEOUT, OBSERVED, "2 syn, 3 syn, 6 syn, 7 syn"),
      .says = "none of 4 SYNs; the gateway gave up 98 s after the first" },
    { "synack_never_acked", .attempts = { { TO(2), SYNS(2, 4, 2, 4), SYNACK(3) } },
      EXPECT(SYN_TIMEOUT, OBSERVED, "2 syn, 3 synack, 4 syn"), .says = "never acknowledged the SYN/ACK" },
    { "synack_then_reset_late", .attempts = { { TO(2), SYN(2), SYNACK(3), RESET(120) } }, EXPECT(SYN_TIMEOUT, OBSERVED, "2 syn, 3 synack") },
    { "summary_after_rst", .attempts = { { TO(2), SYN(2), RST(3) }, { TO(2), SYN(4) } }, EXPECT(SYN_TIMEOUT, OBSERVED, NULL),
      .says = "did not answer the SYN; the gateway gave up 96 s after it" },
    { "rst_too_late", .attempts = { { TO(2), SYN(2), RST(120) } }, EXPECT(SYN_TIMEOUT, OBSERVED, "2 syn") },
    { "by_dns", .attempts = { { TO_BY(2, ADDRESS), SYN(2) } }, EXPECT(SYN_TIMEOUT, OBSERVED, "2 syn") },
    { "by_time", .attempts = { { TO_BY(2, TIME), SYN(2) } }, EXPECT(SYN_TIMEOUT, LIKELY, "2 syn") },
    { "by_learnt", .attempts = { { TO_BY(2, LEARNT), SYN(2) } }, EXPECT(SYN_TIMEOUT, LIKELY, "2 syn") },
    { "remembered", .attempts = { { TO_BY(2, MEMORY), SYN(2) } }, EXPECT(SYN_TIMEOUT, INFERRED, "2 syn") },
    { "remembered_after_others", .remembered = true, .attempts = { { TO_BY(2, MEMORY), STOOD(2), ASKED(5), DATUM(6), HEAD(6, 200, 150), COMPLETE(6) },
      { TO_BY(3, MEMORY), STOOD(7), ASKED(10), RESET(11) }, { TO_BY(4, MEMORY), SYN(12) } },
      EXPECT(SYN_TIMEOUT, INFERRED, "10 server_request, 11 server_close, 12 syn"), .says = "and failures of 2 more servers" },
    { "alike", .attempts = { { .server = IP(2), .gateway = GATEWAY, .port = 80, .tie = TIE_ADDRESS, SYN(2) } },
      EXPECT(SYN_TIMEOUT, LIKELY, "2 syn") },

    /* refused */
    { "one", .attempts = { { TO(2), SYN(2), RST(3) } }, EXPECT(RST, OBSERVED, "2 syn, 3 rst"), .decided = 3 },
    { "each_syn", .attempts = { { TO(2), SYNS(2, 6, 2, 4, 6), RSTS(3, 7, 3, 5, 7) } },
      EXPECT(RST, OBSERVED, "2 syn, 3 rst, 4 syn, 5 rst, 6 syn, 7 rst"),
      .says = "each of 3 SYNs with RST within", .decided = 7 },
    { "every_try_there", .attempts = { { TO(2), SYN(2), RST(3) }, { TO(2), SYN(4), RST(5) }, { TO(2), SYN(6), RST(7) } },
      EXPECT(RST, OBSERVED, "2 syn, 3 rst, 4 syn, 5 rst, 6 syn, 7 rst") },
    { "slowest_of_all", .attempts = { { TO(2), .hs.syn = FRAMES(2), .hs.rst = FRAMES(3), .hs.first_syn = AT(2), .hs.last_syn = AT(2),
      .start = AT(2), .hs.first_rst = AT(3), .hs.last_rst = AT(3), .hs.slowest_rst = 2 * NS_PER_SECOND }, { TO(2), SYN(6), RST(7) } },
      EXPECT(RST, OBSERVED, "2 syn, 3 rst, 6 syn, 7 rst"), .says = "each of 2 SYNs with RST within 2.0 s" },
    { "other_port_is_another", .attempts = { { .server = IP(2), .gateway = GATEWAY, .port = 81, SYN(2), RST(3) }, { TO(2), SYN(4), RST(5) } },
      EXPECT(RST, OBSERVED, "4 syn, 5 rst") },
    { "before_the_request", .attempts = { { TO(2), STOOD(2), RESET(5) } }, EXPECT(RST, OBSERVED, "2 syn, 5 rst"),
      .says = "before any byte of the request", .decided = 5 },
    { "after_icmp", .attempts = { { TO(2), SYNS(2, 4, 2, 4), ICMP(3), RST(5) } }, EXPECT(RST, OBSERVED, NULL) },
    { "by_time", .attempts = { { TO_BY(2, TIME), SYN(2), RST(3) } }, EXPECT(RST, LIKELY, "2 syn, 3 rst") },
    { "remembered", .attempts = { { TO_BY(2, MEMORY), SYN(2), RST(3) } }, EXPECT(RST, INFERRED, "2 syn, 3 rst") },
    { "remembered_after_a_stall", .remembered = true, .attempts = { { TO_BY(2, MEMORY), STOOD(2), ASKED(5), .sent.known = true },
      { TO_BY(3, MEMORY), SYN(6), RST(7) } }, EXPECT(RST, INFERRED, "5 server_request, 6 syn, 7 rst") },

    /* rejected */
    { "one", .attempts = { { TO(2), SYN(2), ICMP(3) } }, EXPECT(ICMP, OBSERVED, "2 syn, 3 icmp"), .decided = 3,
      .says = "10.1.1.1 rejected the SYN to 10.1.1.2:80: Host unreachable" },
    { "expired", .attempts = { { TO(2), SYN(2), .hs.icmp = FRAMES(3), .hs.first_icmp = AT(3), .hs.last_icmp = AT(3),
      .hs.icmp_source = ROUTER, .hs.icmp_type = 11 } }, EXPECT(ICMP, OBSERVED, "2 syn, 3 icmp"),
      .says = "10.1.1.1 dropped the SYN to 10.1.1.2:80: Time to live exceeded" },
    { "ignored", .attempts = { { TO(2), SYNS(2, 7, 2, 4, 7), ICMP(3) } }, EXPECT(ICMP, OBSERVED, "2 syn, 3 icmp, 4 syn, 7 syn"),
      .says = "10.1.1.1 rejected 1 of 3 SYNs to 10.1.1.2:80: Host unreachable" },
    { "each_syn", .attempts = { { TO(2), SYNS(2, 4, 2, 4), ICMPS_OF(ROUTER, 3, 5, 3, 5) } },
      EXPECT(ICMP, OBSERVED, "2 syn, 3 icmp, 4 syn, 5 icmp"), .decided = 5 },
    { "of_the_server", .attempts = { { TO(2), SYN(2), ICMPS_OF(IP(2), 3, 3, 3) } }, EXPECT(ICMP, OBSERVED, "2 syn, 3 icmp") },
    { "of_the_gateway_itself", .attempts = { { TO(2), SYN(2), ICMPS_OF(GATEWAY, 3, 3, 3) } }, EXPECT(SYN_TIMEOUT, OBSERVED, "2 syn") },
    { "after_rst", .attempts = { { TO(2), SYNS(2, 4, 2, 4), RST(3), ICMP(5) } }, EXPECT(ICMP, OBSERVED, NULL) },
    { "after_synack", .attempts = { { TO(2), SYN(2), SYNACK(3), ICMP(4) } }, EXPECT(ICMP, OBSERVED, "2 syn, 4 icmp") },
    { "every_try_there", .attempts = { { TO(2), SYN(2), ICMP(3) }, { TO(2), SYN(4), ICMP(5) } },
      EXPECT(ICMP, OBSERVED, "2 syn, 3 icmp, 4 syn, 5 icmp") },
    { "by_time", .attempts = { { TO_BY(2, TIME), SYN(2), ICMP(3) } }, EXPECT(ICMP, LIKELY, "2 syn, 3 icmp") },

    /* next hop not found */
    { "server", .unreached = { ARPS(2, 2, 2, 3, 4), .destination = IP(2), .port = 80 }, EXPECT(ARP, OBSERVED, "2 arp, 3 arp, 4 arp"),
      .says = "10.1.1.2 did not answer 3 ARP requests", .decided = SILENCE },
    { "next_hop", .unreached = { ARPS_BY(TIME, 1, 2, 2, 3) }, EXPECT(ARP, LIKELY, "2 arp, 3 arp") },
    { "remembered", .unreached = { ARPS_BY(MEMORY, 2, 2, 2) }, EXPECT(ARP, INFERRED, "2 arp") },
    { "after_a_look_up", SEARCH, .no_decision = true, .questions = { { A("h.example", 2), ADDRESS(3) } },
      .unreached = { ARPS(2, 4, 4, 5), .destination = IP(2), .port = 80 }, EXPECT(ARP, OBSERVED, "4 arp, 5 arp") },
    { "after_another_attempt", .attempts = { { TO(3), SYN(2), RST(3) } }, .unreached = { ARPS(2, 4, 4, 5) },
      EXPECT(ARP, OBSERVED, "4 arp, 5 arp") },
    { "own_icmp_only_reports", .attempts = { { TO(2), SYN(3), ICMPS_OF(GATEWAY, 5, 5, 5) } },
      .unreached = { ARPS(2, 2, 2, 4), .reported = true }, EXPECT(ARP, OBSERVED, "2 arp, 4 arp") },

    /* several attempts: the last one started decides */
    { "last_of_two_servers", .attempts = { { TO(2), SYN(2), RST(3) }, { TO(3), SYN(4) } }, EXPECT(SYN_TIMEOUT, OBSERVED, "4 syn") },
    { "last_of_two_servers", .attempts = { { TO(3), SYN(2) }, { TO(2), SYN(4), RST(5) } }, EXPECT(RST, OBSERVED, "4 syn, 5 rst") },
    { "last_of_three_servers", .attempts = { { TO(3), SYN(2) }, { TO(4), SYN(4), RST(5) }, { TO(2), SYN(6), ICMP(7) } },
      EXPECT(ICMP, OBSERVED, "6 syn, 7 icmp") },
    { "last_of_two_families", .attempts = { { .server = { 6, { 0x20, 1, 13, 184, [15] = 1 } }, .port = 80, SYN(2) }, { TO(2), SYN(4), RST(5) } },
      EXPECT(RST, OBSERVED, "4 syn, 5 rst") },
    { "retry_after_502", .attempts = { { TO(2), STOOD(2), ASKED(5), DATUM(6), HEAD(6, 502, 90), COMPLETE(6) }, { TO(3), SYN(7), RST(8) } },
      EXPECT(RST, OBSERVED, "7 syn, 8 rst") },
    { "retry_after_close", .attempts = { { TO(2), STOOD(2), ASKED(5), FIN(6) }, { TO(2), SYNS(7, 9, 7, 9) } },
      EXPECT(SYN_TIMEOUT, OBSERVED, "7 syn, 9 syn") },
    { "retry_of_kept_alive", .attempts = { { TO(2), KEPT(2), ASKED(2), RESET(3) }, { TO(2), STOOD(4), ASKED(7), FIN(8) } },
      EXPECT(SERVER_CLOSED, OBSERVED, "7 server_request, 8 server_close") },
    { "started_last_not_ended_last", .attempts = { { TO(2), SYNS(2, 90, 2, 30, 90), RST(91) }, { TO(3), STOOD(10), ASKED(13), FIN(14) } },
      EXPECT(SERVER_CLOSED, OBSERVED, "13 server_request, 14 server_close") },
};

const struct case_table case_connect = { rows, G_N_ELEMENTS(rows) };
