/* events.c
 * What httpstream.h tells its owner, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "events.h"

static void
say(struct log *log, const char *event)
{
    bool repeats = (event[0] == 'o' || event[0] == 't') && log->events->len > 0 &&
                   log->events->str[log->events->len - 1] == event[0];

    if (!repeats)
        g_string_append_printf(log->events, "%s%s", log->events->len ? " " : "", event);
}

/* As RFC 9112 section 6.3 has it where no HEAD is about. */
static enum http_body
on_head(void *owner, bool is_request, const struct http_head *head)
{
    char *event = is_request ? g_strndup(head->method.n ? head->method.s : "", head->method.n) : g_strdup_printf("%u", head->status);

    say(owner, event);
    g_free(event);
    if (head->status == 101 || head->status == 299)
        return HTTP_BODY_TUNNEL;
    if (head->status / 100 == 1 || head->status == 204)
        return HTTP_BODY_NONE;
    if (head->chunked)
        return HTTP_BODY_CHUNKED;
    if (is_request)
        return head->content_length > 0 ? HTTP_BODY_COUNTED : HTTP_BODY_NONE;
    return head->content_length >= 0 ? HTTP_BODY_COUNTED : HTTP_BODY_TO_CLOSE;
}

static void
on_begun(void *owner, bool is_request)
{
    (void)is_request;
    say(owner, "b");
}

static void
on_end(void *owner, bool is_request)
{
    (void)is_request;
    say(owner, "e");
}

static void
on_fault(void *owner, bool is_request, enum http_fault fault)
{
    char *event = g_strdup_printf("f%d", fault);

    (void)is_request;
    say(owner, event);
    g_free(event);
}

static void
on_opaque(void *owner, bool is_request, const uint8_t *bytes, size_t n, bool tunnel)
{
    (void)is_request;
    (void)bytes;
    ((struct log *)owner)->opaque += n;
    say(owner, tunnel ? "t" : "o");
}

static void
on_body(void *owner, bool is_request, const uint8_t *bytes, size_t n)
{
    struct log *log = (struct log *)owner;

    (void)is_request;
    log->body = mark_more(log->body, bytes, n);
}

const struct httpstream_owner events_calls = { on_head, on_begun, on_end, on_fault, on_opaque, on_body };

void
events_feed(struct httpstream *s, const char *bytes, size_t captured, size_t length, struct log *log)
{
    struct tight t = tight_copy(bytes, captured);

    httpstream_feed(s, t.bytes, captured, length, &events_calls, log);
    tight_free(&t);
}
