/* model.h
 * What is remembered of a capture: connections, requests, look-ups and who did them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MODEL_MODEL_H
#define MWG502_MODEL_MODEL_H

#include "base/bounded.h"
#include "base/list.h"
#include "bytes/appstream.h"
#include "bytes/h2frames.h"
#include "bytes/httpstream.h"
#include "bytes/marks.h"
#include "bytes/tlsrecords.h"
#include "diagnose/evidence.h"
#include "fact/dns.h"
#include "fact/segment.h"
#include "model/gateways.h"
#include "model/names.h"

/*
 * Glossary:
 *
 *   host        an address; several of them make one gateway (a machine with two network cards)
 *   gateway     what clients ask and what asks servers for them: the one whose 502 is explained
 *   connection  a TCP connection, found by tcp.stream, or one of QUIC; CLIENT is its side that opened it, on either leg
 *   exchange    a request on a connection and its reply; it waits until the final response came
 *   parent      the client's exchange for which a gateway made one of its own, its child
 *   attempt     a connection that a gateway opened, or a request on one that it kept, to serve an exchange
 *   target      the attempts of one host at one address and port, oldest first
 *   name        a host name: its addresses, its searches, the exchanges that ask for it
 *   search      the DNS questions of one try to resolve a name; next hop: where requests went
 *
 * Everything hangs on one struct root for each capture, allocated in wmem_file_scope() and changed only while a
 * frame is seen for the first time. Structs point to each other only where the one pointed to is known to be
 * unlinked before it is freed. A time is 0 and a frame number is 0 where there is none.
 */

/* Copies of a frame (mirrored, bridged, -i any) follow closer than any repeat. */
#define COPY_WITHIN (2 * 1000 * 1000)

/* Clocks of two interfaces differ by less. */
#define CLOCK_SLACK (20 * 1000 * 1000)

/* connections *************************************************************/

/* The TTL of somebody's packets. */
struct hops {
    uint8_t ttl;                /* of the latest one, 0: unknown */
    uint8_t n;                  /* packets, up to 255 */
    bool varies;
};

struct target {
    struct bounded_entry entry; /* key: key */
    struct target_key key;
    list_t attempts;            /* oldest first */
    struct hops hops;           /* of its SYN/ACKs */
    when_t round_trip;          /* the shortest from a SYN to its SYN/ACK, 0: unknown */
    bool asked_alone;           /* an attempt began while nobody waited for anything */
    unsigned good_hash;         /* url_hash of what was answered well last; 0: nothing */
    when_t good_at;
};

/* Who went to an address and port lately: finds a gateway's addresses that are not known yet. */
#define APPROACHES_MAX 8
struct approach {
    struct bounded_entry entry; /* key: key, whose from is empty */
    struct target_key key;
    struct ipaddr from[APPROACHES_MAX];
    unsigned n;                 /* so far; the oldest is overwritten */
};

struct attempts {
    bounded_t targets, approaches;
};

/* The bytes of one side, in order (tcp/flow.h). */
struct flow {
    list_t held;                /* segments that came too early */
    uint32_t held_bytes;
    uint32_t next;              /* the sequence number expected */
};

/* How far one side's bytes were read as messages (http/). */
struct reading {
    struct httpstream *stream;  /* NULL: they are no HTTP/1, or it is not known yet */
    struct appstream *app;      /* NULL: they are of no protocol between a gateway and an application, likewise */
    bool opaque;                /* nothing that can be read */
    bool lost;                  /* no message was seen to begin since bytes were missing */
    uint32_t lost_from;         /* the first of them */
    uint32_t message_frame;     /* where the message at hand began */
    uint16_t ftp_reply;         /* the latest of a server that speaks first as FTP servers do, with its time in message_time; 0: none */
    uint32_t message_ack;       /* what its sender had received by then */
    when_t message_time;
};

struct tls_conn {
    uint32_t hello;             /* tells its ClientHello (encrypted.h), 0: unknown */
    struct tls_progress progress;
    struct tls_facts facts;
};

/* A QUIC connection: which streams had a request, so that what is sent or captured twice makes no second one (http/h3.h). */
struct h3_conn {
    uint64_t begun;             /* bit n: the stream n requests before the newest one */
    uint64_t newest;            /* the stream's number among those of requests, from 0 */
};

/* What the segments of one side tell beside their bytes (tcp/traits.h). */
struct traits {
    struct hops hops;
    uint8_t scale;              /* of its window */
    bool scale_known;
    bool window_zero;           /* its latest window */
    uint16_t again;             /* segments with nothing new since the other side acknowledged something new */
    uint16_t again_length;      /* of the latest of them */
    uint32_t window;            /* the largest that it advertised, as far as is known */
    when_t sent_at;             /* its latest segment with bytes */
};

/* One end of a connection: who it is, what it sent, how it ended. */
struct side {
    struct ipaddr ip;
    bool ack_seen;              /* acked is set */
    uint16_t port;
    uint32_t acked;             /* of the bytes of this side, by the other one */
    link_t link;
    when_t first_bytes, last_bytes;
    struct closing closed;
    struct traits traits;
    struct flow *flow;          /* NULL: it sent no bytes yet */
    struct reading *reading;    /* likewise */
    uint32_t first_bytes_frame;
};

/*
 * One try follows another for one request: a gateway repeats what failed, or goes on to the
 * next server. Streams plus one, since 0 is none.
 */
struct chain {
    uint32_t before;            /* the try that failed before this one was begun */
    uint32_t instead;           /* the one that it was tried behind if it was not begun for the waiter; 0: none */
    uint32_t waiter : 31;       /* serial of the request that it was begun for, 0: not known */
    uint32_t doubtful : 1;      /* another one came as soon before: the order of the two decided */
    when_t followed;            /* this one was tried in vain: another one was begun behind it then; 0: none */
    uint32_t follower;          /* that connection, and one more; 0: not by time alone, or by a later request on one */
    int32_t fit;                /* how well it seemed to follow, in hundredths of a bit */
};

/* The addresses of a connection that the capture holds a second time, as it is behind address translation (tcp/copies.h). */
struct translated {
    struct ipaddr client, server;
    uint16_t server_port;
    struct span copy;           /* from its SYN on */
};

/* How long a connection is kept (retention.h). */
enum shelf { SHELF_OPEN, SHELF_FAILED, SHELF_SERVED, SHELF_DONE, N_SHELVES };

struct conn {
    struct bounded_entry entry; /* key: GUINT_TO_POINTER(stream + 1) */
    uint32_t stream;
    uint32_t isn, server_isn;   /* of the SYN and of the SYN/ACK, where they were seen */
    uint32_t syn_tsval;
    struct side side[2];
    when_t last;                /* segment */
    struct handshake hs;
    when_t icmp_late;
    uint32_t icmp_late_frame;   /* the latest ICMP error once it stood */
    unsigned icmp_quote;        /* of the latest error */

    uint16_t syn_ip_id;         /* of the latest SYN, see struct segment */
    bool sides_known;           /* its beginning, or what was said, told who opened it */
    bool syn_seen;
    bool had_exchange;
    bool in_tunnel;             /* HTTP is read behind a CONNECT on it */
    bool astray;                /* Wireshark's HTTP dissector takes its responses for something else (dissector.h) */
    bool h2;                    /* its client speaks HTTP/2 */
    uint8_t shelf;              /* enum shelf */
    bool has_failed;            /* it stands among the failed activities */
    bool disputed;              /* an earlier response may rest on it just as well */
    uint32_t owner;             /* serial of the exchange that claimed it */
    uint32_t tunnel_owner;      /* of the CONNECT that made it a tunnel */
    uint32_t not_h2_frame;      /* the server's first bytes, where the gateway speaks HTTP/2 and it does not */
    unsigned n_not_shown;       /* exchanges with a hidden response that was not told yet */
    unsigned requests;          /* that it carried */
    unsigned skipped;           /* requests beyond EXCHANGES_MAX */

    struct translated *translated;      /* NULL: it was seen once */
    struct tls_conn *tls;       /* NULL: no ClientHello was seen */
    struct h2_frames *frames;   /* of both sides, without TLS; NULL: it is no HTTP/2 as far as is known */
    struct h3_conn *h3;         /* NULL: it is TCP */
    struct decrypted *decrypted;    /* NULL: nothing of it was decrypted */
    list_t exchanges;           /* in the order of their requests */
    struct exchange *receiving; /* the one that the server is answering */
    when_t idle_since;          /* the latest response was complete */

    struct target *target;
    node_t target_link;
    struct host *host;
    node_t host_link;
    node_t shelf_link;
    when_t shelved;

    struct activities *activities;      /* NULL: it explains nothing */
    node_t activity_link;
    when_t active_since;        /* the gateway turned to it last */
    struct chain chain;         /* of its first request, or of none */
};

/* A busy gateway's connections that segments come of meanwhile: most are found without hashing. */
#define LATEST_CONNS 1024

/* What tells a SYN among the latest ones; a power of two, some seconds of a busy gateway. */
#define FIRST_PACKETS 4096
struct first_packet {
    uint32_t isn;
    uint32_t stream_plus_1;     /* 0: none */
    uint32_t timestamp;         /* RFC 7323, 0: none */
    uint16_t ip_id;             /* 0: none */
};

struct conns {
    bounded_t table;
    bounded_t copies;           /* streams of connections that have another one (tcp/copies.h) */
    struct first_packet first_packets[FIRST_PACKETS];
    struct conn *latest[LATEST_CONNS];  /* one of those whose stream leaves this remainder, or NULL */
};

/* exchanges ***************************************************************/

#define EXCHANGES_MAX 256       /* on one connection */
#define CHILDREN_MAX 32

enum exchange_state {
    EXCHANGE_WAITING,           /* no final response yet */
    EXCHANGE_ANSWERED,          /* its head came, Wireshark has not shown it */
    EXCHANGE_SHOWN              /* Wireshark shows it (or we do) */
};

/* What was asked. Texts are NULL where they are not there. */
struct request {
    char *texts;                /* one block that holds the texts below */
    const char *method, *url, *path, *forwarded_for;
    const char *host;           /* in lower case, without port */
    uint32_t frame;             /* the segment with the request line */
    when_t time;
    uint16_t port;
    bool connect, absolute, forwarded;
    bool cut_short;             /* the capture does not hold all of its head */
    bool upgrade;               /* it asks for another protocol */
    const char *maker;          /* see struct http_head; NULL: none */
    struct request_marks marks;
};

/* A watched response that Wireshark does not show. */
struct hidden_response {
    unsigned status;            /* where it stands behind another one's head; 0: it is the one in reply */
    bool told;                  /* it was given away once */
    size_t length;
    uint8_t bytes[];            /* as far as its segment had it */
};

struct exchange {
    struct conn *conn;
    node_t conn_link;
    struct request request;
    struct reply reply;
    struct hidden_response *hidden;     /* NULL: none */
    enum exchange_state state;
    bool without_request;       /* the capture shows the response alone */
    bool decrypted;
    bool opaque;                /* neither request nor reply can be read: of TLS without keys, or of a protocol that is not HTTP */
    bool over;                  /* the response is complete */
    bool served;                /* it led to a verdict, or to an answer that needs none */
    bool too_many;              /* requests were skipped before it */
    uint32_t serial;
    uint32_t owner;             /* serial of the exchange that this one serves for sure, 0: not known */
    struct chain chain;         /* where it is not the first request on its connection */
    unsigned nth;               /* request on its connection, from 1 */
    uint32_t client_had;        /* the server's bytes that the client had received when it sent the request */
    unsigned of_frame;          /* pipelined requests that begin before it in its frame */
    unsigned answers;           /* final responses so far */
    uint32_t last_length;       /* of the segment before, once the body is opaque */
    when_t ready_at;            /* when it came, and the response to the request before it was complete */
    uint32_t response_frame;    /* first segment of the response that counts */
    when_t response_time;

    uint32_t h2_stream;         /* 0: HTTP/1 */
    struct closing ended[2];    /* of the HTTP/2 stream alone */
    uint32_t h2_error;          /* with which it ended */

    struct gateway *gateway;
    node_t gateway_link;
    struct name *name;
    node_t name_link;
    unsigned url_hash, path_hash;       /* of host, port and path; of the path */
    bool filed;                 /* it stands in its buckets, where same requests are found */
    node_t url_link, path_link;
    struct exchange *parent;
    bool had_parent;
    bool disputed;              /* an earlier response may rest on this one just as well */
    bool looked_up;             /* a look-up of its name began that is nobody else's */
    bool upstream_looked_up;    /* one of another name did, for which nobody waits */
    bool upstream_told;         /* and every question of it was answered, or brought an address */
    uint32_t begun_by;          /* the connection that was, and one more; 0: none */
    bool begun;                 /* the gateway has turned to something for it since it was ready */
    bool begun_doubtful;        /* or for another one that came as soon before: see struct chain */
    node_t child_link;
    list_t children;
};

/* look-ups ****************************************************************/

#define QUESTIONS_MAX 32
struct lookup {                 /* one search, see struct search */
    struct name *name;
    node_t name_link;
    struct host *host;
    node_t host_link;
    list_t *shelf;
    node_t shelf_link;
    when_t start, last;
    uint32_t owner;             /* serial of the exchange that it was begun for, 0: not known */
    uint32_t waiter;            /* of the one that waited longest for the name without a look-up when it began; 0: nobody did */
    bool resolved;
    bool of_gateway;            /* a request for the name waited for its asker when it began */
    bool disputed;              /* an earlier response may rest on it just as well */
    struct asked *questions[QUESTIONS_MAX];
    unsigned n;
};

/* The latest queries, as they were sent and as they were seen once more (net/translated.h); a power of two. */
#define FIRST_QUERIES 1024
struct first_query {
    unsigned hash;              /* of id, name and type */
    struct asked_key key, copy; /* copy: all 0 if there is none */
    when_t time;                /* 0: the place is free */
    uint16_t ip_id;
    uint8_t ttl;
};

struct asked {
    struct bounded_entry entry; /* key: key */
    struct asked_key key;
    bool in_table;
    uint16_t ip_id, icmp_ip_id; /* of the latest query and the latest ICMP error */
    link_t link;                /* who sent the latest query on its link, 0: unknown */
    struct lookup *lookup;
    struct question q;          /* q.name is owned */
};

/* Who does not answer ARP or Neighbour Discovery. */
struct neighbor {
    struct bounded_entry entry; /* key: ip */
    struct ipaddr ip;
    list_t resolutions;         /* of each asker, by their beginnings */
};

/* What one asker asked for one neighbour since that answered last. */
struct resolution {
    node_t neighbor_link, host_link;
    struct neighbor *neighbor;
    struct host *host;          /* the asker */
    struct ipaddr asker;
    link_t link;                /* of the asker, 0: unknown */
    struct frames asked;
    when_t asked_at[FRAMES_MAX];
    when_t first, last;
};

/* A destination that the gateway's own kernel reported as unreachable. */
struct reported {
    struct bounded_entry entry; /* key: key */
    struct target_key key;
    when_t time;
    bool udp;
};

/* the whole ***************************************************************/

/* Connections that began with the same ClientHello, of the latest ones; a power of two. */
#define HELLOS 1024
struct hello {
    uint32_t hello;             /* 0: the place is free */
    uint32_t conns;
};

struct settings {
    when_t memory;
    bool (*watched)(unsigned status);
    struct unseen unseen;
    bool heads_are_shown;       /* the HTTP dissector shows a response with its head, or never */
};

/* A power of two. Some hundreds to some ten thousand exchanges are open at once. */
#define OPEN_BUCKETS 4096

/* Made, limited and swept by track/capture.c, which also plugs in the listeners. */
struct root {
    struct conns conns;
    struct attempts attempts;
    struct gateways gateways;
    struct names names;
    bounded_t asked, neighbors, reported, encrypted;
    struct first_query first_queries[FIRST_QUERIES];
    struct activities strays;   /* of addresses that are not known to be any gateway's */
    list_t lookups_open, lookups_resolved;      /* oldest first */
    unsigned n_open;            /* requests that wait for an answer */
    list_t by_url[OPEN_BUCKETS], by_path[OPEN_BUCKETS];     /* open exchanges, by their hashes */
    list_t shelves[N_SHELVES];  /* of connections, oldest first */
    const struct conn_listener *conn_listener;
    const struct exchange_listener *exchange_listener;
    when_t now;                 /* the latest time seen */
    uint32_t frame;
    uint32_t n_exchanges;
    struct hello hellos[HELLOS];
    unsigned encrypted_changes; /* how often what encrypted.h tells has changed */
    unsigned sweeps;            /* calls of capture_sweep() */
    bool decrypts;              /* some TLS is, for which there are keys */
    bool disorder;              /* time went backwards */
    bool cut_short;             /* frames are */
    uint32_t snap_length;       /* bytes of a frame that was; 0: none was */
    struct settings settings;
};

#endif

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
