/* fastcgi.c
 * Reads FastCGI records
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/fastcgi.h"

#define VERSION 1

/* Section 8, FCGI_Header */
enum { AT_VERSION = 0, AT_TYPE = 1, AT_ID = 2, AT_LENGTH = 4, AT_PADDING = 6, HEADER_LENGTH = 8 };

enum {
    BEGIN_REQUEST = 1,
    ABORT_REQUEST = 2,
    END_REQUEST = 3,
    PARAMS = 4,
    STDIN = 5,
    STDOUT = 6,
    STDERR = 7,
    DATA = 8,
    GET_VALUES = 9,
    GET_VALUES_RESULT = 10,
    UNKNOWN_TYPE = 11
};

/* What a web server and what an application sends. */
#define FROM_SERVER (1u << BEGIN_REQUEST | 1u << ABORT_REQUEST | 1u << PARAMS | 1u << STDIN | 1u << DATA | 1u << GET_VALUES)
#define FROM_APPLICATION (1u << END_REQUEST | 1u << STDOUT | 1u << STDERR | 1u << GET_VALUES_RESULT | 1u << UNKNOWN_TYPE)

/* Section 5.1: responder, authorizer and filter. */
#define BEGIN_LENGTH 8
#define HIGHEST_ROLE 3

static bool
is_type(unsigned type, unsigned types)
{
    return type <= UNKNOWN_TYPE && (types >> type & 1u);
}

static bool
begins(const uint8_t *bytes, size_t n)
{
    if (n < HEADER_LENGTH + 2 || bytes[AT_VERSION] != VERSION || bytes[AT_TYPE] != BEGIN_REQUEST)
        return false;
    unsigned role = app_word(bytes + HEADER_LENGTH);
    return app_word(bytes + AT_ID) > 0 && app_word(bytes + AT_LENGTH) == BEGIN_LENGTH && role > 0 && role <= HIGHEST_ROLE;
}

static enum app_take
header(struct appstream *s, unsigned types)
{
    if (s->have == AT_VERSION + 1 && s->header[AT_VERSION] != VERSION)
        return APP_BAD;
    if (s->have == AT_TYPE + 1 && !is_type(s->header[AT_TYPE], types))
        return APP_BAD;
    if (s->have < HEADER_LENGTH)
        return APP_MORE;
    s->type = s->header[AT_TYPE];
    s->left = app_word(s->header + AT_LENGTH);
    s->padding = s->header[AT_PADDING];
    return APP_UNIT;
}

/* requests ****************************************************************/

/* Section 3.4: a length in one byte, or in four with the highest bit set. */
static bool
take_length(const uint8_t **bytes, size_t *n, size_t *length)
{
    size_t wide = *n > 0 && **bytes >> 7 ? 4 : 1;

    if (*n < wide)
        return false;
    *length = wide == 1 ? **bytes : (size_t)(**bytes & 0x7f) << 24 | (size_t)(*bytes)[1] << 16 | app_word(*bytes + 2);
    *bytes += wide;
    *n -= wide;
    return true;
}

static void
tell_request(struct appstream *s, const struct app_owner *to)
{
    struct cgi_request request;
    size_t n, name, value;
    const uint8_t *bytes = app_kept(s, &n);

    cgi_request_begin(&request);
    while (take_length(&bytes, &n, &name) && take_length(&bytes, &n, &value) && name <= n && value <= n - name) {
        cgi_request_take(&request, (struct slice){ (const char *)bytes, name }, (struct slice){ (const char *)bytes + name, value });
        bytes += name + value;
        n -= name + value;
    }
    app_request(s, &request, to);
}

static enum app_take
request_header(struct appstream *s, const struct app_owner *to)
{
    enum app_take take = header(s, FROM_SERVER);

    if (take == APP_UNIT && s->type == BEGIN_REQUEST)
        app_begin(s, to);
    return take;
}

static void
request_content(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to)
{
    if (s->type == PARAMS && !s->headed)
        app_keep(s, bytes, captured, length, to);
}

/* The variables end with an empty record; the body comes behind them. */
static void
request_over(struct appstream *s, const struct app_owner *to)
{
    bool ends = s->type == STDIN || (s->type == PARAMS && app_word(s->header + AT_LENGTH) == 0);

    if (ends && !s->headed)
        tell_request(s, to);
}

/* answers *****************************************************************/

static enum app_take
answer_header(struct appstream *s, const struct app_owner *to G_GNUC_UNUSED)
{
    return header(s, FROM_APPLICATION);
}

static void
answer_content(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to)
{
    if (s->type == STDOUT || s->type == STDERR)
        s->answered += (uint32_t)length;
    if (s->type == STDOUT)
        app_text(s, bytes, captured, length, to);
}

static void
answer_over(struct appstream *s, const struct app_owner *to)
{
    if (s->type == END_REQUEST)
        app_text_over(s, to);
}

const struct app_protocol fastcgi = {
    "FastCGI", begins, { request_header, request_content, request_over }, { answer_header, answer_content, answer_over }
};

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
