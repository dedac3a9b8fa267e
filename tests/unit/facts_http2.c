/* facts_http2.c
 * HTTP/2 without TLS, and HTTP/3 that is decrypted, in captures by hand
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "bytes/h2head.h"
#include "facts.h"

#define BYTES_MAX 256

struct bytes {
    uint8_t b[BYTES_MAX];
    unsigned n;
};

static void
put(struct bytes *to, const void *bytes, size_t n)
{
    g_assert_cmpuint(to->n + n, <=, BYTES_MAX);
    memcpy(to->b + to->n, bytes, n);
    to->n += (unsigned)n;
}

/* One text of a header block as Wireshark lays it out. */
static void
put_text(struct bytes *to, const char *text)
{
    const uint8_t length[4] = { 0, 0, 0, (uint8_t)strlen(text) };

    put(to, length, 4);
    put(to, text, strlen(text));
}

static void
put_frame(struct bytes *to, uint8_t type, uint8_t flags, uint8_t stream, const void *payload, uint8_t n)
{
    const uint8_t header[H2_FRAME_HEADER] = { 0, 0, n, type, flags, 0, 0, 0, stream };

    put(to, header, sizeof header);
    put(to, payload, n);
}

/* The bytes in a segment, and the frame among them that Wireshark shows. */
static uint32_t
shows(unsigned n, int side, const struct bytes *bytes, uint8_t type, uint8_t flags, uint32_t stream, const struct bytes *block)
{
    uint32_t number = says_bytes(n, side, bytes->b, bytes->n);
    struct fact fact = facts_same(FACT_HTTP2, n, side);
    struct h2_frame *f = &fact.u.h2.frame;

    f->stream = stream;
    f->type = type;
    f->flags = flags;
    f->block = block ? block->b : NULL;
    f->block_length = block ? block->n : 0;
    fact.u.h2.said = SAID_NOTHING;
    facts_tell(&fact);
    return number;
}

static void
put_headers(struct bytes *to, uint8_t flags, uint8_t stream)
{
    put_frame(to, H2_HEADERS, flags, stream, "\x88", 1);      /* what HPACK made of it is not read */
}

uint32_t
h2_connects(unsigned n)
{
    struct bytes bytes = { .n = 0 };

    stands(n);
    put(&bytes, H2_PREFACE, H2_PREFACE_LENGTH);
    put_frame(&bytes, H2_SETTINGS, 0, 0, "", 0);
    uint32_t number = says_bytes(n, CLIENT, bytes.b, bytes.n);
    bytes.n = 0;
    put_frame(&bytes, H2_SETTINGS, 0, 0, "", 0);
    says_bytes(n, SERVER, bytes.b, bytes.n);
    return number;
}

uint32_t
h2_asks(unsigned n, uint8_t stream, const char *host, const char *path)
{
    const char *const texts[] = { ":method", "GET", ":authority", host, ":path", path };
    struct bytes bytes = { .n = 0 }, block = { .n = 0 };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        put_text(&block, texts[i]);
    put_headers(&bytes, H2_END_STREAM | H2_END_HEADERS, stream);
    return shows(n, CLIENT, &bytes, H2_HEADERS, H2_END_STREAM | H2_END_HEADERS, stream, &block);
}

uint32_t
h2_responds(unsigned n, uint8_t stream, const char *status, bool whole)
{
    struct bytes bytes = { .n = 0 }, block = { .n = 0 };
    uint8_t flags = whole ? H2_END_STREAM | H2_END_HEADERS : H2_END_HEADERS;

    if (status) {
        put_text(&block, ":status");
        put_text(&block, status);
    }
    put_headers(&bytes, flags, stream);
    return shows(n, SERVER, &bytes, H2_HEADERS, flags, stream, status ? &block : NULL);
}

uint32_t
h2_resets(unsigned n, int side, uint8_t stream)
{
    struct bytes bytes = { .n = 0 };

    put_frame(&bytes, H2_RST_STREAM, 0, stream, "\0\0\0\2", 4);
    return shows(n, side, &bytes, H2_RST_STREAM, 0, stream, NULL);
}

uint32_t
h2_leaves(unsigned n)
{
    struct bytes bytes = { .n = 0 };

    put_frame(&bytes, H2_GOAWAY, 0, 0, "\0\0\0\0\0\0\0\0", 8);
    return shows(n, SERVER, &bytes, H2_GOAWAY, 0, 0, NULL);
}

/* HTTP/3 ******************************************************************/

/* A datagram whose STREAM frame brings that header block, or none. */
static uint32_t
brings(unsigned n, int side, uint64_t stream, const struct bytes *block, bool last)
{
    struct fact fact = facts_next(FACT_HTTP3), from = facts_same(FACT_HTTP2, n, side), to = facts_same(FACT_HTTP2, n, !side);
    struct h3_frame *f = &fact.u.h3.frame;

    f->conn = QUIC_CONNS + n;
    f->src = from.u.h2.frame.src;
    f->sport = from.u.h2.frame.sport;
    f->dst = to.u.h2.frame.src;
    f->dport = to.u.h2.frame.sport;
    f->stream = stream;
    f->last = last;
    f->block = block ? block->b : NULL;
    f->block_length = block ? block->n : 0;
    fact.u.h3.said = SAID_NOTHING;
    return facts_tell(&fact);
}

uint32_t
h3_asks(unsigned n, uint64_t stream, const char *host, const char *path)
{
    const char *const texts[] = { ":method", "GET", ":authority", host, ":path", path };
    struct bytes block = { .n = 0 };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        put_text(&block, texts[i]);
    return brings(n, CLIENT, stream, &block, true);
}

uint32_t
h3_responds(unsigned n, uint64_t stream, const char *status, bool whole)
{
    struct bytes block = { .n = 0 };

    if (!status)
        return brings(n, SERVER, stream, NULL, whole);
    put_text(&block, ":status");
    put_text(&block, status);
    return brings(n, SERVER, stream, &block, whole);
}
