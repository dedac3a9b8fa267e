/* test_httpstream.c
 * Where messages begin and end, however their bytes are cut
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include "events.h"

static const struct row {
    const char *name;
    bool request;
    const char *bytes;
    const char *events;         /* before and after httpstream_close() */
    bool inside;                /* inside a message at the end */
    const char *todo;           /* why a known fault of the plugin makes it fail */
} rows[] = {
    { "counted", false,        LENGTH(5) "hello", "b 200 e", false, NULL },
    { "counted_zero", false,   LENGTH(0), "b 200 e", false, NULL },
    { "counted_short", false,  LENGTH(9) "hello", "b 200", true, NULL },
    { "two", false,            LENGTH(2) "ab" LENGTH(3) "cde", "b 200 e b 200 e", false, NULL },
    { "interim", false,        "HTTP/1.1 100 Continue\r\n\r\n" LENGTH(1) "x", "b 100 e b 200 e", false, NULL },
    { "no_body", false,        "HTTP/1.1 204 No Content\r\n\r\n" LENGTH(0), "b 204 e b 200 e", false, NULL },
    { "no_phrase", false,      "HTTP/1.1 204\r\n\r\n", "b 204 e", false, "cut behind the CR of a status line without a phrase" },
    { "head_cut", false,       OK "Serv", "b", true, NULL },
    { "bare_lf", false,        "HTTP/1.1 200 OK\nContent-Length: 2\n\nab", "b 200 e", false, NULL },
    { "to_close", false,       OK "\r\nall the rest", "b 200 o e", false, NULL },
    { "chunked", false,        CHUNKED "5\r\nhello\r\n0\r\n\r\n", "b 200 e", false, NULL },
    { "chunked_then", false,   CHUNKED "2\r\nab\r\n0\r\n\r\n" LENGTH(0), "b 200 e b 200 e", false, NULL },
    { "chunked_many", false,   CHUNKED "1\r\na\r\nA\r\n0123456789\r\n0\r\n\r\n", "b 200 e", false, NULL },
    { "chunked_empty", false,  CHUNKED "0\r\n\r\n", "b 200 e", false, NULL },
    { "chunk_zeros", false,    CHUNKED "0005\r\nhello\r\n000\r\n\r\n", "b 200 e", false, NULL },
    { "chunk_extension", false, CHUNKED "5;a=b\r\nhello\r\n0;c\r\n\r\n", "b 200 e", false, NULL },
    { "chunk_blank", false,    CHUNKED "5 \r\nhello\r\n0\r\n\r\n", "b 200 e", false, NULL },
    { "chunk_lf", false,       CHUNKED "5\nhello\n0\n\n", "b 200 e", false, NULL },
    { "trailer", false,        CHUNKED "0\r\nDigest: x\r\nA: b\r\n\r\n", "b 200 e", false, NULL },
    { "trailer_cut", false,    CHUNKED "0\r\nDigest", "b 200", true, NULL },
    { "chunk_cut", false,      CHUNKED "5\r\nhel", "b 200", true, NULL },
    { "chunk_size_cut", false, CHUNKED "5", "b 200", true, NULL },
    { "chunk_letters", false,  CHUNKED "xyz\r\n", "b 200 f5", false, NULL },
    { "chunk_no_size", false,  CHUNKED "\r\nhello\r\n", "b 200 f5", false, NULL },
    { "chunk_negative", false, CHUNKED "-5\r\nhello\r\n", "b 200 f5", false, NULL },
    { "chunk_huge", false,     CHUNKED "fffffffffffffffff\r\n", "b 200 f5", false, NULL },
    { "chunk_html", false,     CHUNKED "<html>\r\n", "b 200 f5", false, NULL },
    { "chunk_long", false,     CHUNKED "2\r\nabc\r\n0\r\n\r\n", "b 200 f5", false, NULL },
    { "upgrade", false,        "HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x05hello", "b 101 t", false, NULL },
    { "connected", false,      "HTTP/1.1 299 Connected\r\n\r\n" OK, "b 299 t", false, NULL },
    { "headerless", false,     "<html>no header</html>", "b f1", false, NULL },
    { "status_line", false,    "HTTP/1.1 abc Broken\r\n\r\n", "b f2", false, NULL },
    { "header_line", false,    OK "no colon\r\n\r\n", "b f3", false, NULL },
    { "content_length", false, OK "Content-Length: x\r\n\r\n", "b f4", false, NULL },
    { "after_fault", false,    "garbage\r\n" LENGTH(0), "b f1", false, NULL },
    { "fault_behind", false,   LENGTH(2) "abGARBAGE", "b 200 e b f1", false, NULL },
    { "get", true,             "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "b GET e", false, NULL },
    { "pipelined", true,       "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", "b GET e b GET e", false, NULL },
    { "post", true,            "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b", "b POST e", false, NULL },
    { "post_chunked", true,    "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "b PUT e", false, NULL },
    { "post_cut", true,        "POST / HTTP/1.1\r\nContent-Length: 30\r\n\r\na=b", "b POST", true, NULL },
    { "line_end_first", true,  "\r\n\r\nGET / HTTP/1.1\r\n\r\n", "b GET e", false, NULL },
};

static char *
run(const struct row *row, const size_t *cuts, size_t n_cuts, bool *inside)
{
    struct httpstream *s = httpstream_new(NULL, row->request);
    struct log log = { .events = g_string_new("") };
    size_t at = 0, n = strlen(row->bytes);

    for (size_t i = 0; i <= n_cuts; i++) {
        size_t end = i < n_cuts ? cuts[i] : n;
        if (end > at)
            events_feed(s, row->bytes + at, end - at, end - at, &log);
        at = MAX(at, end);
    }
    *inside = httpstream_inside_message(s);
    httpstream_close(s, &events_calls, &log);
    httpstream_free(NULL, s);
    return g_string_free(log.events, FALSE);
}

static void
check(const struct row *row, const size_t *cuts, size_t n_cuts)
{
    bool inside;
    char *events = run(row, cuts, n_cuts, &inside);

    if (row->todo && strcmp(events, row->events) != 0) {
        g_test_incomplete(row->todo);
    } else {
        g_assert_cmpstr(events, ==, row->events);
        g_assert_cmpint(inside, ==, row->inside);
    }
    g_free(events);
}

static int
by_size(const void *x, const void *y)
{
    size_t a = *(const size_t *)x, b = *(const size_t *)y;

    return (a > b) - (a < b);
}

/* In one piece, byte by byte, in two pieces cut anywhere, and at random. */
static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    size_t n = strlen(row->bytes);
    size_t *all = g_new(size_t, n);

    check(row, NULL, 0);
    for (size_t i = 0; i < n; i++) {
        all[i] = i + 1;
        check(row, &all[i], 1);
    }
    check(row, all, n);
    for (int round = 0; round < 50; round++) {
        size_t cuts[5];
        for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++)
            cuts[i] = (size_t)g_test_rand_int_range(0, (int)n + 1);
        qsort(cuts, G_N_ELEMENTS(cuts), sizeof cuts[0], by_size);
        check(row, cuts, G_N_ELEMENTS(cuts));
    }
    g_free(all);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/httpstream/", rows, test_row);
    return g_test_run();
}
