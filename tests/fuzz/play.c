/* play.c
 * Facts from bytes: a small world of clients, gateways, servers and resolvers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "diagnose/evidence.h"
#include "play.h"

/* the world ***************************************************************/

enum who { CLIENT_1, CLIENT_2, GATEWAY_IN, GATEWAY_OUT, SERVER_1, SERVER_2, RESOLVER, ROUTER, GATEWAY_6, SERVER_6, LOOPBACK, N_WHO };

static const struct ipaddr everybody[N_WHO] = {
    { 4, { 10, 0, 0, 4 } }, { 4, { 10, 0, 0, 5 } }, { 4, { 10, 0, 0, 161 } }, { 4, { 10, 1, 0, 161 } },
    { 4, { 10, 2, 0, 131 } }, { 4, { 10, 2, 0, 132 } }, { 4, { 10, 0, 0, 53 } }, { 4, { 10, 0, 0, 1 } },
    { 6, { 0x20, 1, 0xd, 0xb8, [15] = 161 } }, { 6, { 0x20, 1, 0xd, 0xb8, [15] = 131 } }, { 4, { 127, 0, 0, 1 } },
};

static const struct {
    enum who ends[2];
    uint16_t ports[2];
} streams[PLAY_KINDS] = {
    { { CLIENT_1, GATEWAY_IN }, { 40000, 9090 } }, { { CLIENT_1, GATEWAY_IN }, { 40001, 9090 } },
    { { CLIENT_2, GATEWAY_IN }, { 40000, 9090 } }, { { CLIENT_2, GATEWAY_6 }, { 40002, 9090 } },
    { { GATEWAY_IN, SERVER_1 }, { 50000, 80 } }, { { GATEWAY_IN, SERVER_1 }, { 50001, 80 } },
    { { GATEWAY_OUT, SERVER_1 }, { 50002, 80 } }, { { GATEWAY_OUT, SERVER_2 }, { 50003, 80 } },
    { { GATEWAY_OUT, SERVER_2 }, { 50004, 443 } }, { { GATEWAY_IN, SERVER_2 }, { 50005, 443 } },
    { { GATEWAY_IN, ROUTER }, { 50006, 3128 } }, { { ROUTER, SERVER_1 }, { 50007, 80 } },
    { { GATEWAY_IN, RESOLVER }, { 50008, 53 } }, { { GATEWAY_6, SERVER_6 }, { 50009, 80 } },
    { { GATEWAY_IN, SERVER_1 }, { 50010, 8080 } }, { { LOOPBACK, LOOPBACK }, { 50011, 53 } },
};

static const char *const names[] = {
    "one.example", "two.example", "one.example.suffix.example", "cdn.example", "10.2.0.131", "2001:db8::83", "", "ONE.example",
};

#define HEAD_502 "HTTP/1.1 502 cannotconnect\r\nContent-Type: text/html\r\n"
#define PIECE(text) { text, sizeof text - 1 }
static const struct {
    const char *bytes;
    size_t n;
} pieces[] = {
    PIECE("GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n"),
    PIECE("GET http://two.example:8080/b?c HTTP/1.1\r\nHost: two.example\r\n\r\n"),
    PIECE("GET /a HTTP/1.1\r\nHost: one.example\r\nVia: 1.1 gateway\r\nX-Forwarded-For: 10.0.0.4\r\n\r\n"),
    PIECE("GET /b?c HTTP/1.1\r\nHost: two.example:8080\r\n\r\n"),
    PIECE("GET http://10.2.0.131/a HTTP/1.1\r\nHost: 10.2.0.131\r\n\r\n"),
    PIECE("HEAD http://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n"),
    PIECE("CONNECT one.example:443 HTTP/1.1\r\nHost: one.example:443\r\n\r\n"),
    PIECE("CONNECT [2001:db8::83]:80 HTTP/1.1\r\n\r\n"),
    PIECE("POST http://one.example/a HTTP/1.1\r\nHost: one.example\r\nContent-Length: 40\r\nExpect: 100-continue\r\n\r\n"),
    PIECE("GET http://one.example/a HTTP/1.1\r\nHost: one.example\r\nUpgrade: websocket\r\n\r\n"),
    PIECE("HTTP/1.1 100 Continue\r\n\r\n"),
    PIECE("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"),
    PIECE("HTTP/1.1 200 Connection established\r\n\r\n"),
    PIECE("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"),
    PIECE("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    PIECE("HTTP/1.1 304 Not Modified\r\n\r\n"),
    PIECE("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
    PIECE("HTTP/1.1 407 Authenticate\r\nContent-Length: 0\r\n\r\n"),
    PIECE("HTTP/1.1 504 Timeout\r\nContent-Length: 3\r\n\r\nlog"),
    PIECE(HEAD_502 "Content-Length: 5\r\n\r\nsorry"),
    PIECE(HEAD_502 "Content-Length: 0\r\n\r\n"),
    PIECE(HEAD_502 "Transfer-Encoding: chunked\r\n\r\n5\r\nsorry\r\n0\r\n\r\n"),
    PIECE(HEAD_502 "\r\n<title>Cannot Connect</title>"),
    PIECE("HTTP/1.1 502 badgateway\r\nVia: 1.1 server\r\nX-Squid-Error: ERR_READ_ERROR 104\r\nContent-Length: 0\r\n\r\n"),
    PIECE("HTTP/1.1 502 x\r\nProxy-Status: p; error=dns_error\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab"),
    PIECE("HTTP/1.1 20"),
    PIECE("HTTP/1.1 2OO OK\r\n\r\n"),
    PIECE("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
    PIECE("SSH-2.0-OpenSSH_9.2\r\n"),
    PIECE("5\r\nsorry\r\n"),
    PIECE("0\r\n\r\n"),
    PIECE("0123456789"),
    PIECE("0123456789012345678901234567890123456789"),
    PIECE("\x16\x03\x01\0\x08\x01\0\0\x04\x03\x03\0\0"),
    PIECE("\x16\x03\x03\0\x08\x02\0\0\x04\x03\x03\0\0"),
    PIECE("\x14\x03\x03\0\x01\x01"),
    PIECE("\x16\x03\x03\0\x08\x01\x02\x03\x04\x05\x06\x07\x08"),
    PIECE("\x15\x03\x03\0\x02\x02\x28"),
    PIECE("\x15\x03\x03\0\x02\x01\0"),
    PIECE("\x17\x03\x03\0\x08" "12345678"),
    PIECE("\r\n"),
};

/* One more of the kind: its own address. */
static struct ipaddr
one_of(enum who who, unsigned nth)
{
    struct ipaddr ip = everybody[who];

    ip.b[ip.family == 4 ? 2 : 14] ^= (uint8_t)nth;
    return ip;
}

static unsigned
take_nth(const struct play *play, struct input *in)
{
    return play->crowd ? take_byte(in) : 0;
}

/* TCP *********************************************************************/

enum { PSH = 0x08 };
static const uint8_t usual_flags[] = {
    TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK, TCP_ACK | PSH, TCP_ACK | TCP_FIN, TCP_RST, TCP_RST | TCP_ACK, TCP_ACK | PSH | TCP_FIN,
};

static void
take_payload(struct input *in, struct segment *seg)
{
    unsigned which = take_byte(in);
    size_t n = 0, from = 0;
    const uint8_t *bytes = (const uint8_t *)"";

    if (which < G_N_ELEMENTS(pieces) * 4) {
        bytes = (const uint8_t *)pieces[which / 4].bytes;
        n = pieces[which / 4].n;
        if (which & 1)
            from = take_below(in, (unsigned)n);
        if (which & 2)
            n = from + take_below(in, (unsigned)(n - from) + 1);
    } else if (which < 250) {
        bytes = take_bytes(in, take_byte(in), &n);
    }
    seg->captured = (uint32_t)(n - from);
    seg->length = seg->captured + (which == 254 ? take_long(in) % 70000 : which == 253 ? take_byte(in) : 0);
    seg->data = exact_copy(bytes + from, seg->captured);
}

static uint32_t
take_seq(struct input *in, uint32_t next, unsigned how)
{
    switch (how) {
    case 0:
        return next - take_byte(in);
    case 1:
        return next + take_byte(in);
    case 2:
        return take_long(in);
    default:
        return next;
    }
}

static void
take_shown(struct input *in, struct fact *fact)
{
    static const uint16_t statuses[] = { 502, 502, 502, 200, 100, 504, 407, 101 };
    static const char *const words[] = { NULL, "Cannot Connect", "Host Not Resolvable", "so it is" };
    unsigned which = take_byte(in);

    fact->u.tcp.n_shown = which < 240 ? 1 : which - 239;
    for (unsigned i = 0; i < fact->u.tcp.n_shown; i++) {
        const char *said = words[which >> 3 & 3];
        fact->u.tcp.shown[i] = (struct shown){ statuses[which & 7], { said, said ? (int)(which >> 3 & 3) - 1 : -1, (enum product)(which % N_PRODUCTS) } };
    }
}

static bool
take_segment(struct play *play, struct input *in, struct fact *fact)
{
    struct segment *seg = &fact->u.tcp.segment;
    unsigned which = take_byte(in), how = take_byte(in), kind = which % PLAY_KINDS, nth = take_nth(play, in);
    int side = which >> 4 & 1;
    uint32_t *next = play->next[kind + nth * PLAY_KINDS];

    fact->kind = FACT_TCP;
    seg->frame = fact->frame;
    seg->time = fact->time;
    seg->stream = kind + nth * PLAY_KINDS;
    seg->src = one_of(streams[kind].ends[side], side == CLIENT ? nth : nth >> 4);
    seg->dst = one_of(streams[kind].ends[!side], side == CLIENT ? nth >> 4 : nth);
    seg->sport = streams[kind].ports[side];
    seg->dport = streams[kind].ports[!side];
    seg->flags = how & 0x80 ? (uint8_t)take_byte(in) : usual_flags[how & 7];
    if (seg->flags & PSH)
        take_payload(in, seg);
    else
        seg->data = exact_copy(NULL, 0);
    seg->seq = take_seq(in, next[side], how >> 3 & 7);
    seg->ack = which & 0x80 ? take_seq(in, next[!side], 0) : next[!side];
    next[side] = seg->seq + seg->length + (seg->flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    if (which & 0x40)
        take_shown(in, fact);
    return true;
}

/* the rest ****************************************************************/

static struct ipaddr
take_ip(const struct play *play, struct input *in)
{
    unsigned nth = take_nth(play, in);

    return one_of((enum who)take_below(in, N_WHO), nth);
}

static const char *
take_name(const struct play *play, struct input *in)
{
    unsigned nth = take_nth(play, in);
    const char *name = names[take_below(in, G_N_ELEMENTS(names))];

    return nth ? wmem_strdup_printf(wmem_file_scope(), "%u.%s", nth, name) : wmem_strdup(wmem_file_scope(), name);
}

static void
take_dns(const struct play *play, struct input *in, const struct fact *fact, struct dns_message *m)
{
    unsigned how = take_byte(in);
    struct ipaddr resolver = how & 1 ? everybody[LOOPBACK] : everybody[RESOLVER];
    struct ipaddr asker = how & 1 ? everybody[LOOPBACK] : one_of(how & 2 ? GATEWAY_OUT : GATEWAY_IN, take_nth(play, in));

    m->frame = fact->frame;
    m->time = fact->time;
    m->response = how & 4;
    m->src = m->response ? resolver : asker;
    m->dst = m->response ? asker : resolver;
    m->id = (uint16_t)(how >> 3 & 3);
    m->sport = m->response ? DNS_PORT : (uint16_t)(10000 + m->id);
    m->dport = m->response ? (uint16_t)(10000 + m->id) : DNS_PORT;
    m->ip_id = how & 0x20 ? (uint16_t)take_byte(in) : 0;
    m->truncated = (how & 0xc0) == 0xc0;
    m->type = how & 0x40 ? DNS_TYPE_AAAA : DNS_TYPE_A;
    m->name = take_name(play, in);
    if (!m->response)
        return;
    how = take_byte(in);
    m->rcode = how & 8 ? how & 7 : 0;
    m->cut_short = how & 0x80;
    m->n_addresses = how >> 4 & 3;
    for (unsigned i = 0; i < m->n_addresses; i++)
        m->addresses[i] = take_ip(play, in);
    m->n_canonical = how & 0x40 ? take_below(in, DNS_NAMES_MAX + 1) : 0;
    for (unsigned i = 0; i < m->n_canonical; i++)
        m->canonical[i] = take_name(play, in);
}

static void
take_icmp(const struct play *play, struct input *in, const struct fact *fact, struct target_key *key, uint16_t *sport, struct icmp_error *error)
{
    unsigned kind = take_below(in, PLAY_KINDS), nth = take_nth(play, in);

    key->from = one_of(streams[kind].ends[CLIENT], nth);
    key->to = one_of(streams[kind].ends[SERVER], nth >> 4);
    key->port = streams[kind].ports[SERVER];
    *sport = streams[kind].ports[CLIENT];
    error->frame = fact->frame;
    error->time = fact->time;
    error->source = take_ip(play, in);
    error->v6 = key->from.family == 6;
    error->type = error->v6 ? 1 : 3;
    error->code = (uint8_t)take_byte(in);
    error->quote = take_below(in, 4);
}

static void
take_dns_error(const struct play *play, struct input *in, struct fact *fact)
{
    struct dns_error *error = &fact->u.dns_error.error;
    struct dns_message *quoted = &fact->u.dns_error.quoted;
    unsigned how = take_byte(in);

    take_dns(play, in, fact, quoted);
    if (quoted->response)
        return;
    quoted->frame = 0;
    error->frame = fact->frame;
    error->time = fact->time;
    error->type = 3;
    error->code = (uint8_t)take_below(in, 16);
    error->key.from = quoted->src;
    error->key.to = quoted->dst;
    error->key.port = quoted->sport;
    error->key.id = quoted->id;
    error->id_known = how & 1;
    error->quoted = how & 2 ? quoted : NULL;
}

void
play_begin(struct play *play, bool crowd)
{
    memset(play, 0, sizeof *play);
    play->crowd = crowd;
    play->time = 1000 * NS_PER_SECOND;
}

bool
play_fact(struct play *play, struct input *in, uint32_t frame, struct fact *fact)
{
    unsigned kind = take_byte(in);

    memset(fact, 0, sizeof *fact);
    fact->frame = frame;
    fact->time = play->time;
    if (kind < 160)
        return take_segment(play, in, fact);
    if (kind < 200) {
        fact->kind = FACT_DNS;
        take_dns(play, in, fact, &fact->u.dns);
    } else if (kind < 220) {
        fact->kind = FACT_ICMP;
        take_icmp(play, in, fact, &fact->u.icmp.key, &fact->u.icmp.sport, &fact->u.icmp.error);
    } else if (kind < 228) {
        fact->kind = FACT_DNS_ERROR;
        take_dns_error(play, in, fact);
    } else if (kind < 244) {
        fact->kind = kind < 238 ? FACT_NEIGHBOR_ASKED : FACT_NEIGHBOR_HEARD;
        fact->u.neighbor.neighbor = take_ip(play, in);
        fact->u.neighbor.asker = take_ip(play, in);
    } else if (kind < 250) {
        fact->kind = FACT_REPORTED;
        fact->u.reported.from = take_ip(play, in);
        fact->u.reported.to = take_ip(play, in);
        fact->u.reported.port = (uint16_t)(kind & 1 ? 80 : DNS_PORT);
    } else {
        return false;
    }
    return true;
}
