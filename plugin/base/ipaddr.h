/* ipaddr.h
 * IP addresses by value, as parts of keys
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BASE_IPADDR_H
#define MWG502_BASE_IPADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <epan/address.h>

/*
 * Wireshark's address points to memory of the frame; what outlives the frame and is
 * compared with memcmp() as part of a key is kept by value. family is 4, 6 or 0 (none);
 * unused bytes are always zero.
 */
struct ipaddr {
    uint8_t family;
    uint8_t b[16];
};

/* Of an address that is neither IPv4 nor IPv6 (or is NULL): family 0. */
static inline struct ipaddr
ipaddr_from(const address *a)
{
    struct ipaddr ip = { 0, { 0 } };

    if (a && a->type == AT_IPv4 && a->len == 4) {
        ip.family = 4;
        memcpy(ip.b, a->data, 4);
    } else if (a && a->type == AT_IPv6 && a->len == 16) {
        ip.family = 6;
        memcpy(ip.b, a->data, 16);
    }
    return ip;
}

/* family 4 or 6, bytes of that length in network order */
static inline struct ipaddr
ipaddr_from_bytes(uint8_t family, const uint8_t *bytes)
{
    struct ipaddr ip = { family, { 0 } };

    memcpy(ip.b, bytes, family == 4 ? 4 : 16);
    return ip;
}

/* A shallow address that is valid as long as *ip is. */
static inline address
ipaddr_to_address(const struct ipaddr *ip)
{
    address a = ADDRESS_INIT_NONE;

    if (ip->family == 4)
        set_address(&a, AT_IPv4, 4, ip->b);
    else if (ip->family == 6)
        set_address(&a, AT_IPv6, 16, ip->b);
    return a;
}

static inline bool
ipaddr_equal(const struct ipaddr *x, const struct ipaddr *y)
{
    return memcmp(x, y, sizeof *x) == 0;
}

/* For hash tables of GLib and bounded.h: the key is a struct ipaddr. */
unsigned ipaddr_hash(const void *key);
gboolean ipaddr_key_equal(const void *x, const void *y);

static inline bool
ipaddr_is_loopback(const struct ipaddr *ip)
{
    static const uint8_t one[16] = { [15] = 1 };

    return ip->family == 4 ? ip->b[0] == 127 : ip->family == 6 && memcmp(ip->b, one, 16) == 0;
}

/* How many routers a packet passed that has this TTL or hop limit left: systems begin with one of four values. */
static inline int
ttl_hops(uint8_t ttl)
{
    return ttl <= 32 ? 32 - ttl : ttl <= 64 ? 64 - ttl : ttl <= 128 ? 128 - ttl : 255 - ttl;
}

/*
 * Who sent a frame on its link, or was to get it: an Ethernet address, or LINK_SELF for the
 * host that captured, where the capture tells the direction (Linux cooked captures, flags
 * of pcapng). 0: unknown.
 */
typedef uint64_t link_t;
#define LINK_SELF 1

static inline link_t
link_from(const address *a)
{
    link_t link = 0;

    if (a->type != AT_ETHER || a->len != 6)
        return 0;
    memcpy((uint8_t *)&link + 1, a->data, 6);   /* never LINK_SELF, in either byte order */
    return link;
}

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
