/* fuzz_tlsrecords.c
 * tlsrecords.h: both sides' bytes in pieces, some of them missing; how they are cut makes no difference
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "harness.h"
#include "bytes/tlsrecords.h"

static struct tls_step
both(struct tls_step a, struct tls_step b)
{
    return (struct tls_step){ a.alert || b.alert, a.not_tls || b.not_tls, a.request || b.request, a.response || b.response };
}

/* The piece once more, byte by byte. */
static struct tls_step
feed_slowly(struct tls_progress *tls, enum tls_side side, const uint8_t *bytes, size_t captured, size_t length)
{
    struct tls_step step = { false, false, false, false };

    for (size_t i = 0; i < captured; i++)
        step = both(step, tls_feed(tls, side, bytes + i, 1, 1));
    if (length > captured)
        step = both(step, tls_feed(tls, side, bytes + captured, 0, length - captured));
    return step;
}

static void
compare(const struct tls_progress *a, const struct tls_progress *b)
{
    g_assert_cmpint(a->version13, ==, b->version13);
    g_assert_cmpint(tls_has_server_hello(a), ==, tls_has_server_hello(b));
    g_assert_cmpint(a->walker[TLS_CLIENT].hello.sni, ==, b->walker[TLS_CLIENT].hello.sni);
    g_assert_cmpint(a->walker[TLS_CLIENT].hello.alpn, ==, b->walker[TLS_CLIENT].hello.alpn);
    g_assert_cmpmem(a->finished, sizeof a->finished, b->finished, sizeof b->finished);
    g_assert_cmpint(a->handshake_done, ==, b->handshake_done);
    g_assert_cmpmem(a->not_tls, sizeof a->not_tls, b->not_tls, sizeof b->not_tls);
    g_assert_cmpmem(a->data_records, sizeof a->data_records, b->data_records, sizeof b->data_records);
    g_assert_cmpmem(a->alert, sizeof a->alert, b->alert, sizeof b->alert);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct input in = { bytes, n };
    struct tls_progress whole, slow;

    begin_input();
    memset(&whole, 0, sizeof whole);
    memset(&slow, 0, sizeof slow);
    while (in.n > 0) {
        unsigned flags = take_byte(&in);
        enum tls_side side = flags & 1 ? TLS_SERVER : TLS_CLIENT;
        size_t captured, missing = flags & 2 ? take_byte(&in) : 0;
        size_t want = take_byte(&in) * (flags & 4 ? 8u : 1u);
        const uint8_t *piece = take_bytes(&in, want, &captured);

        piece = exact_copy(piece, captured);
        if (flags & 8) {
            tls_skip(&whole, side, missing);
            tls_skip(&slow, side, missing);
            continue;
        }
        tls_begins_client_hello(piece, captured);
        struct tls_step a = tls_feed(&whole, side, piece, captured, captured + missing);
        struct tls_step b = feed_slowly(&slow, side, piece, captured, captured + missing);
        g_assert_cmpint(a.request, ==, b.request);
        g_assert_cmpint(a.response, ==, b.response);
        compare(&whole, &slow);
        if (whole.alert_readable)
            tls_alert_words(whole.alert_description);
    }
    return 0;
}
