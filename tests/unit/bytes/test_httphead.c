/* test_httphead.c
 * Heads of HTTP/1 messages, whole, malformed and cut
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "common.h"
#include "bytes/httphead.h"

#define OK "HTTP/1.1 200 OK\r\n"

/* responses ***************************************************************/

static const struct response {
    const char *name, *bytes;
    unsigned status;
    const char *phrase;
    int64_t length;             /* Content-Length */
    bool chunked;
    const char *todo;           /* why a known fault of the plugin refuses it while it is cut */
} responses[] = {
    { "plain",            OK "\r\n",                                        200, "OK", -1, false, NULL },
    { "http10",           "HTTP/1.0 404 Not Found\r\n\r\n",                 404, "Not Found", -1, false, NULL },
    { "no_phrase",        "HTTP/1.1 204\r\n\r\n",                           204, "", -1, false, "cut behind the CR of a status line without a phrase" },
    { "two_blanks",       "HTTP/1.1  200 OK\r\n\r\n",                       200, "OK", -1, false, "cut inside a status code behind two blanks" },
    { "blank_phrase",     "HTTP/1.1 204 \r\n\r\n",                          204, "", -1, false, NULL },
    { "bare_lf",          "HTTP/1.1 200 OK\nContent-Length: 3\n\n",         200, "OK", 3, false, NULL },
    { "mwg_phrase",       "HTTP/1.1 502 badgateway\r\n\r\n",                502, "badgateway", -1, false, NULL },
    { "length",           OK "Content-Length: 42\r\n\r\n",                  200, "OK", 42, false, NULL },
    { "length_blanks",    OK "content-length: \t 42 \t\r\n\r\n",            200, "OK", 42, false, NULL },
    { "length_twice",     OK "Content-Length: 7\r\nContent-Length: 7\r\n\r\n", 200, "OK", 7, false, NULL },
    { "length_zero",      OK "Content-Length: 0\r\n\r\n",                   200, "OK", 0, false, NULL },
    { "chunked",          OK "Transfer-Encoding: chunked\r\n\r\n",          200, "OK", -1, true, NULL },
    { "gzip_chunked",     OK "transfer-encoding: gzip, Chunked\r\n\r\n",    200, "OK", -1, true, NULL },
    { "gzip_only",        OK "Transfer-Encoding: gzip\r\n\r\n",             200, "OK", -1, false, NULL },
    { "folded",           OK "X-Long: a\r\n  b: c\r\nServer: x\r\n\r\n",    200, "OK", -1, false, NULL },
    { "empty_value",      OK "X-Empty:\r\n\r\n",                            200, "OK", -1, false, NULL },
    { "latin1_value",     OK "X-Name: caf\xe9\r\n\r\n",                     200, "OK", -1, false, NULL },
    { "token_name",       OK "!#$%&'*+-.^_`|~09az: 1\r\n\r\n",              200, "OK", -1, false, NULL },
    { "tab_in_value",     OK "X-Tab: a\tb\r\n\r\n",                         200, "OK", -1, false, NULL },
    { "interim",          "HTTP/1.1 100 Continue\r\n\r\n",                  100, "Continue", -1, false, NULL },
    { "body_behind",      OK "Content-Length: 4\r\n\r\nbody",               200, "OK", 4, false, NULL },
};

static size_t
head_length(const char *bytes)
{
    const char *crlf = strstr(bytes, "\r\n\r\n"), *lf = strstr(bytes, "\n\n");

    return crlf ? (size_t)(crlf - bytes) + 4 : (size_t)(lf - bytes) + 2;
}

static char *
text(struct slice s)
{
    return g_strndup(s.s ? s.s : "", s.n);
}

/* Whole, and cut at every length: never a fault, never a byte too far. */
static void
test_response(gconstpointer data)
{
    const struct response *row = data;
    size_t whole = head_length(row->bytes);

    for (size_t n = 1; n <= strlen(row->bytes); n++) {
        struct tight t = tight_copy(row->bytes, n);
        struct http_head head;

        g_assert_true(http_begins_response(t.bytes, n));
        g_assert_cmpint(http_read_head(t.bytes, n, false, &head), ==, n >= whole);
        g_assert_cmpint(head.complete, ==, n >= whole);
        if (row->todo && n < whole && head.fault != HTTP_FAULT_NONE)
            g_test_incomplete(row->todo);
        else
            g_assert_cmpint(head.fault, ==, HTTP_FAULT_NONE);
        g_assert_cmpuint(head.length, ==, MIN(n, whole));
        if (n >= whole) {
            char *phrase = text(head.phrase);
            g_assert_cmpstr(phrase, ==, row->phrase);
            g_assert_cmpuint(head.status, ==, row->status);
            g_assert_cmpint(head.content_length, ==, row->length);
            g_assert_cmpint(head.chunked, ==, row->chunked);
            g_free(phrase);
        }
        tight_free(&t);
    }
}

/* faults ******************************************************************/

static const struct bad {
    const char *name, *bytes;
    enum http_fault fault;
    unsigned status;
} bad[] = {
    { "headerless",        "<html><body>hello</body></html>\r\n\r\n",    HTTP_FAULT_NOT_HTTP, 0 },
    { "lower_case",        "http/1.1 200 OK\r\n\r\n",                    HTTP_FAULT_NOT_HTTP, 0 },
    { "icy",               "ICY 200 OK\r\n\r\n",                         HTTP_FAULT_NOT_HTTP, 0 },
    { "line_end_first",    "\r\n" OK "\r\n",                             HTTP_FAULT_NOT_HTTP, 0 },
    { "binary",            "\x15\x03\x01\x00\x02\x02\x28",               HTTP_FAULT_NOT_HTTP, 0 },
    { "http2",             "HTTP/2.0 200 OK\r\n\r\n",                    HTTP_FAULT_STATUS_LINE, 0 },
    { "no_minor",          "HTTP/1 200 OK\r\n\r\n",                      HTTP_FAULT_STATUS_LINE, 0 },
    { "no_blank",          "HTTP/1.1200 OK\r\n\r\n",                     HTTP_FAULT_STATUS_LINE, 0 },
    { "letters",           "HTTP/1.1 abc OK\r\n\r\n",                    HTTP_FAULT_STATUS_LINE, 0 },
    { "two_digits",        "HTTP/1.1 20 OK\r\n\r\n",                     HTTP_FAULT_STATUS_LINE, 0 },
    { "four_digits",       "HTTP/1.1 2000 OK\r\n\r\n",                   HTTP_FAULT_STATUS_LINE, 0 },
    { "zero",              "HTTP/1.1 000 Zero\r\n\r\n",                  HTTP_FAULT_STATUS_LINE, 0 },
    { "no_status",         "HTTP/1.1\r\n\r\n",                           HTTP_FAULT_STATUS_LINE, 0 },
    { "negative",          "HTTP/1.1 -20 OK\r\n\r\n",                    HTTP_FAULT_STATUS_LINE, 0 },
    { "no_colon",          OK "Server nginx\r\n\r\n",                    HTTP_FAULT_HEADER_LINE, 200 },
    { "no_name",           OK ": x\r\n\r\n",                             HTTP_FAULT_HEADER_LINE, 200 },
    { "blank_in_name",     OK "My Name: x\r\n\r\n",                      HTTP_FAULT_HEADER_LINE, 200 },
    { "blank_before_colon", OK "Server : x\r\n\r\n",                     HTTP_FAULT_HEADER_LINE, 200 },
    { "control_in_name",   OK "Ser\x01ver: x\r\n\r\n",                   HTTP_FAULT_HEADER_LINE, 200 },
    { "control_in_value",  OK "Server: a\x01z\r\n\r\n",                  HTTP_FAULT_HEADER_LINE, 200 },
    { "cr_in_value",       OK "Server: a\rz\r\n\r\n",                    HTTP_FAULT_HEADER_LINE, 200 },
    { "latin1_name",       OK "caf\xe9: x\r\n\r\n",                      HTTP_FAULT_HEADER_LINE, 200 },
    { "later_line",        OK "A: b\r\nC: d\r\nbroken\r\n\r\n",          HTTP_FAULT_HEADER_LINE, 200 },
    { "length_letters",    OK "Content-Length: many\r\n\r\n",            HTTP_FAULT_LENGTH, 200 },
    { "length_negative",   OK "Content-Length: -1\r\n\r\n",              HTTP_FAULT_LENGTH, 200 },
    { "length_empty",      OK "Content-Length:\r\n\r\n",                 HTTP_FAULT_LENGTH, 200 },
    { "length_hex",        OK "Content-Length: 0x10\r\n\r\n",            HTTP_FAULT_LENGTH, 200 },
    { "length_huge",       OK "Content-Length: 99999999999999999999\r\n\r\n", HTTP_FAULT_LENGTH, 200 },
    { "lengths_differ",    OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", HTTP_FAULT_LENGTH, 200 },
    { "first_one_counts",  OK "Content-Length: x\r\nbroken\r\n\r\n",     HTTP_FAULT_LENGTH, 200 },
};

/* What is forbidden, but can be read. */
static const struct forbidden {
    const char *name, *bytes;
    enum http_fault fault;
    bool chunked;
} forbidden[] = {
    { "coding_twice",      OK "Transfer-Encoding: chunked\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_FAULT_CODING, true },
    { "chunked_twice",     OK "Transfer-Encoding: chunked, chunked\r\n\r\n", HTTP_FAULT_CODING, true },
    { "chunked_first",     OK "Transfer-Encoding: chunked, gzip\r\n\r\n", HTTP_FAULT_CODING, false },
    { "unknown_coding",    OK "Transfer-Encoding: xyzzy\r\n\r\n",     HTTP_FAULT_CODING, false },
    { "no_coding",         OK "Transfer-Encoding:\r\n\r\n",           HTTP_FAULT_CODING, false },
    { "coding_and_length", OK "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", HTTP_FAULT_CODING, true },
    { "length_and_coding", OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_FAULT_CODING, true },
    { "folded",            OK "X-Long: a\r\n  b: c\r\n\r\n",           HTTP_FAULT_FOLD, false },
    { "nothing",           OK "Transfer-Encoding: GZIP;q=1 , chunked\r\n\r\n", HTTP_FAULT_NONE, true },
};

static void
test_forbidden(gconstpointer data)
{
    const struct forbidden *row = data;
    struct http_head head;

    g_assert_true(http_read_head((const uint8_t *)row->bytes, strlen(row->bytes), false, &head));
    g_assert_cmpint(head.fault, ==, HTTP_FAULT_NONE);
    g_assert_cmpint(head.forbidden, ==, row->fault);
    g_assert_cmpint(head.chunked, ==, row->chunked);
    g_assert_cmpint(httphead_fault_is_readable(head.forbidden), ==, row->fault != HTTP_FAULT_NONE);
}

/* Once a fault shows, it stays the same however much follows. */
static void
test_bad(gconstpointer data)
{
    const struct bad *row = data;
    enum http_fault seen = HTTP_FAULT_NONE;
    struct http_head head;

    for (size_t n = 1; n <= strlen(row->bytes); n++) {
        struct tight t = tight_copy(row->bytes, n);

        http_read_head(t.bytes, n, false, &head);
        if (seen != HTTP_FAULT_NONE)
            g_assert_cmpint(head.fault, ==, seen);
        seen = head.fault;
        tight_free(&t);
    }
    g_assert_cmpint(seen, ==, row->fault);
    g_assert_cmpuint(head.status, ==, row->status);
    g_assert_cmpstr(httphead_fault_words(seen), !=, "");
}

/* requests ****************************************************************/

static const struct request {
    const char *name, *bytes, *method, *target, *host;
    bool begins, forwarded;
} requests[] = {
    { "origin",     "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n",           "GET", "/a?b", "h", true, false },
    { "absolute",   "POST http://h/ HTTP/1.1\r\nHost: h:81\r\n\r\n",  "POST", "http://h/", "h:81", true, false },
    { "connect",    "CONNECT h:443 HTTP/1.1\r\n\r\n",                 "CONNECT", "h:443", "", true, false },
    { "connect_v6", "CONNECT [2001:db8::1]:443 HTTP/1.1\r\n\r\n",     "CONNECT", "[2001:db8::1]:443", "", true, false },
    { "asterisk",   "OPTIONS * HTTP/1.1\r\n\r\n",                     "OPTIONS", "*", "", true, false },
    { "dashes",     "M-SEARCH * HTTP/1.1\r\n\r\n",                    "M-SEARCH", "*", "", true, false },
    { "webdav",     "VERSION-CONTROL /x HTTP/1.1\r\n\r\n",            "VERSION-CONTROL", "/x", "", true, false },
    { "via",        "GET / HTTP/1.1\r\nVia: 1.1 gw\r\n\r\n",          "GET", "/", "", true, true },
    { "forwarded",  "GET / HTTP/1.1\r\nForwarded: for=x\r\n\r\n",     "GET", "/", "", true, true },
    { "xff",        "GET / HTTP/1.1\r\nX-Forwarded-For: 10.1.1.1\r\n\r\n", "GET", "/", "", true, true },
    { "bad_header", "GET / HTTP/1.1\r\nbroken\r\nHost: h\r\n\r\n",    "GET", "/", "h", true, false },
    { "lower_case", "get / HTTP/1.1\r\n\r\n",                         "get", "/", "", false, false },
    { "no_target",  "GET  HTTP/1.1\r\n\r\n",                          "GET", "", "", false, false },
};

static void
test_request(gconstpointer data)
{
    const struct request *row = data;
    size_t whole = strlen(row->bytes);
    struct http_head head;

    for (size_t n = 1; n <= whole; n++) {
        struct tight t = tight_copy(row->bytes, n);

        http_begins_request(t.bytes, n);
        g_assert_cmpint(http_read_head(t.bytes, n, true, &head), ==, n == whole);
        g_assert_cmpint(head.fault, ==, HTTP_FAULT_NONE);
        if (n == whole) {
            char *method = text(head.method), *target = text(head.target), *host = text(head.host);
            g_assert_cmpint(http_begins_request(t.bytes, n), ==, row->begins);
            g_assert_cmpstr(method, ==, row->method);
            g_assert_cmpstr(target, ==, row->target);
            g_assert_cmpstr(host, ==, row->host);
            g_assert_cmpint(head.forwarded, ==, row->forwarded);
            g_free(method), g_free(target), g_free(host);
        }
        tight_free(&t);
    }
}

static const struct begins {
    const char *name, *bytes;
    bool request, response;
} begins[] = {
    { "method_only", "GET", false, false },         { "method_blank", "GET ", false, false },
    { "method_slash", "GET /", true, false },       { "two_letters", "GE /", false, false },
    { "icap", "REQMOD icap://10.0.0.7/", false, false }, { "icap_host", "GET icap", true, false },
    { "binary", "\x16\x03\x01\x02\x01\x01", false, false },
    { "connect_slash", "CONNECT /", false, false }, { "too_long", "ABCDEFGHIJKLMNOPQRSTUVWXYZ /", false, false },
    { "h", "H", false, true },                      { "http", "HTTP", false, true },
    { "http_slash", "HTTP/", false, true },         { "htp", "HTP", false, false },
    { "text", "Once upon", false, false },
};

static void
test_begins(gconstpointer data)
{
    const struct begins *row = data;
    struct tight t = tight_copy(row->bytes, strlen(row->bytes));

    g_assert_cmpint(http_begins_request(t.bytes, t.n), ==, row->request);
    g_assert_cmpint(http_begins_response(t.bytes, t.n), ==, row->response);
    tight_free(&t);
}

static const struct is_head {
    const char *name, *bytes;
    unsigned status;            /* 0: it is none */
} is_heads[] = {
    { "yes",           "HTTP/1.1 502 badgateway\r\nContent-Type: text/html\r\n", 502 },
    { "no_header",     "HTTP/1.1 502 badgateway\r\n\r\n", 0 },
    { "no_second",     "HTTP/1.1 502 badgateway\r\n", 0 },
    { "second_cut",    "HTTP/1.1 502 badgateway\r\nContent-Ty", 0 },
    { "second_text",   "HTTP/1.1 502 badgateway\r\nis what it said\r\n", 0 },
    { "second_folded", "HTTP/1.1 502 badgateway\r\n a: b\r\n", 0 },
    { "control",       "HTTP/1.1 502 bad\x01gateway\r\nA: b\r\n", 0 },
    { "version",       "HTTP/2.0 502 badgateway\r\nA: b\r\n", 0 },
    { "text",          "HTTP/1.1 is a protocol\r\nA: b\r\n", 0 },
};

static void
test_is_head(gconstpointer data)
{
    const struct is_head *row = data;

    for (size_t n = 0; n <= strlen(row->bytes); n++) {
        struct tight t = tight_copy(row->bytes, n);
        unsigned status = 0;
        bool is = http_is_response_head(t.bytes, n, &status);

        g_assert_cmpint(is, ==, n == strlen(row->bytes) && row->status != 0);
        if (is)
            g_assert_cmpuint(status, ==, row->status);
        tight_free(&t);
    }
}

/* Values that the verdict shows. */
static void
test_values(void)
{
    static const char bytes[] = OK "X-Squid-Error: ERR_DNS_FAIL 0\r\nProxy-Status: gw; error=dns_error\r\nContent-Encoding: gzip\r\n\r\n";
    struct http_head head;

    g_assert_true(http_read_head((const uint8_t *)bytes, sizeof bytes - 1, false, &head));
    g_assert_true(slice_is(head.squid_error, "err_dns_fail 0"));
    g_assert_true(slice_is(head.proxy_status, "gw; error=dns_error"));
    g_assert_true(slice_is(head.content_encoding, "GZIP"));
    g_assert_false(slice_is(head.content_encoding, "gzi"));
    g_assert_false(slice_is(head.host, "x"));
    g_assert_false(head.forwarded);
}

/* Nothing is no head, and no bytes of one. */
static void
test_empty(void)
{
    struct http_head head;

    for (int is_request = 0; is_request < 2; is_request++) {
        g_assert_false(http_read_head((const uint8_t *)"", 0, is_request, &head));
        g_assert_cmpuint(head.length, ==, 0);
    }
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/httphead/response/", responses, test_response);
    ADD_ROWS("/httphead/fault/", bad, test_bad);
    ADD_ROWS("/httphead/forbidden/", forbidden, test_forbidden);
    ADD_ROWS("/httphead/request/", requests, test_request);
    ADD_ROWS("/httphead/begins/", begins, test_begins);
    ADD_ROWS("/httphead/is_response_head/", is_heads, test_is_head);
    g_test_add_func("/httphead/values", test_values);
    g_test_add_func("/httphead/empty", test_empty);
    return g_test_run();
}
