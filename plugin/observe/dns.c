/* dns.c
 * DNS messages, as Wireshark dissected them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <wsutil/str_util.h>

#include "observe/dns.h"

/* RFC 1035 section 4.1.1: the header, which stands before the question. */
#define DNS_HEADER 12

/* true: the field belongs to the message with this question and not to the next one's. */
static bool
is_within(const field_info *fi, const field_info *question, const field_info *next)
{
    return fi->ds_tvb == question->ds_tvb && fi->start >= question->start &&
           (!next || next->ds_tvb != question->ds_tvb || fi->start < next->start);
}

static const char *
dns_name(const struct frame_view *view, field_info *fi)
{
    const char *text = fvalue_get_string(COMPAT_VALUE(fi));

    return text ? wmem_ascii_strdown(view->pinfo->pool, text, -1) : NULL;
}

/* RFC 1035 section 3.2.1: type, class and TTL stand before the length, the data behind it. */
static void
add_address(const field_info *length, struct dns_message *m)
{
    struct place data = place_of(length);
    unsigned type = has_bytes(data, -8, 8) ? tvb_get_ntohs(data.tvb, data.start - 8) : 0;
    int n = type == DNS_TYPE_A ? 4 : type == DNS_TYPE_AAAA ? 16 : 0;

    if (n > 0 && has_bytes(data, 2, n) && m->n_addresses < NAME_ADDRESSES_MAX)
        m->addresses[m->n_addresses++] = ipaddr_from_bytes(n == 4 ? 4 : 6, tvb_get_ptr(data.tvb, data.start + 2, n));
}

/* question: the name that the message asks for, or repeats; next: that of the message behind it, or NULL */
static bool
read_dns_message(const struct frame_view *view, field_info *question, const field_info *next, struct dns_message *m)
{
    struct place at = place_of(question);

    at.start -= DNS_HEADER;
    if (!has_bytes(at, 0, DNS_HEADER + question->length + 2) || tvb_get_ntohs(at.tvb, at.start + 4) != 1)
        return false;
    memset(m, 0, sizeof *m);
    m->frame = view->frame;
    m->time = view->time;
    link_t link_dst;

    read_links(view, &m->link_src, &link_dst);
    m->src = ipaddr_from(&view->pinfo->src);
    m->dst = ipaddr_from(&view->pinfo->dst);
    m->sport = (uint16_t)view->pinfo->srcport;
    m->dport = (uint16_t)view->pinfo->destport;
    m->id = tvb_get_ntohs(at.tvb, at.start);
    m->ip_id = view->pinfo->ptype == PT_UDP && m->src.family == 4 ? ip_id_before((struct place){ at.tvb, at.start - 8 }) : 0;
    m->ttl = view->pinfo->ptype == PT_UDP && m->src.family == 4 ? ttl_before((struct place){ at.tvb, at.start - 8 }) : 0;
    m->response = byte_at(at, 2) & 0x80;
    m->truncated = byte_at(at, 2) & 0x02;
    m->rcode = byte_at(at, 3) & 0x0f;
    m->type = tvb_get_ntohs(at.tvb, question->start + question->length);
    m->name = dns_name(view, question);
    if (m->response && tvb_get_ntohs(at.tvb, at.start + 6) > 0) {
        GPtrArray *records = fields_of(view, DNS_RESP_LEN), *cnames = fields_of(view, DNS_CNAME);
        for (unsigned i = 0; records && i < records->len; i++)
            if (is_within(field_at(records, i), question, next))
                add_address(field_at(records, i), m);
        for (unsigned i = 0; cnames && i < cnames->len && m->n_canonical < DNS_NAMES_MAX; i++)
            if (is_within(field_at(cnames, i), question, next))
                m->canonical[m->n_canonical++] = dns_name(view, field_at(cnames, i));
        m->cut_short = m->n_addresses == 0 && view->pinfo->fd->cap_len < view->pinfo->fd->pkt_len;
    }
    return true;
}

/* Multicast DNS and LLMNR share the fields; no gateway resolves the hosts of URLs so. */
static bool
is_unicast_dns(const packet_info *pinfo)
{
    return pinfo->srcport != 5353 && pinfo->destport != 5353 && pinfo->srcport != 5355 && pinfo->destport != 5355;
}

void
see_dns(struct frame_view *view)
{
    GPtrArray *questions = fields_of(view, DNS_QRY_NAME);

    if (!questions || !is_unicast_dns(view->pinfo))
        return;
    for (unsigned i = 0; i < questions->len; i++) {
        struct fact fact = fact_of(view, FACT_DNS);
        if (read_dns_message(view, field_at(questions, i), field_at(questions, i + 1), &fact.u.dns))
            track_fact(view->tracker, &fact);
    }
}

bool
read_quoted_query(const struct frame_view *view, const struct asked_key *key, struct dns_message *m)
{
    GPtrArray *questions = fields_of(view, DNS_QRY_NAME);

    if (!questions || !read_dns_message(view, field_at(questions, 0), NULL, m))
        return false;
    m->frame = 0;               /* it never left */
    m->link_src = 0;
    m->src = key->from;
    m->dst = key->to;
    m->sport = key->port;
    m->ip_id = 0;
    return true;
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
