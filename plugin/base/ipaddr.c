/* ipaddr.c
 * IP addresses as keys of hash tables
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/ipaddr.h"

unsigned
ipaddr_hash(const void *key)
{
    const struct ipaddr *ip = (const struct ipaddr *)key;
    uint64_t half[2], h;

    memcpy(half, ip->b, sizeof half);
    h = (half[0] ^ ip->family) * UINT64_C(1099511628211);
    h = (h ^ h >> 29 ^ half[1]) * UINT64_C(1099511628211);
    return (unsigned)(h ^ h >> 32);
}

gboolean
ipaddr_key_equal(const void *x, const void *y)
{
    return ipaddr_equal((const struct ipaddr *)x, (const struct ipaddr *)y);
}

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
