/* test_app.c
 * http.h: servers that speak FastCGI, uwsgi, SCGI, AJP or nothing that can be read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* FastCGI *****************************************************************/

static void
append_record(GString *bytes, char type, const char *text, gsize n)
{
    const char header[] = { 1, type, 0, 1, (char)(n >> 8), (char)n, 0, 0 };

    g_string_append_len(bytes, header, sizeof header);
    g_string_append_len(bytes, text, (gssize)n);
}

static void
append_variable(GString *bytes, const char *name, const char *value)
{
    g_string_append_c(bytes, (char)strlen(name));
    g_string_append_c(bytes, (char)strlen(value));
    g_string_append(bytes, name);
    g_string_append(bytes, value);
}

static GString *
begin_record(void)
{
    GString *bytes = g_string_new(NULL);

    append_record(bytes, 1, "\0\1\0\0\0\0\0\0", 8);
    return bytes;
}

static uint32_t
says_all(unsigned n, int side, GString *bytes)
{
    uint32_t frame = says_bytes(n, side, bytes->str, (unsigned)bytes->len);

    g_string_free(bytes, TRUE);
    return frame;
}

static uint32_t
begins_fastcgi(unsigned n)
{
    return says_all(n, CLIENT, begin_record());
}

/* The variables and an empty body; host or path NULL: it is not told. */
static uint32_t
tells_fastcgi(unsigned n, const char *host, const char *path)
{
    GString *bytes = g_string_new(NULL), *variables = g_string_new(NULL);

    append_variable(variables, "REQUEST_METHOD", "GET");
    if (path)
        append_variable(variables, "REQUEST_URI", path);
    if (host)
        append_variable(variables, "HTTP_HOST", host);
    append_record(bytes, 4, variables->str, variables->len);
    append_record(bytes, 4, "", 0);
    append_record(bytes, 5, "", 0);
    g_string_free(variables, TRUE);
    return says_all(n, CLIENT, bytes);
}

static uint32_t
asks_fastcgi(unsigned n, const char *host, const char *path)
{
    uint32_t frame = begins_fastcgi(n);

    tells_fastcgi(n, host, path);
    return frame;
}

static uint32_t
answers_fastcgi(unsigned n, const char *text, bool ends)
{
    GString *bytes = g_string_new(NULL);

    append_record(bytes, 6, text, strlen(text));
    if (ends)
        append_record(bytes, 3, "\0\0\0\0\0\0\0\0", 8);
    return says_all(n, SERVER, bytes);
}

/* ALICE asks /a, which the gateway hands on to UPSTREAM_1; the frame in which it begins to. */
static uint32_t
handed_on(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    return asks_fastcgi(UPSTREAM_1, HOST, "/a");
}

/* ALICE asks /a, 1 asks /a, FIN of 1, ALICE gets 502 */
static void
test_closed(void)
{
    uint32_t request = handed_on(), fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);

    EXPECT_AT(response, SERVER_CLOSED, OBSERVED, request, fin);
}

/* ALICE asks /a, 1 asks /a, RST of 1, ALICE gets 502 */
static void
test_reset(void)
{
    uint32_t request = handed_on(), rst = reset(UPSTREAM_1), response = responds(ALICE, 502);

    EXPECT_AT(response, SERVER_RESET, OBSERVED, request, rst);
}

/* ALICE asks /a, 1 asks /a, 3 s, FIN of the gateway to 1, ALICE gets 502 */
static void
test_silent(void)
{
    uint32_t request = handed_on();

    passes(3000);
    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), RESPONSE_TIMEOUT, OBSERVED, request);
}

/* ALICE asks /a, 1 asks /a, 1 answers 502, ALICE gets 502: one case */
static void
test_relayed(void)
{
    uint32_t request = handed_on(), answer = answers_fastcgi(UPSTREAM_1, "Status: 502 Bad Gateway\r\n\r\nno", true), response = responds(ALICE, 502);

    no_verdict_at(answer);
    EXPECT_AT(response, RELAYED, OBSERVED, request, answer);
}

/* The same where nobody asked the gateway, as a capture beside the application has it: what it says is a case then. */
static void
test_seen_alone(void)
{
    scene_with(0);
    stands(UPSTREAM_1);
    asks_fastcgi(UPSTREAM_1, HOST, "/a");
    g_assert_cmpint(verdict_at(answers_fastcgi(UPSTREAM_1, "Status: 502 Bad Gateway\r\n\r\nno", true))->cause, ==, CAUSE_UNKNOWN);
}

/* What the HTTP dissector takes for a response there is none. */
static void
test_shown(void)
{
    uint32_t request = handed_on(), answer = says(UPSTREAM_1, SERVER, "HTTP/1.1 502 Bad Gateway\r\n\r\n", 502), response = responds(ALICE, 502);

    no_verdict_at(answer);
    EXPECT_AT(response, INVALID_RESPONSE, OBSERVED, request, answer);
}

/* The same where nobody asked the gateway. */
static void
test_shown_alone(void)
{
    scene_with(0);
    stands(UPSTREAM_1);
    asks_fastcgi(UPSTREAM_1, HOST, "/a");
    no_verdict_at(says(UPSTREAM_1, SERVER, "HTTP/1.1 502 Bad Gateway\r\n\r\n", 502));
}

static void
expect_invalid(const char *answer, bool ends)
{
    uint32_t request = handed_on(), reply = answers_fastcgi(UPSTREAM_1, answer, ends);

    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), INVALID_RESPONSE, OBSERVED, request, reply);
}

/* ALICE asks /a, 1 asks /a, 1 says this, FIN of the gateway to 1, ALICE gets 502 */
static void
test_invalid(void)
{
    expect_invalid("no colon\r\n\r\n", true);
    expect_invalid("no end", true);
    expect_invalid("", true);
    expect_invalid("Status: nothing\r\n\r\n", true);
}

/* The line is wrong that came last, and more of the header could follow. */
static void
test_invalid_so_far(void)
{
    uint32_t request = handed_on(), reply = answers_fastcgi(UPSTREAM_1, "Status: 200 OK\r\nContent-Type: a/b\r\n", false);
    uint32_t more = answers_fastcgi(UPSTREAM_1, "no colon\r\n", false);

    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), INVALID_RESPONSE, OBSERVED, request, reply, more);
}

/* ALICE asks /a, 1 asks /a, 1 begins to answer, FIN of 1, ALICE gets 502 */
static void
test_truncated(void)
{
    uint32_t request = handed_on(), reply = answers_fastcgi(UPSTREAM_1, "Content-Type: te", false);
    uint32_t fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);

    EXPECT_AT(response, TRUNCATED, OBSERVED, request, reply, fin);
}

/* The same inside the header of a record. */
static void
test_truncated_record(void)
{
    uint32_t request = handed_on(), reply = says_bytes(UPSTREAM_1, SERVER, "\1\6\0", 3);
    uint32_t fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);

    EXPECT_AT(response, TRUNCATED, OBSERVED, request, reply, fin);
}

/* A good answer, and a 502 all the same. */
static void
test_good(void)
{
    handed_on();
    answers_fastcgi(UPSTREAM_1, "Status: 200 OK\r\n\r\nhi", true);
    closes(UPSTREAM_1, SERVER);
    closes(UPSTREAM_1, CLIENT);
    uint32_t response = responds(ALICE, 502);
    expect_unknown_at(response, MISSING_REASON);
}

/* ALICE asks /a, 1 asks /a, 1 answers, ALICE gets 200, ALICE asks /b, 1 asks /b, FIN of 1, ALICE gets 502 */
static void
test_kept(void)
{
    handed_on();
    answers_fastcgi(UPSTREAM_1, "Status: 200 OK\r\n\r\nhi", true);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/b");
    uint32_t request = asks_fastcgi(UPSTREAM_1, HOST, "/b"), fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);
    EXPECT_AT(response, SERVER_CLOSED, OBSERVED, request, fin);
}

/* The capture begins inside a kept connection: with the end of an answer, or with a request. */
static void
test_inside(void)
{
    scene_with(1);
    says_bytes(UPSTREAM_1, SERVER, "the end of an answer", 20);
    asks_proxy(ALICE, HOST, "/a");
    uint32_t request = asks_fastcgi(UPSTREAM_1, HOST, "/a"), answer = answers_fastcgi(UPSTREAM_1, "Status: 502\r\n\r\n", true), response = responds(ALICE, 502);
    EXPECT_AT(response, RELAYED, OBSERVED, request, answer);
}

/* Frames of an answer are missing: the next one is found again. */
static void
test_missing(void)
{
    handed_on();
    skips(UPSTREAM_1, SERVER, 100);
    acked(UPSTREAM_1);
    asks_proxy(ALICE, HOST, "/b");
    uint32_t request = asks_fastcgi(UPSTREAM_1, HOST, "/b"), answer = answers_fastcgi(UPSTREAM_1, "Status: 502\r\n\r\n", true);
    acked(UPSTREAM_1);
    uint32_t response = responds(ALICE, 502);
    g_assert_cmpuint(request, <, answer);
    g_assert_cmpint(verdict_at(response)->cause, !=, CAUSE_SERVER_CLOSED);
}

/*
 * ALICE asks /a and BOB /b, 1 is asked for /b and 2 for something that no word tells, RST of 2, ALICE gets 502, FIN of 1, BOB
 * gets 502
 */
static void
test_no_path(void)
{
    scene_with(2);
    asks_proxy(ALICE, HOST, "/a");
    asks_proxy(BOB, HOST, "/b");
    stands(UPSTREAM_1);
    uint32_t request_1 = asks_fastcgi(UPSTREAM_1, HOST, "/b");
    stands(UPSTREAM_2);
    uint32_t request_2 = asks_fastcgi(UPSTREAM_2, NULL, NULL), rst = reset(UPSTREAM_2), response = responds(ALICE, 502);
    EXPECT_AT(response, SERVER_RESET, LIKELY, request_2, rst);
    uint32_t fin = closes(UPSTREAM_1, SERVER), other = responds(BOB, 502);
    EXPECT_AT(other, SERVER_CLOSED, OBSERVED, request_1, fin);
}

/* others ******************************************************************/

/* ALICE asks /a, 1 is asked with these bytes and answers 502 with those, FIN of 1, ALICE gets 502 */
static void
expect_relayed(const char *request, unsigned n_request, const char *answer, unsigned n_answer)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t asked = says_bytes(UPSTREAM_1, CLIENT, request, n_request), said = says_bytes(UPSTREAM_1, SERVER, answer, n_answer);
    closes(UPSTREAM_1, SERVER);
    closes(UPSTREAM_1, CLIENT);
    uint32_t response = responds(ALICE, 502);
    no_verdict_at(said);
    EXPECT_AT(response, RELAYED, OBSERVED, asked, said);
}

#define EXPECT_RELAYED(request, answer) expect_relayed(request, sizeof(request) - 1, answer, sizeof(answer) - 1)
#define UWSGI "\0\x3e\0\0\x0e\0REQUEST_METHOD\3\0GET\x0b\0REQUEST_URI\2\0/a\x09\0HTTP_HOST\x0b\0one.example"

static void
test_others(void)
{
    EXPECT_RELAYED(UWSGI, "HTTP/1.1 502 Bad Gateway\r\n\r\nno");
    EXPECT_RELAYED("73:CONTENT_LENGTH\0" "0\0REQUEST_METHOD\0GET\0REQUEST_URI\0/a\0HTTP_HOST\0one.example\0,", "Status: 502 Bad Gateway\r\n\r\nno");
    EXPECT_RELAYED("\x12\x34\0\x2a\2\2\0\x08HTTP/1.1\0\0\2/a\0\xff\xff\xff\xff\0\x0bone.example\0\0\x50\0\0\0\xff", "AB\0\x0b\4\x01\xf6\0\3bad\0\0\0" "AB\0\2\5\1");
}

/* opaque ******************************************************************/

/* ALICE asks /a, 1 is asked something that nobody can read */
static uint32_t
handed_on_somehow(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    return says_bytes(UPSTREAM_1, CLIENT, "\xde\xad\xbe\xef", 4);
}

static void
test_opaque_closed(void)
{
    uint32_t request = handed_on_somehow(), fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);

    EXPECT_AT(response, SERVER_CLOSED, LIKELY, request, fin);
}

static void
test_opaque_reset(void)
{
    uint32_t request = handed_on_somehow(), rst = reset(UPSTREAM_1), response = responds(ALICE, 502);

    EXPECT_AT(response, SERVER_RESET, LIKELY, request, rst);
}

static void
test_opaque_silent(void)
{
    uint32_t request = handed_on_somehow();

    passes(3000);
    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), RESPONSE_TIMEOUT, LIKELY, request);
}

/* 1 begins to answer, FIN of 1 */
static void
test_opaque_truncated(void)
{
    uint32_t request = handed_on_somehow(), reply = says(UPSTREAM_1, SERVER, "half", 0);
    uint32_t fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);

    EXPECT_AT(response, TRUNCATED, LIKELY, request, reply, fin);
}

/* 1 begins to answer, 3 s, FIN of the gateway to 1 */
static void
test_opaque_stalled(void)
{
    uint32_t request = handed_on_somehow();

    says(UPSTREAM_1, SERVER, "half", 0);
    passes(3000);
    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), RESPONSE_TIMEOUT, LIKELY, request);
}

/* 1 answers, FIN of the gateway to 1: the answer may have been all that it wanted. */
static void
test_opaque_answered(void)
{
    handed_on_somehow();
    says(UPSTREAM_1, SERVER, "all of it", 0);
    closes(UPSTREAM_1, CLIENT);
    g_assert_cmpint(verdict_at(responds(ALICE, 502))->cause, ==, CAUSE_UNKNOWN);
}

/* 1 answers, ALICE gets 200, ALICE asks /b, 1 is asked again, RST of 1, ALICE gets 502 */
static void
test_opaque_kept(void)
{
    handed_on_somehow();
    says(UPSTREAM_1, SERVER, "all of it", 0);
    responds(ALICE, 200);
    asks_proxy(ALICE, HOST, "/b");
    uint32_t request = says_bytes(UPSTREAM_1, CLIENT, "\xde\xad\xbe\xee", 4), rst = reset(UPSTREAM_1), response = responds(ALICE, 502);
    EXPECT_AT(response, SERVER_RESET, LIKELY, request, rst);
}

/* 1 speaks first: the gateway's bytes answer that, and are no request. */
static void
test_server_first(void)
{
    scene_with(1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t greeting = says(UPSTREAM_1, SERVER, "220 ready", 0);
    says_bytes(UPSTREAM_1, CLIENT, "\xde\xad\xbe\xef", 4);
    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), INVALID_RESPONSE, LIKELY, greeting);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/app/closed", test_closed);
    g_test_add_func("/app/reset", test_reset);
    g_test_add_func("/app/silent", test_silent);
    g_test_add_func("/app/relayed", test_relayed);
    g_test_add_func("/app/seen alone", test_seen_alone);
    g_test_add_func("/app/shown", test_shown);
    g_test_add_func("/app/shown alone", test_shown_alone);
    g_test_add_func("/app/invalid", test_invalid);
    g_test_add_func("/app/invalid so far", test_invalid_so_far);
    g_test_add_func("/app/truncated", test_truncated);
    g_test_add_func("/app/truncated record", test_truncated_record);
    g_test_add_func("/app/good", test_good);
    g_test_add_func("/app/kept", test_kept);
    g_test_add_func("/app/inside", test_inside);
    g_test_add_func("/app/missing", test_missing);
    g_test_add_func("/app/no path", test_no_path);
    g_test_add_func("/app/others", test_others);
    g_test_add_func("/app/opaque/closed", test_opaque_closed);
    g_test_add_func("/app/opaque/reset", test_opaque_reset);
    g_test_add_func("/app/opaque/silent", test_opaque_silent);
    g_test_add_func("/app/opaque/truncated", test_opaque_truncated);
    g_test_add_func("/app/opaque/stalled", test_opaque_stalled);
    g_test_add_func("/app/opaque/answered", test_opaque_answered);
    g_test_add_func("/app/opaque/kept", test_opaque_kept);
    g_test_add_func("/app/opaque/server first", test_server_first);
    return g_test_run();
}
