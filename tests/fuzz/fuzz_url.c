/* fuzz_url.c
 * url.h: a request target and a Host header of any bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "harness.h"
#include "bytes/url.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct input in = { bytes, n };
    unsigned flags = take_byte(&in);
    uint16_t port = (uint16_t)take_long(&in);
    size_t target_n, host_n;
    const uint8_t *target = take_bytes(&in, take_byte(&in) * 16u, &target_n);
    const uint8_t *host = take_bytes(&in, in.n, &host_n);
    struct url url;

    begin_input();
    struct slice target_slice = { (const char *)exact_copy(target, target_n), target_n };
    struct slice host_slice = { (const char *)exact_copy(host, host_n), host_n };
    url_read(target_slice, host_slice, flags & 1, port, &url);
    g_assert_cmpuint(strlen(url.host), <=, URL_HOST_MAX);
    g_assert_false(strpbrk(url.host, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    if (url.path.n > 0 && !(url.path.n == 1 && url.path.s[0] == '/')) {
        g_assert_true(url.path.s >= target_slice.s);
        g_assert_true(url.path.s + url.path.n <= target_slice.s + target_n);
    }
    struct ipaddr literal = url_literal(url.host);
    g_assert_true(literal.family == 0 || literal.family == 4 || literal.family == 6);
    return 0;
}
