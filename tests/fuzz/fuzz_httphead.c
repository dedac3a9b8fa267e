/* fuzz_httphead.c
 * httphead.h: heads of requests and responses of any bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "harness.h"
#include "bytes/httphead.h"

static void
check_slice(struct slice slice, const uint8_t *bytes, size_t n)
{
    if (slice.n == 0)
        return;
    g_assert_true(slice.s >= (const char *)bytes);
    g_assert_true(slice.s + slice.n <= (const char *)bytes + n);
}

static void
read_head(const uint8_t *bytes, size_t n, bool is_request)
{
    struct http_head head;
    bool complete = http_read_head(bytes, n, is_request, &head);

    g_assert_true(complete == head.complete);
    g_assert_true(head.is_request == is_request);
    g_assert_cmpuint(head.length, <=, n);
    g_assert_true(!is_request || head.fault == HTTP_FAULT_NONE);
    g_assert_true(head.content_length >= -1);
    g_assert_cmpuint(head.status, <, 1000);
    const struct slice slices[] = { head.method, head.target, head.phrase, head.host, head.forwarded_for,
                                    head.squid_error, head.proxy_status, head.content_encoding };
    for (size_t i = 0; i < G_N_ELEMENTS(slices); i++)
        check_slice(slices[i], bytes, head.length);
    g_assert_nonnull(httphead_fault_words(head.fault));
    if (complete) {
        /* What stands behind the blank line changes nothing. */
        struct http_head again;
        g_assert_true(http_read_head(exact_copy(bytes, head.length), head.length, is_request, &again));
        g_assert_cmpuint(again.length, ==, head.length);
        g_assert_cmpuint(again.status, ==, head.status);
        g_assert_cmpint(again.fault, ==, head.fault);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    unsigned status = 0;

    begin_input();
    bytes = exact_copy(bytes, n);
    read_head(bytes, n, true);
    read_head(bytes, n, false);
    http_begins_request(bytes, n);
    http_begins_response(bytes, n);
    http_is_response_head(bytes, n, &status);
    return 0;
}
