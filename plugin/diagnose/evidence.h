/* evidence.h
 * What is known about one request when its 502 comes: the input of diagnose()
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_DIAGNOSE_EVIDENCE_H
#define MWG502_DIAGNOSE_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes/httphead.h"
#include "base/frames.h"
#include "base/ipaddr.h"

/*
 * Plain facts, no dissection in view: unit tests fill these structs by hand. A time is 0
 * where there is none; frame numbers likewise.
 */
enum { CLIENT, SERVER };        /* sides of a connection: who opened it, who was asked */

/* How strongly a fact is tied to the request, weakest first (architecture.md). */
enum tie {
    TIE_NONE,
    TIE_MEMORY,                 /* an earlier failure that the gateway remembers */
    TIE_TIME,                   /* the only thing that the gateway did meanwhile */
    TIE_LEARNT,                 /* where earlier requests for this host, or all of them, went */
    TIE_ADDRESS,                /* a DNS answer for the host, or the URL itself, names the address */
    TIE_REQUEST                 /* the server leg carries the same request */
};

/* The beginning of a connection. */
struct handshake {
    struct frames syn;
    struct frames rst;          /* RSTs of the server, one for each SYN at most */
    struct frames icmp;         /* ICMP errors for a SYN, likewise */
    when_t first_syn, last_syn, syn_interval, first_rst, last_rst, first_icmp, last_icmp;
    when_t slowest_rst;         /* longest time from a SYN to its RST */
    uint32_t synack_frame;
    when_t synack_time;
    bool acked;                 /* the gateway acknowledged the SYN/ACK: the connection stood */
    uint16_t synack_again;      /* SYN/ACKs after that: the server did not see it acknowledged */
    uint32_t ack_frame;         /* the server's bare ACK instead of a SYN/ACK, first one */
    uint32_t own_rst_frame;     /* the gateway's RST to the SYN/ACK, first one */
    bool icmp6;
    uint8_t icmp_type, icmp_code;
    struct ipaddr icmp_source;
};

/* Who sent what ended a connection in the server's name. */
enum sender { SENDER_UNKNOWN, SENDER_SERVER, SENDER_ON_PATH };

/* How one side ended the connection; frame 0: it did not. */
struct closing {
    uint32_t frame;
    uint32_t seq;               /* behind the last byte that the side sent */
    when_t time;
    bool reset;
    bool crossed;               /* bytes of the other side were on their way: it had not received them */
    bool too_soon;              /* sooner than anything can come from the server */
    uint8_t sender;             /* enum sender */
    uint8_t ttl, usual_ttl;     /* its own, and that of the server's other packets; 0: unknown */
};

/* What came back for one request. */
struct reply {
    struct frames data;         /* segments with the server's bytes */
    when_t first_data, last_data;
    when_t head_time, complete_time;
    uint32_t head_frame;
    uint32_t head_length;       /* of the final response, also while it is incomplete */
    unsigned interim;           /* 1xx responses */
    unsigned status;            /* of the final response, 0: none */
    enum http_fault fault;
    bool complete;
    bool missing;               /* the gateway received bytes of it that the capture lacks */
    bool gap;                   /* bytes of either side before the connection's end are not in the capture */
};

/* A TLS handshake on the connection. */
struct tls_facts {
    bool begun;                 /* a ClientHello went out */
    uint32_t hello_frame;
    when_t hello_time;
    bool server_hello, done;
    uint32_t alert_frame;       /* first alert that either side sent before the request */
    when_t alert_time;
    uint8_t alert_side, alert_description;
    bool alert_readable;
    uint32_t not_tls_frame;     /* the server's first bytes that are no TLS */
    when_t not_tls_time;
    uint32_t request_frame;     /* first encrypted request bytes */
    when_t request_time;
    uint32_t response_frame;    /* first encrypted bytes that can be its answer */
    when_t response_time;
};

/* How the gateway's bytes fared on a connection, up to the response. */
struct delivery {
    bool known;                 /* the capture has the server's acknowledgments */
    bool window_zero;           /* the server wants no more bytes */
    uint32_t unacked;           /* bytes that the server did not acknowledge */
    uint16_t again;             /* how often the first of them were sent again */
    uint16_t again_length;      /* in segments of this size */
};

/* One TCP connection that was tried for the request. */
struct attempt {
    enum tie tie;
    bool alone;                 /* nothing else fits as well */
    struct ipaddr server, gateway;
    uint16_t port;
    struct ipaddr behind;       /* the server, as the capture shows it behind address translation */
    uint16_t behind_port;       /* 0: it is not translated, as far as was seen */
    uint32_t stream;
    struct span copy;           /* of the connection, behind address translation; from 0: none was seen */
    when_t start;               /* first SYN; of a kept-alive connection the request on it */
    uint32_t request_frame;     /* the segment with the request line; 0: no request was read on it */
    when_t request_time;
    bool decrypted;             /* reply was read inside TLS */
    bool opaque;                /* request and reply are of a protocol that is not read: nothing but directions is known */
    const char *protocol;       /* that the gateway speaks to an application, "FastCGI"; NULL: HTTP, or none that is known */
    const char *maker;          /* name of a header by which the sender of the request is known, NULL: none */
    uint32_t not_h2_frame;      /* the gateway speaks HTTP/2, the server something else */
    bool stream_ended;          /* closed[] is of the HTTP/2 stream alone, or GOAWAY */
    uint32_t left_frame;        /* the server's FIN or RST behind its GOAWAY, 0: none */
    uint32_t h2_error;          /* with which the stream ended */
    bool reused;                /* kept alive from an earlier request */
    bool h2;                    /* the gateway speaks HTTP/2 on it, without TLS */
    when_t idle;                /* how long it had carried nothing when the request was sent; 0: unknown */
    when_t round_trip;          /* the shortest handshake with that address and port; 0: unknown */
    struct delivery sent;
    uint32_t icmp_late_frame;   /* an ICMP error once the connection stood */
    uint32_t early_frame;       /* the server's bytes before any of the gateway's */
    uint32_t gateway_bytes_frame;
    struct handshake hs;        /* its frame lists are borrowed from the connection */
    struct closing closed[2];
    struct reply reply;
    struct tls_facts tls;
};

/* Addresses that are kept of an answer, to be shown: more would not be read. */
#define TOLD_MAX 4

enum dns_outcome { DNS_SILENT, DNS_ADDRESS, DNS_NAME_ERROR, DNS_NO_DATA, DNS_OTHER_ERROR, DNS_ICMP };

/* One question to one server, with its repeats. */
struct question {
    const char *name;
    uint16_t type;
    uint8_t n_told;             /* addresses in the answer */
    struct ipaddr server, asker;
    uint32_t copy_frame;        /* the question once more, behind address translation; 0: it was not seen */
    struct frames sent, answers, icmp;
    when_t first_sent, last_sent, answered, rejected;     /* answer, ICMP error */
    uint8_t rcode, icmp_type, icmp_code;
    bool truncated;             /* TC: to be asked again over TCP */
    enum dns_outcome outcome;
    const struct ipaddr *told;  /* of n_told addresses the first ones, TOLD_MAX at most */
};

/* ARP or Neighbour Discovery that stayed unanswered. */
struct unreached {
    enum tie tie;
    struct ipaddr neighbor;     /* whom the gateway looked for */
    struct ipaddr destination;  /* for whom, if known */
    uint16_t port;
    struct frames asked;
    const when_t *asked_at;     /* for each of them */
    when_t first;
    bool for_dns;
    bool reported;              /* the gateway's own kernel said so */
};

#define DNS_CONNS_MAX 4

/* All questions of one search for the host's address, in order of their first query. */
struct search {
    enum tie tie;
    bool alone;
    bool shared;                /* begun before the request, or for another one */
    bool over_tcp_refused, over_tcp_silent;
    struct handshake tcp[DNS_CONNS_MAX];
    unsigned n_tcp;
    struct ipaddr tcp_server;
    const struct unreached *unreached;  /* why no query left; NULL: they did */
    const struct question *const *questions;
    unsigned n;
};

/* Protocols that are disabled in Wireshark: nothing is known of their packets. */
struct unseen {
    bool dns, icmp, icmpv6, arp;
};

/* What weakens a verdict. */
struct doubts {
    struct unseen unseen;
    bool no_request;            /* the client's request is not in the capture */
    bool unreadable_request;    /* but bytes of the client are, which are no request */
    bool at_gateway;            /* the capture was taken on the gateway, as far as its frames tell */
    bool no_gateway_side;       /* no packet of the gateway towards anybody */
    bool disorder;              /* frames are out of time order */
    bool cut_short;             /* frames are shorter than the packets were */
    bool several;               /* too much happened at once to tell which */
    bool too_many;              /* a limit of the plugin was reached */
};

struct evidence {
    unsigned status;            /* of the response that is diagnosed */
    when_t request_time, response_time;
    const char *why;            /* what ties the deciding activity to the request, terms with "; " between them; NULL: nothing to say */
    const char *host;           /* NULL if unknown */
    uint16_t port;
    bool connect;
    const struct attempt *attempts;     /* in order of their start */
    unsigned n_attempts;
    bool attempts_remembered;           /* they are an earlier request's */
    const struct span *taught;          /* what showed that they are upstreams of the gateway: earlier requests, or earlier attempts there */
    unsigned n_taught;
    const struct search *search;        /* NULL: none; the search that failed, or last one */
    bool search_decides;        /* nothing came after it */
    const struct unreached *unreached;  /* NULL: none; it came after the attempts, if there are any */
    struct doubts doubts;
    when_t remembered;          /* how long before the gateway turned to the request the earlier failure ended, for TIE_MEMORY */
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
