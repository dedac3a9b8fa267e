/* fuzz_appstream.c
 * appstream.h: one direction of each protocol in pieces, some of them missing; how they are cut makes no difference
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "bytes/ajp.h"
#include "bytes/appstream.h"
#include "bytes/appvars.h"
#include "bytes/events.h"
#include "bytes/fastcgi.h"
#include "bytes/socks.h"
#include "harness.h"

struct side {
    struct appstream *stream;
    struct log log;
};

static struct side
side_new(const struct app_protocol *protocol, bool is_request)
{
    return (struct side){ appstream_new(wmem_file_scope(), protocol, is_request), { .events = g_string_new(NULL) } };
}

static void
side_free(struct side *side)
{
    appstream_close(side->stream, &events_calls, &side->log);
    appstream_partial_fault(side->stream);
    appstream_free(side->stream);
    g_string_free(side->log.events, TRUE);
}

static void
feed(struct side *side, const uint8_t *bytes, size_t captured, size_t length)
{
    appstream_feed(side->stream, exact_copy(bytes, captured), captured, length, &events_calls, &side->log);
}

/* A fault is found sooner or later with the pieces, and where it is found tells what follows. */
static void
compare(const struct side *a, const struct side *b)
{
    if (strchr(a->log.events->str, 'f') || strchr(b->log.events->str, 'f'))
        return;
    g_assert_cmpstr(a->log.events->str, ==, b->log.events->str);
    g_assert_cmpuint(appstream_partial(a->stream), ==, appstream_partial(b->stream));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct app_protocol *const protocols[] = { &fastcgi, &uwsgi, &scgi, &ajp, &socks5, &socks4 };
    struct input in = { bytes, n };
    const struct app_protocol *protocol = protocols[take_below(&in, G_N_ELEMENTS(protocols))];
    bool is_request = take_byte(&in) & 1, comparable = true;
    struct side whole, halves;

    begin_input();
    whole = side_new(protocol, is_request);
    halves = side_new(protocol, is_request);
    while (in.n > 0) {
        unsigned flags = take_byte(&in);
        size_t captured, missing = flags & 1 ? take_byte(&in) : 0;
        const uint8_t *piece = take_bytes(&in, take_byte(&in) * (flags & 2 ? 16u : 1u), &captured);

        app_begins(exact_copy(piece, captured), captured);
        if (flags & 4) {
            appstream_skip(whole.stream, missing, &events_calls, &whole.log);
            appstream_skip(halves.stream, missing, &events_calls, &halves.log);
        }
        comparable = comparable && !missing && !(flags & 4);    /* the next segment's beginning counts from there on */
        feed(&whole, piece, captured, captured + missing);
        if (comparable) {
            feed(&halves, piece, captured / 2, captured / 2);
            feed(&halves, piece + captured / 2, captured - captured / 2, captured - captured / 2);
            compare(&whole, &halves);
        } else {
            feed(&halves, piece, captured, captured + missing);
        }
    }
    side_free(&whole);
    side_free(&halves);
    return 0;
}
