/* proxyline.c
 * The PROXY header that a balancer sends before the bytes of its client
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/proxyline.h"

/* The longest line with its end, as section 2.1 counts it. */
#define LONGEST_LINE 107

static const char *const families[] = { "PROXY TCP4 ", "PROXY TCP6 ", "PROXY UNKNOWN" };

static const uint8_t signature[] = { '\r', '\n', '\r', '\n', '\0', '\r', '\n', 'Q', 'U', 'I', 'T', '\n' };

/* Version 2: the signature, version and command, family, and how many bytes of addresses and extensions follow. */
#define BEFORE_ADDRESSES (sizeof signature + 4)

static size_t
text_length(const uint8_t *bytes, size_t n)
{
    const uint8_t *lf = (const uint8_t *)memchr(bytes, '\n', MIN(n, LONGEST_LINE));

    for (size_t i = 0; lf && lf[-1] == '\r' && i < G_N_ELEMENTS(families); i++)
        if (n > strlen(families[i]) && memcmp(bytes, families[i], strlen(families[i])) == 0)
            return (size_t)(lf + 1 - bytes);
    return 0;
}

static size_t
binary_length(const uint8_t *bytes, size_t n)
{
    if (n < BEFORE_ADDRESSES || memcmp(bytes, signature, sizeof signature) != 0 || bytes[12] >> 4 != 2)
        return 0;
    size_t whole = BEFORE_ADDRESSES + ((size_t)bytes[14] << 8 | bytes[15]);

    return whole <= n ? whole : 0;
}

size_t
proxyline_length(const uint8_t *bytes, size_t n)
{
    if (n == 0)
        return 0;
    return bytes[0] == 'P' ? text_length(bytes, n) : binary_length(bytes, n);
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
