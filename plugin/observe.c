/* observe.c
 * From a dissected frame to facts; the only file that knows other dissectors' field names
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "compat.h"

#include <epan/ipproto.h>
#include <wiretap/wtap.h>
#include <wsutil/str_util.h>

#include "observe.h"
#include "reported.h"

/*
 * One field that every TCP segment has, the rest on rare frames: every field wanted costs
 * each frame that has it. Where a field lies in the frame tells where its header is.
 */
enum field {
    TCP_STREAM, ICMP_TYPE, ICMPV6_TYPE, ARP_OPCODE,
    DNS_FLAGS, DNS_QRY_NAME, DNS_QRY_TYPE, DNS_A, DNS_AAAA, DNS_CNAME,
    HTTP_STATUS,
    N_FIELDS
};

static const char *const field_names[N_FIELDS] = {
    [TCP_STREAM] = "tcp.stream",
    [ICMP_TYPE] = "icmp.type",
    [ICMPV6_TYPE] = "icmpv6.type",
    [ARP_OPCODE] = "arp.opcode",
    [DNS_FLAGS] = "dns.flags",
    [DNS_QRY_NAME] = "dns.qry.name",
    [DNS_QRY_TYPE] = "dns.qry.type",
    [DNS_A] = "dns.a",
    [DNS_AAAA] = "dns.aaaa",
    [DNS_CNAME] = "dns.cname",
    [HTTP_STATUS] = "http.response.code",
};

static int field_ids[N_FIELDS];
static int icmp_protocols[2];

GArray *
observe_wanted_fields(void)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));

    icmp_protocols[0] = proto_get_id_by_filter_name("icmp");
    icmp_protocols[1] = proto_get_id_by_filter_name("icmpv6");
    for (int i = 0; i < N_FIELDS; i++) {
        field_ids[i] = proto_registrar_get_id_byname(field_names[i]);
        if (field_ids[i] > 0)
            g_array_append_val(wanted, field_ids[i]);
    }
    return wanted;
}

/* One frame on its way through. */
struct sight {
    struct tracker *tracker;
    packet_info *pinfo;
    proto_tree *tree;
    uint32_t frame;
    when_t time;
};

static struct fact
fact_of(const struct sight *sight, enum fact_kind kind)
{
    struct fact fact;

    memset(&fact, 0, sizeof fact);
    fact.kind = kind;
    fact.frame = sight->frame;
    fact.time = sight->time;
    return fact;
}

static GPtrArray *
fields_of(const struct sight *sight, enum field field)
{
    GPtrArray *found = field_ids[field] > 0 ? proto_get_finfo_ptr_array(sight->tree, field_ids[field]) : NULL;

    return found && found->len > 0 ? found : NULL;
}

static field_info *
field_at(const GPtrArray *fields, unsigned i)
{
    return fields && i < fields->len ? (field_info *)g_ptr_array_index(fields, i) : NULL;
}

/* bytes *******************************************************************/

/* A field's place: start counts from the beginning of the data source. */
struct place {
    tvbuff_t *tvb;
    int start;
};

static struct place
place_of(const field_info *fi)
{
    return (struct place){ fi->ds_tvb, fi->start };
}

static bool
has_bytes(struct place p, int offset, int n)
{
    return p.tvb && p.start + offset >= 0 && tvb_bytes_exist(p.tvb, p.start + offset, n);
}

static uint8_t
byte_at(struct place p, int offset)
{
    return *tvb_get_ptr(p.tvb, p.start + offset, 1);
}

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
ip_payload_left(const struct sight *sight, struct bytes all, int tcp)
{
    const address *src = &sight->pinfo->net_src;

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

/* false: the header is not all there, or the addresses are not IP */
static bool
read_segment(const struct sight *sight, field_info *stream, struct segment *seg)
{
    struct place at = place_of(stream);
    struct bytes all = { NULL, at.tvb ? (int)tvb_captured_length(at.tvb) : 0 };
    int tcp = at.start, header, left;

    if (tcp < 0 || tcp + 14 > all.n)
        return false;
    all.p = tvb_get_ptr(at.tvb, 0, all.n);
    const uint8_t *p = all.p + tcp;

    header = (p[12] >> 4) * 4;
    left = ip_payload_left(sight, all, tcp);
    if (left < 0)
        left = tvb_reported_length_remaining(at.tvb, tcp);
    seg->frame = sight->frame;
    seg->time = sight->time;
    seg->stream = fvalue_get_uinteger(COMPAT_VALUE(stream));
    seg->src = ipaddr_from(&sight->pinfo->src);
    seg->dst = ipaddr_from(&sight->pinfo->dst);
    seg->sport = (uint16_t)sight->pinfo->srcport;
    seg->dport = (uint16_t)sight->pinfo->destport;
    seg->seq = long_at(p + 4);
    seg->ack = long_at(p + 8);
    seg->flags = p[13];
    seg->length = left > header ? (uint32_t)(left - header) : 0;
    seg->captured = tcp + header < all.n ? MIN((uint32_t)(all.n - tcp - header), seg->length) : 0;
    seg->data = seg->captured > 0 ? p + header : (const uint8_t *)"";
    return seg->src.family && seg->dst.family;
}

/* DNS *********************************************************************/

/* true: the field belongs to the message that begins here and ends where the next one begins. */
static bool
is_within(const field_info *fi, const field_info *flags, const field_info *next)
{
    return fi->ds_tvb == flags->ds_tvb && fi->start >= flags->start && (!next || next->ds_tvb != flags->ds_tvb || fi->start < next->start);
}

static const char *
dns_name(const struct sight *sight, field_info *fi)
{
    const char *text = fvalue_get_string(COMPAT_VALUE(fi));

    return text ? wmem_ascii_strdown(sight->pinfo->pool, text, -1) : NULL;
}

static void
add_addresses(const struct sight *sight, enum field field, uint8_t family, const field_info *flags, const field_info *next, struct dns_message *m)
{
    GPtrArray *found = fields_of(sight, field);

    for (unsigned i = 0; found && i < found->len; i++) {
        const field_info *fi = field_at(found, i);
        int n = family == 4 ? 4 : 16;
        if (m->n_addresses == NAME_ADDRESSES_MAX)
            return;
        if (is_within(fi, flags, next) && has_bytes(place_of(fi), 0, n))
            m->addresses[m->n_addresses++] = ipaddr_from_bytes(family, tvb_get_ptr(fi->ds_tvb, fi->start, n));
    }
}

/* RFC 768: the IPv4 header's identification before the UDP header; 0 where there is none. */
static uint16_t
ip_id_before_udp(const struct sight *sight, struct place dns)
{
    if (sight->pinfo->ptype != PT_UDP || sight->pinfo->net_src.type != AT_IPv4 || !has_bytes(dns, -28, 20) || byte_at(dns, -28) != 0x45)
        return 0;
    return tvb_get_ntohs(dns.tvb, dns.start - 24);
}

/* flags: the field in the message; next: the one of the message behind it, or NULL */
static bool
read_dns_message(const struct sight *sight, const field_info *flags, const field_info *next, field_info *name, field_info *type, struct dns_message *m)
{
    struct place at = place_of(flags);

    if (!name || !type || !has_bytes(at, -2, 8))
        return false;
    memset(m, 0, sizeof *m);
    m->frame = sight->frame;
    m->time = sight->time;
    m->src = ipaddr_from(&sight->pinfo->src);
    m->dst = ipaddr_from(&sight->pinfo->dst);
    m->sport = (uint16_t)sight->pinfo->srcport;
    m->dport = (uint16_t)sight->pinfo->destport;
    m->id = tvb_get_ntohs(at.tvb, at.start - 2);
    m->ip_id = ip_id_before_udp(sight, (struct place){ at.tvb, at.start - 2 });
    m->response = byte_at(at, 0) & 0x80;
    m->truncated = byte_at(at, 0) & 0x02;
    m->rcode = byte_at(at, 1) & 0x0f;
    m->type = (uint16_t)fvalue_get_uinteger(COMPAT_VALUE(type));
    m->name = dns_name(sight, name);
    if (m->response && tvb_get_ntohs(at.tvb, at.start + 4) > 0) {
        GPtrArray *cnames = fields_of(sight, DNS_CNAME);
        add_addresses(sight, DNS_A, 4, flags, next, m);
        add_addresses(sight, DNS_AAAA, 6, flags, next, m);
        for (unsigned i = 0; cnames && i < cnames->len && m->n_canonical < DNS_NAMES_MAX; i++)
            if (is_within(field_at(cnames, i), flags, next))
                m->canonical[m->n_canonical++] = dns_name(sight, field_at(cnames, i));
        m->cut_short = m->n_addresses == 0 && sight->pinfo->fd->cap_len < sight->pinfo->fd->pkt_len;
    }
    return true;
}

/* Multicast DNS and LLMNR share the fields; no gateway resolves the hosts of URLs so. */
static bool
is_unicast_dns(const packet_info *pinfo)
{
    return pinfo->srcport != 5353 && pinfo->destport != 5353 && pinfo->srcport != 5355 && pinfo->destport != 5355;
}

static void
see_dns(struct sight *sight)
{
    GPtrArray *flags = fields_of(sight, DNS_FLAGS);
    GPtrArray *names, *types;

    if (!flags || !is_unicast_dns(sight->pinfo))
        return;
    names = fields_of(sight, DNS_QRY_NAME);
    types = fields_of(sight, DNS_QRY_TYPE);
    for (unsigned i = 0; i < flags->len; i++) {
        struct fact fact = fact_of(sight, FACT_DNS);
        if (read_dns_message(sight, field_at(flags, i), field_at(flags, i + 1), field_at(names, i), field_at(types, i), &fact.u.dns))
            track_fact(sight->tracker, &fact);
    }
}

/* A query that an ICMP error quotes; the addresses and ports are the caller's to tell. */
static bool
read_quoted_query(const struct sight *sight, const struct asked_key *key, struct dns_message *m)
{
    GPtrArray *flags = fields_of(sight, DNS_FLAGS);

    if (!flags || !read_dns_message(sight, field_at(flags, 0), NULL, field_at(fields_of(sight, DNS_QRY_NAME), 0),
                                    field_at(fields_of(sight, DNS_QRY_TYPE), 0), m))
        return false;
    m->frame = 0;               /* it never left */
    m->src = key->from;
    m->dst = key->to;
    m->sport = key->port;
    m->ip_id = 0;
    return true;
}

/* ICMP ********************************************************************/

/* The quoted packet's transport header; false: too little is quoted, or something else. */
static bool
read_quote(struct place quote, bool v6, struct target_key *key, uint8_t *protocol, struct place *transport)
{
    int header = v6 ? 40 : 20;

    if (!has_bytes(quote, 0, header))
        return false;
    memset(key, 0, sizeof *key);
    if (v6) {
        key->from = ipaddr_from_bytes(6, tvb_get_ptr(quote.tvb, quote.start + 8, 16));
        key->to = ipaddr_from_bytes(6, tvb_get_ptr(quote.tvb, quote.start + 24, 16));
        *protocol = byte_at(quote, 6);
    } else {
        header = (byte_at(quote, 0) & 0x0f) * 4;
        key->from = ipaddr_from_bytes(4, tvb_get_ptr(quote.tvb, quote.start + 12, 4));
        key->to = ipaddr_from_bytes(4, tvb_get_ptr(quote.tvb, quote.start + 16, 4));
        *protocol = byte_at(quote, 9);
    }
    *transport = (struct place){ quote.tvb, quote.start + header };
    if (!has_bytes(*transport, 0, 4))
        return false;
    key->port = tvb_get_ntohs(transport->tvb, transport->start + 2);
    return true;
}

/* Errors for two segments quote different bytes, copies of one error the same. */
static unsigned
quote_hash(struct place icmp)
{
    int n = MIN(tvb_captured_length_remaining(icmp.tvb, icmp.start + 8), 96);

    return n > 0 ? bytes_hash(tvb_get_ptr(icmp.tvb, icmp.start + 8, n), (size_t)n, 0) : 0;
}

static void
see_dns_error(struct sight *sight, struct place transport, const struct target_key *quoted, uint16_t sport, uint8_t type, uint8_t code, bool own)
{
    struct fact fact = fact_of(sight, FACT_DNS_ERROR);
    struct dns_error *error = &fact.u.dns_error.error;

    error->frame = sight->frame;
    error->time = sight->time;
    error->type = type;
    error->code = code;
    error->key.from = quoted->from;
    error->key.to = quoted->to;
    error->key.port = sport;
    error->id_known = has_bytes(transport, 8, 2);
    if (error->id_known)
        error->key.id = tvb_get_ntohs(transport.tvb, transport.start + 8);
    if (own && read_quoted_query(sight, &error->key, &fact.u.dns_error.quoted))
        error->quoted = &fact.u.dns_error.quoted;
    track_fact(sight->tracker, &fact);
}

/* pinfo may already tell the quoted packet's addresses: the sender is in the header before. */
static struct ipaddr
icmp_sender(const struct sight *sight, struct place icmp, bool v6)
{
    if (!v6 && has_bytes(icmp, -8, 4))
        return ipaddr_from_bytes(4, tvb_get_ptr(icmp.tvb, icmp.start - 8, 4));
    if (v6 && has_bytes(icmp, -32, 16))
        return ipaddr_from_bytes(6, tvb_get_ptr(icmp.tvb, icmp.start - 32, 16));
    return ipaddr_from(&sight->pinfo->net_src);
}

static void
see_icmp_error(struct sight *sight, const field_info *type_field, bool v6)
{
    struct place icmp = place_of(type_field), transport;
    struct ipaddr source;
    struct target_key key;
    uint8_t type, code, protocol;
    bool own;

    if (!has_bytes(icmp, 0, 8))
        return;
    type = byte_at(icmp, 0);
    code = byte_at(icmp, 1);
    if (v6 ? type != 1 && type != 3 : type != 3 && type != 11)
        return;
    if (!read_quote((struct place){ icmp.tvb, icmp.start + 8 }, v6, &key, &protocol, &transport))
        return;
    source = icmp_sender(sight, icmp, v6);
    own = ipaddr_equal(&source, &key.from);
    if (own) {
        struct fact fact = fact_of(sight, FACT_REPORTED);
        fact.u.reported = key;
        track_fact(sight->tracker, &fact);
    }
    uint16_t sport = tvb_get_ntohs(transport.tvb, transport.start);
    if (protocol == IP_PROTO_TCP) {
        struct fact fact = fact_of(sight, FACT_ICMP);
        fact.u.icmp.key = key;
        fact.u.icmp.sport = sport;
        fact.u.icmp.error = (struct icmp_error){ sight->frame, sight->time, source, v6, type, code, quote_hash(icmp) };
        track_fact(sight->tracker, &fact);
    } else if (protocol == IP_PROTO_UDP && key.port == DNS_PORT) {
        see_dns_error(sight, transport, &key, sport, type, code, own);
    }
}

static void
tell_asked(struct sight *sight, const struct ipaddr *neighbor, const struct ipaddr *asker)
{
    struct fact fact = fact_of(sight, FACT_NEIGHBOR_ASKED);

    fact.u.neighbor.neighbor = *neighbor;
    fact.u.neighbor.asker = *asker;
    track_fact(sight->tracker, &fact);
}

static void
tell_heard(struct sight *sight, const struct ipaddr *neighbor)
{
    struct fact fact = fact_of(sight, FACT_NEIGHBOR_HEARD);

    fact.u.neighbor.neighbor = *neighbor;
    track_fact(sight->tracker, &fact);
}

/* RFC 4861 section 4.3 and 4.4 */
enum { ND_SOLICITATION = 135, ND_ADVERTISEMENT = 136 };

static void
see_icmpv6(struct sight *sight, const field_info *type_field)
{
    struct place icmp = place_of(type_field);
    struct ipaddr target, asker = ipaddr_from(&sight->pinfo->net_src);
    uint8_t type;

    if (!has_bytes(icmp, 0, 24))
        return;
    type = byte_at(icmp, 0);
    if (type != ND_SOLICITATION && type != ND_ADVERTISEMENT) {
        see_icmp_error(sight, type_field, true);
        return;
    }
    target = ipaddr_from_bytes(6, tvb_get_ptr(icmp.tvb, icmp.start + 8, 16));
    if (type == ND_ADVERTISEMENT)
        tell_heard(sight, &target);
    else if (asker.family == 6 && !ipaddr_equal(&asker, &target))
        tell_asked(sight, &target, &asker);
}

/* ARP *********************************************************************/

static void
see_arp(struct sight *sight, const field_info *opcode)
{
    struct place arp = place_of(opcode);
    struct ipaddr sender, target;
    int hardware;

    if (!has_bytes(arp, -6, 8) || tvb_get_ntohs(arp.tvb, arp.start - 4) != 0x0800 || byte_at(arp, -1) != 4)
        return;
    hardware = byte_at(arp, -2);
    if (!has_bytes(arp, 2, 2 * hardware + 8))
        return;
    sender = ipaddr_from_bytes(4, tvb_get_ptr(arp.tvb, arp.start + 2 + hardware, 4));
    target = ipaddr_from_bytes(4, tvb_get_ptr(arp.tvb, arp.start + 2 + 2 * hardware + 4, 4));
    tell_heard(sight, &sender);
    if (byte_at(arp, 1) == 1 && !ipaddr_equal(&sender, &target))
        tell_asked(sight, &target, &sender);
}

/* HTTP ********************************************************************/

/* Length of "HTTP/1.1 ", which stands before the status. */
#define BEFORE_STATUS 9

static struct said
read_said(const struct sight *sight, const field_info *status)
{
    struct place line = { status->ds_tvb, status->start - BEFORE_STATUS };
    int n;

    if (!has_bytes(line, 0, BEFORE_STATUS))
        return (struct said){ NULL, -1 };
    n = tvb_captured_length_remaining(line.tvb, line.start);
    return reported_read(sight->pinfo->pool, tvb_get_ptr(line.tvb, line.start, n), (size_t)n);
}

static void
see_tcp(struct sight *sight, field_info *stream)
{
    struct fact fact;
    GPtrArray *found;

    fact.kind = FACT_TCP;       /* the rest of it is large, and this is the common case */
    fact.frame = sight->frame;
    fact.time = sight->time;
    fact.u.tcp.n_shown = 0;
    if (!read_segment(sight, stream, &fact.u.tcp.segment))
        return;
    /* A response may be shown with the FIN behind it. */
    found = fact.u.tcp.segment.length > 0 || (fact.u.tcp.segment.flags & (TCP_FIN | TCP_RST)) ? fields_of(sight, HTTP_STATUS) : NULL;
    for (unsigned i = 0; found && i < found->len && i < SHOWN_MAX; i++) {
        field_info *status = field_at(found, i);
        struct shown *shown = &fact.u.tcp.shown[fact.u.tcp.n_shown++];
        shown->status = fvalue_get_uinteger(COMPAT_VALUE(status));
        shown->said = sight->tracker->root->settings.watched(shown->status) ? read_said(sight, status) : (struct said){ NULL, -1 };
    }
    track_fact(sight->tracker, &fact);
}

/* the frame ***************************************************************/

static when_t
time_of(const packet_info *pinfo)
{
    return (when_t)pinfo->abs_ts.secs * NS_PER_SECOND + pinfo->abs_ts.nsecs;
}

static void
begin_frame(struct tracker *tracker, const packet_info *pinfo)
{
    struct frame_facts facts = { pinfo->num, time_of(pinfo), pinfo->fd->cap_len < pinfo->fd->pkt_len, false, 0 };

    if (pinfo->rec && pinfo->rec->rec_type == REC_TYPE_PACKET && (pinfo->rec->presence_flags & WTAP_HAS_INTERFACE_ID)) {
        facts.has_interface = true;
        facts.interface_id = pinfo->rec->rec_header.packet_header.interface_id;
    }
    track_frame(tracker, &facts);
}

/* ICMP is among the layers: the last ones may be those of the packet that it quotes. */
static bool
quotes_a_packet(const packet_info *pinfo)
{
    for (wmem_list_frame_t *l = wmem_list_tail(pinfo->layers); l; l = wmem_list_frame_prev(l)) {
        int proto = GPOINTER_TO_INT(wmem_list_frame_data(l));
        if (proto == icmp_protocols[0] || proto == icmp_protocols[1])
            return true;
    }
    return false;
}

void
observe_frame(struct tracker *tracker, packet_info *pinfo, proto_tree *tree)
{
    struct sight sight = { tracker, pinfo, tree, pinfo->num, time_of(pinfo) };
    GPtrArray *found;

    begin_frame(tracker, pinfo);
    /* First of all: an ICMP error looks like the segment that it quotes. */
    if (quotes_a_packet(pinfo)) {
        if ((found = fields_of(&sight, ICMP_TYPE))) {
            see_icmp_error(&sight, field_at(found, 0), false);
            return;
        }
        if ((found = fields_of(&sight, ICMPV6_TYPE))) {
            see_icmpv6(&sight, field_at(found, 0));
            return;
        }
    }
    if ((found = fields_of(&sight, TCP_STREAM))) {
        see_tcp(&sight, field_at(found, found->len - 1));
        if (pinfo->srcport == DNS_PORT || pinfo->destport == DNS_PORT)
            see_dns(&sight);
    } else if (pinfo->ptype == PT_UDP) {
        see_dns(&sight);
    } else if ((found = fields_of(&sight, ARP_OPCODE))) {
        see_arp(&sight, field_at(found, 0));
    }
}
