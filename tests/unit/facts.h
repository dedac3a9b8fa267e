/* facts.h
 * A capture by hand, told to the tracker frame by frame
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TESTS_FACTS_H
#define MWG502_TESTS_FACTS_H

#include "common.h"
#include "track/track.h"

/*
 * Each call that returns a frame's number adds that frame, a millisecond after the one
 * before. Clients are 10.0.0.n, the gateway is 10.1.0.1, its DNS server 10.1.0.53, servers
 * are 10.2.0.n.
 */
#define GATEWAY "10.1.0.1"
#define OTHER_ADDRESS "10.1.0.2"        /* of the gateway, where it has two */
#define RESOLVER "10.1.0.53"
#define SERVER_1 "10.2.0.1"
#define SERVER_2 "10.2.0.2"
#define HOST "one.example"              /* what clients ask for, if it matters that they ask for the same */
#define SERVER_FAILURE 2
#define NAME_ERROR 3

/* A new capture, watching 502 with 30 s of memory. interfaces: of a file that names each frame's, 0: of one that does not. */
struct settings *capture_begin(unsigned interfaces);    /* to be changed before the first frame */
struct tracker *capture_tracker(void);
void capture_ends(void);                /* every frame is visited again */
const struct host *host_at(const char *address);        /* what is known of it now; NULL: nothing */
void passes(unsigned ms);               /* nothing is captured for so long */
void is_set_back(unsigned ms);          /* the clock */
void frames_are_cut(uint32_t length);   /* those that follow, to so many bytes; 0: they are not */

/* The next frames are of that interface, so many milliseconds from the beginning. */
void switch_to(unsigned interface_id, unsigned ms);

/* Frames from and to that address have this network card, from 1. */
void card(const char *address, uint8_t number);

/* What sides that were asked send from now on has this TTL; 0, as at first: unknown. */
void servers_ttl(uint8_t ttl);

/* That address is the host's that captured. */
void captured_on(const char *address);

/*
 * TCP streams. scene() gives ALICE, BOB and CAROL connections to port 9090 of the gateway, and
 * the gateway some to port 80 of SERVER_1; DIRECT_n are for connections that pass it by.
 *
 * A line above each scene says what happens in order of time: "ALICE asks /a, SYN 1, RST 1,
 * ALICE gets 502" has the SYN and the RST of UPSTREAM_1, "1 asks" a request on it.
 */
enum stream { ALICE, BOB, CAROL, UPSTREAM_1, UPSTREAM_2, UPSTREAM_3, UPSTREAM_4, UPSTREAM_5, UPSTREAM_6, DIRECT_1, DIRECT_2 };
struct settings *scene(unsigned interfaces);    /* a new capture with these streams, of which none stands */
void scene_with(unsigned clients);              /* scene(0), in which the first so many clients' connections stand */
void all_ask(unsigned clients);                 /* the first so many ask for the same of HOST */
void is_known(const char *name, const char *address);   /* the gateway looked it up, a minute before what follows */

/* At that time of that interface, as switch_to(): something that is nobody's; ALICE connects and asks for HOST; she gets a 502. */
void other_frame_at(unsigned interface_id, unsigned ms);
uint32_t asks_at(unsigned interface_id, unsigned ms);
uint32_t gets_502_at(unsigned interface_id, unsigned ms);
/* TCP stream n, from 0: whose SYN is from one address to the other one's port. */
void leg(unsigned n, const char *from, const char *to, uint16_t port);
void translated(unsigned n, unsigned of);       /* n is the other one's connection, as it is behind address translation */
uint32_t syn(unsigned n);
uint32_t syn_says(unsigned n, const char *text);        /* with bytes: Fast Open */
uint32_t syn_back(unsigned n);          /* the other side opens the same connection */
uint32_t synack(unsigned n);
void numbered(uint16_t ip_id, uint32_t tsval);          /* the SYNs that follow; 0: not */
uint32_t acked(unsigned n);
uint32_t stands(unsigned n);            /* all three; the SYN's frame */
uint32_t refused(unsigned n);           /* RST of the server */
uint32_t reset(unsigned n);             /* likewise, on a connection that stands */
uint32_t resets(unsigned n, int side);
uint32_t closes(unsigned n, int side);
uint32_t unreachable(unsigned n, const char *router);   /* ICMP for the SYN */

/* Bytes of one side. status: what the HTTP dissector shows with them, 0: nothing. */
uint32_t says(unsigned n, int side, const char *text, unsigned status);
uint32_t says_again(unsigned n, int side, unsigned back, const char *text, unsigned status);    /* from so many bytes ago */
void skips(unsigned n, int side, unsigned bytes);       /* which come later */
uint32_t says_cut(unsigned n, int side, const char *text, unsigned captured, unsigned status);

uint32_t says_bytes(unsigned n, int side, const void *bytes, unsigned length);
uint32_t says_hello(unsigned n);        /* TLS */

/* Requests: to a proxy (absolute form), to a server, to a server for a client (X-Forwarded-For) */
uint32_t asks_proxy(unsigned n, const char *host, const char *path);
uint32_t asks_server(unsigned n, const char *host, const char *path);
uint32_t asks_server_for(unsigned n, const char *host, const char *path, const char *client);

/* A whole response without a body, shown */
uint32_t responds(unsigned n, unsigned status);

/* HTTP/2 without TLS: the connection with both sides' first frames; a request; a response, status NULL: a header block that cannot be read. */
uint32_t h2_connects(unsigned n);
uint32_t h2_asks(unsigned n, uint8_t stream, const char *host, const char *path);
uint32_t h2_responds(unsigned n, uint8_t stream, const char *status, bool whole);
uint32_t h2_resets(unsigned n, int side, uint8_t stream);       /* RST_STREAM */
uint32_t h2_leaves(unsigned n);         /* GOAWAY of the server, which serves no stream */

/* HTTP/3 between the ends of n: a request, a response (status NULL: of its body), in a datagram each; whole: its last bytes are in it. */
uint32_t h3_asks(unsigned n, uint64_t stream, const char *host, const char *path);
uint32_t h3_responds(unsigned n, uint64_t stream, const char *status, bool whole);

/* DNS: the question with this id, from a socket of its own unless one is given, and its answer; address NULL: none. */
void dns_socket(uint16_t port);         /* 0: its own again */
void dns_type(uint16_t type);           /* of both; A at first */
uint32_t looks_up(uint16_t id, const char *from, const char *name);
uint32_t resolved(uint16_t id, const char *to, const char *name, unsigned rcode, const char *address);
uint32_t dns_rejected(uint16_t id, const char *asker, uint16_t ip_id);      /* ICMP, with this IP id */
uint32_t dns_port_rejected(uint16_t id, const char *asker, uint16_t ip_id); /* which quotes no more than the ports */
void dns_server(const char *address);   /* whom the next ones ask, and who answers; NULL, as at first: RESOLVER */
void dns_packet(uint16_t ip_id);        /* of the next ones; 0, as at first: unknown */
uint32_t resolved_alias(uint16_t id, const char *to, const char *name, const char *canonical);  /* and no address */
uint32_t truncated(uint16_t id, const char *to, const char *name);

uint32_t arp(const char *asker, const char *neighbor);

/* The only verdict of the frame. */
const struct verdict *verdict_at(uint32_t frame);
void no_verdict_at(uint32_t frame);

/* Its cause, its confidence, and the frames that it cites, in order. */
#define EXPECT_AT(frame, c, how, ...) expect_at(frame, CAUSE_##c, CONFIDENCE_##how, (const uint32_t[]){ __VA_ARGS__, 0 })
void expect_at(uint32_t frame, enum cause cause, enum confidence confidence, const uint32_t *cited);
void expect_unknown_at(uint32_t frame, enum missing missing);

/* For facts_*.c: a new frame, whose fact has the frame's number and time; the tracker is told it; link of an address with a card() */
struct fact facts_next(enum fact_kind kind);
uint32_t facts_tell(const struct fact *fact);
struct fact facts_same(enum fact_kind kind, unsigned n, int side);      /* one more of the latest frame, which that side sent: HTTP/2 */
link_t facts_link(const struct ipaddr *address);

#endif
