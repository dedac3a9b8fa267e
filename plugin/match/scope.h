/* scope.h
 * What may belong to one request: shared by the files of match/, for nobody else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_SCOPE_H
#define MWG502_MATCH_SCOPE_H

#include "diagnose/diagnose.h"
#include "match/assign.h"
#include "match/match.h"
#include "match/profile.h"
#include "match/relation.h"

/*
 * What gains less than this, in hundredths of a bit, is nobody's: one 502 in a hundred or so has a cause that the capture does not
 * hold, and one that fits by chance has to be rarer than that.
 */
#define BELONGS_FROM (-700)

/* Of a burst the latest are looked at; what is kept of them, and of what was tried for one request. */
#define LOOKED_AT_MAX 512
#define USES_MAX 64             /* bits of use.tries */

/* A connection of the gateway, with the request that it sent on it. */
struct use {
    struct conn *conn;
    struct exchange *ex;        /* NULL: none that could be read */
    struct relation relation;   /* to the request of the scope */
    struct outcome outcome;     /* what it had come to at the response */
    when_t start;
    when_t end;                 /* what decided it happened; 0: it rests on silence */
    when_t silent;              /* for how long, then */
    int before;                 /* in uses: the try that this one followed; -1: none, or nothing is known of it */
    int first;                  /* in uses: where that began; -1: with this one */
    uint64_t tries;             /* all of them, by their places in uses, with this one */
    int tied;                   /* the gain of the strongest relation among them */
    bool followed;              /* another try was begun behind it */
    int gain;                   /* for the request of the scope: of relation and delays */
    bool its;                   /* it belongs to the request */
    bool alone;                 /* and nobody else's request fits as well */
};

/* A request that waits for the gateway, and what is the same whatever is compared with it. */
struct waiting {
    const struct exchange *ex;
    const struct exchange *child;       /* on which it waits now; NULL: none that is known */
    when_t over;                /* see exchange_given_up() */
    bool has_turn;              /* see exchange_has_turn(); the scope's own has it: it is answered */
    struct told told;
};

/* Connections of one place are many: what is the same for all of them is found out once for a scope. A power of two. */
#define PLACES_MAX 16
struct place {
    const struct conn *conn;    /* one of them; NULL: the entry is free */
    bool may_be_its;            /* the gateway may have opened them */
    unsigned failed;            /* of those that did so many were looked at */
    struct relation relation;   /* of the scope's request and the addresses */
};

struct scope {
    struct root *root;
    struct exchange *ex;
    struct gateway *gateway;    /* never NULL */
    struct name *name;          /* NULL: the host is not known */
    when_t from, until;         /* request and response */
    unsigned status;            /* of the response */
    bool preview;               /* nothing is claimed or learnt */
    bool several;               /* too much fits to tell which */
    bool same_cause;            /* but all of it says the same */
    int rate;                   /* how many things it did in a second meanwhile, from profile_rate() */
    int failures;               /* and how many of them failed */
    int again;                  /* that it tries again, see again_gain() */
    struct place places[PLACES_MAX];
    struct waiting own;         /* ex, see gain.h */
    struct attempt scratch;     /* for one use at a time */
    struct use uses[USES_MAX];
    unsigned n;
    unsigned worst;             /* the one that gains least, where there is no room for more */
    uint8_t by_end[USES_MAX];       /* those of uses that ended, by when they did */
    unsigned n_ended;
    struct lookup *lookups[QUESTIONS_MAX];
    unsigned n_lookups;
    enum tie lookup_tie;
    bool lookup_alone, lookup_shared;
    struct conn *dns_conns[DNS_CONNS_MAX];      /* DNS over TCP */
    unsigned n_dns_conns;
    struct span taught[TAUGHT_MAX];
    unsigned n_taught;          /* of what is remembered */
    when_t remembered;          /* when the failure ended that the gateway may remember; 0: none */
    struct why why;
};

void scope_init(struct scope *s, struct root *root, struct exchange *ex, when_t until, unsigned status);

/* true: the gateway owns the address, as far as is known. */
bool is_gateway_address(const struct scope *s, const struct ipaddr *ip);

/* true: its frames come from the network card of the address that the client asked. */
bool is_on_gateways_link(const struct scope *s, const struct host *host);

/* true: the gateway's loopback is in the capture, as far as is known: it is on the host that captured. */
bool has_loopback(const struct scope *s);

/* The capture shows what the gateway does towards servers: it opened a connection or looked up a name lately. */
bool gateway_side_is_seen(const struct scope *s);

/* May this host be the gateway, though nothing showed it yet? No client of it, no DNS server. */
bool may_be_gateway(const struct scope *s, const struct host *host);

/* true: another request waits for the same gateway and the same name. */
bool is_crowded(const struct scope *s, const struct name *name);

/* answered.c: what carried the answer that its client got, and what the gateway did for it before, is the exchange's and no other one's. */
void own_children(struct root *root, struct exchange *exchange);

/* What repeats it word for word is its own, whatever it is answered, unless somebody else waits for the same. */
void own_requests(struct root *root, const struct exchange *exchange);

/* uses.c: what the gateway did on connections between request and response, and what came of it. */
void find_uses(struct scope *s);
void fill_attempt(const struct scope *scope, struct attempt *attempt, const struct use *use);

/* The serial of whom it belongs to for sure, 0: not known. */
uint32_t use_owner(const struct use *use);
void use_own(struct use *use, uint32_t serial);

/* An earlier response could rest on it just as well as on what it was found to. */
bool use_is_disputed(const struct use *use);
void use_dispute(struct use *use);

struct contest {
    struct scope *s;
    struct assignment a;
    const struct exchange *rows[ASSIGN_ROWS_MAX];       /* the first is the scope's own */
    struct use *columns[ASSIGN_COLUMNS_MAX];
    struct use *decided;        /* NULL: none */
    int instead;                /* the column that it would have then; -1: none */
    int margin;                 /* how much better that is than if it were another request's; INT_MAX: it can be nobody else's */
};

/*
 * decide.c: which of the uses are the request's (its) and which are those of requests that wait
 * for the same gateway; then, unless something else explains the response, that they are so.
 */
void decide_uses(struct contest *contest);
void commit_uses(struct contest *contest);

/* rivals.c: adds the rows of the requests that may have caused one of the columns as well. */
void add_rivals(struct contest *contest);

/* order.c: adds what is gained where things end in the order in which they are answered. */
void favour_order(struct contest *contest);

/* learn.c: what a decided contest tells of its gateway. */
void learn_from(const struct contest *contest);

/* The same for a request that was answered well; first: what the gateway asked first for it, known by its text. */
void learn_from_answered(struct root *root, const struct exchange *exchange, const struct exchange *first);

/* why.c: the terms with "; " between them, in wmem_file_scope(); the caller owns the text. */
const char *why_words(const struct why *why);

/* searches.c: the look-ups of the request; true: one of them failed and explains the response. */
bool find_searches(struct scope *s);
bool find_searches_by_time(struct scope *s);
bool searches_failed(const struct scope *s);

/* remembered.c: failures from before the request that the gateway may remember. */
bool find_remembered(struct scope *s);

/* unreached.c: ARP and Neighbour Discovery for the host's addresses or a next hop; false: none. */
bool find_unreached(struct scope *s, struct unreached *unreached);
bool find_unreached_by_time(struct scope *s, struct unreached *unreached);

/* The same for a DNS server that the gateway's own kernel reported as unreachable. */
bool find_unreached_server(struct scope *s, const struct ipaddr *server, struct unreached *unreached);

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
