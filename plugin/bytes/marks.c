/* marks.c
 * Short hashes of what a gateway hands on unchanged, though it rewrites host and path
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/marks.h"

mark_t
mark_more(mark_t so_far, const void *bytes, size_t n)
{
    const uint8_t *p = (const uint8_t *)bytes;

    for (size_t i = 0; i < n; i++)
        so_far = (so_far ^ p[i]) * 16777619u;
    return so_far;
}

mark_t
mark_of(struct slice text)
{
    return text.n == 0 ? 0 : MAX(mark_more(MARK_BEGIN, text.s, text.n), 1);
}

/* What stands behind the last of these characters before the end; all of it if there is none. */
static struct slice
behind_last(struct slice text, size_t end, char c)
{
    size_t i = end;

    while (i > 0 && text.s[i - 1] != c)
        i--;
    return (struct slice){ text.s + i, text.n - i };
}

static size_t
query_of(struct slice path)
{
    const char *mark = path.n ? (const char *)memchr(path.s, '?', path.n) : NULL;

    return mark ? (size_t)(mark - path.s) : path.n;
}

/* "00-TRACE-PARENT-FLAGS" (W3C Trace Context): each hop writes a parent of its own. */
static struct slice
without_parent(struct slice id)
{
    const bool is_traceparent = id.n == 55 && id.s[2] == '-' && id.s[35] == '-' && id.s[52] == '-';

    return is_traceparent ? (struct slice){ id.s + 3, 32 } : id;
}

void
marks_read(const struct http_head *head, struct slice path, struct request_marks *marks)
{
    size_t query = query_of(path);
    struct slice tail = path.n ? behind_last(path, query, '/') : path;
    struct slice question = query < path.n ? (struct slice){ path.s + query + 1, path.n - query - 1 } : (struct slice){ NULL, 0 };

    *marks = (struct request_marks){
        .tail = mark_of(tail),
        .query = mark_of(question),
        .cookie = mark_of(head->cookie),
        .agent = mark_of(head->user_agent),
        .referer = mark_of(head->referer),
        .authorization = mark_of(head->authorization),
        .request_id = mark_of(without_parent(head->request_id)),
        .length = head->content_length >= 0 ? MAX(mark_more(MARK_BEGIN, &head->content_length, sizeof head->content_length), 1) : 0,
    };
}

void
body_mark_more(struct body_mark *body, const uint8_t *bytes, size_t n)
{
    n = MIN(n, (size_t)BODY_MARK_MAX - body->n);
    body->mark = mark_more(body->n ? body->mark : MARK_BEGIN, bytes, n);
    body->n = (uint16_t)(body->n + n);
}
