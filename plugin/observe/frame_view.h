/* frame_view.h
 * One frame on its way to become facts: what the observers of TCP, DNS and ICMP share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_FRAME_VIEW_H
#define MWG502_OBSERVE_FRAME_VIEW_H

#include "base/compat.h"

#include "track/track.h"

/*
 * One field that every TCP segment has, the rest on rare frames: every field wanted costs
 * each frame that has it, and priming it costs every frame. Where a field lies in the frame tells where its header is.
 */
enum field {
    TCP_STREAM, ICMP_TYPE, ICMPV6_TYPE, ARP_OPCODE,
    DNS_QRY_NAME, DNS_RESP_LEN, DNS_CNAME,
    HTTP_STATUS, HTTP2_STREAM,
    N_FIELDS
};

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

/* The frame's values of a wanted field in order; NULL if it has none. */
GPtrArray *fields_of(const struct frame_view *view, enum field field);

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

/* HTTP inside TLS: the records of this segment that Wireshark decrypted. */
void see_decrypted(struct frame_view *view, const struct segment *segment);

/* The HTTP/2 frames that end in this segment, decrypted or not. */
void see_http2(struct frame_view *view, const struct segment *segment);

/* The DNS messages of the frame (RFC 1035), over UDP or TCP. */
void see_dns(struct frame_view *view);

/*
 * A query that an ICMP error quotes, read into m; the addresses and ports are the caller's
 * to tell. false: not enough of it is quoted.
 */
bool read_quoted_query(const struct frame_view *view, const struct asked_key *key, struct dns_message *m);

/* An ICMP error (RFC 792), by its field icmp.type; other messages are ignored. */
void see_icmp(struct frame_view *view, const field_info *type);

/* An ICMPv6 error (RFC 4443) or a Neighbour Discovery message (RFC 4861), by icmpv6.type. */
void see_icmpv6(struct frame_view *view, const field_info *type);

/* ARP for IPv4 (RFC 826), by arp.opcode. */
void see_arp(struct frame_view *view, const field_info *opcode);

#endif
