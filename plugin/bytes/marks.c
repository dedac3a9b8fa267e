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

/* "00-TRACE-PARENT-FLAGS" (W3C Trace Context): each hop writes a parent of its own. */
static struct slice
without_parent(struct slice id)
{
    const bool is_traceparent = id.n == 55 && id.s[2] == '-' && id.s[35] == '-' && id.s[52] == '-';

    return is_traceparent ? (struct slice){ id.s + 3, 32 } : id;
}

void
marks_read(const struct http_head *head, struct request_marks *marks)
{
    *marks = (struct request_marks){
        .cookie = mark_of(head->cookie),
        .agent = mark_of(head->user_agent),
        .authorization = mark_of(head->authorization),
        .request_id = mark_of(without_parent(head->request_id)),
    };
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
