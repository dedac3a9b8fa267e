/* gateways.h
 * Addresses, and which of them are one gateway
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MODEL_GATEWAYS_H
#define MWG502_MODEL_GATEWAYS_H

#include "base/bounded.h"
#include "base/frames.h"
#include "base/ipaddr.h"
#include "base/list.h"

struct root;
struct name;

/* A server and port that requests went to. */
struct next_hop {
    struct ipaddr ip;
    uint16_t port;              /* 0: the place is free */
    unsigned route;             /* hash of where the path of the latest one begins; 0: it had none */
    when_t last;
    struct span taught;         /* the latest of those requests */
};
#define NEXT_HOPS_MAX 4

/* Connections of a gateway that may explain a 502: see activity.h. */
struct activities {
    list_t pending, failed;
};

/* What a gateway asked though nobody who waited had asked for it: the latest texts, the newest first; 0: none. */
#define OWN_TEXTS 16

/*
 * A gateway asks from a pool of addresses where its ports would not do: one address has 65,535 for each server (RFC 9293 section
 * 3.1), so that these serve some four million connections. Clients ask at a few more.
 */
#define GATEWAY_HOSTS_MAX 72
struct gateway {
    unsigned n_hosts;           /* that point here */
    struct ipaddr *hosts;       /* as far as they are known */
    unsigned n_known;           /* how many */
    list_t open;                /* exchanges that wait for this gateway */
    when_t answered;            /* when one was answered last */
    struct next_hop next_hops[NEXT_HOPS_MAX];   /* that carried requests for several hosts */
    struct activities activities;
    struct profile *profile;    /* how long it takes; NULL: nothing is known */
    uint32_t refused_again, refused_once;       /* servers that refused: whether the next connection to the same one came as a second try does */
    uint32_t n_again, n_once;   /* tries behind another one's failure, and requests without one, where nobody else waited */
    uint32_t n_same, n_other;   /* requests to servers that were, word for word, those of a waiting client, and others; repeated ones count once */
    unsigned own_texts[OWN_TEXTS];      /* url_hash */
};

#define HOST_RECENT_MAX 128
struct host {
    struct bounded_entry entry; /* key: ip */
    struct ipaddr ip;
    struct gateway *gateway;    /* NULL: nobody asked it for anything yet */
    list_t conns;               /* recent connections that it opened */
    list_t searches;            /* recent searches */
    list_t resolutions;         /* unanswered ARP or ND of its own */
    struct ipaddr suspect;      /* seen once at work for this one's requests */
    struct ipaddr apart;        /* shown to be another machine, see host_part() */
    link_t link;                /* of its latest connection, query or client */
    uint64_t served;            /* which routes led to it: see route_bit() */
    uint16_t syn_ip_id;         /* of its latest SYN, 0: unknown */
    bool numbers_packets;       /* two of its SYNs had different ones */
    bool answers_dns;
    bool asks_itself;           /* it sent a request while nobody waited for anything */
    bool is_client;             /* it sent requests that serve nobody else's */
    bool asks;                  /* it opened connections, or looked up names */
};

/* The hosts of a capture, and the network cards of which it was seen that a gateway has them; a power of two. */
#define GATEWAY_CARDS 16
struct card {
    link_t link;
    struct ipaddr ip;
    bool proved;                /* false: it is asked, and asks others; see host_at_work() */
};
struct gateways {
    bounded_t hosts;
    struct card cards[GATEWAY_CARDS];
    struct card asked[GATEWAY_CARDS];   /* of those that clients asked last */
    link_t clients[GATEWAY_CARDS];      /* that clients had last */
};

/* For the table of hosts: nothing points to it that is still in use. */
bool host_may_go(const struct bounded_entry *entry);
void host_evict(bounded_t *table, struct bounded_entry *entry);

/* Finds the host of an address; NULL: none, also for an address without family. host_get() makes it. */
struct host *host_find(struct root *root, const struct ipaddr *ip);
struct host *host_get(struct root *root, const struct ipaddr *ip);

/* The gateway that the host belongs to: one of its own if there was none. */
struct gateway *host_gateway(struct host *host);

/*
 * Both addresses were seen at work for one request: they are the same gateway. Where both
 * are gateways in their own right already, it takes two such sights, since one could be
 * chance, unless their frames come from one network card.
 */
void host_join(struct root *root, struct host *a, struct host *b);

/*
 * One opened a connection to the other, and the frame went from one network card to another: they are two
 * machines. If they were joined they are parted, and not joined again. Example: somebody looks up the name
 * that a client waits for, and is taken for the gateway; then it asks the gateway, as clients do.
 */
void host_part(struct host *opener, const struct host *asked);

/* Not every link layer names both ends, and what was passed on says nothing of them: 0 leaves what was known of the host's network card. */
void host_learn_card(struct host *host, link_t link);

/*
 * The host did a gateway's work: whatever else has its network card is that gateway too, such
 * as an address of the other family. host_join_card() joins a host that clients ask to it.
 */
void host_prove(struct root *root, const struct host *host);

/*
 * Clients wait for the host, and it opens connections meanwhile. An address of the other family with its network card, to
 * which requests come from another card, is its own then: whoever is asked behind a router does not open connections
 * with the router's card. Example: clients ask a gateway's IPv6 address, and it asks its servers over IPv4.
 */
void host_at_work(struct root *root, const struct host *host);
void host_join_card(struct root *root, struct host *asked);

/* It is a client, and no gateway has its network card alone: that is a router's, or the far side of a Linux cooked capture. */
void host_asks(struct root *root, const struct host *client);

/* A host of the gateway that has this network card, as host_prove() was told; NULL: none is known, or clients have it, too. */
struct host *host_with_card(struct root *root, link_t link);

/*
 * The gateway that a client asked last at the same network card, whose address is another one; NULL: none. A hint alone: the card may
 * be a router's. Example: a proxy is asked at one address and asks its servers from another.
 */
void host_asked(struct root *root, const struct host *asked);
struct gateway *gateway_with_card(struct root *root, link_t link);

/* true: requests wait for it, or it has several addresses: a gateway in its own right. */
bool host_is_established(const struct host *host);

/* true: it opened connections or looked up names: who asks it is a client. */
bool host_is_at_work(const struct host *host);

/* true: their frames have one Ethernet address, or both are the host that captured. A router's address proves nothing: a hint. */
bool host_on_same_link(const struct host *a, const struct host *b);

/* true: somebody waits at the host's gateway for that name; name may be NULL. */
bool host_serves(const struct host *host, const struct name *name);

/* Notes that a request went where hop says; the hop that was used longest ago makes room. hops: NEXT_HOPS_MAX of them. */
void next_hop_learn(struct next_hop *hops, const struct next_hop *hop);

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
