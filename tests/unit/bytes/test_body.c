/* test_body.c
 * Bodies in chunks, compressed, cut short and wrong
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "bytes/body.h"
#include "common.h"

#define HEAD "HTTP/1.1 502 Bad Gateway\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n\r\n"
#define PAGE "<html><title>Cannot Connect</title></html>"

/* PAGE as Python's gzip.compress(), zlib.compress() and its deflate without a zlib header write it. */
#define GZIP_1 \
    "\037\213\010\000\000\000\000\000\002\003\263\311\050\311\315\261"
#define GZIP_2 \
    "\263\051\311\054\311\111\265\163\116\314\313\313\057\121\160\316\317\313\113\115\056\261\321\207\210" \
    "\332\350\203\325\000\000\003\324\056\277\052\000\000\000"
#define GZIP GZIP_1 GZIP_2
#define ZLIB \
    "\170\332\263\311\050\311\315\261\263\051\311\054\311\111\265\163\116\314\313\313\057\121\160\316\317" \
    "\313\113\115\056\261\321\207\210\332\350\203\325\000\000\113\111\017\102"
#define RAW \
    "\263\311\050\311\315\261\263\051\311\054\311\111\265\163\116\314\313\313\057\121\160\316\317\313\113" \
    "\115\056\261\321\207\210\332\350\203\325\000\000"

#define TEXT(literal) literal, sizeof literal - 1

static const struct row {
    const char *name, *bytes;
    size_t n;
    const char *page;           /* NULL: not checked */
} rows[] = {
    { "plain",         TEXT(HEAD "\r\n" PAGE), PAGE },
    { "length",        TEXT(HEAD "Content-Length: 6\r\n\r\n" PAGE), "<html>" },
    { "length_0",      TEXT(HEAD "Content-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), "" },
    { "none",          TEXT(HEAD "\r\n"), "" },
    { "chunk",         TEXT(HEAD CHUNKED "2a\r\n" PAGE "\r\n0\r\n\r\n"), PAGE },
    { "chunks",        TEXT(HEAD CHUNKED "6\r\n<html>\r\n01;a=b\r\n<\r\n6\r\ntitle>\r\n0\r\n\r\nHTTP/1.1 200"), "<html><title>" },
    { "chunk_cut",     TEXT(HEAD CHUNKED "2a\r\n<html>"), "<html>" },
    { "chunk_huge",    TEXT(HEAD CHUNKED "ffffffffffffffffff\r\n<html>"), "<html>" },
    { "chunk_wrong",   TEXT(HEAD CHUNKED "6\r\n<html>\r\nxyz\r\n<title>"), "<html>" },
    { "chunk_no_size", TEXT(HEAD CHUNKED "<html>"), "" },
    { "gzip",          TEXT(HEAD "Content-Encoding: gzip\r\n\r\n" GZIP), PAGE },
    { "gzip_unnamed",  TEXT(HEAD "Transfer-Encoding: gzip\r\n\r\n" GZIP), PAGE },
    { "gzip_chunked",  TEXT(HEAD "Content-Encoding: gzip\r\n" CHUNKED "10\r\n" GZIP_1 "\r\n27\r\n" GZIP_2 "\r\n0\r\n\r\n"), PAGE },
    { "gzip_wrong",    TEXT(HEAD "Content-Encoding: gzip\r\n\r\n" PAGE), PAGE },
    { "gzip_broken",   TEXT(HEAD "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff"), NULL },
    { "deflate",       TEXT(HEAD "Content-Encoding: deflate\r\n\r\n" ZLIB), PAGE },
    { "deflate_raw",   TEXT(HEAD "Content-Encoding: x-deflate\r\n\r\n" RAW), PAGE },
};

static size_t
read_body(const void *bytes, size_t n, char *page)
{
    struct http_head head;
    struct tight t = tight_copy(bytes, n);

    http_read_head(t.bytes, t.n, false, &head);
    n = body_read(&head, t.bytes, t.n, page);
    tight_free(&t);
    return n;
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    char *page = g_malloc(BODY_MAX);

    for (size_t n = 1; n <= row->n; n++) {      /* cut anywhere, nothing beyond is read */
        size_t length = read_body(row->bytes, n, page);
        if (n == row->n && row->page)
            g_assert_cmpmem(page, length, row->page, strlen(row->page));
    }
    g_free(page);
}

/* What there is of a cut gzip stream is enough for what stands at its beginning. */
static void
test_gzip_cut(void)
{
    static const char bytes[] = HEAD "Content-Encoding: gzip\r\n\r\n" GZIP;
    char *page = g_malloc(BODY_MAX);
    size_t length = read_body(bytes, sizeof bytes - 1 - 20, page);

    g_assert_cmpuint(length, >=, 8);
    g_assert_cmpmem(page, 8, PAGE, 8);
    g_free(page);
}

/* A block of RFC 1951 section 3.2.4: as long compressed as it is plain. */
static void
append_stored(GString *bytes, const char *s, uint16_t n, bool last)
{
    const uint8_t header[] = { last, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)~n, (uint8_t)(~n >> 8) };

    g_string_append_len(bytes, (const char *)header, sizeof header);
    g_string_append_len(bytes, s, n);
}

static void
test_gzip_bounded(void)
{
    GString *bytes = g_string_new(HEAD "Content-Encoding: gzip\r\n\r\n"), *text = g_string_new("<title>");
    char *page = g_malloc(BODY_MAX);

    while (text->len < 20000)
        g_string_append_c(text, 'x');
    g_string_append_len(bytes, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    append_stored(bytes, text->str, 20000, true);
    size_t length = read_body(bytes->str, bytes->len, page);
    g_assert_cmpuint(length, >, INFLATED_FROM_MAX / 2);
    g_assert_cmpuint(length, <=, INFLATED_FROM_MAX);
    g_assert_cmpmem(page, 7, "<title>", 7);
    g_string_free(bytes, TRUE);
    g_string_free(text, TRUE);
    g_free(page);
}

static void
test_plain_bounded(void)
{
    GString *bytes = g_string_new(HEAD "\r\n");
    char *page = g_malloc(BODY_MAX);

    while (bytes->len < 2 * BODY_MAX)
        g_string_append_c(bytes, 'x');
    g_assert_cmpuint(read_body(bytes->str, bytes->len, page), ==, BODY_MAX);
    g_string_free(bytes, TRUE);
    g_free(page);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/body/", rows, test_row);
    g_test_add_func("/body/gzip_cut", test_gzip_cut);
    g_test_add_func("/body/gzip_bounded", test_gzip_bounded);
    g_test_add_func("/body/plain_bounded", test_plain_bounded);
    return g_test_run();
}
