/* facts.c
 * A capture by hand, told to the tracker frame by frame
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "facts.h"

#define PSH 0x08
#define MS (NS_PER_SECOND / 1000)
#define BEGIN (1000 * NS_PER_SECOND)
#define STREAMS_MAX 128
#define CARDS_MAX 4

static struct {
    struct tracker *tracker;
    struct settings settings;
    uint32_t frame;
    when_t now;
    bool has_interface;
    uint32_t interface_id;
    struct ipaddr cards[CARDS_MAX];
    link_t links[CARDS_MAX];
    unsigned n_cards;
    uint8_t ttl;                /* of servers */
    uint32_t snap;
    uint16_t ip_id;
    uint32_t tsval;
    struct {
        struct ipaddr ip[2];
        uint16_t port[2];
        uint32_t isn, next[2];
    } streams[STREAMS_MAX];
} capture;

/* the capture *************************************************************/

static bool
is_502(unsigned status)
{
    return status == 502;
}

struct settings *
capture_begin(unsigned interfaces)
{
    common_new_scope(WMEM_ALLOCATOR_STRICT);
    memset(&capture, 0, sizeof capture);
    capture.now = BEGIN;
    capture.has_interface = interfaces > 0;
    dns_socket(0);
    dns_type(DNS_TYPE_A);
    dns_server(NULL);
    dns_packet(0);
    capture.settings.memory = 30 * NS_PER_SECOND;
    capture.settings.watched = is_502;
    return &capture.settings;
}

struct tracker *
capture_tracker(void)
{
    if (!capture.tracker)
        capture.tracker = track_new(&capture.settings, 120);
    return capture.tracker;
}

const struct host *
host_at(const char *address)
{
    struct ipaddr at = ip(address);

    return host_find(capture_tracker()->root, &at);
}

void
capture_ends(void)
{
    for (uint32_t frame = 1; frame <= capture.frame; frame++)
        track_later_visit(capture.tracker, frame);
}

void
passes(unsigned ms)
{
    capture.now += ms * MS;
}

void
frames_are_cut(uint32_t length)
{
    capture.snap = length;
}

void
is_set_back(unsigned ms)
{
    capture.now -= ms * MS;
}

void
switch_to(unsigned interface_id, unsigned ms)
{
    capture.interface_id = interface_id;
    capture.now = BEGIN + ms * MS;
}

void
card(const char *address, uint8_t number)
{
    g_assert_cmpuint(capture.n_cards, <, CARDS_MAX);
    capture.cards[capture.n_cards] = ip(address);
    capture.links[capture.n_cards++] = (link_t)number << 8;
}

void
captured_on(const char *address)
{
    card(address, 0);
    capture.links[capture.n_cards - 1] = LINK_SELF;
}

link_t
facts_link(const struct ipaddr *address)
{
    if (ipaddr_is_loopback(address))
        return LINK_SELF;
    for (unsigned i = capture.n_cards; i-- > 0; )       /* the one that it got last */
        if (ipaddr_equal(&capture.cards[i], address))
            return capture.links[i];
    return 0;
}

struct fact
facts_next(enum fact_kind kind)
{
    struct fact fact;
    struct frame_facts frame;

    memset(&frame, 0, sizeof frame);
    frame.frame = ++capture.frame;
    frame.time = capture.now += MS;
    frame.cut_short = capture.snap > 0;
    frame.captured = capture.snap;
    frame.has_interface = capture.has_interface;
    frame.interface_id = capture.interface_id;
    track_first_visit(capture_tracker(), capture.frame);
    memset(&fact, 0, sizeof fact);
    fact.kind = kind;
    fact.frame = capture.frame;
    fact.time = track_frame(capture_tracker(), &frame);
    return fact;
}

uint32_t
facts_tell(const struct fact *fact)
{
    track_fact(capture.tracker, fact);
    return fact->frame;
}

/* TCP *********************************************************************/

void
servers_ttl(uint8_t ttl)
{
    capture.ttl = ttl;
}

void
leg(unsigned n, const char *from, const char *to, uint16_t port)
{
    g_assert_cmpuint(n, <, STREAMS_MAX);
    capture.streams[n].ip[CLIENT] = ip(from);
    capture.streams[n].ip[SERVER] = ip(to);
    capture.streams[n].port[CLIENT] = (uint16_t)(40000 + n);
    capture.streams[n].port[SERVER] = port;
    capture.streams[n].isn = capture.streams[n].next[CLIENT] = 1000 * (n + 1);
    capture.streams[n].next[SERVER] = 9000000;
}

void
translated(unsigned n, unsigned of)
{
    capture.streams[n].port[CLIENT] = capture.streams[of].port[CLIENT];
    capture.streams[n].isn = capture.streams[of].isn;
    memcpy(capture.streams[n].next, capture.streams[of].next, sizeof capture.streams[n].next);
}

static uint32_t
segment(unsigned n, int side, uint8_t flags, const char *text, unsigned length, unsigned captured, unsigned status)
{
    struct fact fact = facts_next(FACT_TCP);
    struct segment *seg = &fact.u.tcp.segment;

    seg->frame = fact.frame;
    seg->time = fact.time;
    seg->stream = n;
    seg->src = capture.streams[n].ip[side];
    seg->dst = capture.streams[n].ip[!side];
    seg->link_src = facts_link(&seg->src);
    seg->link_dst = facts_link(&seg->dst);
    seg->sport = capture.streams[n].port[side];
    seg->dport = capture.streams[n].port[!side];
    seg->flags = flags;
    seg->ttl = side == SERVER ? capture.ttl : 64;
    seg->ip_id = capture.ip_id;
    seg->tsval = capture.tsval;
    seg->seq = capture.streams[n].next[side];
    seg->ack = flags & TCP_ACK ? capture.streams[n].next[!side] : 0;
    seg->data = (const uint8_t *)text;
    seg->length = length;
    seg->captured = MIN(captured, seg->length);
    capture.streams[n].next[side] += seg->length + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    if (status) {
        fact.u.tcp.n_shown = 1;
        fact.u.tcp.shown[0] = (struct shown){ status, SAID_NOTHING };
    }
    return facts_tell(&fact);
}

struct fact
facts_same(enum fact_kind kind, unsigned n, int side)
{
    struct fact fact;

    memset(&fact, 0, sizeof fact);
    fact.kind = kind;
    fact.frame = capture.frame;
    fact.time = capture.now;
    fact.u.h2.frame.conn = n;
    fact.u.h2.frame.src = capture.streams[n].ip[side];
    fact.u.h2.frame.sport = capture.streams[n].port[side];
    return fact;
}

static uint32_t
bare(unsigned n, int side, uint8_t flags)
{
    return segment(n, side, flags, "", 0, 0, 0);
}

uint32_t
syn(unsigned n)
{
    capture.streams[n].next[CLIENT] = capture.streams[n].isn;   /* also where it is repeated */
    return bare(n, CLIENT, TCP_SYN);
}

uint32_t
syn_says(unsigned n, const char *text)
{
    capture.streams[n].next[CLIENT] = 1000 * (n + 1);
    return segment(n, CLIENT, TCP_SYN, text, (unsigned)strlen(text), UINT_MAX, 0);
}

uint32_t
syn_back(unsigned n)
{
    return bare(n, SERVER, TCP_SYN);
}

void
numbered(uint16_t ip_id, uint32_t tsval)
{
    capture.ip_id = ip_id;
    capture.tsval = tsval;
}

uint32_t
synack(unsigned n)
{
    return bare(n, SERVER, TCP_SYN | TCP_ACK);
}

uint32_t
acked(unsigned n)
{
    return bare(n, CLIENT, TCP_ACK);
}

uint32_t
stands(unsigned n)
{
    uint32_t first = syn(n);

    synack(n);
    acked(n);
    return first;
}

uint32_t
refused(unsigned n)
{
    return bare(n, SERVER, TCP_RST | TCP_ACK);
}

uint32_t
reset(unsigned n)
{
    return bare(n, SERVER, TCP_RST);
}

uint32_t
resets(unsigned n, int side)
{
    return bare(n, side, TCP_RST);
}

uint32_t
closes(unsigned n, int side)
{
    return bare(n, side, TCP_FIN | TCP_ACK);
}

uint32_t
unreachable(unsigned n, const char *router)
{
    struct fact fact = facts_next(FACT_ICMP);

    fact.u.icmp.key.from = capture.streams[n].ip[CLIENT];
    fact.u.icmp.key.to = capture.streams[n].ip[SERVER];
    fact.u.icmp.key.port = capture.streams[n].port[SERVER];
    fact.u.icmp.sport = capture.streams[n].port[CLIENT];
    fact.u.icmp.stream_plus_1 = n + 1;
    fact.u.icmp.error = (struct icmp_error){ fact.frame, fact.time, ip(router), false, 3, 1, fact.frame };
    return facts_tell(&fact);
}

/* HTTP ********************************************************************/

uint32_t
says(unsigned n, int side, const char *text, unsigned status)
{
    return segment(n, side, TCP_ACK | PSH, text, (unsigned)strlen(text), UINT_MAX, status);
}

uint32_t
says_again(unsigned n, int side, unsigned back, const char *text, unsigned status)
{
    uint32_t next = capture.streams[n].next[side];

    capture.streams[n].next[side] -= back;
    uint32_t frame = says(n, side, text, status);
    capture.streams[n].next[side] = next;
    return frame;
}

void
skips(unsigned n, int side, unsigned bytes)
{
    capture.streams[n].next[side] += bytes;
}

uint32_t
says_cut(unsigned n, int side, const char *text, unsigned captured, unsigned status)
{
    return segment(n, side, TCP_ACK | PSH, text, (unsigned)strlen(text), captured, status);
}

uint32_t
says_bytes(unsigned n, int side, const void *bytes, unsigned length)
{
    return segment(n, side, TCP_ACK | PSH, (const char *)bytes, length, UINT_MAX, 0);
}

uint32_t
says_hello(unsigned n)
{
    static const char hello[] = "\x16\x03\x01\x00\x2d" "\x01\x00\x00\x29" "\x03\x03" "0123456789abcdef0123456789abcdef" "\x00" "\x00\x02\x13\x01" "\x01\x00";

    return segment(n, CLIENT, TCP_ACK | PSH, hello, sizeof hello - 1, UINT_MAX, 0);
}

static uint32_t
says_all(unsigned n, int side, char *text, unsigned status)
{
    uint32_t frame = says(n, side, text, status);

    g_free(text);
    return frame;
}

uint32_t
asks_proxy(unsigned n, const char *host, const char *path)
{
    return says_all(n, CLIENT, g_strdup_printf("GET http://%s%s HTTP/1.1\r\nHost: %s\r\n\r\n", host, path, host), 0);
}

uint32_t
asks_server(unsigned n, const char *host, const char *path)
{
    return says_all(n, CLIENT, g_strdup_printf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host), 0);
}

uint32_t
asks_server_for(unsigned n, const char *host, const char *path, const char *client)
{
    return says_all(n, CLIENT, g_strdup_printf("GET %s HTTP/1.1\r\nHost: %s\r\nX-Forwarded-For: %s\r\n\r\n", path, host, client), 0);
}

uint32_t
responds(unsigned n, unsigned status)
{
    return says_all(n, SERVER, g_strdup_printf("HTTP/1.1 %u so\r\nContent-Length: 0\r\n\r\n", status), status);
}
