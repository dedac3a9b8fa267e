/* model.h
 * What is remembered of a capture: connections, requests, look-ups and who did them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MODEL_MODEL_H
#define MWG502_MODEL_MODEL_H

#include "base/bounded.h"
#include "diagnose/evidence.h"
#include "bytes/httpstream.h"
#include "bytes/tlsrecords.h"

/*
 * Everything hangs on one struct root for each capture, allocated in wmem_file_scope()
 * and changed only while a frame is seen for the first time. Structs point to each other
 * only where the one pointed to is known to be unlinked before it is freed:
 *
 *   host     an address; several of them make one gateway (a machine with two network cards)
 *   conn     a TCP connection, found by tcp.stream, standing on one shelf by its fate
 *   target   the attempts of one host at one address and port, oldest first
 *   exchange a request on a connection and its reply; on the gateway's side it may be
 *            the child of a client's exchange (its parent)
 *   name     a host name: its addresses, its searches, the exchanges that ask for it
 *   search   the DNS questions of one attempt to resolve a name
 */

/* Copies of a frame (mirrored, bridged, -i any) follow closer than any repeat. */
#define COPY_WITHIN (2 * 1000 * 1000)

/* Clocks of two interfaces differ by less. */
#define CLOCK_SLACK (20 * 1000 * 1000)

/* A gateway begins to look up a request's host this soon. */
#define BEGUN_WITH (NS_PER_SECOND / 10)

/* A server and port that requests went to. */
struct next_hop {
    struct ipaddr ip;
    uint16_t port;
    when_t last;
};
#define NEXT_HOPS_MAX 4

/* Connections of a gateway that may explain a 502: see activity.h. */
struct activities {
    GQueue pending, failed;
};

#define GATEWAY_HOSTS_MAX 16
struct gateway {
    unsigned n_hosts;        /* that point here */
    struct ipaddr hosts[GATEWAY_HOSTS_MAX];
    unsigned n_known;
    GQueue open;                /* exchanges that wait for this gateway */
    struct next_hop next_hops[NEXT_HOPS_MAX];  /* next hops that carried requests for several hosts */
    struct activities activities;
    struct profile *profile;    /* how long it takes; NULL: nothing is known */
    uint32_t n_same, n_other;   /* requests to servers that were, word for word, those of a waiting client, and others */
};

#define HOST_RECENT_MAX 128
struct host {
    struct bounded_entry entry; /* key: ip */
    struct ipaddr ip;
    struct gateway *gateway;
    GQueue conns;               /* recent connections that it opened */
    GQueue searches;            /* recent searches */
    GQueue neighbors;           /* unanswered ARP or ND of its own */
    struct ipaddr suspect;      /* seen once at work for this one's requests */
    link_t link;                /* of its latest connection, query or client */
    bool answers_dns;
    bool is_client;             /* it sent requests that serve nobody else's */
};

struct flow {
    uint32_t next;              /* the sequence number expected */
    bool synced;
    bool opaque;                /* neither HTTP nor TLS */
    bool lost;                  /* no message was seen to begin since bytes were missing */
    uint32_t lost_from;         /* the first of them */
    uint32_t message_frame;     /* where the message at hand began */
    uint32_t message_ack;       /* what its sender had received by then */
    when_t message_time;
    struct httpstream *http;
    GQueue held;                /* segments that came too early */
    uint32_t held_bytes;
};

struct tls_conn {
    struct tls_progress progress;
    struct tls_facts facts;
};

struct target_key {
    struct ipaddr from, to;
    uint16_t port;
};

struct target {
    struct bounded_entry entry; /* key: key */
    struct target_key key;
    GQueue waiting;             /* connections that no request has claimed */
    GQueue claimed;
};

/* Who went to an address and port lately: finds a gateway's addresses that are not known yet. */
#define APPROACHES_MAX 8
struct approach {
    struct bounded_entry entry; /* key: key, whose from is empty */
    struct target_key key;
    struct ipaddr from[APPROACHES_MAX];
    unsigned n;                 /* so far; the oldest is overwritten */
};

/* One end of a connection: who it is, what it sent, how it ended. */
struct side {
    struct ipaddr ip;
    link_t link;
    uint16_t port;
    bool ack_seen;              /* acked is set */
    uint32_t acked;             /* of the bytes of this side, by the other one */
    uint32_t first_bytes_frame;
    when_t first_bytes;
    struct closing closed;
    struct flow *flow;
};

struct conn {
    struct bounded_entry entry; /* key: GUINT_TO_POINTER(stream + 1) */
    uint32_t stream;
    uint32_t isn, server_isn;   /* of the SYN and of the SYN/ACK, where they were seen */
    uint32_t owner;             /* serial of the exchange that claimed it */
    struct side side[2];
    bool sides_known, syn_seen, claimed, had_exchange, in_tunnel, h2;
    uint32_t not_h2_frame;      /* the server's first bytes, where the gateway speaks HTTP/2 and it does not */
    uint32_t tunnel_owner;      /* serial of the CONNECT that made it a tunnel */
    when_t last;
    struct handshake hs;
    uint32_t icmp_late_frame;
    unsigned icmp_quote;        /* of the latest error */
    struct tls_conn *tls;
    struct decrypted *decrypted;    /* NULL: nothing of it was decrypted */
    GQueue exchanges;           /* in the order of their requests */
    struct exchange *receiving; /* the one that the server is answering */
    unsigned n_not_shown;       /* see exchange_hidden_response() */
    unsigned requests;          /* that it carried */
    when_t idle_since;          /* the latest response was complete */
    unsigned skipped;           /* requests beyond EXCHANGES_MAX */
    struct target *target;
    GList target_link;
    struct host *host;
    GList host_link;
    struct activities *activities;      /* NULL: it explains nothing */
    GList activity_link;
    bool has_failed;            /* it stands among the failed ones there */
    when_t active_since;        /* the gateway turned to it last */
    GQueue *shelf;
    GList shelf_link;
    when_t shelved;
};

#define EXCHANGES_MAX 256
#define CHILDREN_MAX 32

enum exchange_state {
    EXCHANGE_WAITING,           /* no final response yet */
    EXCHANGE_ANSWERED,          /* its head came, Wireshark has not shown it */
    EXCHANGE_SHOWN              /* Wireshark shows it (or we do) */
};

struct exchange {
    struct conn *conn;
    GList conn_link;
    char *texts;                /* one block that holds the texts below */
    const char *method, *url, *host, *path, *forwarded_for;     /* NULL: not there; host in lower case, no port */
    uint16_t port;
    bool connect, absolute, forwarded, without_request, cut_short, decrypted;
    uint32_t h2_stream;         /* 0: HTTP/1 */
    struct closing ended[2];    /* of the HTTP/2 stream alone */
    uint32_t h2_error;          /* with which it ended */
    enum exchange_state state;
    bool over;                  /* the response is complete */
    bool served;                /* it led to a verdict, or to an answer that needs none */
    uint32_t serial;
    uint32_t owner;             /* serial of the exchange that this one serves for sure, 0: not known */
    unsigned nth;               /* request on its connection, from 1 */
    uint32_t client_had;        /* the server's bytes that the client had received when it sent the request */
    unsigned of_frame;          /* pipelined requests that begin before it in its frame */
    unsigned answers;           /* final responses so far */
    bool too_many;              /* requests were skipped before it */
    unsigned hidden_status;         /* the status behind the one in reply */
    bool not_shown;                /* see exchange_hidden_response() */
    uint8_t *hidden_bytes;   /* its response, as far as its segment had it */
    size_t hidden_length;
    uint32_t last_length;       /* of the segment before, once the body is opaque */
    struct reply reply;
    when_t ready_at;                /* when it came, and the response to the request before it was complete */
    uint32_t response_frame;    /* first segment of the response that counts */
    when_t response_time;

    struct gateway *gateway;
    GList gateway_link;
    struct name *name;
    GList name_link;
    unsigned url_hash, path_hash;       /* of host, port and path; of the path */
    bool filed;                 /* it stands in its buckets, where same requests are found */
    GList url_link, path_link;
    struct exchange *parent;
    enum tie parent_tie;
    bool parent_alone, had_parent;
    GList child_link;
    GQueue children;
};

#define NAME_ADDRESSES_MAX 16
struct name {
    struct bounded_entry entry; /* key: text */
    char *text;
    struct ipaddr addresses[NAME_ADDRESSES_MAX];
    unsigned n_addresses;
    struct next_hop next_hops[NEXT_HOPS_MAX];
    GQueue open;                /* exchanges for it without an answer */
    GQueue searches;            /* in the order in which they began */
};

/* Which names an address belongs to. */
#define ADDRESS_NAMES_MAX 8
struct reverse {
    struct bounded_entry entry; /* key: ip */
    struct ipaddr ip;
    struct name *names[ADDRESS_NAMES_MAX];
};

#define QUESTIONS_MAX 32
struct lookup {                 /* one search, see struct search */
    struct name *name;
    GList name_link;
    struct host *host;
    GList host_link;
    GQueue *shelf;
    GList shelf_link;
    when_t start, last;
    uint32_t owner;             /* serial of the exchange that it was begun for, 0: not known */
    bool resolved;
    struct asked *questions[QUESTIONS_MAX];
    unsigned n;
};

struct asked_key {
    struct ipaddr from, to;
    uint16_t port, id;
};

struct asked {
    struct bounded_entry entry; /* key: key */
    struct asked_key key;
    bool in_table;
    uint16_t ip_id, icmp_ip_id; /* of the latest query and the latest ICMP error */
    struct lookup *lookup;
    struct question q;          /* q.name is owned */
};

struct neighbor {
    struct bounded_entry entry; /* key: ip */
    struct ipaddr ip, asker;
    struct frames asked;        /* since the last answer */
    when_t asked_at[FRAMES_MAX];
    when_t first, last;
    struct host *host;
    GList host_link;
};

/* A destination that the gateway's own kernel reported as unreachable. */
struct reported {
    struct bounded_entry entry; /* key: key */
    struct target_key key;
    when_t time;
    bool udp;
};

struct settings {
    when_t memory;
    bool (*watched)(unsigned status);
    struct unseen unseen;
    bool heads_are_shown;       /* the HTTP dissector shows a response with its head, or never */
};

/* A busy gateway's connections that segments come of meanwhile: most are found without hashing. */
#define LATEST_CONNS 1024

/* A power of two. Some hundreds to some ten thousand exchanges are open at once. */
#define OPEN_BUCKETS 4096

struct root {
    bounded_t conns, hosts, targets, approaches, names, reverses, asked, neighbors, reported;
    GQueue by_url[OPEN_BUCKETS], by_path[OPEN_BUCKETS];     /* open exchanges, by their hashes */
    struct conn *latest_conns[LATEST_CONNS];    /* one of those whose stream leaves this remainder, or NULL */
    struct activities strays;   /* of addresses that are not known to be any gateway's */
    GQueue shelf_open, shelf_failed, shelf_served, shelf_done;
    GQueue lookups_open, lookups_resolved;      /* oldest first */
    when_t now;                 /* the latest time seen */
    uint32_t frame;
    uint32_t n_exchanges;
    unsigned sweeps;            /* calls of root_sweep() */
    bool decrypts;              /* some TLS is, for which there are keys */
    bool disorder;              /* time went backwards */
    bool cut_short;
    struct settings settings;
};

/* Adds a frame number, once; its memory is of wmem_file_scope(). */
void frames_add(struct frames *frames, uint32_t no);
void frames_free(struct frames *frames);

struct root *root_new(void);

/* Addresses of names, and which hosts are one gateway: what a second look at the same capture may know from the first. */
void root_copy_learnt(struct root *to, struct root *from);

/* Forgets what is over; called once for each frame, O(1) on average. */
void root_sweep(struct root *root);

struct host *host_get(struct root *root, const struct ipaddr *ip);
struct host *host_find(struct root *root, const struct ipaddr *ip);
struct gateway *host_gateway(struct host *host);

/*
 * Both addresses were seen at work for one request: they are the same gateway. Where both
 * are gateways in their own right already, it takes two such sights, since one could be
 * chance, unless their frames come from one network card.
 */
void host_join(struct root *root, struct host *a, struct host *b);

/* true: their frames have one Ethernet address, or both are the host that captured. A router's address proves nothing: a hint. */
bool host_on_same_link(const struct host *a, const struct host *b);

/* true: requests wait for it, or it has several addresses: a gateway in its own right. */
bool host_is_established(const struct host *host);

/* true: somebody waits at the host's gateway for that name. */
bool host_serves(const struct host *host, const struct name *name);

struct name *name_get(struct root *root, const char *text);
struct name *name_find(struct root *root, const char *text);
void name_add_address(struct root *root, struct name *name, const struct ipaddr *ip);

/* name may be NULL: no address is its own. */
bool name_has_address(const struct name *name, const struct ipaddr *ip);

void next_hop_learn(struct next_hop *hops, const struct ipaddr *ip, uint16_t port, when_t now);

#endif
