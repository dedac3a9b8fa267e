/* icmp.c
 * What the network says of itself: ICMP errors, Neighbour Discovery and ARP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <epan/ipproto.h>

#include "observe/dns.h"
#include "observe/icmp.h"

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
see_dns_error(struct frame_view *view, struct place icmp, struct place transport, const struct target_key *quoted, uint16_t sport, uint8_t type, uint8_t code, bool own)
{
    struct fact fact = fact_of(view, FACT_DNS_ERROR);
    struct dns_error *error = &fact.u.dns_error.error;

    error->frame = view->frame;
    error->time = view->time;
    error->ip_id = ip_id_before(icmp);
    error->type = type;
    error->code = code;
    error->key.from = quoted->from;
    error->key.to = quoted->to;
    error->key.port = sport;
    error->id_known = has_bytes(transport, 8, 2);
    if (error->id_known)
        error->key.id = tvb_get_ntohs(transport.tvb, transport.start + 8);
    if (own && read_quoted_query(view, &error->key, &fact.u.dns_error.quoted))
        error->quoted = &fact.u.dns_error.quoted;
    track_fact(view->tracker, &fact);
}

/* pinfo may already tell the quoted packet's addresses: the sender is in the header before. */
static struct ipaddr
icmp_sender(const struct frame_view *view, struct place icmp, bool v6)
{
    if (!v6 && has_bytes(icmp, -8, 4))
        return ipaddr_from_bytes(4, tvb_get_ptr(icmp.tvb, icmp.start - 8, 4));
    if (v6 && has_bytes(icmp, -32, 16))
        return ipaddr_from_bytes(6, tvb_get_ptr(icmp.tvb, icmp.start - 32, 16));
    return ipaddr_from(&view->pinfo->net_src);
}

static uint32_t
quoted_stream(const struct frame_view *view)
{
    const GPtrArray *found = fields_of(view, TCP_STREAM);
    field_info *stream = field_at(found, 0);

    return stream ? fvalue_get_uinteger(COMPAT_VALUE(stream)) + 1 : 0;
}

static void
see_icmp_error(struct frame_view *view, const field_info *type_field, bool v6)
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
    if (v6 ? type < 1 || type > 3 : type != 3 && type != 11)
        return;
    if (!read_quote((struct place){ icmp.tvb, icmp.start + 8 }, v6, &key, &protocol, &transport))
        return;
    source = icmp_sender(view, icmp, v6);
    own = ipaddr_equal(&source, &key.from);
    if (own) {
        struct fact fact = fact_of(view, FACT_REPORTED);
        fact.u.reported = key;
        track_fact(view->tracker, &fact);
    }
    uint16_t sport = tvb_get_ntohs(transport.tvb, transport.start);
    if (protocol == IP_PROTO_TCP) {
        struct fact fact = fact_of(view, FACT_ICMP);
        fact.u.icmp.key = key;
        fact.u.icmp.sport = sport;
        fact.u.icmp.stream_plus_1 = quoted_stream(view);
        fact.u.icmp.error = (struct icmp_error){ view->frame, view->time, source, v6, type, code, quote_hash(icmp) };
        track_fact(view->tracker, &fact);
    } else if (protocol == IP_PROTO_UDP && key.port == DNS_PORT) {
        see_dns_error(view, icmp, transport, &key, sport, type, code, own);
    }
}

void
see_icmp(struct frame_view *view, const field_info *type)
{
    see_icmp_error(view, type, false);
}

/* neighbours **************************************************************/

/* RFC 5227 section 2.1.1, RFC 4862 section 5.4: who has no address yet probes its own. */
static bool
is_unspecified(const struct ipaddr *ip)
{
    static const uint8_t none[16] = { 0 };

    return memcmp(ip->b, none, sizeof none) == 0;
}

static void
tell_asked(struct frame_view *view, const struct ipaddr *neighbor, const struct ipaddr *asker)
{
    struct fact fact = fact_of(view, FACT_NEIGHBOR_ASKED);
    link_t dst;

    if (is_unspecified(asker))
        return;
    fact.u.neighbor.neighbor = *neighbor;
    fact.u.neighbor.asker = *asker;
    read_links(view, &fact.u.neighbor.link, &dst);
    track_fact(view->tracker, &fact);
}

static void
tell_heard(struct frame_view *view, const struct ipaddr *neighbor)
{
    struct fact fact = fact_of(view, FACT_NEIGHBOR_HEARD);

    fact.u.neighbor.neighbor = *neighbor;
    track_fact(view->tracker, &fact);
}

/* RFC 4861 section 4.3 and 4.4 */
enum { ND_SOLICITATION = 135, ND_ADVERTISEMENT = 136 };

void
see_icmpv6(struct frame_view *view, const field_info *type_field)
{
    struct place icmp = place_of(type_field);
    struct ipaddr target, asker = ipaddr_from(&view->pinfo->net_src);
    uint8_t type;

    if (!has_bytes(icmp, 0, 24))
        return;
    type = byte_at(icmp, 0);
    if (type != ND_SOLICITATION && type != ND_ADVERTISEMENT) {
        see_icmp_error(view, type_field, true);
        return;
    }
    target = ipaddr_from_bytes(6, tvb_get_ptr(icmp.tvb, icmp.start + 8, 16));
    if (type == ND_ADVERTISEMENT)
        tell_heard(view, &target);
    else if (asker.family == 6 && !ipaddr_equal(&asker, &target))
        tell_asked(view, &target, &asker);
}

void
see_arp(struct frame_view *view, const field_info *opcode)
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
    if (!is_unspecified(&sender))
        tell_heard(view, &sender);
    if (byte_at(arp, 1) == 1 && !ipaddr_equal(&sender, &target))
        tell_asked(view, &target, &sender);
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
