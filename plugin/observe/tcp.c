/* tcp.c
 * TCP segments, and the HTTP that Wireshark shows with them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <epan/ipproto.h>

#include "observe/http.h"
#include "observe/preface.h"
#include "observe/tcp.h"
#include "words/reported.h"

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

/* What the IP header before a TCP header says. */
struct ip_header {
    int left;                   /* how many bytes the packet still had from the TCP header on; -1: not known */
    uint8_t ttl;                /* 0: not known */
    uint16_t id;                /* 0: not known */
};

/*
 * The data source counts the link layer's padding too, so the IP header before is asked. There
 * is none before a packet that was reassembled.
 */
static struct ip_header
ip_header_before(const struct frame_view *view, struct bytes all, int tcp)
{
    const address *src = &view->pinfo->net_src;

    for (int ihl = 20; src->type == AT_IPv4 && ihl <= 60 && tcp >= ihl; ihl += 4) {
        const uint8_t *ip = all.p + tcp - ihl;
        if (ip[0] == (0x40 | ihl / 4) && ip[9] == IP_PROTO_TCP && memcmp(ip + 12, src->data, 4) == 0) {
            int total = (int)word_at(ip + 2);
            return (struct ip_header){ total > ihl ? total - ihl : -1, ip[8], (uint16_t)word_at(ip + 4) };     /* 0: segmentation offload */
        }
    }
    for (int header = 40; src->type == AT_IPv6 && header <= 40 + 256 && tcp >= header; header += 8) {
        const uint8_t *ip = all.p + tcp - header;
        if (ip[0] >> 4 == 6 && memcmp(ip + 8, src->data, 16) == 0) {
            int payload = (int)word_at(ip + 4);
            return (struct ip_header){ payload > 0 ? payload - (header - 40) : -1, ip[7], 0 };
        }
    }
    return (struct ip_header){ -1, 0, 0 };
}

/* TCP options (RFC 9293 section 3.1, RFC 7323). */
enum { OPTION_END = 0, OPTION_NOTHING = 1, OPTION_WINDOW_SCALE = 3, OPTION_TIMESTAMP = 8 };
#define WINDOW_SCALE_LENGTH 3
#define TIMESTAMP_LENGTH 10
#define WINDOW_SCALE_MAX 14

/* What the option with this kind and length holds, among n bytes of options; NULL: it is not there. */
static const uint8_t *
option_in(const uint8_t *options, int n, uint8_t kind, int length)
{
    for (int i = 0; i < n && options[i] != OPTION_END;) {
        if (options[i] == OPTION_NOTHING) {
            i++;
            continue;
        }
        if (i + 2 > n || options[i + 1] < 2)
            break;
        if (options[i] == kind && options[i + 1] == length && i + length <= n)
            return options + i + 2;
        i += options[i + 1];
    }
    return NULL;
}

/* segments ****************************************************************/

/* Without options (RFC 9293 section 3.1). */
#define TCP_HEADER 20

/* What only a SYN has: the window's scale, and what its copies have in common and its repeats have not. */
static void
read_syn(const struct frame_view *view, struct place tcp, const uint8_t *header, int n, struct segment *syn)
{
    const uint8_t *scale = option_in(header + TCP_HEADER, n - TCP_HEADER, OPTION_WINDOW_SCALE, WINDOW_SCALE_LENGTH);
    const uint8_t *stamp = option_in(header + TCP_HEADER, n - TCP_HEADER, OPTION_TIMESTAMP, TIMESTAMP_LENGTH);

    syn->window_scale = scale ? MIN(*scale, WINDOW_SCALE_MAX) : 0;
    syn->tsval = stamp ? long_at(stamp) : 0;
    syn->ip_id = view->pinfo->net_src.type == AT_IPv4 ? ip_id_before(tcp) : 0;
}

/* false: the header is not there up to the flags */
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
    struct ip_header ip = ip_header_before(view, all, tcp);
    left = ip.left >= 0 ? ip.left : tvb_reported_length_remaining(at.tvb, tcp);
    seg->frame = view->frame;
    seg->time = view->time;
    seg->stream = fvalue_get_uinteger(COMPAT_VALUE(stream));
    seg->sport = (uint16_t)word_at(p);
    seg->dport = (uint16_t)word_at(p + 2);
    seg->seq = long_at(p + 4);
    seg->ack = long_at(p + 8);
    seg->flags = p[13];
    seg->ttl = ip.ttl;
    bool has_window = tcp + 16 <= all.n;
    seg->window = has_window ? (uint16_t)word_at(p + 14) : 0;
    seg->window_zero = has_window && seg->window == 0 && !(seg->flags & TCP_RST);
    seg->length = left > header ? (uint32_t)(left - header) : 0;
    seg->captured = tcp + header < all.n ? MIN((uint32_t)(all.n - tcp - header), seg->length) : 0;
    if (seg->flags & TCP_SYN)
        read_syn(view, at, p, MIN(header, all.n - tcp), seg);
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

/* responses *******************************************************************/

/* Length of "HTTP/1.1 ", which stands before the status. */
#define BEFORE_STATUS 9

static struct said
read_said(const struct frame_view *view, const field_info *status)
{
    struct place line = { status->ds_tvb, status->start - BEFORE_STATUS };
    int n;

    if (!has_bytes(line, 0, BEFORE_STATUS))
        return SAID_NOTHING;
    n = tvb_captured_length_remaining(line.tvb, line.start);
    return reported_read(view->pinfo->pool, tvb_get_ptr(line.tvb, line.start, n), (size_t)n);
}

void
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
    if (seg->flags == TCP_ACK && seg->length == 0 && !seg->window_zero && track_expected(view->tracker, seg))
        return;
    if (!read_ends(view, seg))
        return;
    /* A response may be shown with the FIN behind it. */
    if (seg->length > 0 || (seg->flags & (TCP_FIN | TCP_RST)))
        above = foreign_above_tcp(view->pinfo);
    if (seg->length > 0 && !above.http2 && preface_take_over(view, stream, seg))
        above = foreign_above_tcp(view->pinfo);
    if (above.tls)
        see_decrypted(view, seg);
    found = above.http ? fields_of(view, HTTP_STATUS) : NULL;
    for (unsigned i = 0; found && i < found->len && i < SHOWN_MAX; i++) {
        field_info *status = field_at(found, i);
        struct shown *shown = &fact.u.tcp.shown[fact.u.tcp.n_shown++];
        shown->status = fvalue_get_uinteger(COMPAT_VALUE(status));
        shown->said = view->tracker->root->settings.watched(shown->status) ? read_said(view, status) : SAID_NOTHING;
    }
    track_fact(view->tracker, &fact);
    if (above.http2)
        see_http2(view, seg);
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
