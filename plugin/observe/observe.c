/* observe.c
 * From a dissected frame to facts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <epan/ipproto.h>
#include <wiretap/wtap.h>

#include "observe/observe.h"
#include "words/reported.h"
#include "observe/frame_view.h"

static const char *const field_names[N_FIELDS] = {
    [TCP_STREAM] = "tcp.stream",
    [ICMP_TYPE] = "icmp.type",
    [ICMPV6_TYPE] = "icmpv6.type",
    [ARP_OPCODE] = "arp.opcode",
    [DNS_QRY_NAME] = "dns.qry.name",
    [DNS_RESP_LEN] = "dns.resp.len",
    [DNS_CNAME] = "dns.cname",
    [HTTP_STATUS] = "http.response.code",
    [HTTP2_STREAM] = "http2.streamid",
};

static int field_ids[N_FIELDS];

/* Which dissectors looked at a frame, by the layers that they leave. */
static int proto_tcp, proto_http, proto_http2, proto_tls, proto_icmp, proto_icmpv6;

GArray *
observe_wanted_fields(void)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));

    proto_tcp = proto_get_id_by_filter_name("tcp");
    proto_http = proto_get_id_by_filter_name("http");
    proto_http2 = proto_get_id_by_filter_name("http2");
    proto_tls = proto_get_id_by_filter_name("tls");
    proto_icmp = proto_get_id_by_filter_name("icmp");
    proto_icmpv6 = proto_get_id_by_filter_name("icmpv6");
    for (int i = 0; i < N_FIELDS; i++) {
        field_ids[i] = proto_registrar_get_id_byname(field_names[i]);
        if (field_ids[i] > 0)
            g_array_append_val(wanted, field_ids[i]);
    }
    return wanted;
}

static bool
is_disabled(const char *protocol)
{
    int id = proto_get_id_by_filter_name(protocol);

    return id > 0 && !proto_is_protocol_enabled(find_protocol_by_id(id));
}

struct unseen
observe_unseen(void)
{
    return (struct unseen){ is_disabled("dns") || is_disabled("udp"), is_disabled("icmp"), is_disabled("icmpv6"), is_disabled("arp") };
}

/* Without reassembly of bodies the dissector takes a response behind one in several segments for its rest. */
bool
observe_heads_are_shown(void)
{
    return is_disabled("http") || !compat_bool_preference("http", "desegment_body", true);
}

struct fact
fact_of(const struct frame_view *view, enum fact_kind kind)
{
    struct fact fact;

    memset(&fact, 0, sizeof fact);
    fact.kind = kind;
    fact.frame = view->frame;
    fact.time = view->time;
    return fact;
}

GPtrArray *
fields_of(const struct frame_view *view, enum field field)
{
    GPtrArray *found = field_ids[field] > 0 ? proto_get_finfo_ptr_array(view->tree, field_ids[field]) : NULL;

    return found && found->len > 0 ? found : NULL;
}

/* bytes *******************************************************************/

/* The bytes of the data source up to its captured end: fetched once for each segment. */
struct bytes {
    const uint8_t *p;
    int n;
};

static unsigned
word_at(const uint8_t *p)
{
    return (unsigned)(p[0] << 8 | p[1]);
}

static uint32_t
long_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/*
 * How many bytes the IP packet still had from the TCP header on. The data source counts
 * the link layer's padding too, so the IP header before is asked; -1: there is none (a
 * reassembled packet).
 */
static int
ip_payload_left(const struct frame_view *view, struct bytes all, int tcp)
{
    const address *src = &view->pinfo->net_src;

    for (int ihl = 20; src->type == AT_IPv4 && ihl <= 60 && tcp >= ihl; ihl += 4) {
        const uint8_t *ip = all.p + tcp - ihl;
        if (ip[0] == (0x40 | ihl / 4) && ip[9] == IP_PROTO_TCP && memcmp(ip + 12, src->data, 4) == 0) {
            int total = (int)word_at(ip + 2);
            return total > ihl ? total - ihl : -1;      /* 0: segmentation offload */
        }
    }
    for (int header = 40; src->type == AT_IPv6 && header <= 40 + 256 && tcp >= header; header += 8) {
        const uint8_t *ip = all.p + tcp - header;
        if (ip[0] >> 4 == 6 && memcmp(ip + 8, src->data, 16) == 0) {
            int payload = (int)word_at(ip + 4);
            return payload > 0 ? payload - (header - 40) : -1;
        }
    }
    return -1;
}

/* TCP *********************************************************************/

/* The packet type of LINKTYPE_LINUX_SLL2, of which Wireshark tells no direction (of version 1 it does). */
#define SLL2_PACKET_TYPE 10
enum { SLL2_HOST = 0, SLL2_OUTGOING = 4 };

static int
direction_of(const struct frame_view *view)
{
    const wtap_rec *rec = view->pinfo->rec;
    struct place frame = { view->tvb, 0 };

    if (view->pinfo->p2p_dir != P2P_DIR_UNKNOWN || !rec || rec->rec_type != REC_TYPE_PACKET ||
        rec->rec_header.packet_header.pkt_encap != WTAP_ENCAP_SLL2 || !has_bytes(frame, SLL2_PACKET_TYPE, 1))
        return view->pinfo->p2p_dir;
    switch (byte_at(frame, SLL2_PACKET_TYPE)) {
    case SLL2_HOST:
        return P2P_DIR_RECV;
    case SLL2_OUTGOING:
        return P2P_DIR_SENT;
    default:
        return P2P_DIR_UNKNOWN;
    }
}

/* On loopback all addresses are zero: nothing tells one end from the other. */
void
read_links(const struct frame_view *view, link_t *src, link_t *dst)
{
    const packet_info *pinfo = view->pinfo;
    int direction = direction_of(view);

    *src = link_from(&pinfo->dl_src);
    *dst = link_from(&pinfo->dl_dst);
    if (!*src && pinfo->dl_src.type == AT_ETHER)
        return;
    if (direction == P2P_DIR_SENT)
        *src = LINK_SELF;
    else if (direction == P2P_DIR_RECV)
        *dst = LINK_SELF;
}

/* false: the header is not all there */
static bool
read_header(const struct frame_view *view, field_info *stream, struct segment *seg)
{
    struct place at = place_of(stream);
    struct bytes all = { NULL, at.tvb ? (int)tvb_captured_length(at.tvb) : 0 };
    int tcp = at.start, header, left;

    if (tcp < 0 || tcp + 14 > all.n)
        return false;
    all.p = tvb_get_ptr(at.tvb, 0, all.n);
    const uint8_t *p = all.p + tcp;

    header = (p[12] >> 4) * 4;
    left = ip_payload_left(view, all, tcp);
    if (left < 0)
        left = tvb_reported_length_remaining(at.tvb, tcp);
    seg->frame = view->frame;
    seg->time = view->time;
    seg->stream = fvalue_get_uinteger(COMPAT_VALUE(stream));
    seg->sport = (uint16_t)word_at(p);
    seg->dport = (uint16_t)word_at(p + 2);
    seg->seq = long_at(p + 4);
    seg->ack = long_at(p + 8);
    seg->flags = p[13];
    seg->length = left > header ? (uint32_t)(left - header) : 0;
    seg->captured = tcp + header < all.n ? MIN((uint32_t)(all.n - tcp - header), seg->length) : 0;
    seg->data = seg->captured > 0 ? p + header : (const uint8_t *)"";
    return true;
}

/* false: the addresses are not IP */
static bool
read_ends(const struct frame_view *view, struct segment *seg)
{
    const packet_info *pinfo = view->pinfo;

    seg->src = ipaddr_from(&pinfo->src);
    seg->dst = ipaddr_from(&pinfo->dst);
    read_links(view, &seg->link_src, &seg->link_dst);
    return seg->src.family && seg->dst.family;
}

/* layers ******************************************************************/

struct above_tcp {
    bool http, http2, tls;
};

static struct above_tcp
layers_above_tcp(const packet_info *pinfo)
{
    struct above_tcp above = { false, false, false };

    for (wmem_list_frame_t *l = wmem_list_tail(pinfo->layers); l; l = wmem_list_frame_prev(l)) {
        int proto = GPOINTER_TO_INT(wmem_list_frame_data(l));
        if (proto == proto_tcp)
            break;
        above.http = above.http || proto == proto_http;
        above.http2 = above.http2 || proto == proto_http2;
        above.tls = above.tls || proto == proto_tls;
    }
    return above;
}

/* The layers above may be those of the packet that it quotes. */
static bool
is_icmp(const packet_info *pinfo)
{
    for (wmem_list_frame_t *l = wmem_list_tail(pinfo->layers); l; l = wmem_list_frame_prev(l)) {
        int proto = GPOINTER_TO_INT(wmem_list_frame_data(l));
        if (proto == proto_icmp || proto == proto_icmpv6)
            return true;
    }
    return false;
}

/* HTTP ********************************************************************/

/* Length of "HTTP/1.1 ", which stands before the status. */
#define BEFORE_STATUS 9

static struct said
read_said(const struct frame_view *view, const field_info *status)
{
    struct place line = { status->ds_tvb, status->start - BEFORE_STATUS };
    int n;

    if (!has_bytes(line, 0, BEFORE_STATUS))
        return (struct said){ NULL, -1 };
    n = tvb_captured_length_remaining(line.tvb, line.start);
    return reported_read(view->pinfo->pool, tvb_get_ptr(line.tvb, line.start, n), (size_t)n);
}

static void
see_tcp(struct frame_view *view, field_info *stream)
{
    struct fact fact;
    struct segment *seg = &fact.u.tcp.segment;
    GPtrArray *found;
    struct above_tcp above = { false, false, false };

    fact.kind = FACT_TCP;       /* the rest of it is large, and this is the common case */
    fact.frame = view->frame;
    fact.time = view->time;
    fact.u.tcp.n_shown = 0;
    if (!read_header(view, stream, seg))
        return;
    /* Most segments only acknowledge what has come. */
    if (seg->flags == TCP_ACK && seg->length == 0 && track_expected(view->tracker, seg))
        return;
    if (!read_ends(view, seg))
        return;
    /* A response may be shown with the FIN behind it. */
    if (seg->length > 0 || (seg->flags & (TCP_FIN | TCP_RST)))
        above = layers_above_tcp(view->pinfo);
    if (above.tls)
        see_decrypted(view, seg);
    found = above.http ? fields_of(view, HTTP_STATUS) : NULL;
    for (unsigned i = 0; found && i < found->len && i < SHOWN_MAX; i++) {
        field_info *status = field_at(found, i);
        struct shown *shown = &fact.u.tcp.shown[fact.u.tcp.n_shown++];
        shown->status = fvalue_get_uinteger(COMPAT_VALUE(status));
        shown->said = view->tracker->root->settings.watched(shown->status) ? read_said(view, status) : (struct said){ NULL, -1 };
    }
    track_fact(view->tracker, &fact);
    if (above.http2)
        see_http2(view, seg);
}

/* the frame ***************************************************************/

/* pcapng has room for any time; what pcap has, until 2106, can be added and subtracted without overflow. */
static when_t
time_of(const packet_info *pinfo)
{
    return CLAMP((when_t)pinfo->abs_ts.secs, 0, (when_t)UINT32_MAX) * NS_PER_SECOND + pinfo->abs_ts.nsecs;
}

static void
begin_frame(const struct frame_view *view)
{
    const packet_info *pinfo = view->pinfo;
    struct frame_facts facts = { view->frame, view->time, pinfo->fd->cap_len < pinfo->fd->pkt_len, false, 0 };

    if (pinfo->rec && pinfo->rec->rec_type == REC_TYPE_PACKET && (pinfo->rec->presence_flags & WTAP_HAS_INTERFACE_ID)) {
        facts.has_interface = true;
        facts.interface_id = pinfo->rec->rec_header.packet_header.interface_id;
    }
    track_frame(view->tracker, &facts);
}

/* What stands in a frame at least before a quoted segment: two IPv4 headers and ICMP's. */
#define LEAST_BEFORE_QUOTED (20 + 8 + 20)

void
observe_frame(struct tracker *tracker, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    struct frame_view view = { tracker, tvb, pinfo, tree, tracker->numbers.serial, time_of(pinfo) };
    GPtrArray *found;

    begin_frame(&view);
    found = fields_of(&view, TCP_STREAM);
    field_info *stream = field_at(found, found ? found->len - 1 : 0);
    /* First of all: an ICMP error looks like the segment that it quotes. */
    if (!(stream && stream->ds_tvb == tvb && stream->start < LEAST_BEFORE_QUOTED) && is_icmp(pinfo)) {
        if ((found = fields_of(&view, ICMP_TYPE))) {
            see_icmp(&view, field_at(found, 0));
            return;
        }
        if ((found = fields_of(&view, ICMPV6_TYPE))) {
            see_icmpv6(&view, field_at(found, 0));
            return;
        }
    }
    if (stream) {
        see_tcp(&view, stream);
        if (pinfo->srcport == DNS_PORT || pinfo->destport == DNS_PORT)
            see_dns(&view);
    } else if ((found = fields_of(&view, ARP_OPCODE))) {
        see_arp(&view, field_at(found, 0));    /* also inside UDP: VXLAN, Geneve */
    } else if (pinfo->ptype == PT_UDP) {
        see_dns(&view);
    }
}
