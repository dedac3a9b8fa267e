/* case.h
 * One row a case: evidence by hand, and the finding that interface.md wants for it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TESTS_CASE_H
#define MWG502_TESTS_CASE_H

#include "common.h"
#include "diagnose/diagnose.h"

/*
 * Frame n comes at second n. The client's request is frame 1, the 502 frame 100. The
 * gateway is 10.1.1.254, servers are 10.1.1.n, the DNS server 10.1.1.53 and .54.
 */
#define AT(frame) ((when_t)(frame) * NS_PER_SECOND)
#define RESPONSE_FRAME 100
#define IP(n) { 4, { 10, 1, 1, n } }
#define GATEWAY IP(254)
#define ROUTER IP(1)
#define COUNT_OF(...) (sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))
#define FRAMES(...) { (uint32_t[]){ __VA_ARGS__ }, COUNT_OF(__VA_ARGS__), COUNT_OF(__VA_ARGS__), COUNT_OF(__VA_ARGS__) }

struct case_row {
    const char *name;           /* behind the expected cause in the path of its test */
    struct attempt attempts[3]; /* up to the first one without a server */
    struct search search;       /* its questions are taken from here: */
    struct question questions[5];
    bool no_decision;           /* something came after the search */
    bool remembered;            /* the attempts are an earlier request's */
    struct unreached unreached; /* where it has a tie */
    struct doubts doubts;
    unsigned status;            /* 0: 502 */
    when_t response_time;       /* 0: of RESPONSE_FRAME */

    enum cause cause;
    enum confidence confidence;
    const char *cited;          /* "2 syn, 3 rst"; NULL: not compared */
    enum missing missing;
    unsigned answered;          /* status that the deciding attempt brought */
    int decided;                /* frame that decided_at() names, SILENCE; 0: not compared */
    const char *says;           /* a part of the summary; NULL: not compared */
    const char *todo;           /* why a known fault of the plugin makes it fail */
};

#define SILENCE (-1)

struct case_table {
    const struct case_row *rows;
    size_t n;
};
extern const struct case_table case_names, case_connect, case_tls, case_response, case_unknown;

/* What is expected */
#define EXPECT(c, how, frames) .cause = CAUSE_##c, .confidence = CONFIDENCE_##how, .cited = frames
#define EXPECT_UNKNOWN(what) .cause = CAUSE_UNKNOWN, .missing = MISSING_##what, .cited = ""

/* Parts of an attempt. It goes to the last one of several: the one that decides. */
#define TO_BY(n, how) .server = IP(n), .gateway = GATEWAY, .port = 80, .stream = n, .tie = TIE_##how, .alone = true
#define TO(n) TO_BY(n, REQUEST)
#define SYNS(first, last, ...) .start = AT(first), .hs.syn = FRAMES(__VA_ARGS__), .hs.first_syn = AT(first), .hs.last_syn = AT(last)
#define SYN(f) SYNS(f, f, f)
#define RSTS(first, last, ...) .hs.rst = FRAMES(__VA_ARGS__), .hs.first_rst = AT(first), .hs.last_rst = AT(last), .hs.slowest_rst = NS_PER_SECOND
#define RST(f) RSTS(f, f, f)
#define ICMPS_OF(who, first, last, ...) .hs.icmp = FRAMES(__VA_ARGS__), .hs.first_icmp = AT(first), .hs.last_icmp = AT(last), \
    .hs.icmp_source = who, .hs.icmp_type = 3, .hs.icmp_code = 1
#define ICMP(f) ICMPS_OF(ROUTER, f, f, f)
#define SYNACK(f) .hs.synack_frame = f, .hs.synack_time = AT(f)
#define STOOD(f) SYN(f), SYNACK(f + 1), .hs.acked = true
#define KEPT(f) .reused = true, .start = AT(f), .hs.acked = true
#define ASKED(f) .gateway_bytes_frame = f, .request_frame = f, .request_time = AT(f)
#define DATA(first, last, ...) .reply.data = FRAMES(__VA_ARGS__), .reply.first_data = AT(first), .reply.last_data = AT(last)
#define DATUM(f) DATA(f, f, f)
#define PART_OF_HEAD(bytes) .reply.head_length = bytes
#define HEAD(f, code, bytes) .reply.status = code, .reply.head_frame = f, .reply.head_time = AT(f), .reply.head_length = bytes
#define COMPLETE(f) .reply.complete = true, .reply.complete_time = AT(f)
#define INTERIM(count) .reply.interim = count
#define FAULT(kind, f) .reply.fault = HTTP_FAULT_##kind
#define ENDS(f, by_rst) { .frame = f, .time = AT(f), .reset = by_rst }
#define FIN(f) .closed[SERVER] = ENDS(f, false)
#define RESET(f) .closed[SERVER] = ENDS(f, true)
#define GATEWAY_FIN(f) .closed[CLIENT] = ENDS(f, false)
#define HELLO(f) .gateway_bytes_frame = f, .tls.begun = true, .tls.hello_frame = f, .tls.hello_time = AT(f)
#define SERVER_HELLO .tls.server_hello = true
#define TLS_DONE .tls.server_hello = true, .tls.done = true
#define ALERT(f, side, what) .tls.alert_frame = f, .tls.alert_time = AT(f), .tls.alert_side = side, .tls.alert_description = what, \
    .tls.alert_readable = true
#define NOT_TLS(f) .tls.not_tls_frame = f, .tls.not_tls_time = AT(f)
#define TLS_ASKED(f) .tls.request_frame = f, .tls.request_time = AT(f)
#define TLS_ANSWER(f) .tls.response_frame = f, .tls.response_time = AT(f)

/* Parts of a search and of its questions */
#define SEARCH_BY(how) .search.tie = TIE_##how, .search.alone = true
#define SEARCH SEARCH_BY(ADDRESS)
#define QUERIES(dns, host, kind, first, last, ...) .name = host, .type = kind, .server = IP(dns), .asker = GATEWAY, \
    .sent = FRAMES(__VA_ARGS__), .first_sent = AT(first), .last_sent = AT(last)
#define A_OF(dns, host, f) QUERIES(dns, host, 1, f, f, f)
#define A(host, f) A_OF(53, host, f)
#define AAAA(host, f) QUERIES(53, host, 28, f, f, f)
#define ANSWER(f, what, code) .answers = FRAMES(f), .answered = AT(f), .outcome = what, .rcode = code
#define NAME_ERROR(f) ANSWER(f, DNS_NAME_ERROR, 3)
#define SERVFAIL(f) ANSWER(f, DNS_OTHER_ERROR, 2)
#define NO_DATA(f) ANSWER(f, DNS_NO_DATA, 0)
#define ADDRESS(f) ANSWER(f, DNS_ADDRESS, 0)
#define TRUNCATED_ANSWER(f) .answers = FRAMES(f), .answered = AT(f), .truncated = true
#define QUERY_ICMP(f) .icmp = FRAMES(f), .outcome = DNS_ICMP, .icmp_type = 3, .icmp_code = 3
#define TCP_SYN(f) { .syn = FRAMES(f), .first_syn = AT(f), .last_syn = AT(f) }
#define TCP_REFUSED(f, r) { .syn = FRAMES(f), .first_syn = AT(f), .last_syn = AT(f), .rst = FRAMES(r), .first_rst = AT(r), .last_rst = AT(r) }

/* ARP for neighbor n */
#define ARPS_BY(how, n, f, ...) .tie = TIE_##how, .neighbor = IP(n), .asked = FRAMES(__VA_ARGS__), .first = AT(f)
#define ARPS(n, f, ...) ARPS_BY(ADDRESS, n, f, __VA_ARGS__)

/* What differs between the row and what diagnose() finds, for g_free(); NULL: nothing. */
char *case_difference(const struct case_row *row);

#endif
