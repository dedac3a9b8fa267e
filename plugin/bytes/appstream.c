/* appstream.c
 * Requests and answers between a gateway and an application, or a SOCKS proxy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/ajp.h"
#include "bytes/appstream.h"
#include "bytes/appvars.h"
#include "bytes/fastcgi.h"
#include "bytes/socks.h"

/* One row each: how it is known, how a request and how an answer is read. */
static const struct app_protocol *const protocols[] = { &fastcgi, &ajp, &scgi, &uwsgi, &socks5, &socks4 };

const struct app_protocol *
app_begins(const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < G_N_ELEMENTS(protocols); i++)
        if (protocols[i]->begins(bytes, n))
            return protocols[i];
    return NULL;
}

const char *
app_name(const struct app_protocol *protocol)
{
    return protocol->name;
}

struct appstream *
appstream_new(wmem_allocator_t *scope, const struct app_protocol *protocol, bool is_request)
{
    struct appstream *s = wmem_new0(scope, struct appstream);

    s->scope = scope;
    s->protocol = protocol;
    s->is_request = is_request;
    return s;
}

void
appstream_free(struct appstream *s)
{
    if (!s)
        return;
    app_forget_kept(s);
    app_forget_text(s);
    wmem_free(s->scope, s);
}

const struct app_protocol *
appstream_protocol(const struct appstream *s)
{
    return s->protocol;
}

static const struct app_reader *
reader_of(const struct appstream *s)
{
    return s->is_request ? &s->protocol->request : &s->protocol->answer;
}

/* steps *******************************************************************/

static void
become_lost(struct appstream *s)
{
    app_forget_kept(s);
    app_forget_text(s);
    s->state = APP_LOST;
}

static void
bad_header(struct appstream *s, const struct app_owner *to)
{
    if (s->on_trial) {
        s->state = APP_LOST;
        return;
    }
    s->state = APP_FAULTY;
    to->calls->fault(to->owner, s->is_request, HTTP_FAULT_UNIT);
}

static void
unit_over(struct appstream *s, const struct app_owner *to)
{
    s->have = 0;
    s->state = s->padding > 0 ? APP_PADDING : APP_HEADER;
    reader_of(s)->over(s, to);
}

static void
header_byte(struct appstream *s, uint8_t byte, const struct app_owner *to)
{
    s->header[s->have++] = byte;
    switch (reader_of(s)->header(s, to)) {
    case APP_MORE:
        break;
    case APP_UNIT:
        s->on_trial = false;
        s->state = APP_CONTENT;
        if (s->left == 0)
            unit_over(s, to);
        break;
    case APP_BAD:
        bad_header(s, to);
        break;
    }
}

/* One step; returns how many of the length bytes it took, at least one. */
static size_t
step(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to)
{
    size_t n;

    switch (s->state) {
    case APP_HEADER:
        if (captured == 0) {
            become_lost(s);
            return length;
        }
        header_byte(s, bytes[0], to);
        return 1;
    case APP_CONTENT:
        n = MIN(s->left, length);
        reader_of(s)->content(s, bytes, MIN(n, captured), n, to);
        s->left -= (uint32_t)n;
        if (s->left == 0)
            unit_over(s, to);
        return n;
    case APP_PADDING:
        n = MIN(s->padding, length);
        s->padding -= (uint32_t)n;
        if (s->padding == 0)
            s->state = APP_HEADER;
        return n;
    default:
        return length;
    }
}

static void
feed(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to)
{
    while (length > 0) {
        size_t taken = step(s, bytes, captured, length, to);

        if (captured > 0)
            bytes += MIN(taken, captured);
        captured -= MIN(taken, captured);
        length -= taken;
    }
}

/* the whole ***************************************************************/

/* Where it was lost, a segment may begin with a unit. */
static void
resume(struct appstream *s, const uint8_t *bytes, size_t captured)
{
    if (s->state != APP_LOST || (s->is_request && !s->protocol->begins(bytes, captured)))
        return;
    s->state = APP_HEADER;
    s->have = 0;
    s->on_trial = !s->is_request;
}

void
appstream_feed(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct httpstream_owner *calls, void *owner)
{
    const struct app_owner to = { calls, owner };

    if (!reader_of(s)->header) {
        app_text(s, bytes, captured, length, &to);
        return;
    }
    resume(s, bytes, captured);
    feed(s, bytes, captured, length, &to);
}

void
appstream_skip(struct appstream *s, size_t n, const struct httpstream_owner *calls, void *owner)
{
    const struct app_owner to = { calls, owner };

    if (reader_of(s)->header)
        feed(s, NULL, 0, n, &to);
    else if (s->text)
        httpstream_skip(s->text, n, calls, owner);
}

bool
appstream_is_lost(const struct appstream *s)
{
    return s->state == APP_LOST || (s->text && httpstream_is_lost(s->text));
}

bool
appstream_is_tunnel(const struct appstream *s)
{
    return s->state == APP_TUNNEL;
}

/* Where an answer has units, the end of the connection is none of them. */
void
appstream_close(struct appstream *s, const struct httpstream_owner *calls, void *owner)
{
    if (s->text && !reader_of(s)->header)
        httpstream_close(s->text, calls, owner);
}

size_t
appstream_partial(const struct appstream *s)
{
    size_t n = 0;

    if (s->text)
        httpstream_partial_head(s->text, &n);
    return s->headed || s->is_request ? 0 : MAX(n, (size_t)s->answered + s->have);
}

enum http_fault
appstream_partial_fault(const struct appstream *s)
{
    return s->text ? httpstream_partial_fault(s->text) : HTTP_FAULT_NONE;
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
