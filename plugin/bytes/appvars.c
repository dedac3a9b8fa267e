/* appvars.c
 * Reads uwsgi and SCGI: variables in front of a body, one request on a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/appvars.h"

/* The variables are there: tells the request. What follows is its body. */
static void
tell(struct appstream *s, struct cgi_request *request, const struct app_owner *to)
{
    app_request(s, request, to);
    s->state = APP_REST;
}

/* uwsgi *******************************************************************/

enum { UWSGI_MODIFIER = 0, UWSGI_LENGTH = 1, UWSGI_HEADER = 4 };

/* uwsgi's own list of modifiers: up to here they are languages whose packets hold variables; 0 is Python. */
#define UWSGI_HIGHEST_MODIFIER 30

/* Longer names of variables are none that a web server sends first. */
#define UWSGI_LONGEST_FIRST 64

static size_t
little_word(const uint8_t *bytes)
{
    return (size_t)bytes[0] | (size_t)bytes[1] << 8;
}

/* The first variable has a name as they all have: REQUEST_METHOD, QUERY_STRING, HTTP_HOST. */
static bool
uwsgi_begins(const uint8_t *bytes, size_t n)
{
    if (n < UWSGI_HEADER + 2 || bytes[UWSGI_MODIFIER] > UWSGI_HIGHEST_MODIFIER)
        return false;
    size_t name = little_word(bytes + UWSGI_HEADER), whole = little_word(bytes + UWSGI_LENGTH);
    if (name < 2 || name > UWSGI_LONGEST_FIRST || name + 4 > whole || n < UWSGI_HEADER + 2 + name)
        return false;
    for (const uint8_t *p = bytes + UWSGI_HEADER + 2, *end = p + name; p < end; p++)
        if (!g_ascii_isupper(*p) && !g_ascii_isdigit(*p) && *p != '_')
            return false;
    return true;
}

static enum app_take
uwsgi_header(struct appstream *s, const struct app_owner *to)
{
    if (s->have < UWSGI_HEADER)
        return APP_MORE;
    s->left = (uint32_t)little_word(s->header + UWSGI_LENGTH);
    app_begin(s, to);
    return APP_UNIT;
}

static void
uwsgi_over(struct appstream *s, const struct app_owner *to)
{
    struct cgi_request request;
    struct slice text[2];
    size_t n, length;
    const uint8_t *bytes = app_kept(s, &n);

    cgi_request_begin(&request);
    for (int i = 0; n >= 2 && (length = little_word(bytes)) <= n - 2; i = !i) {
        text[i] = (struct slice){ (const char *)bytes + 2, length };
        bytes += 2 + length;
        n -= 2 + length;
        if (i == 1)
            cgi_request_take(&request, text[0], text[1]);
    }
    tell(s, &request, to);
}

const struct app_protocol uwsgi = { "uwsgi", uwsgi_begins, { uwsgi_header, app_keep, uwsgi_over }, { NULL, NULL, NULL } };

/* SCGI ********************************************************************/

static const char first_name[] = "CONTENT_LENGTH";

/* "99999:" */
#define SCGI_MOST_DIGITS 6

static bool
scgi_begins(const uint8_t *bytes, size_t n)
{
    size_t i = 0;

    while (i < n && i < SCGI_MOST_DIGITS && g_ascii_isdigit(bytes[i]))
        i++;
    return i > 0 && i + 1 + sizeof first_name <= n && bytes[i] == ':' && memcmp(bytes + i + 1, first_name, sizeof first_name) == 0;
}

/* The comma behind the headers belongs to them. */
static enum app_take
scgi_header(struct appstream *s, const struct app_owner *to)
{
    uint8_t c = s->header[s->have - 1];

    if (c == ':' && s->have > 1) {
        s->left++;
        app_begin(s, to);
        return APP_UNIT;
    }
    if (!g_ascii_isdigit(c) || s->have > SCGI_MOST_DIGITS)
        return APP_BAD;
    s->left = (s->have > 1 ? s->left * 10 : 0) + (uint32_t)(c - '0');
    return APP_MORE;
}

static void
scgi_over(struct appstream *s, const struct app_owner *to)
{
    struct cgi_request request;
    struct slice text[2];
    size_t n;
    const char *bytes = (const char *)app_kept(s, &n), *end;

    cgi_request_begin(&request);
    for (int i = 0; n > 0 && (end = (const char *)memchr(bytes, '\0', n)); i = !i) {
        text[i] = (struct slice){ bytes, (size_t)(end - bytes) };
        n -= text[i].n + 1;
        bytes = end + 1;
        if (i == 1)
            cgi_request_take(&request, text[0], text[1]);
    }
    tell(s, &request, to);
}

const struct app_protocol scgi = { "SCGI", scgi_begins, { scgi_header, app_keep, scgi_over }, { NULL, NULL, NULL } };

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
