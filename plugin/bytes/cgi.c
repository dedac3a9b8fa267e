/* cgi.c
 * What a gateway tells an application in variables, and how that answers: as CGI has it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/cgi.h"

/* Of the headers that matter none has a longer name. */
#define LONGEST_NAME 40

/* What is found (RFC 3875 section 6.3.2 and 6.2.4) and what is right without a word (section 6.3.3). */
enum { STATUS_FOUND = 302, STATUS_OK = 200 };

static bool
slice_equals(struct slice text, const char *literal)
{
    return text.n == strlen(literal) && memcmp(text.s, literal, text.n) == 0;
}

/* requests ****************************************************************/

void
cgi_request_begin(struct cgi_request *r)
{
    *r = (struct cgi_request){ .head = { .is_request = true, .content_length = -1 } };
}

/* "X_FORWARDED_FOR" */
static void
take_header(struct cgi_request *r, struct slice name, struct slice value)
{
    char text[LONGEST_NAME];

    if (name.n == 0 || name.n > sizeof text || value.n == 0)
        return;
    memcpy(text, name.s, name.n);
    for (size_t i = 0; i < name.n; i++)
        if (text[i] == '_')
            text[i] = '-';
    http_take_header((struct slice){ text, name.n }, value, &r->head);
}

void
cgi_request_take(struct cgi_request *r, struct slice name, struct slice value)
{
    static const char header[] = "HTTP_";
    const struct { const char *name; struct slice *value; } variables[] = {
        { "REQUEST_METHOD", &r->head.method }, { "REQUEST_URI", &r->uri },     { "SCRIPT_NAME", &r->script },
        { "PATH_INFO", &r->info },             { "QUERY_STRING", &r->query }, { "SERVER_NAME", &r->server },
    };

    if (name.n > sizeof header - 1 && memcmp(name.s, header, sizeof header - 1) == 0) {
        take_header(r, (struct slice){ name.s + sizeof header - 1, name.n - (sizeof header - 1) }, value);
        return;
    }
    if (slice_equals(name, "CONTENT_LENGTH"))
        take_header(r, name, value);
    for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
        if (slice_equals(name, variables[i].name))
            *variables[i].value = value;
}

static void
append(struct cgi_request *r, size_t *n, struct slice text)
{
    size_t room = MIN(text.n, sizeof r->target - *n);

    if (room > 0)
        memcpy(r->target + *n, text.s, room);
    *n += room;
}

const struct http_head *
cgi_request_head(struct cgi_request *r, bool complete)
{
    size_t n = 0;

    append(r, &n, r->script);
    append(r, &n, r->info);
    if (n > 0 && r->query.n > 0) {
        append(r, &n, (struct slice){ "?", 1 });
        append(r, &n, r->query);
    }
    r->head.target = r->uri.n > 0 ? r->uri : (struct slice){ r->target, n };
    if (r->head.host.n == 0)
        r->head.host = r->server;
    r->head.forwarded = r->head.forwarded || r->head.forwarded_for.n > 0;
    r->head.complete = complete;
    return &r->head;
}

/* responses ***************************************************************/

/* RFC 3875 section 6.3.3: three digits, then a blank and a phrase, or nothing. */
static bool
read_status(struct slice value, struct http_head *head)
{
    unsigned status = 0;

    if (value.n < 3 || (value.n > 3 && value.s[3] != ' '))
        return false;
    for (int i = 0; i < 3; i++) {
        if (!g_ascii_isdigit(value.s[i]))
            return false;
        status = status * 10 + (unsigned)(value.s[i] - '0');
    }
    head->status = status;
    if (value.n > 4)
        head->phrase = (struct slice){ value.s + 4, value.n - 4 };
    return status >= 100;
}

bool
cgi_read_head(const uint8_t *bytes, size_t n, struct http_head *head)
{
    const char *begin = n ? (const char *)bytes : "", *s = begin;

    if (http_begins_response(bytes, n))
        return http_read_head(bytes, n, false, head);
    *head = (struct http_head){ .content_length = -1 };
    http_read_lines(&s, begin + n, head);
    head->length = (size_t)(s - begin);
    /* How its bytes travel is the protocol's matter (RFC 3875 section 6.3). */
    head->chunked = head->coded = false;
    if (head->forbidden == HTTP_FAULT_CODING)
        head->forbidden = HTTP_FAULT_NONE;
    if (head->cgi_status.n > 0 && !read_status(head->cgi_status, head) && head->fault == HTTP_FAULT_NONE)
        head->fault = HTTP_FAULT_STATUS_LINE;
    if (head->cgi_status.n == 0 && head->complete)
        head->status = head->location.n > 0 ? STATUS_FOUND : STATUS_OK;
    return head->complete;
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
