/* test_httpgaps.c
 * Streams of messages with bytes missing, endless heads, tunnels
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "events.h"

/*
 * What the capture lacks. Steps: ">text" captured bytes, "~N" N bytes that the snap length
 * cut off right behind the bytes before, "?N" N bytes that are missing, "/" the end.
 */
static const struct gap {
    const char *name;
    const char *steps[6];
    const char *events;
    const char *todo;
} gaps[] = {
    { "body_cut",       { ">" LENGTH(100) "abc", "~97", ">" LENGTH(0) }, "b 200 e b 200 e", NULL },
    { "body_missing",   { ">" LENGTH(100) "abc", "?97", ">" LENGTH(0) }, "b 200 e b 200 e", NULL },
    { "body_in_part",   { ">" LENGTH(100), "?40", "?50", ">0123456789", ">" LENGTH(0) }, "b 200 e b 200 e", NULL },
    { "beyond_body",    { ">" LENGTH(5), "?50", ">rest", ">" LENGTH(0) }, "b 200 e b 200 e", NULL },
    { "head_cut",       { ">" OK "Serv", "~60", ">body", ">" LENGTH(0) }, "b 200 o", NULL },
    { "head_cut_counted", { ">" OK "Content-Length: 5\r\nServ", "~60", ">body", ">" LENGTH(0) }, "b 200 b 200 e", NULL },
    { "head_missing",   { ">" OK "Serv", "?60", ">more of it\r\n\r\n", ">" LENGTH(0) }, "b b 200 e", NULL },
    { "head_uncaptured", { ">" OK "Serv", ">", "~60", ">" LENGTH(0) }, "b b 200 e", "an incomplete head stays when the next segment has no byte captured" },
    { "first_missing",  { "?60", ">the end of something", ">" LENGTH(2) "ab" }, "b 200 e", NULL },
    { "chunk_missing",  { ">" CHUNKED "5\r\nhe", "?3", ">\r\n0\r\n\r\n" }, "b 200 e", NULL },
    { "chunk_size_missing", { ">" CHUNKED "5\r\nhello\r\n", "?5", ">0\r\n\r\n", ">" LENGTH(0) }, "b 200 b 200 e", NULL },
    { "to_close_missing", { ">" OK "\r\nabc", "?1000", ">def", "/" }, "b 200 o e", NULL },
    { "to_close_uncaptured", { ">" OK "\r\nabc", ">", "~1000", ">def", "/" }, "b 200 o e", NULL },
    { "tunnel_uncaptured", { ">HTTP/1.1 101 x\r\n\r\nabc", ">", "~1000", ">" LENGTH(0) }, "b 101 t", NULL },
    { "fault_uncaptured", { ">garbage", ">", "~1000", ">" LENGTH(0) }, "b f1", NULL },
    { "tunnel_missing", { ">HTTP/1.1 101 x\r\n\r\nabc", "?1000", ">" LENGTH(0) }, "b 101 t", NULL },
    { "close_counted",  { ">" LENGTH(9) "abc", "/" }, "b 200", NULL },
    { "close_chunked",  { ">" CHUNKED "5\r\nhello\r\n", "/" }, "b 200", NULL },
};

static void
test_gap(gconstpointer data)
{
    const struct gap *row = data;
    struct httpstream *s = httpstream_new(NULL, false);
    struct log log = { .events = g_string_new("") };

    for (size_t i = 0; i < G_N_ELEMENTS(row->steps) && row->steps[i]; i++) {
        const char *step = row->steps[i], *next = i + 1 < G_N_ELEMENTS(row->steps) ? row->steps[i + 1] : NULL;
        size_t number = (size_t)g_ascii_strtoull(step + 1, NULL, 10), n = strlen(step) - 1;

        if (step[0] == '>')
            events_feed(s, step + 1, n, n + (next && next[0] == '~' ? (size_t)g_ascii_strtoull(next + 1, NULL, 10) : 0), &log);
        else if (step[0] == '?')
            httpstream_skip(s, number, &events_calls, &log);
        else if (step[0] == '/')
            httpstream_close(s, &events_calls, &log);
    }
    if (row->todo && strcmp(log.events->str, row->events) != 0)
        g_test_incomplete(row->todo);
    else
        g_assert_cmpstr(log.events->str, ==, row->events);
    httpstream_free(NULL, s);
    g_string_free(log.events, TRUE);
}

/* NUL ends C strings, not chunk sizes. */
static void
test_chunk_nul(void)
{
    static const char bytes[] = CHUNKED "5\0\r\nhello\r\n0\r\n\r\n";
    struct httpstream *s = httpstream_new(NULL, false);
    struct log log = { .events = g_string_new("") };

    events_feed(s, bytes, sizeof bytes - 1, sizeof bytes - 1, &log);
    if (strcmp(log.events->str, "b 200 f5") != 0)
        g_test_incomplete("a NUL behind a chunk's size is taken for an extension");
    httpstream_free(NULL, s);
    g_string_free(log.events, TRUE);
}

/* A head without an end is a fault, not a memory hog. */
static void
test_endless_head(void)
{
    struct httpstream *s = httpstream_new(NULL, false);
    struct log log = { .events = g_string_new("") };
    const char *line = "X-Filler: 0123456789012345678901234567890123456789\r\n";
    size_t n, fed = strlen(OK);

    events_feed(s, OK, fed, fed, &log);
    while (fed <= HTTP_HEAD_MAX) {
        g_assert_cmpstr(log.events->str, ==, "b");
        g_assert_nonnull(httpstream_partial_head(s, &n));
        g_assert_cmpuint(n, ==, fed);
        events_feed(s, line, strlen(line), strlen(line), &log);
        fed += strlen(line);
    }
    g_assert_cmpstr(log.events->str, ==, "b f6");
    g_assert_null(httpstream_partial_head(s, &n));
    g_assert_cmpuint(n, ==, 0);
    httpstream_free(NULL, s);
    g_string_free(log.events, TRUE);
}

/* The other direction opens the tunnel; what goes through is told, and HTTP can come back. */
static void
test_tunnel(void)
{
    struct httpstream *s = httpstream_new(NULL, true);
    struct log log = { .events = g_string_new("") };

    events_feed(s, "CONNECT h:443 HTTP/1.1\r\n\r\n", 26, 26, &log);
    g_assert_false(httpstream_is_tunnel(s));
    httpstream_tunnel(s);
    g_assert_true(httpstream_is_tunnel(s));
    events_feed(s, "\x16\x03\x01", 3, 3, &log);
    events_feed(s, "GET ", 4, 4, &log);
    g_assert_cmpuint(log.opaque, ==, 7);
    httpstream_leave_tunnel(s);
    events_feed(s, "GET / HTTP/1.1\r\n\r\n", 18, 18, &log);
    g_assert_cmpstr(log.events->str, ==, "b CONNECT e t b GET e");
    httpstream_free(NULL, s);
    g_string_free(log.events, TRUE);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/httpgaps/", gaps, test_gap);
    g_test_add_func("/httpgaps/chunk_nul", test_chunk_nul);
    g_test_add_func("/httpgaps/endless_head", test_endless_head);
    g_test_add_func("/httpgaps/tunnel", test_tunnel);
    return g_test_run();
}
