/* ftpreply.c
 * Replies of an FTP server on its control connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/ftpreply.h"

enum { CODE_LENGTH = 3, CLOSING = 221 };

/* "220 ready" or, of several lines, "220-ready"; 0: it is none. */
static unsigned
code_of(const uint8_t *line, size_t n)
{
    if (n <= CODE_LENGTH || line[0] < '1' || line[0] > '5' || !g_ascii_isdigit(line[1]) || !g_ascii_isdigit(line[2]))
        return 0;
    if (line[CODE_LENGTH] != ' ' && line[CODE_LENGTH] != '-')
        return 0;
    return (unsigned)(line[0] - '0') * 100 + (unsigned)(line[1] - '0') * 10 + (unsigned)(line[2] - '0');
}

unsigned
ftp_reply(const uint8_t *bytes, size_t n)
{
    unsigned last = code_of(bytes, n);

    for (const uint8_t *end = bytes + n, *nl; last && (nl = (const uint8_t *)memchr(bytes, '\n', (size_t)(end - bytes))) && nl + 1 < end; bytes = nl + 1) {
        unsigned code = code_of(nl + 1, (size_t)(end - nl - 1));
        last = code ? code : last;
    }
    return last == CLOSING ? 0 : last;
}

bool
ftp_is_command(const uint8_t *bytes, size_t n)
{
    static const char version[] = " HTTP/";
    const uint8_t *nl = n > 0 ? (const uint8_t *)memchr(bytes, '\n', n) : NULL;

    return nl && !g_strstr_len((const char *)bytes, (gssize)(nl - bytes), version);
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
