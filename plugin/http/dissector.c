/* dissector.c
 * Whether Wireshark's HTTP dissector will show a response whose head was read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/dissector.h"

/* Ethernet, IPv4 and TCP without options. */
#define LEAST_HEADERS (14 + 20 + 20)

static bool
asks_for_head(const struct exchange *ex)
{
    return ex->request.method && strcmp(ex->request.method, "HEAD") == 0;
}

void
dissector_note(struct conn *conn, const struct exchange *ex, const struct http_head *head)
{
    const struct exchange *latest = (const struct exchange *)list_last(&conn->exchanges);
    bool has_body = head->chunked || head->content_length > 0;

    if (has_body && !latest->without_request && asks_for_head(latest) != asks_for_head(ex))
        conn->astray = true;
}

/* By snap length: whether HTTP shows what there is of a head depends on Wireshark's version. */
static bool
is_cut(const struct root *root, const struct segment *seg)
{
    return seg->captured < seg->length && seg->frame == root->frame;
}

/* What follows of the body will be cut, and the dissector waits for it in vain. */
static bool
will_be_cut(const struct root *root, const struct http_head *head, const struct segment *seg)
{
    int64_t rest = head->chunked ? INT64_MAX : head->content_length + (int64_t)head->length - (int64_t)seg->length;

    return root->snap_length > 0 && rest > (int64_t)MAX(root->snap_length, LEAST_HEADERS) - LEAST_HEADERS;
}

bool
dissector_shows(const struct root *root, const struct conn *conn, const struct http_head *head, const struct segment *seg)
{
    return !conn->in_tunnel && !conn->astray && !is_cut(root, seg) && !will_be_cut(root, head, seg) && !root->settings.heads_are_shown;
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
