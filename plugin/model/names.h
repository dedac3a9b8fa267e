/* names.h
 * Host names and their addresses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MODEL_NAMES_H
#define MWG502_MODEL_NAMES_H

#include "base/bounded.h"
#include "base/ipaddr.h"
#include "base/list.h"
#include "model/gateways.h"

#define NAME_ADDRESSES_MAX 16
struct name {
    struct bounded_entry entry; /* key: text */
    char *text;                 /* in lower case, without port */
    char *alias_of;             /* the name whose answer gave this one without an address, NULL: none */
    struct ipaddr addresses[NAME_ADDRESSES_MAX];
    unsigned n_addresses;
    struct {
        uint32_t question, answer;
    } told[2];                  /* where its addresses of IPv4, and of IPv6, were told last: frames, 0 if they were not */
    struct next_hop next_hops[NEXT_HOPS_MAX];
    list_t open;                /* exchanges for it without an answer */
    unsigned upstream;          /* hash of the name that its gateway looks up instead, such as a service's; 0: not known */
    list_t searches;            /* in the order in which they began */
    bool asked;                 /* clients asked for it; other names are those of upstreams */
};

/* Which names an address belongs to. */
#define ADDRESS_NAMES_MAX 8
struct reverse {
    struct bounded_entry entry; /* key: ip */
    struct ipaddr ip;
    struct name *names[ADDRESS_NAMES_MAX];      /* NULL: the place is free */
};

/* The names of a capture. */
struct names {
    bounded_t by_text, by_address;
};

/* For the tables of names and of addresses. */
bool name_may_go(const struct bounded_entry *entry);
void name_evict(bounded_t *table, struct bounded_entry *entry);
void reverse_evict(bounded_t *table, struct bounded_entry *entry);

/* Finds a name; NULL: none, also for text NULL. name_get() makes it, with a copy of the text. */
struct name *name_find(struct root *root, const char *text);
struct name *name_get(struct root *root, const char *text);

/* The oldest of NAME_ADDRESSES_MAX makes room; an address without family is passed over. */
void name_add_address(struct root *root, struct name *name, const struct ipaddr *ip);

/* An answer for of gave this name and no address: who asks for it meanwhile asks for of. */
void name_set_alias(struct name *name, const struct name *of);

/* name may be NULL: no address is its own. */
bool name_has_address(const struct name *name, const struct ipaddr *ip);

/* The names of an address; NULL: none. */
struct reverse *names_of(struct root *root, const struct ipaddr *ip);

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
