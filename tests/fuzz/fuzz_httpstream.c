/* fuzz_httpstream.c
 * httpstream.h: one direction in pieces, some of them missing; how they are cut makes no difference
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "bytes/events.h"
#include "harness.h"

struct side {
    struct httpstream *stream;
    struct log log;
};

static struct side
side_new(bool is_request)
{
    return (struct side){ httpstream_new(wmem_file_scope(), is_request), { .events = g_string_new(NULL) } };
}

static void
side_free(struct side *side)
{
    httpstream_free(wmem_file_scope(), side->stream);
    g_string_free(side->log.events, TRUE);
}

static void
feed(struct side *side, const uint8_t *bytes, size_t captured, size_t length)
{
    httpstream_feed(side->stream, exact_copy(bytes, captured), captured, length, &events_calls, &side->log);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct input in = { bytes, n };
    unsigned setting = take_byte(&in);
    bool is_request = setting & 1, comparable = true;
    struct side whole, halves;

    begin_input();
    whole = side_new(is_request);
    halves = side_new(is_request);
    while (in.n > 0) {
        unsigned flags = take_byte(&in);
        size_t captured, missing = flags & 1 ? take_byte(&in) : 0;
        const uint8_t *piece = take_bytes(&in, take_byte(&in) * (flags & 2 ? 16u : 1u), &captured);

        if ((flags & 0xf0) == 0x10) {
            httpstream_tunnel(whole.stream);
            httpstream_tunnel(halves.stream);
        } else if ((flags & 0xf0) == 0x20 && httpstream_is_tunnel(whole.stream)) {
            httpstream_leave_tunnel(whole.stream);
            httpstream_leave_tunnel(halves.stream);
        }
        if (flags & 4) {
            httpstream_skip(whole.stream, missing, &events_calls, &whole.log);
            httpstream_skip(halves.stream, missing, &events_calls, &halves.log);
            comparable = false; /* the next segment's beginning counts from here on */
        }
        feed(&whole, piece, captured, captured + missing);
        if (!comparable || missing) {
            comparable = false;
            feed(&halves, piece, captured, captured + missing);
            continue;
        }
        feed(&halves, piece, captured / 2, captured / 2);
        feed(&halves, piece + captured / 2, captured - captured / 2, captured - captured / 2);
        size_t partial;
        const uint8_t *head = httpstream_partial_head(whole.stream, &partial);
        g_assert_true(head || partial == 0);
    }
    httpstream_close(whole.stream, &events_calls, &whole.log);
    httpstream_close(halves.stream, &events_calls, &halves.log);
    /* A fault is found sooner or later with the pieces, and where it is found tells what follows. */
    if (comparable && !strchr(whole.log.events->str, 'f') && !strchr(halves.log.events->str, 'f')) {
        g_assert_cmpstr(whole.log.events->str, ==, halves.log.events->str);
        g_assert_cmpuint(whole.log.opaque, ==, halves.log.opaque);
    }
    side_free(&whole);
    side_free(&halves);
    return 0;
}
