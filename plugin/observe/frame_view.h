/* frame_view.h
 * One frame on its way to become facts: what the observers share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_FRAME_VIEW_H
#define MWG502_OBSERVE_FRAME_VIEW_H

#include "observe/foreign.h"
#include "track/track.h"

/* One frame on its way through. */
struct frame_view {
    struct tracker *tracker;
    tvbuff_t *tvb;              /* the whole frame */
    packet_info *pinfo;
    proto_tree *tree;
    uint32_t frame;
    when_t time;
};

/* An empty fact of this kind, of the frame. */
struct fact fact_of(const struct frame_view *view, enum fact_kind kind);

/* As foreign_fields(). */
static inline GPtrArray *
fields_of(const struct frame_view *view, enum field field)
{
    return foreign_fields(view->tree, field);
}

/* NULL behind the last. */
static inline field_info *
field_at(const GPtrArray *fields, unsigned i)
{
    return fields && i < fields->len ? (field_info *)g_ptr_array_index(fields, i) : NULL;
}

/* A field's place: start counts from the beginning of the data source. */
struct place {
    tvbuff_t *tvb;
    int start;
};

static inline struct place
place_of(const field_info *fi)
{
    return (struct place){ fi->ds_tvb, fi->start };
}

static inline bool
has_bytes(struct place p, int offset, int n)
{
    return p.tvb && p.start + offset >= 0 && tvb_bytes_exist(p.tvb, p.start + offset, n);
}

/* The caller knows that it is there. */
static inline uint8_t
byte_at(struct place p, int offset)
{
    return *tvb_get_ptr(p.tvb, p.start + offset, 1);
}

/* Who sent the frame on its link, and to whom. */
void read_links(const struct frame_view *view, link_t *src, link_t *dst);

/* The identification of an IPv4 header without options (RFC 791) right before that place; 0 where there is none. */
uint16_t ip_id_before(struct place transport);

/* Its TTL; 0: it cannot be told. */
uint8_t ttl_before(struct place transport);

#endif

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
