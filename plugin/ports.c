/* ports.c
 * The gateway's proxy ports, dissected as HTTP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <epan/dissectors/packet-http.h>

#include "ports.h"

static range_t *ours;           /* ports that have HTTP from us */
static dissector_handle_t http_handle;

static dissector_handle_t
owner_of(uint32_t port)
{
    return dissector_get_uint_handle(find_dissector_table("tcp.port"), port);
}

static void
take_back(uint32_t port, void *named)
{
    if (!value_is_in_range((range_t *)named, port) && owner_of(port) == http_handle)
        dissector_delete_uint("tcp.port", port, http_handle);
}

static void
give(uint32_t port, void *data _U_)
{
    if (port == 0 || owner_of(port))
        return;
    http_tcp_port_add(port);
    http_handle = owner_of(port);
    range_add_value(wmem_epan_scope(), &ours, port);
}

void
ports_apply(range_t *ports)
{
    range_t *before = ours;

    if (before)
        range_foreach(before, take_back, ports);
    ours = range_empty(wmem_epan_scope());
    /* Still ours: named before and now, and not taken over by the user. */
    for (unsigned i = 0; before && i < before->nranges; i++)
        for (uint32_t port = before->ranges[i].low; port <= before->ranges[i].high; port++)
            if (owner_of(port) == http_handle)
                range_add_value(wmem_epan_scope(), &ours, port);
    range_foreach(ports, give, NULL);
    wmem_free(wmem_epan_scope(), before);
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
