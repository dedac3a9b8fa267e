/* body.c
 * The beginning of a response's body as text, without the codings it travelled in
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <string.h>

#include "bytes/body.h"

/* A chunk of the body is at most as large as what is looked at; larger sizes count as this. */
static bool
read_chunk_size(const uint8_t *s, size_t n, size_t *size, size_t *line)
{
    size_t i = 0;

    *size = 0;
    for (; i < n && g_ascii_isxdigit(s[i]); i++)
        *size = MIN(*size * 16 + (size_t)g_ascii_xdigit_value((char)s[i]), BODY_MAX);
    const uint8_t *end = (const uint8_t *)memchr(s + i, '\n', n - i);
    if (i == 0 || !end)
        return false;
    *line = (size_t)(end - s) + 1;
    return true;
}

static size_t
read_chunks(const uint8_t *s, size_t n, char *page)
{
    size_t length = 0, size, line;

    while (length < BODY_MAX && read_chunk_size(s, n, &size, &line) && size > 0) {
        s += line;
        n -= line;
        size = MIN(size, MIN(n, BODY_MAX - length));
        memcpy(page + length, s, size);
        length += size;
        s += size;
        n -= size;
        for (; n > 0 && (*s == '\r' || *s == '\n'); n--)
            s++;
    }
    return length;
}

static size_t
read_plain(const uint8_t *s, size_t n, const struct http_head *head, char *page)
{
    if (head->content_length >= 0 && (uint64_t)head->content_length < n)
        n = (size_t)head->content_length;
    n = MIN(n, BODY_MAX);
    if (n > 0)
        memcpy(page, s, n);
    return n;
}

static bool
is_compressed(const struct http_head *head, const char *page, size_t n)
{
    return n > 2 && (memcmp(page, "\x1f\x8b", 2) == 0 || slice_is(head->content_encoding, "deflate") ||
                     slice_is(head->content_encoding, "x-deflate"));
}

/*
 * libwireshark inflates all it is given, up to 1032 times as much. Given a little more each time
 * until there is enough, it can be led to no more than 1032 times INFLATED_STEP too many.
 */
#define INFLATED_STEP 256

static tvbuff_t *
inflate_enough(tvbuff_t *coded)
{
    size_t all = tvb_captured_length(coded), n = 0;
    tvbuff_t *plain = NULL;

    while (n < all && (!plain || tvb_captured_length(plain) < BODY_MAX)) {
        n = MIN(n + INFLATED_STEP, all);
        if (plain)
            tvb_free(plain);
        plain = compat_uncompress(coded, 0, (int)n);
    }
    return plain;
}

static size_t
inflate_in_place(char *page, size_t n)
{
    unsigned in = (unsigned)MIN(n, INFLATED_FROM_MAX);
    tvbuff_t *coded = tvb_new_real_data((const uint8_t *)page, in, (int)in);
    tvbuff_t *plain = inflate_enough(coded);

    if (plain) {
        n = MIN((size_t)tvb_captured_length(plain), BODY_MAX);
        if (n > 0)
            memcpy(page, tvb_get_ptr(plain, 0, (int)n), n);
        tvb_free(plain);
    }
    tvb_free(coded);
    return n;
}

size_t
body_read(const struct http_head *head, const uint8_t *bytes, size_t n, char *page)
{
    size_t at = MIN(head->length, n);

    n = head->chunked ? read_chunks(bytes + at, n - at, page) : read_plain(bytes + at, n - at, head, page);
    return is_compressed(head, page, n) ? inflate_in_place(page, n) : n;
}

/*
 * Editor modelines  -  https://www.wireshark.org/tools/modelines.html
 *
 * Local variables:
 * c-basic-offset: 4
 * tab-width: 8
 * indent-tabs-mode: nil
 * End:
 *
 * vi: set shiftwidth=4 tabstop=8 expandtab:
 * :indentSize=4:tabSize=8:noTabs=true:
 */
