/* test_h2head.c
 * Header blocks of HTTP/2
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/h2head.h"

struct block {
    uint8_t bytes[512];
    size_t n;
};

static void
put(struct block *b, const char *text)
{
    size_t n = strlen(text);

    b->bytes[b->n + 2] = (uint8_t)(n >> 8);
    b->bytes[b->n + 3] = (uint8_t)n;
    memcpy(b->bytes + b->n + 4, text, n);
    b->n += 4 + n;
}

static struct block
block_of(const char *const *texts)
{
    struct block b = { { 0 }, 0 };

    for (; *texts; texts++)
        put(&b, *texts);
    return b;
}

static void
assert_slice(struct slice s, const char *text)
{
    g_assert_cmpmem(s.s ? s.s : "", s.n, text, strlen(text));
}

static void
test_request(void)
{
    static const char *const texts[] = { ":method", "GET", ":scheme", "https", ":authority", "shop.test:8443", ":path", "/a?b",
                                         "host", "other.test", "x-forwarded-for", "10.0.0.1", NULL };
    struct block b = block_of(texts);
    struct http_head head;

    g_assert_true(h2_read_head(b.bytes, b.n, &head));
    g_assert_true(head.is_request && head.complete && head.forwarded);
    assert_slice(head.method, "GET");
    assert_slice(head.target, "/a?b");
    assert_slice(head.host, "shop.test:8443");
    assert_slice(head.forwarded_for, "10.0.0.1");
}

static void
test_connect(void)
{
    static const char *const texts[] = { ":method", "CONNECT", ":authority", "bank.test:443", NULL };
    struct block b = block_of(texts);
    struct http_head head;

    g_assert_true(h2_read_head(b.bytes, b.n, &head));
    assert_slice(head.target, "bank.test:443");
    g_assert_false(head.forwarded);
}

static void
test_response(void)
{
    static const char *const texts[] = { ":status", "502", "proxy-status", "gw; error=dns_error", NULL };
    struct block b = block_of(texts);
    struct http_head head;

    g_assert_true(h2_read_head(b.bytes, b.n, &head));
    g_assert_false(head.is_request);
    g_assert_cmpuint(head.status, ==, 502);
    assert_slice(head.proxy_status, "gw; error=dns_error");
}

static void
test_trailers(void)
{
    static const char *const texts[] = { "grpc-status", "0", NULL }, *const odd[] = { ":status", "5o2", NULL };
    struct block b = block_of(texts), c = block_of(odd);
    struct http_head head;

    g_assert_false(h2_read_head(b.bytes, b.n, &head));
    g_assert_false(h2_read_head(c.bytes, c.n, &head));
    g_assert_false(h2_read_head(b.bytes, 0, &head));
}

/* Every length that is cut, and lengths that lie, in a buffer of exactly that size. */
static void
test_cut(void)
{
    static const char *const texts[] = { ":method", "GET", ":path", "/", NULL };
    struct block b = block_of(texts);
    struct http_head head;

    for (size_t n = 0; n < b.n; n++) {
        uint8_t *exact = (uint8_t *)g_memdup2(b.bytes, n ? n : 1);
        g_assert_true(h2_read_head(exact, n, &head) == (n >= 18));
        g_free(exact);
    }
    memset(b.bytes, 0xff, 4);
    g_assert_false(h2_read_head(b.bytes, b.n, &head));
}

static void
test_begins(void)
{
    static const uint8_t preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", settings[] = { 0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3 };

    g_assert_true(h2_begins(preface, sizeof preface - 1));
    g_assert_true(h2_begins(preface, 6));
    g_assert_false(h2_begins(preface, 5));
    g_assert_false(h2_begins((const uint8_t *)"PRI * HTTP/1.1\r\n", 16));
    g_assert_true(h2_begins_settings(settings, sizeof settings));
    g_assert_false(h2_begins_settings((const uint8_t *)"HTTP/1.1 400 Bad", 16));
}

static void
test_errors(void)
{
    g_assert_cmpstr(h2_error_words(2), ==, "INTERNAL_ERROR");
    g_assert_cmpstr(h2_error_words(13), ==, "HTTP_1_1_REQUIRED");
    g_assert_null(h2_error_words(14));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/h2head/request", test_request);
    g_test_add_func("/h2head/connect", test_connect);
    g_test_add_func("/h2head/response", test_response);
    g_test_add_func("/h2head/trailers", test_trailers);
    g_test_add_func("/h2head/cut", test_cut);
    g_test_add_func("/h2head/begins", test_begins);
    g_test_add_func("/h2head/errors", test_errors);
    return g_test_run();
}
