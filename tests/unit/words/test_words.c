/* test_words.c
 * Verdicts in words: the pieces
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "common.h"
#include "show/advice.h"
#include "show/headline.h"
#include "words/phrases.h"

#define US INT64_C(1000)
#define MS INT64_C(1000000)

static const struct duration {
    const char *name;
    when_t duration;
    const char *words;
} durations[] = {
    { "zero", 0, "0.01 ms" },                   { "negative", -5 * MS, "0.01 ms" },
    { "microseconds", 400 * US, "0.4 ms" },     { "tiny", 12 * US, "0.012 ms" },
    { "millisecond", MS, "1 ms" },              { "milliseconds", 1500 * US, "1.5 ms" },
    { "tens", 12 * MS, "12 ms" },               { "hundreds", 250 * MS, "250 ms" },
    { "second", NS_PER_SECOND, "1.0 s" },       { "seconds", 3200 * MS, "3.2 s" },
    { "more", 21 * NS_PER_SECOND, "21 s" },     { "minutes", 120 * NS_PER_SECOND, "120 s" },
};

static void
test_duration(gconstpointer data)
{
    const struct duration *row = data;
    char *words = words_duration(NULL, row->duration);

    g_assert_cmpstr(words, ==, row->words);
    wmem_free(NULL, words);
}

static const struct endpoint {
    const char *name;           /* the address */
    uint16_t port;
    const char *words;
} endpoints[] = {
    { "10.1.1.2", 80, "10.1.1.2:80" },
    { "255.255.255.255", 65535, "255.255.255.255:65535" },
    { "2001:db8::1", 443, "[2001:db8::1]:443" },
    { "::1", 1, "[::1]:1" },
    { "10.1.1.1", 0, "10.1.1.1" },
    { "fe80::1", 0, "fe80::1" },
};

static void
test_endpoint(gconstpointer data)
{
    const struct endpoint *row = data;
    struct ipaddr address = ip(row->name);
    char *words = words_endpoint(NULL, &address, row->port);

    g_assert_cmpstr(words, ==, row->words);
    wmem_free(NULL, words);
}

static const struct icmp {
    const char *name;
    bool v6;
    uint8_t type, code;
    const char *words;
} icmps[] = {
    { "network", false, 3, 0, "Network unreachable (ICMP type 3, code 0)" },
    { "host", false, 3, 1, "Host unreachable (ICMP type 3, code 1)" },
    { "port", false, 3, 3, "Port unreachable (ICMP type 3, code 3)" },
    { "prohibited", false, 3, 10, "Host administratively prohibited (ICMP type 3, code 10)" },
    { "filtered", false, 3, 13, "Communication administratively filtered (ICMP type 3, code 13)" },
    { "new", false, 3, 99, "Destination unreachable (ICMP type 3, code 99)" },
    { "exceeded", false, 11, 0, "Time to live exceeded in transit (ICMP type 11, code 0)" },
    { "reassembly", false, 11, 1, "Fragment reassembly time exceeded (ICMP type 11, code 1)" },
    { "v6_route", true, 1, 0, "No route to destination (ICMPv6 type 1, code 0)" },
    { "v6_prohibited", true, 1, 1, "Administratively prohibited (ICMPv6 type 1, code 1)" },
    { "v6_address", true, 1, 3, "Address unreachable (ICMPv6 type 1, code 3)" },
    { "v6_exceeded", true, 3, 0, "Time to live exceeded in transit (ICMPv6 type 3, code 0)" },
};

static void
test_icmp(gconstpointer data)
{
    const struct icmp *row = data;
    char *words = words_icmp(NULL, row->v6, row->type, row->code);

    g_assert_cmpstr(words, ==, row->words);
    wmem_free(NULL, words);
}

static const struct rcode {
    const char *name;           /* the words */
    uint8_t rcode;
} rcodes[] = {
    { "No error", 0 }, { "Format error", 1 }, { "Server failure", 2 }, { "No such name", 3 },
    { "Not implemented", 4 }, { "Refused", 5 }, { "Not authoritative", 9 }, { "Unassigned rcode", 15 },
};

static void
test_rcode(gconstpointer data)
{
    const struct rcode *row = data;

    g_assert_cmpstr(words_rcode(row->rcode), ==, row->name);
    g_assert_cmpstr(words_dns_outcome(DNS_OTHER_ERROR, row->rcode), ==, row->name);
}

static void
test_dns_outcome(void)
{
    g_assert_cmpstr(words_dns_outcome(DNS_SILENT, 0), ==, "no answer");
    g_assert_cmpstr(words_dns_outcome(DNS_NAME_ERROR, 3), ==, "No such name");
    g_assert_cmpstr(words_dns_outcome(DNS_NO_DATA, 0), ==, "no address");
    g_assert_cmpstr(words_dns_outcome(DNS_ICMP, 0), ==, "an ICMP error");
}

static void
test_addresses(void)
{
    const struct ipaddr told[TOLD_MAX] = { ip("10.1.1.2"), ip("2001:db8::1"), ip("10.1.1.3"), ip("10.1.1.4") };
    static const char *const words[] = { "", "10.1.1.2", "10.1.1.2, 2001:db8::1", "10.1.1.2, 2001:db8::1, 10.1.1.3",
                                         "10.1.1.2, 2001:db8::1, 10.1.1.3, 10.1.1.4", "10.1.1.2, 2001:db8::1, 10.1.1.3, 10.1.1.4 and 1 more" };

    for (unsigned n = 0; n < G_N_ELEMENTS(words); n++) {
        char *text = words_addresses(NULL, told, n);
        g_assert_cmpstr(text, ==, words[n]);
        wmem_free(NULL, text);
    }
}

/* Every cause has words for an attempt and advice, with all marks filled in. */
static void
test_each_cause(void)
{
    for (int cause = 0; cause < N_CAUSES; cause++) {
        struct outcome outcome = { (enum cause)cause, 0 };
        struct verdict v = { .cause = (enum cause)cause, .host = "h.example", .dns_name = "h.example", .server = ip("10.1.1.2"), .server_port = 80 };
        struct verdict bare = { .cause = (enum cause)cause };
        char *texts[] = { words_outcome(NULL, &outcome), advice_for(NULL, &v), advice_for(NULL, &bare) };

        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
            g_assert_cmpuint(strlen(texts[i]), >, 5);
            g_assert_null(strpbrk(texts[i], "{}\n"));
            g_assert_null(strstr(texts[i], "(null)"));
            wmem_free(NULL, texts[i]);
        }
    }
}

/* With names as long as most are, each sentence of the advice is one row, and none is cut into two. */
static void
test_advice_in_rows(gconstpointer data)
{
    struct verdict v = { .cause = (enum cause)GPOINTER_TO_INT(data), .host = "reports.intranet.example.com",
                         .dns_name = "reports.intranet.example.com", .server = ip("2001:db8:1:2:3:4:5:6"), .server_port = 65535 };
    char *advice = advice_for(NULL, &v);
    char **sentences = g_strsplit(advice, ". ", -1);

    for (char **sentence = sentences; *sentence; sentence++) {
        g_assert_cmpuint(words_row(*sentence), ==, strlen(*sentence));
        g_assert_true(g_ascii_isupper(**sentence) || g_str_has_prefix(*sentence, v.host) || **sentence == '[');
    }
    g_assert_true(g_str_has_suffix(advice, "."));
    g_strfreev(sentences);
    wmem_free(NULL, advice);
}

static void
assert_advice(const struct verdict *v, const char *says)
{
    char *advice = advice_for(NULL, v);
    char **sentences = g_strsplit(advice, ". ", -1);

    g_assert_nonnull(strstr(advice, says));
    for (char **sentence = sentences; *sentence; sentence++)
        g_assert_cmpuint(words_row(*sentence), ==, strlen(*sentence));
    g_strfreev(sentences);
    wmem_free(NULL, advice);
}

/* Where one cause asks for different steps, and with the capture's own numbers. */
static void
test_advice_of_the_case(void)
{
    struct cited synack = { .frame = 3, .role = ROLE_SYNACK };
    struct verdict v = { .cause = CAUSE_SYN_TIMEOUT, .host = "h.example", .server = ip("2001:db8:1:2:3:4:5:6"), .server_port = 65535 };

    assert_advice(&v, "drops the packets");
    v.cited = &synack;
    v.n_cited = 1;
    assert_advice(&v, "look at the way back");
    v.cause = CAUSE_ICMP;
    v.icmp_type = 1;
    assert_advice(&v, "rejects connections");
    v.icmp_type = 3;
    assert_advice(&v, "find the loop with traceroute");
    v.server = ip("10.1.1.2");
    assert_advice(&v, "rejects connections");
    v.icmp_type = 11;
    assert_advice(&v, "find the loop with traceroute");
    v.cause = CAUSE_RESPONSE_TIMEOUT;
    assert_advice(&v, "after a while");
    v.request_frame = 1;
    v.wait = 120 * NS_PER_SECOND;
    assert_advice(&v, "had this error after 120 s");
}

static void
test_row(void)
{
    GString *text = g_string_new("");

    g_assert_cmpuint(words_row(""), ==, 0);
    g_assert_cmpuint(words_row("a b"), ==, 3);
    while (text->len < 400)
        g_string_append(text, "123456789 ");
    size_t n = words_row(text->str);
    g_assert_cmpuint(n, >, 180);
    g_assert_cmpuint(n, <=, 200);
    g_assert_cmpint(text->str[n], ==, ' ');
    g_string_assign(text, "");
    while (text->len < 400)
        g_string_append(text, "\xc3\xa4x");     /* no blank: between two characters */
    n = words_row(text->str);
    g_assert_cmpuint(n, >, 180);
    g_assert_cmpuint(n, <=, 200);
    g_assert_true(g_utf8_validate(text->str, (gssize)n, NULL));
    g_string_free(text, TRUE);
}

static void
check_headline(char *summary, const char *expected)
{
    struct verdict v = { .cause = CAUSE_RST, .summary = summary };
    char *headline = headline_of(NULL, &v, v.summary);

    g_assert_cmpstr(headline, ==, expected);
    wmem_free(NULL, headline);
}

static void
test_headline(void)
{
    char *host = g_strnfill(220, 'h');
    char *clauses = g_strconcat("One: two; three ", host, NULL);

    check_headline((char *)"Short", "Cannot Connect (rst): Short");
    check_headline(clauses, "Cannot Connect (rst): One: two");
    check_headline(host, "Cannot Connect (rst)");
    g_free(clauses);
    g_free(host);
}

static void
test_outcome_status(void)
{
    struct outcome outcome = { CAUSE_UNKNOWN, 504 };
    char *words = words_outcome(NULL, &outcome);

    g_assert_cmpstr(words, ==, "answered 504");
    wmem_free(NULL, words);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/words/duration/", durations, test_duration);
    ADD_ROWS("/words/endpoint/", endpoints, test_endpoint);
    ADD_ROWS("/words/icmp/", icmps, test_icmp);
    ADD_ROWS("/words/rcode/", rcodes, test_rcode);
    g_test_add_func("/words/dns_outcome", test_dns_outcome);
    g_test_add_func("/words/addresses", test_addresses);
    g_test_add_func("/words/each_cause", test_each_cause);
    g_test_add_func("/words/outcome_status", test_outcome_status);
    g_test_add_func("/words/advice_of_the_case", test_advice_of_the_case);
    g_test_add_func("/words/row", test_row);
    g_test_add_func("/words/headline", test_headline);
    for (int cause = 0; cause < N_CAUSES; cause++) {
        char *path = g_strconcat("/words/advice_in_rows/", cause_token((enum cause)cause), NULL);
        g_test_add_data_func(path, GINT_TO_POINTER(cause), test_advice_in_rows);
        g_free(path);
    }
    return g_test_run();
}
