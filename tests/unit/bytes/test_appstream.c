/* test_appstream.c
 * appstream.h: FastCGI, uwsgi, SCGI, AJP and SOCKS, however their bytes are cut
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "events.h"
#include "bytes/ajp.h"
#include "bytes/appstream.h"
#include "bytes/appvars.h"
#include "bytes/fastcgi.h"
#include "bytes/socks.h"

/* Texts and their lengths by turns, in octal digits or as they are; of FastCGI records, AJP packets and strings. */
#define RECORD(type, length, padding) "\1" type "\0\1\0" length padding "\0"
#define BEGIN RECORD("\1", "\x08", "\0") "\0\1\0\0\0\0\0\0"
#define PARAMS(length, text) RECORD("\4", length, "\0") text
#define STDIN(length, text) RECORD("\5", length, "\0") text
#define STDOUT(length, text) RECORD("\6", length, "\0") text
#define STDERR(length, text) RECORD("\7", length, "\0") text
#define END RECORD("\3", "\x08", "\0") "\0\0\0\0\0\0\0\0"
#define GET_A "\x0e\3REQUEST_METHODGET\x0b\2REQUEST_URI/a\x09\1HTTP_HOSTh"
#define GET_A_LENGTH "\x2e"
#define HEAD "A: b\r\n\r\n"
#define HEAD_LENGTH "\x08"

#define TO_CONTAINER(length, text) "\x12\x34\0" length text
#define FROM_CONTAINER(length, text) "AB\0" length text
#define NO_STRINGS "\xff\xff" "\xff\xff"
#define AJP_GET_A TO_CONTAINER("\x25", "\2\2\0\x08HTTP/1.1\0\0\2/a\0" NO_STRINGS "\0\1h\0\0\x50\0\0\0\5\0\1b\0\xff")
#define AJP_POST_A TO_CONTAINER("\x24", "\2\4\0\x08HTTP/1.1\0\0\2/a\0" NO_STRINGS "\xff\xff\0\x50\0\0\1\xa0\x08\0\1\x32\0\xff")
#define HEADERS_502 FROM_CONTAINER("\x0c", "\4\x01\xf6\0\3bad\0\0\0\0")
#define CHUNK FROM_CONTAINER("\x06", "\3\0\2hi\0")
#define END_RESPONSE FROM_CONTAINER("\2", "\5\1")

#define SOCKS5_NAME "\5\1\0\3\4host\0\x50"
#define SOCKS5_REPLY(code) "\5" code "\0\1\0\0\0\0\0\0"

static const struct row {
    const char *name;
    const struct app_protocol *protocol;
    bool request;
    const char *bytes;
    size_t n;
    const char *events;         /* before and after appstream_close(); see events.h */
    size_t partial;             /* bytes of an answer without a complete head */
} rows[] = {
#define ROW(name, protocol, request, bytes, events, partial) { name, &protocol, request, bytes, sizeof(bytes) - 1, events, partial },
    /* FastCGI */
    ROW("fastcgi_get", fastcgi, true, BEGIN PARAMS(GET_A_LENGTH, GET_A) PARAMS("\0", "") STDIN("\0", ""), "b GET", 0)
    ROW("fastcgi_two", fastcgi, true, BEGIN PARAMS(GET_A_LENGTH, GET_A) PARAMS("\0", "") BEGIN PARAMS(GET_A_LENGTH, GET_A) PARAMS("\0", ""), "b GET b GET", 0)
    ROW("fastcgi_stdin", fastcgi, true, BEGIN PARAMS(GET_A_LENGTH, GET_A) STDIN("\3", "a=b") STDIN("\0", ""), "b GET", 0)
    ROW("fastcgi_pieces", fastcgi, true, BEGIN PARAMS("\x12", "\x0e\3REQUEST_METHODGE") PARAMS("\1", "T") PARAMS("\0", ""), "b GET", 0)
    ROW("fastcgi_padding", fastcgi, true, BEGIN RECORD("\4", GET_A_LENGTH, "\3") GET_A "xyz" PARAMS("\0", ""), "b GET", 0)
    ROW("fastcgi_long_length", fastcgi, true, BEGIN PARAMS("\x16", "\x0e\x80\0\0\3REQUEST_METHODPUT") PARAMS("\0", ""), "b PUT", 0)
    ROW("fastcgi_no_variables", fastcgi, true, BEGIN PARAMS("\0", ""), "b ", 0)
    ROW("fastcgi_beyond", fastcgi, true, BEGIN PARAMS("\2", "\xff\xff") PARAMS("\0", ""), "b ", 0)
    ROW("fastcgi_not_ended", fastcgi, true, BEGIN PARAMS(GET_A_LENGTH, GET_A), "b", 0)
    ROW("fastcgi_answer", fastcgi, false, STDOUT("\x0a", HEAD "hi") STDOUT("\0", "") END, "b 200 o e", 0)
    ROW("fastcgi_502", fastcgi, false, STDOUT("\x0f", "Status: 502\r\n\r\n") END, "b 502 e", 0)
    ROW("fastcgi_counted", fastcgi, false, STDOUT("\x17", "Content-Length: 2\r\n\r\nhi") END, "b 200 e", 0)
    ROW("fastcgi_shorter", fastcgi, false, STDOUT("\x17", "Content-Length: 9\r\n\r\nhi") END, "b 200 e", 0)
    ROW("fastcgi_longer", fastcgi, false, STDOUT("\x19", "Content-Length: 2\r\n\r\nhigh") END, "b 200 e", 0)
    ROW("fastcgi_no_content", fastcgi, false, STDOUT("\x0f", "Status: 204\r\n\r\n") END, "b 204 e", 0)
    ROW("fastcgi_kept", fastcgi, false, STDOUT(HEAD_LENGTH, HEAD) END STDOUT(HEAD_LENGTH, HEAD) END, "b 200 e b 200 e", 0)
    ROW("fastcgi_stderr", fastcgi, false, STDERR("\4", "oops") STDOUT(HEAD_LENGTH, HEAD) END, "b 200 e", 0)
    ROW("fastcgi_head_in_two", fastcgi, false, STDOUT("\3", "A: ") STDOUT("\5", "b\r\n\r\n") END, "b 200 e", 0)
    ROW("fastcgi_no_end", fastcgi, false, STDOUT(HEAD_LENGTH, HEAD), "b 200", 8)
    ROW("fastcgi_stderr_alone", fastcgi, false, STDERR("\4", "oops") END, "f7", 0)
    ROW("fastcgi_end_alone", fastcgi, false, END, "f7", 0)
    ROW("fastcgi_no_head", fastcgi, false, STDOUT("\5", "hello") END, "b f7", 0)
    ROW("fastcgi_bad_head", fastcgi, false, STDOUT("\x03", "A: ") STDOUT("\x08", "b\r\nCD\r\nE") END, "b f3", 0)
    ROW("fastcgi_head_cut", fastcgi, false, STDOUT("\x15", "Content-type: text/pl"), "b", 21)
    ROW("fastcgi_record_cut", fastcgi, false, "\1\6\0\1\0", "", 5)
    ROW("fastcgi_stderr_cut", fastcgi, false, STDERR("\4", "oo"), "", 10)
    ROW("fastcgi_http", fastcgi, false, "HTTP/1.1 400 Bad Request\r\n\r\n", "f8", 1)
    ROW("fastcgi_request_back", fastcgi, false, "\1\4\0\1\0\0\0\0", "f8", 2)
    ROW("fastcgi_then_garbage", fastcgi, false, STDOUT(HEAD_LENGTH, HEAD) END "\2", "b 200 e f8", 1)
    /* uwsgi */
    ROW("uwsgi_get", uwsgi, true, "\0\x15\0\0\x0e\0REQUEST_METHOD\3\0GET" "the body", "b GET", 0)
    ROW("uwsgi_no_value", uwsgi, true, "\0\x12\0\0\x0e\0REQUEST_METHOD\x09\0", "b ", 0)
    ROW("uwsgi_http", uwsgi, false, "HTTP/1.1 502 Bad Gateway\r\nA: b\r\n\r\nhi", "b 502 o e", 0)
    ROW("uwsgi_cgi", uwsgi, false, "Status: 502\r\n\r\nhi", "b 502 o e", 0)
    ROW("uwsgi_garbage", uwsgi, false, "\1\2garbage\n\n", "b f3", 0)
    ROW("uwsgi_cut", uwsgi, false, "HTTP/1.1 200 OK\r\nContent-Ty", "b", 27)
    ROW("uwsgi_behind", uwsgi, false, "Content-Length: 2\r\n\r\nhi" "HTTP/1.1 502 Bad\r\n\r\n", "b 200 e", 0)
    ROW("uwsgi_interim", uwsgi, false, "HTTP/1.1 100 Continue\r\n\r\n" LENGTH(0), "b 100 e b 200 e", 0)
    /* SCGI */
    ROW("scgi_get", scgi, true, "36:CONTENT_LENGTH\0" "3\0REQUEST_METHOD\0GET\0,a=b", "b GET", 0)
    ROW("scgi_no_value", scgi, true, "31:CONTENT_LENGTH\0" "0\0REQUEST_METHOD,", "b ", 0)
    ROW("scgi_no_length", scgi, true, "3x:", "f8", 0)
    ROW("scgi_colon", scgi, true, ":", "f8", 0)
    ROW("scgi_answer", scgi, false, "Status: 200 OK\r\n\r\nhi", "b 200 o e", 0)
    /* AJP */
    ROW("ajp_get", ajp, true, TO_CONTAINER("\1", "\x0a") AJP_GET_A, "b GET", 0)
    ROW("ajp_post", ajp, true, AJP_POST_A TO_CONTAINER("\4", "\0\2hi") AJP_GET_A, "b POST b GET", 0)
    ROW("ajp_post_answered", ajp, true, AJP_POST_A AJP_GET_A, "b POST b GET", 0)
    ROW("ajp_cut", ajp, true, TO_CONTAINER("\3", "\2\2\0"), "b GET", 0)
    ROW("ajp_empty", ajp, true, TO_CONTAINER("\0", "") AJP_GET_A, "b GET", 0)
    ROW("ajp_502", ajp, false, FROM_CONTAINER("\1", "\x09") HEADERS_502 CHUNK END_RESPONSE, "b 502 e", 0)
    ROW("ajp_kept", ajp, false, HEADERS_502 END_RESPONSE HEADERS_502 END_RESPONSE, "b 502 e b 502 e", 0)
    ROW("ajp_no_head", ajp, false, END_RESPONSE, "b f7", 0)
    ROW("ajp_body_alone", ajp, false, CHUNK END_RESPONSE, "b f7", 0)
    ROW("ajp_bad_status", ajp, false, FROM_CONTAINER("\x09", "\4\0\x20\0\0\0\0\0\0"), "b f2", 0)
    ROW("ajp_bad_length", ajp, false, FROM_CONTAINER("\x0e", "\4\0\xc8\0\0\0\0\1\xa0\3\0\1x\0"), "b f4", 0)
    ROW("ajp_headers_cut", ajp, false, "AB\0\x0c\4\1", "b", 6)
    ROW("ajp_wants_body", ajp, false, FROM_CONTAINER("\3", "\6\x1f\xfa"), "", 0)
    ROW("ajp_garbage", ajp, false, "HTTP/1.1 200 OK\r\n\r\n", "f8", 1)
    /* SOCKS5 */
    ROW("socks5_name", socks5, true, "\5\1\0" SOCKS5_NAME, "b b CONNECT", 0)
    ROW("socks5_login", socks5, true, "\5\2\0\2" "\1\4anna\6secret" SOCKS5_NAME, "b b CONNECT", 0)
    ROW("socks5_empty_login", socks5, true, "\5\1\2" "\1\0\0" SOCKS5_NAME, "b b CONNECT", 0)
    ROW("socks5_bind", socks5, true, "\5\1\0" "\5\2\0\1\x0a\0\0\1\0\x50", "b b", 0)
    ROW("socks5_kind", socks5, true, "\5\1\0" "\5\1\0\2", "b f8", 0)
    ROW("socks5_version", socks5, true, "\5\1\0" "\4", "b f8", 0)
    ROW("socks5_no_greeting", socks5, true, "\1\4anna", "f8", 0)
    ROW("socks5_more", socks5, true, "\5\1\0" SOCKS5_NAME "GET / HTTP/1.1", "b b CONNECT", 0)
    ROW("socks5_granted", socks5, false, "\5\0" SOCKS5_REPLY("\0") "tunnel", "b 200", 0)
    ROW("socks5_granted_name", socks5, false, "\5\0" "\5\0\0\3\1h\0\x50", "b 200", 0)
    ROW("socks5_granted_ipv6", socks5, false, "\5\0" "\5\0\0\4" "0123456789abcdef\0\x50", "b 200", 0)
    ROW("socks5_refused", socks5, false, "\5\0" SOCKS5_REPLY("\5"), "b 1005 e", 0)
    ROW("socks5_logged_in", socks5, false, "\5\2\1\0" SOCKS5_REPLY("\2"), "b 1002 e", 0)
    ROW("socks5_no_method", socks5, false, "\5\xff", "CONNECT b 1255 e", 0)
    ROW("socks5_login_refused", socks5, false, "\5\2\1\1", "CONNECT b 1256 e", 0)
    ROW("socks5_reply_cut", socks5, false, "\5\0" "\5\0\0", "", 3)
    ROW("socks5_http", socks5, false, "HTTP/1.1 400 Bad Request\r\n\r\n", "CONNECT f8", 1)
    ROW("socks5_then_http", socks5, false, "\5\0" "HTTP/1.1 400 Bad Request\r\n\r\n", "f8", 1)
    /* SOCKS4 */
    ROW("socks4_address", socks4, true, "\4\1\0\x50\x0a\0\0\1" "anna\0", "b CONNECT", 0)
    ROW("socks4_name", socks4, true, "\4\1\0\x50\0\0\0\1" "\0host\0", "b CONNECT", 0)
    ROW("socks4_name_cut", socks4, true, "\4\1\0\x50\0\0\0\1" "anna\0host", "b", 0)
    ROW("socks4_granted", socks4, false, "\0\x5a\0\0\0\0\0\0" "tunnel", "b 200", 0)
    ROW("socks4_refused", socks4, false, "\0\x5b\0\0\0\0\0\0", "b 1091 e", 0)
    ROW("socks4_http", socks4, false, "HTTP/1.1 400 Bad Request\r\n\r\n", "f8", 1)
};

static void
feed(struct appstream *s, const char *bytes, size_t n, struct log *log)
{
    struct tight t = tight_copy(bytes, n);

    appstream_feed(s, t.bytes, n, n, &events_calls, log);
    tight_free(&t);
}

/* In pieces of step bytes, the first of them first long. */
static void
check(const struct row *row, size_t first, size_t step)
{
    struct appstream *s = appstream_new(NULL, row->protocol, row->request);
    struct log log = { .events = g_string_new("") };

    for (size_t at = 0, n; at < row->n; at += n) {
        n = MIN(at == 0 ? first : step, row->n - at);
        feed(s, row->bytes + at, n, &log);
    }
    g_assert_cmpuint(appstream_partial(s), ==, row->partial);
    appstream_close(s, &events_calls, &log);
    g_assert_cmpstr(log.events->str, ==, row->events);
    appstream_free(s);
    g_string_free(log.events, TRUE);
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;

    for (size_t first = 1; first <= row->n; first++)
        check(row, first, row->n);
    check(row, 1, 1);
}

/* how they begin **********************************************************/

static const struct begin_row {
    const char *name;
    const struct app_protocol *protocol;        /* NULL: none */
    const char *bytes;
    size_t n;
} begin_rows[] = {
#define BEGINS(name, protocol, bytes) { name, protocol, bytes, sizeof(bytes) - 1 },
    BEGINS("fastcgi", &fastcgi, BEGIN)
    BEGINS("fastcgi_role", NULL, RECORD("\1", "\x08", "\0") "\0\4\0\0\0\0\0\0")
    BEGINS("fastcgi_no_id", NULL, "\1\1\0\0\0\x08\0\0\0\1\0\0\0\0\0\0")
    BEGINS("fastcgi_long", NULL, RECORD("\1", "\x09", "\0") "\0\1\0\0\0\0\0\0\0")
    BEGINS("fastcgi_version", NULL, "\2\1\0\1\0\x08\0\0\0\1\0\0\0\0\0\0")
    BEGINS("fastcgi_params", NULL, PARAMS(GET_A_LENGTH, GET_A))
    BEGINS("fastcgi_cut", NULL, "\1\1\0\1\0\x08\0\0\0")
    BEGINS("uwsgi", &uwsgi, "\0\x15\0\0\x0e\0REQUEST_METHOD\3\0GET")
    BEGINS("uwsgi_php", &uwsgi, "\x0e\x15\0\0\x0e\0REQUEST_METHOD\3\0GET")
    BEGINS("uwsgi_modifier", NULL, "\x1f\x15\0\0\x0e\0REQUEST_METHOD\3\0GET")
    BEGINS("uwsgi_small", NULL, "\0\x11\0\0\x0e\0REQUEST_METHOD\3\0GET")
    BEGINS("uwsgi_lower_case", NULL, "\0\x15\0\0\x0e\0request_method\3\0GET")
    BEGINS("uwsgi_no_name", NULL, "\0\x15\0\0\1\0A\3\0GET")
    BEGINS("uwsgi_cut", NULL, "\0\x15\0\0\x0e\0REQUEST_METHO")
    BEGINS("scgi", &scgi, "36:CONTENT_LENGTH\0" "3\0REQUEST_METHOD\0GET\0,a=b")
    BEGINS("scgi_digits", NULL, "1234567:CONTENT_LENGTH\0" "3\0")
    BEGINS("scgi_other_name", NULL, "37:CONTENT_TYPE\0" "3\0REQUEST_METHOD\0GET\0,a=b")
    BEGINS("scgi_longer_name", NULL, "37:CONTENT_LENGTHS\0" "3\0REQUEST_METHOD\0GET\0,a=b")
    BEGINS("scgi_no_number", NULL, ":CONTENT_LENGTH\0" "3\0")
    BEGINS("ajp", &ajp, AJP_GET_A)
    BEGINS("ajp_ping", &ajp, TO_CONTAINER("\1", "\x0a"))
    BEGINS("ajp_stored_method", &ajp, TO_CONTAINER("\x20", "\2\xff\0\x08HTTP/1.1"))
    BEGINS("ajp_method", NULL, TO_CONTAINER("\x20", "\2\x1c\0\x08HTTP/1.1"))
    BEGINS("ajp_no_method", NULL, TO_CONTAINER("\x20", "\2\0\0\x08HTTP/1.1"))
    BEGINS("ajp_long_ping", NULL, TO_CONTAINER("\2", "\x0a\0"))
    BEGINS("ajp_type", NULL, TO_CONTAINER("\1", "\x07"))
    BEGINS("ajp_answer", NULL, HEADERS_502)
    BEGINS("http", NULL, "GET / HTTP/1.1\r\n\r\n")
    BEGINS("tls", NULL, "\x16\3\1\0\x20\1\0\0\x1c\3\3")
    BEGINS("socks5", &socks5, "\5\1\0")
    BEGINS("socks5_methods", &socks5, "\5\3\0\1\2")
    BEGINS("socks5_all_at_once", &socks5, "\5\1\0" SOCKS5_NAME)
    BEGINS("socks5_no_method", NULL, "\5\0\0")
    BEGINS("socks5_method", NULL, "\5\1\x20")
    BEGINS("socks5_cut", NULL, "\5\3\0\1")
    BEGINS("socks5_more", NULL, "\5\1\0\0")
    BEGINS("socks4", &socks4, "\4\1\0\x50\x0a\0\0\1" "anna\0")
    BEGINS("socks4_bind", NULL, "\4\2\0\x50\x0a\0\0\1" "anna\0")
    BEGINS("socks4_no_port", NULL, "\4\1\0\0\x0a\0\0\1" "anna\0")
    BEGINS("socks4_open", NULL, "\4\1\0\x50\x0a\0\0\1" "anna")
    BEGINS("nothing", NULL, "")
};

static void
test_begin(gconstpointer data)
{
    const struct begin_row *row = data;
    struct tight t = tight_copy(row->bytes, row->n);

    g_assert_true(app_begins(t.bytes, t.n) == row->protocol);
    tight_free(&t);
}

static void
test_names(void)
{
    g_assert_cmpstr(app_name(&fastcgi), ==, "FastCGI");
    g_assert_cmpstr(app_name(&uwsgi), ==, "uwsgi");
    g_assert_cmpstr(app_name(&scgi), ==, "SCGI");
    g_assert_cmpstr(app_name(&ajp), ==, "AJP");
    g_assert_cmpstr(app_name(&socks5), ==, "SOCKS5");
    g_assert_cmpstr(app_name(&socks4), ==, "SOCKS4");
}

/* what a request says *****************************************************/

/* "GET /a h", and "..." where a part is missing */
static enum http_body
on_head(void *owner, bool is_request, const struct http_head *head)
{
    g_assert_true(is_request);
    g_string_append_printf(owner, "[%.*s %.*s %.*s%s]", (int)head->method.n, head->method.n ? head->method.s : "", (int)head->target.n,
                           head->target.n ? head->target.s : "", (int)head->host.n, head->host.n ? head->host.s : "", head->complete ? "" : "...");
    return HTTP_BODY_NONE;
}

static void
on_begun(void *owner, bool is_request)
{
    (void)owner;
    (void)is_request;
}

static const struct httpstream_owner request_calls = { on_head, on_begun, NULL, NULL, NULL, NULL };

#define VARIABLES "\0\x34\0\0\x0e\0REQUEST_METHOD\3\0PUT\x0b\0REQUEST_URI\2\0/a\x09\0HTTP_HOST\1\0h"
#define AJP_REST "\0\x08HTTP/1.1\0\0\2/a\0" NO_STRINGS "\0\1h\0\0\x50\0\0\0"

static const struct said_row {
    const char *name;
    const struct app_protocol *protocol;
    const char *bytes;
    size_t n;
    const char *said;
} said_rows[] = {
#define SAID(name, protocol, bytes, said) { name, &protocol, bytes, sizeof(bytes) - 1, said },
    SAID("fastcgi", fastcgi, BEGIN PARAMS(GET_A_LENGTH, GET_A) PARAMS("\0", ""), "[GET /a h]")
    SAID("uwsgi", uwsgi, VARIABLES, "[PUT /a h]")
    SAID("scgi", scgi, "63:CONTENT_LENGTH\0" "0\0REQUEST_METHOD\0PUT\0REQUEST_URI\0/a\0HTTP_HOST\0h\0,", "[PUT /a h]")
    SAID("ajp", ajp, TO_CONTAINER("\x20", "\2\3" AJP_REST "\xff"), "[HEAD /a h]")
    SAID("ajp_query", ajp, TO_CONTAINER("\x27", "\2\2" AJP_REST "\5\0\3b=c\0\xff"), "[GET /a?b=c h]")
    SAID("ajp_stored_method", ajp, TO_CONTAINER("\x29", "\2\xff" AJP_REST "\x0d\0\5PURGE\0\xff"), "[PURGE /a h]")
    SAID("ajp_attributes", ajp, TO_CONTAINER("\x33", "\2\2" AJP_REST "\x0b\1\0\x0a\0\1n\0\0\1v\0\5\0\3b=c\0\xff"), "[GET /a?b=c h]")
    SAID("ajp_headers", ajp, TO_CONTAINER("\x2f", "\2\2\0\x08HTTP/1.1\0\0\2/a\0" NO_STRINGS "\0\1h\0\0\x50\0\0\2\0\1x\0\0\1y\0\xa0\x0b\0\3own\0"), "[GET /a own]")
    SAID("ajp_coded_unknown", ajp, TO_CONTAINER("\x26", "\2\2\0\x08HTTP/1.1\0\0\2/a\0" NO_STRINGS "\0\1h\0\0\x50\0\0\1\xa0\x2f\0\1y\0\xff"), "[GET /a h]")
    SAID("socks5_name", socks5, "\5\1\0" SOCKS5_NAME, "[CONNECT host:80 ]")
    SAID("socks5_ipv4", socks5, "\5\1\0" "\5\1\0\1\x0a\0\0\1\1\xbb", "[CONNECT 10.0.0.1:443 ]")
    SAID("socks5_ipv6", socks5, "\5\1\0" "\5\1\0\4\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\x50", "[CONNECT [fd00::1]:80 ]")
    SAID("socks4_address", socks4, "\4\1\0\x50\x0a\0\0\1" "anna\0", "[CONNECT 10.0.0.1:80 ]")
    SAID("socks4_name", socks4, "\4\1\0\x50\0\0\0\1" "anna\0host\0", "[CONNECT host:80 ]")
};

static void
test_said(gconstpointer data)
{
    const struct said_row *row = data;
    struct appstream *s = appstream_new(NULL, row->protocol, true);
    GString *said = g_string_new("");
    struct tight t = tight_copy(row->bytes, row->n);

    appstream_feed(s, t.bytes, t.n, t.n, &request_calls, said);
    g_assert_cmpstr(said->str, ==, row->said);
    tight_free(&t);
    appstream_free(s);
    g_string_free(said, TRUE);
}

/* The snap length cuts inside the variables: what is there is told, and that more was. */
static void
test_said_cut(void)
{
    struct appstream *s = appstream_new(NULL, &uwsgi, true);
    GString *said = g_string_new("");
    size_t whole = sizeof VARIABLES - 1, there = 4 + 2 + 14 + 2 + 3 + 5;
    struct tight t = tight_copy(VARIABLES, there);

    appstream_feed(s, t.bytes, there, whole, &request_calls, said);
    g_assert_cmpstr(said->str, ==, "[PUT  ...]");
    tight_free(&t);
    appstream_free(s);
    g_string_free(said, TRUE);
}

/* A SOCKS request whose texts do not end is none. */
static void
test_socks4_endless(void)
{
    struct appstream *s = appstream_new(NULL, &socks4, true);
    struct log log = { .events = g_string_new("") };
    char bytes[2000];

    memset(bytes, 'a', sizeof bytes);
    memcpy(bytes, "\4\1\0\x50\0\0\0\1", 8);
    bytes[600] = bytes[700] = '\0';
    feed(s, bytes, sizeof bytes, &log);
    g_assert_cmpstr(log.events->str, ==, "b f8");
    appstream_free(s);
    g_string_free(log.events, TRUE);
}

/* bytes that are missing **************************************************/

#define FEED(s, bytes, log) feed(s, bytes, sizeof(bytes) - 1, log)

static void
expect_events(const struct log *log, const char *events)
{
    g_assert_cmpstr(log->events->str, ==, events);
    g_string_free(log->events, TRUE);
}

/* In the middle of a record's content: the next one follows; of a body that is no matter. */
static void
test_skip_content(void)
{
    struct appstream *s = appstream_new(NULL, &fastcgi, false);
    struct log log = { .events = g_string_new("") };

    FEED(s, "\1\6\0\1\0\x0e\0\0" HEAD, &log);
    appstream_skip(s, 6, &events_calls, &log);
    g_assert_false(appstream_is_lost(s));
    FEED(s, END, &log);
    appstream_free(s);
    expect_events(&log, "b 200 e");
}

/* More than that: what comes next may be anything, until a segment begins with a record. */
static void
test_skip_more(void)
{
    struct appstream *s = appstream_new(NULL, &fastcgi, false);
    struct log log = { .events = g_string_new("") };

    FEED(s, "\1\6\0\1\0\x0a\0\0" HEAD, &log);
    appstream_skip(s, 100, &events_calls, &log);
    g_assert_true(appstream_is_lost(s));
    FEED(s, "the rest of it", &log);
    g_assert_true(appstream_is_lost(s));
    FEED(s, STDOUT(HEAD_LENGTH, HEAD) END, &log);
    appstream_free(s);
    expect_events(&log, "b 200 b 200 e");
}

/* A request is found again where another one begins, and only there. */
static void
test_skip_request(void)
{
    struct appstream *s = appstream_new(NULL, &fastcgi, true);
    struct log log = { .events = g_string_new("") };

    appstream_skip(s, 1, &events_calls, &log);
    FEED(s, STDIN("\0", ""), &log);
    g_assert_true(appstream_is_lost(s));
    FEED(s, BEGIN PARAMS(GET_A_LENGTH, GET_A) PARAMS("\0", ""), &log);
    appstream_free(s);
    expect_events(&log, "b GET");
}

static void
test_skip_text(void)
{
    struct appstream *s = appstream_new(NULL, &scgi, false);
    struct log log = { .events = g_string_new("") };

    appstream_skip(s, 1, &events_calls, &log);
    FEED(s, "Content-Length: 4\r\n\r\na", &log);
    appstream_skip(s, 3, &events_calls, &log);
    g_assert_false(appstream_is_lost(s));
    appstream_free(s);
    expect_events(&log, "b 200 e");
}

/* A fault that is not told yet. */
static void
test_partial_fault(void)
{
    struct appstream *s = appstream_new(NULL, &fastcgi, false);
    struct log log = { .events = g_string_new("") };

    g_assert_cmpint(appstream_partial_fault(s), ==, HTTP_FAULT_NONE);
    FEED(s, STDOUT("\x10", "Status: 200 OK\r\n"), &log);
    g_assert_cmpint(appstream_partial_fault(s), ==, HTTP_FAULT_NONE);
    FEED(s, STDOUT("\5", "bad\r\n"), &log);
    g_assert_cmpint(appstream_partial_fault(s), ==, HTTP_FAULT_HEADER_LINE);
    appstream_free(s);
    expect_events(&log, "b");
}

/* A packet of a request's body that begins as a request does: its length is 0x0200 to 0x02ff. */
static void
test_ajp_body(void)
{
    struct appstream *s = appstream_new(NULL, &ajp, true);
    struct log log = { .events = g_string_new("") };
    char body[6 + 512] = TO_CONTAINER("\2", "");

    FEED(s, TO_CONTAINER("\x26", "\2\4\0\x08HTTP/1.1\0\0\2/a\0" NO_STRINGS "\xff\xff\0\x50\0\0\1\xa0\x08\0\3" "512\0\xff"), &log);
    body[2] = 2;
    body[4] = 2;
    body[6] = 4;
    feed(s, body, sizeof body, &log);
    FEED(s, AJP_GET_A, &log);
    appstream_free(s);
    expect_events(&log, "b POST b b GET");
}

/* The body of an AJP answer, without its packets. */
static void
test_body(void)
{
    struct appstream *s = appstream_new(NULL, &ajp, false);
    struct log log = { .events = g_string_new("") };

    FEED(s, HEADERS_502 CHUNK CHUNK, &log);
    g_assert_cmpuint(log.body, ==, mark_more(0, "hihi", 4));
    appstream_free(s);
    expect_events(&log, "b 502");
}

/* Variables without end: no more of them are kept. */
static void
test_endless(void)
{
    struct appstream *s = appstream_new(NULL, &fastcgi, true);
    struct log log = { .events = g_string_new("") };
    char record[8 + 255] = "\1\4\0\1\0\xff";

    FEED(s, BEGIN PARAMS(GET_A_LENGTH, GET_A), &log);
    for (int i = 0; i < 1000; i++)
        feed(s, record, sizeof record, &log);
    FEED(s, PARAMS("\0", ""), &log);
    appstream_free(s);
    expect_events(&log, "b GET");
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/appstream/", rows, test_row);
    ADD_ROWS("/appstream/begins/", begin_rows, test_begin);
    g_test_add_func("/appstream/names", test_names);
    ADD_ROWS("/appstream/says/", said_rows, test_said);
    g_test_add_func("/appstream/says/cut", test_said_cut);
    g_test_add_func("/appstream/said/socks4_endless", test_socks4_endless);
    g_test_add_func("/appstream/skip/content", test_skip_content);
    g_test_add_func("/appstream/skip/more", test_skip_more);
    g_test_add_func("/appstream/skip/request", test_skip_request);
    g_test_add_func("/appstream/skip/text", test_skip_text);
    g_test_add_func("/appstream/partial fault", test_partial_fault);
    g_test_add_func("/appstream/ajp body", test_ajp_body);
    g_test_add_func("/appstream/body", test_body);
    g_test_add_func("/appstream/endless", test_endless);
    return g_test_run();
}
