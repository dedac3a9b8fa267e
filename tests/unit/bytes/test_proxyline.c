/* test_proxyline.c
 * PROXY headers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/proxyline.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

static void
expect(const char *bytes, size_t n, size_t length)
{
    g_assert_cmpuint(proxyline_length((const uint8_t *)bytes, n), ==, length);
}

static void
test_text(void)
{
    static const char *const lines[] = {
        "PROXY TCP4 10.0.0.1 10.0.0.2 40000 80\r\n",
        "PROXY TCP6 fd00::1 fd00::2 40000 80\r\n",
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        char *glued = g_strconcat(lines[i], "GET / HTTP/1.1\r\n\r\n", NULL);
        expect(lines[i], strlen(lines[i]), strlen(lines[i]));
        expect(glued, strlen(glued), strlen(lines[i]));
        expect(lines[i], strlen(lines[i]) - 1, 0);
        g_free(glued);
    }
}

/* A method of that name, another transport, a bare line feed, a line that is too long. */
static void
test_no_text(void)
{
    static const char *const others[] = { "PROXY /a HTTP/1.1\r\nHost: one.example\r\n\r\n", "PROXY UDP4 10.0.0.1 10.0.0.2 1 2\r\n", "PROXY UNKNOWN\n", "\r\n", "P" };
    char *late = g_strdup_printf("PROXY TCP4 %0100d\r\n", 0);

    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        expect(others[i], strlen(others[i]), 0);
    expect(late, strlen(late), 0);
    expect("", 0, 0);
    g_free(late);
}

static void
test_binary(void)
{
    static const char ipv4[] = SIGNATURE "\x21\x11\0\x0c" "\x0a\0\0\1\x0a\0\0\2\x9c\x40\0\x50" "GET / HTTP/1.1\r\n\r\n";
    static const char local[] = SIGNATURE "\x20\0\0\0";
    static const char version_3[] = SIGNATURE "\x31\x11\0\0";

    expect(ipv4, sizeof ipv4 - 1, 28);
    expect(ipv4, 28, 28);
    expect(ipv4, 27, 0);
    expect(ipv4, 15, 0);
    expect(local, sizeof local - 1, 16);
    expect(version_3, sizeof version_3 - 1, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proxyline/text", test_text);
    g_test_add_func("/proxyline/no text", test_no_text);
    g_test_add_func("/proxyline/binary", test_binary);
    return g_test_run();
}
