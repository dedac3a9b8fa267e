/* http3.c
 * HTTP/3, where Wireshark decrypts QUIC and reads header blocks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include "bytes/h2head.h"
#include "observe/http.h"
#include "observe/http3.h"

/* RFC 9114 section 7.2 */
enum h3_type { H3_DATA = 0, H3_HEADERS = 1 };

/* The lowest bit of a STREAM frame's type (RFC 9000 section 19.8), which is one byte and stands before the stream's number. */
#define STREAM_FIN 0x01

/* Reads a number of one, two, four or eight bytes (RFC 9000 section 16) and moves on behind it. false: it is not there. */
static bool
take_number(struct place *p, uint64_t *value)
{
    int n = has_bytes(*p, 0, 1) ? 1 << (byte_at(*p, 0) >> 6) : 0;

    if (n == 0 || !has_bytes(*p, 0, n))
        return false;
    *value = byte_at(*p, 0) & 0x3f;
    for (int i = 1; i < n; i++)
        *value = *value << 8 | byte_at(*p, i);
    p->start += n;
    return true;
}

/* Reads the head of an HTTP/3 frame and moves on to its payload. */
static bool
take_frame(struct place *p, uint64_t *type, uint64_t *length)
{
    return take_number(p, type) && take_number(p, length);
}

/* The STREAM frame that brought what stands there. -1: what the dissector put together of several, the last of which is in this datagram. */
static int
stream_at(const GPtrArray *streams, struct place p)
{
    int found = -1;

    for (unsigned i = 0; i < streams->len; i++) {
        struct place id = place_of(field_at(streams, i));
        if (id.tvb == p.tvb && id.start < p.start)
            found = (int)i;
    }
    return found;
}

/* The first HTTP/3 frame behind the HEADERS frame with that payload, as far as it is DATA and there. */
static struct slice
content_behind(const struct frame_view *view, struct place payload)
{
    const GPtrArray *frames = fields_of(view, HTTP3_FRAME);
    struct slice none = { "", 0 };
    uint64_t type, length;

    for (unsigned i = 0; frames && i < frames->len; i++) {
        struct place p = place_of(field_at(frames, i));
        if (p.tvb != payload.tvb || !take_frame(&p, &type, &length) || p.start != payload.start || length > INT32_MAX)
            continue;
        if (!has_bytes(p, 0, (int)length))
            return none;
        p.start += (int)length;
        int left = take_frame(&p, &type, &length) && type == H3_DATA ? tvb_captured_length_remaining(p.tvb, p.start) : 0;
        if (left <= 0)
            return none;
        int n = (int)MIN(length, (uint64_t)left);
        return n > 0 ? (struct slice){ (const char *)tvb_get_ptr(p.tvb, p.start, n), (size_t)n } : none;
    }
    return none;
}

/* A HEADERS frame, its header block and the STREAM frame that it ended with. */
struct block {
    struct place payload;
    unsigned of;
    bool read;                  /* the dissector could read it */
    tvbuff_t *tvb;
};

/* More in one datagram are not followed. */
#define BLOCKS_MAX 64

/* One that came in several STREAM frames ends with the first of this datagram that is behind the block before. */
static unsigned
find_heads(const struct frame_view *view, const GPtrArray *streams, struct block *blocks)
{
    const GPtrArray *frames = fields_of(view, HTTP3_FRAME);
    uint64_t type, length;
    unsigned n = 0;

    for (unsigned i = 0; frames && i < frames->len && n < BLOCKS_MAX; i++) {
        struct place p = place_of(field_at(frames, i));
        int of = stream_at(streams, p);
        if (!take_frame(&p, &type, &length) || type != H3_HEADERS)
            continue;
        if (of < 0)
            of = n > 0 && blocks[n - 1].of + 1 < streams->len ? (int)blocks[n - 1].of + 1 : 0;
        blocks[n++] = (struct block){ p, (unsigned)of, false, NULL };
    }
    return n;
}

/* Up to 4.4 the lines of a block have their place at the beginning of its frame's payload, where it could be read. */
static unsigned
mark_read(const struct frame_view *view, struct block *blocks, unsigned n)
{
    const GPtrArray *lines = fields_of(view, HTTP3_HEADER);
    unsigned marked = 0;

    for (unsigned i = 0; lines && i < lines->len; i++) {
        struct place line = place_of(field_at(lines, i));
        for (unsigned k = 0; k < n; k++) {
            bool its = !blocks[k].read && blocks[k].payload.tvb == line.tvb && blocks[k].payload.start == line.start;
            blocks[k].read = blocks[k].read || its;
            marked += its;
        }
    }
    return marked;
}

/*
 * Each block that could be read is a data source, in the order of their frames. In 4.6 nothing tells which frames these are: then either
 * all of them were read, or nothing can be known.
 */
static unsigned
find_blocks(const struct frame_view *view, const GPtrArray *streams, struct block *blocks)
{
    const GSList *at = view->pinfo->data_src;
    tvbuff_t *sources[BLOCKS_MAX] = { NULL };
    unsigned n = find_heads(view, streams, blocks), n_sources = 0, next = 0;

    while (n > 0 && n_sources < BLOCKS_MAX && (sources[n_sources] = foreign_next_source(&at, SOURCE_HEADER)))
        n_sources++;
    unsigned marked = mark_read(view, blocks, n);
    if ((marked > 0 ? marked : n) != n_sources)
        return 0;
    for (unsigned i = 0; i < n; i++)
        if (marked == 0 || blocks[i].read)
            blocks[i].tvb = sources[next++];
    return n;
}

static void
tell_block(const struct frame_view *view, struct fact *fact, const struct block *block)
{
    struct h3_frame *f = &fact->u.h3.frame;
    unsigned n = tvb_captured_length(block->tvb);
    struct http_head head;

    fact->u.h3.said = SAID_NOTHING;
    f->block = n > 0 ? tvb_get_ptr(block->tvb, 0, (int)n) : NULL;
    f->block_length = n;
    if (n > 0 && h2_read_head(f->block, n, &head) && head.status && view->tracker->root->settings.watched(head.status))
        fact->u.h3.said = said_in(view, &head, content_behind(view, block->payload));
    track_fact(view->tracker, fact);
}

/* What one STREAM frame brought; fact: of the datagram. */
static void
tell_stream(const struct frame_view *view, struct fact *fact, struct place id, const struct block *blocks, unsigned n, unsigned of)
{
    struct h3_frame *f = &fact->u.h3.frame;
    bool last = byte_at(id, -1) & STREAM_FIN;
    unsigned left = 0;

    if (!take_number(&id, &f->stream))
        return;
    for (unsigned i = 0; i < n; i++)
        left += blocks[i].tvb && blocks[i].of == of;
    for (unsigned i = 0; i < n; i++) {
        if (!blocks[i].tvb || blocks[i].of != of)
            continue;
        f->last = last && --left == 0;
        tell_block(view, fact, &blocks[i]);
        if (f->last)
            return;
    }
    f->block = NULL;
    f->block_length = 0;
    f->last = last;
    fact->u.h3.said = SAID_NOTHING;
    track_fact(view->tracker, fact);
}

void
see_http3(struct frame_view *view, const GPtrArray *streams)
{
    const packet_info *pinfo = view->pinfo;
    field_info *connection = field_at(fields_of(view, QUIC_CONNECTION), 0);
    struct fact fact = fact_of(view, FACT_HTTP3);
    struct h3_frame *f = &fact.u.h3.frame;
    struct block blocks[BLOCKS_MAX];

    f->src = ipaddr_from(&pinfo->src);
    f->dst = ipaddr_from(&pinfo->dst);
    if (!connection || !f->src.family || !f->dst.family)
        return;
    f->conn = QUIC_CONNS + fvalue_get_uinteger(COMPAT_VALUE(connection)) % (QUIC_CONNS - 1);
    f->sport = (uint16_t)pinfo->srcport;
    f->dport = (uint16_t)pinfo->destport;
    read_links(view, &f->link_src, &f->link_dst);
    unsigned n = find_blocks(view, streams, blocks);
    for (unsigned i = 0; i < streams->len; i++) {
        struct place id = place_of(field_at(streams, i));
        if (has_bytes(id, -1, 2))
            tell_stream(view, &fact, id, blocks, n, i);
    }
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
