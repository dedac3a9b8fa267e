/* packet.c
 * A frame of a plain capture as a fact, without Wireshark
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "packet.h"
#include "base/bounded.h"
#include "net/lookup.h"
#include "tcp/conn.h"

#define ETHERNET 14
enum { IP4_ICMP = 1, IP4_TCP = 6, IP4_UDP = 17 };

/* What is left of a frame. */
struct rest {
    const uint8_t *p;
    size_t n;
};

static uint16_t
word_at(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
long_at(const uint8_t *p)
{
    return (uint32_t)word_at(p) << 16 | word_at(p + 2);
}

/* IP **********************************************************************/

struct packet {
    struct ipaddr src, dst;
    uint8_t protocol;
    uint16_t id;
    struct rest payload;        /* as far as it is there */
    size_t length;              /* of the payload as it was */
};

static bool
read_ip(struct rest at, struct packet *packet)
{
    if (at.n < 20 || at.p[0] != 0x45 || word_at(at.p + 2) < 20)
        return false;
    packet->src = ipaddr_from_bytes(4, at.p + 12);
    packet->dst = ipaddr_from_bytes(4, at.p + 16);
    packet->protocol = at.p[9];
    packet->id = word_at(at.p + 4);
    packet->length = word_at(at.p + 2) - 20u;
    packet->payload = (struct rest){ at.p + 20, MIN(at.n - 20, packet->length) };
    return true;
}

/* TCP *********************************************************************/

/* The end with the lower address or port comes first. */
struct ends {
    struct ipaddr ip[2];
    uint16_t port[2];
};

struct stream {
    struct ends ends;           /* no address: nobody's place */
    uint32_t number;
    uint32_t syn;               /* sequence number of the SYN that opened it */
};

static struct ends
ends_of(const struct segment *seg)
{
    bool swapped = memcmp(&seg->src, &seg->dst, sizeof seg->src) > 0 || (ipaddr_equal(&seg->src, &seg->dst) && seg->sport > seg->dport);
    struct ends ends;

    memset(&ends, 0, sizeof ends);
    ends.ip[swapped] = seg->src;
    ends.ip[!swapped] = seg->dst;
    ends.port[swapped] = seg->sport;
    ends.port[!swapped] = seg->dport;
    return ends;
}

/* Its place, or the next free one. */
static struct stream *
place_of(struct packets *packets, const struct ends *ends)
{
    size_t at = bytes_hash(ends, sizeof *ends, 0) % packets->room;

    while (packets->streams[at].ends.ip[0].family && memcmp(&packets->streams[at].ends, ends, sizeof *ends) != 0)
        at = (at + 1) % packets->room;
    return &packets->streams[at];
}

/* Like Wireshark: another SYN between the same ends opens a new stream. */
static uint32_t
stream_of(struct packets *packets, const struct segment *seg)
{
    bool opens = (seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    struct ends ends = ends_of(seg);
    struct stream *stream = place_of(packets, &ends);

    if (!stream->ends.ip[0].family || (opens && stream->syn != seg->seq))
        *stream = (struct stream){ ends, packets->n_streams++, seg->seq };
    return stream->number;
}

/* What the HTTP dissector shows of a segment that begins with a response. */
static void
read_shown(const struct segment *seg, struct fact *fact)
{
    static const char version[] = "HTTP/1.1 ";
    const uint8_t *status = seg->data + sizeof version - 1;

    if (seg->captured < sizeof version + 2 || memcmp(seg->data, version, sizeof version - 1) != 0)
        return;
    fact->u.tcp.n_shown = 1;
    fact->u.tcp.shown[0].status = (status[0] - '0') * 100u + (status[1] - '0') * 10u + (status[2] - '0');
    fact->u.tcp.shown[0].said = SAID_NOTHING;
}

static bool
read_tcp(struct packets *packets, const struct packet *packet, struct fact *fact)
{
    struct segment *seg = &fact->u.tcp.segment;
    struct rest at = packet->payload;
    size_t header;

    if (at.n < 20 || (header = (size_t)(at.p[12] >> 4) * 4) > at.n || header > packet->length)
        return false;
    fact->kind = FACT_TCP;
    seg->frame = fact->frame;
    seg->time = fact->time;
    seg->src = packet->src;
    seg->dst = packet->dst;
    seg->sport = word_at(at.p);
    seg->dport = word_at(at.p + 2);
    seg->seq = long_at(at.p + 4);
    seg->ack = long_at(at.p + 8);
    seg->flags = at.p[13];
    seg->data = at.p + header;
    seg->captured = (uint32_t)(at.n - header);
    seg->length = (uint32_t)(packet->length - header);
    seg->stream = stream_of(packets, seg);
    read_shown(seg, fact);
    return true;
}

/* DNS *********************************************************************/

/* A name in full or, which our captures have in answers only, as a reference to the question's; returns what is behind it. */
static struct rest
read_name(struct rest at, char *name, size_t size)
{
    size_t used = 0;

    while (at.n > 0 && at.p[0] > 0 && at.p[0] < 0xc0 && at.n > at.p[0]) {
        size_t label = at.p[0];
        if (name && used + label + 2 < size) {
            if (used > 0)
                name[used++] = '.';
            memcpy(name + used, at.p + 1, label);
            used += label;
        }
        at.p += 1 + label;
        at.n -= 1 + label;
    }
    size_t last = at.n > 1 && at.p[0] >= 0xc0 ? 2 : MIN(at.n, 1);
    if (name)
        name[used] = '\0';
    return (struct rest){ at.p + last, at.n - last };
}

static void
read_addresses(struct rest at, unsigned answers, struct dns_message *m)
{
    while (answers-- > 0) {
        at = read_name(at, NULL, 0);
        if (at.n < 10 || at.n - 10 < word_at(at.p + 8))
            return;
        size_t length = word_at(at.p + 8);
        if (word_at(at.p) == DNS_TYPE_A && length == 4 && m->n_addresses < NAME_ADDRESSES_MAX)
            m->addresses[m->n_addresses++] = ipaddr_from_bytes(4, at.p + 10);
        at.p += 10 + length;
        at.n -= 10 + length;
    }
}

static bool
read_dns(struct packets *packets, const struct packet *packet, const struct fact *fact, struct dns_message *m)
{
    struct rest at = packet->payload;

    if (at.n < 8 + 12 || (word_at(at.p) != DNS_PORT && word_at(at.p + 2) != DNS_PORT))
        return false;
    m->frame = fact->frame;
    m->time = fact->time;
    m->src = packet->src;
    m->dst = packet->dst;
    m->sport = word_at(at.p);
    m->dport = word_at(at.p + 2);
    m->ip_id = packet->id;
    m->id = word_at(at.p + 8);
    m->response = at.p[10] & 0x80;
    m->truncated = at.p[10] & 0x02;
    m->rcode = at.p[11] & 0x0f;
    unsigned answers = word_at(at.p + 14);
    at = read_name((struct rest){ at.p + 20, at.n - 20 }, packets->names[0], sizeof packets->names[0]);
    if (at.n < 4)
        return false;
    m->name = packets->names[0];
    m->type = word_at(at.p);
    read_addresses((struct rest){ at.p + 4, at.n - 4 }, answers, m);
    return true;
}

/* ICMP ********************************************************************/

static bool
read_icmp(const struct packet *packet, struct fact *fact)
{
    struct icmp_error *error = &fact->u.icmp.error;
    struct rest at = packet->payload;
    struct packet quoted;

    if (at.n < 8 || at.p[0] != 3 || !read_ip((struct rest){ at.p + 8, at.n - 8 }, &quoted) || quoted.protocol != IP4_TCP || quoted.payload.n < 8)
        return false;
    fact->kind = FACT_ICMP;
    fact->u.icmp.key.from = quoted.src;
    fact->u.icmp.key.to = quoted.dst;
    fact->u.icmp.key.port = word_at(quoted.payload.p + 2);
    fact->u.icmp.sport = word_at(quoted.payload.p);
    error->frame = fact->frame;
    error->time = fact->time;
    error->source = packet->src;
    error->type = at.p[0];
    error->code = at.p[1];
    error->quote = quoted.id;
    return true;
}

/* frames ******************************************************************/

void
packets_begin(struct packets *packets, size_t frames)
{
    memset(packets, 0, sizeof *packets);
    packets->room = 2 * frames + 1;
    packets->streams = g_new0(struct stream, packets->room);
}

void
packets_end(struct packets *packets)
{
    g_free(packets->streams);
}

bool
packet_read(struct packets *packets, const uint8_t *bytes, size_t n, struct fact *fact)
{
    struct packet packet;

    if (n < ETHERNET || word_at(bytes + 12) != 0x0800 || !read_ip((struct rest){ bytes + ETHERNET, n - ETHERNET }, &packet))
        return false;
    switch (packet.protocol) {
    case IP4_TCP:
        return read_tcp(packets, &packet, fact);
    case IP4_UDP:
        fact->kind = FACT_DNS;
        return read_dns(packets, &packet, fact, &fact->u.dns);
    case IP4_ICMP:
        return read_icmp(&packet, fact);
    default:
        return false;
    }
}
