/* http.c
 * HTTP that is not in the segment's own bytes: HTTP/2 frames, and what TLS hides
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include "bytes/h2head.h"
#include "observe/http.h"
#include "words/reported.h"

/* A header block begins on its first frame with all that is asked for. */
#define HEAD_FRAME(type) ((type) == H2_HEADERS || (type) == H2_PUSH_PROMISE || (type) == H2_CONTINUATION)

void
see_decrypted(struct frame_view *view, const struct segment *seg)
{
    const GSList *at = view->pinfo->data_src;

    for (tvbuff_t *tvb; (tvb = foreign_next_source(&at, SOURCE_DECRYPTED_TLS)); ) {
        struct fact fact;
        fact.kind = FACT_DECRYPTED;
        fact.frame = view->frame;
        fact.time = view->time;
        fact.u.tcp.n_shown = 0;
        fact.u.tcp.segment = *seg;
        fact.u.tcp.segment.captured = fact.u.tcp.segment.length = tvb_captured_length(tvb);
        if (fact.u.tcp.segment.length == 0)
            continue;
        fact.u.tcp.segment.data = tvb_get_ptr(tvb, 0, (int)fact.u.tcp.segment.length);
        track_fact(view->tracker, &fact);
    }
}

/* HTTP/2 ******************************************************************/

static uint8_t
type_at(struct place id)
{
    return byte_at(id, -2);
}

/* The beginning of the response's content, where this frame of the capture has it. */
static struct slice
content_of(const GPtrArray *ids, unsigned from, uint32_t stream)
{
    for (unsigned i = from; i < ids->len; i++) {
        struct place id = place_of(field_at(ids, i));
        if (!has_bytes(id, -5, H2_FRAME_HEADER) || type_at(id) != H2_DATA || tvb_get_ntohl(id.tvb, id.start) != stream)
            continue;
        int n = MIN((int)tvb_get_ntoh24(id.tvb, id.start - 5), tvb_captured_length_remaining(id.tvb, id.start + 4));
        if (n > 0)
            return (struct slice){ (const char *)tvb_get_ptr(id.tvb, id.start + 4, n), (size_t)n };
    }
    return (struct slice){ "", 0 };
}

struct said
said_in(const struct frame_view *view, const struct http_head *head, struct slice content)
{
    const struct { const char *name; struct slice value; } lines[] = {
        { "Proxy-Status", head->proxy_status }, { "X-Squid-Error", head->squid_error }, { "Server", head->server }, { "Via", head->via },
    };
    wmem_strbuf_t *buffer = wmem_strbuf_new(view->pinfo->pool, "");

    wmem_strbuf_append_printf(buffer, "HTTP/1.1 %u \r\n", head->status);
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
        if (lines[i].value.n > 0)
            wmem_strbuf_append_printf(buffer, "%s: %.*s\r\n", lines[i].name, (int)lines[i].value.n, lines[i].value.s);
    wmem_strbuf_append_printf(buffer, "\r\n%.*s", (int)content.n, content.s);
    const char *text = wmem_strbuf_get_str(buffer);

    return reported_read(view->pinfo->pool, (const uint8_t *)text, strlen(text));
}

static void
read_block(const struct frame_view *view, const GPtrArray *ids, unsigned at, tvbuff_t *block, struct fact *fact)
{
    struct h2_frame *f = &fact->u.h2.frame;
    struct http_head head;
    unsigned n = block ? tvb_captured_length(block) : 0;

    if (n == 0)
        return;
    f->block = tvb_get_ptr(block, 0, (int)n);
    f->block_length = n;
    if (h2_read_head(f->block, f->block_length, &head) && head.status && view->tracker->root->settings.watched(head.status))
        fact->u.h2.said = said_in(view, &head, content_of(ids, at + 1, f->stream));
}

void
see_http2(struct frame_view *view, const struct segment *seg)
{
    GPtrArray *ids = fields_of(view, HTTP2_STREAM);
    const GSList *at = view->pinfo->data_src;

    for (unsigned i = 0; ids && i < ids->len; i++) {
        struct place id = place_of(field_at(ids, i));
        struct fact fact;
        struct h2_frame *f = &fact.u.h2.frame;
        if (!has_bytes(id, -5, H2_FRAME_HEADER))
            continue;
        fact.kind = FACT_HTTP2;
        fact.frame = view->frame;
        fact.time = view->time;
        fact.u.h2.said = SAID_NOTHING;
        *f = (struct h2_frame){ seg->stream, seg->src, seg->sport, tvb_get_ntohl(id.tvb, id.start) & 0x7fffffff, 0, type_at(id), byte_at(id, -1), NULL, 0 };
        tvbuff_t *block = HEAD_FRAME(f->type) ? foreign_next_source(&at, SOURCE_HEADER) : NULL;
        if (f->type == H2_HEADERS)
            read_block(view, ids, i, block, &fact);
        if (f->type == H2_RST_STREAM && has_bytes(id, 4, 4))
            f->error = tvb_get_ntohl(id.tvb, id.start + 4);
        if (f->type == H2_GOAWAY && has_bytes(id, 4, 8)) {
            f->stream = tvb_get_ntohl(id.tvb, id.start + 4) & 0x7fffffff;
            f->error = tvb_get_ntohl(id.tvb, id.start + 8);
        }
        if (f->type == H2_DATA || f->type == H2_HEADERS || f->type == H2_RST_STREAM || f->type == H2_GOAWAY)
            track_fact(view->tracker, &fact);
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
