/* h2head.c
 * Reads an HTTP/2 header block that is decompressed already
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/h2head.h"

#define PREFACE_ENOUGH 6

bool
h2_begins(const uint8_t *bytes, size_t n)
{
    return n >= PREFACE_ENOUGH && memcmp(bytes, H2_PREFACE, MIN(n, H2_PREFACE_LENGTH)) == 0;
}

bool
h2_begins_settings(const uint8_t *bytes, size_t n)
{
    return n < H2_FRAME_HEADER || (bytes[3] == H2_SETTINGS && memcmp(bytes + 5, "\0\0\0\0", 4) == 0);
}

/* Takes one text with its length before it; false: it is not all there. */
static bool
take(const uint8_t **bytes, size_t *n, struct slice *text)
{
    if (*n < 4)
        return false;
    size_t length = (size_t)(*bytes)[0] << 24 | (size_t)(*bytes)[1] << 16 | (size_t)(*bytes)[2] << 8 | (*bytes)[3];
    if (length > *n - 4)
        return false;
    *text = (struct slice){ (const char *)*bytes + 4, length };
    *bytes += 4 + length;
    *n -= 4 + length;
    return true;
}

static unsigned
read_status(struct slice value)
{
    if (value.n != 3 || !g_ascii_isdigit(value.s[0]) || !g_ascii_isdigit(value.s[1]) || !g_ascii_isdigit(value.s[2]))
        return 0;
    return (unsigned)((value.s[0] - '0') * 100 + (value.s[1] - '0') * 10 + value.s[2] - '0');
}

bool
h2_read_head(const uint8_t *bytes, size_t n, struct http_head *head)
{
    struct slice name, value, authority = { NULL, 0 };

    memset(head, 0, sizeof *head);
    head->content_length = -1;
    head->complete = true;
    head->length = n;
    while (take(&bytes, &n, &name) && take(&bytes, &n, &value)) {
        const struct { const char *name; struct slice *to; } wanted[] = {
            { ":method", &head->method }, { ":path", &head->target }, { ":authority", &authority },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
            if (slice_is(name, wanted[i].name))
                *wanted[i].to = value;
        if (slice_is(name, ":status"))
            head->status = read_status(value);
        http_take_header(name, value, head);
    }
    if (authority.n > 0)
        head->host = authority;
    if (head->target.n == 0)
        head->target = authority;       /* CONNECT, RFC 9113 section 8.5 */
    head->forwarded = head->forwarded || head->forwarded_for.n > 0;
    head->is_request = head->method.n > 0;
    return head->is_request || head->status > 0;
}

const char *
h2_error_words(uint32_t error)
{
    static const char *const words[] = {
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE_ERROR",
        "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    };

    return error < G_N_ELEMENTS(words) ? words[error] : NULL;
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
