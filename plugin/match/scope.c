/* scope.c
 * What may belong to one request: its gateway, and who else waits there
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/scope.h"

void
scope_init(struct scope *s, struct root *root, struct exchange *ex, when_t until, unsigned status)
{
    memset(s, 0, sizeof *s);
    s->root = root;
    s->ex = ex;
    s->gateway = gateway_of(root, ex);
    gateway_profile(s->gateway);
    s->name = ex->name ? ex->name : name_find(root, ex->request.host);
    s->from = ex->request.time;
    s->until = until;
    s->status = status;
}

bool
is_gateway_address(const struct scope *s, const struct ipaddr *ip)
{
    const struct host *host = host_find(s->root, ip);

    return host && host->gateway == s->gateway;
}

bool
has_loopback(const struct scope *s)
{
    const struct host *asked = host_find(s->root, &s->ex->conn->side[SERVER].ip);

    return !asked || !asked->link || asked->link == LINK_SELF;
}

bool
gateway_side_is_seen(const struct scope *s)
{
    for (unsigned i = 0; i < s->gateway->n_known; i++) {
        const struct host *host = host_find(s->root, &s->gateway->hosts[i]);
        if (host && (!list_is_empty(&host->conns) || !list_is_empty(&host->searches)))
            return true;
    }
    return false;
}

bool
is_on_gateways_link(const struct scope *s, const struct host *host)
{
    return host_on_same_link(host, host_find(s->root, &s->ex->conn->side[SERVER].ip));
}

bool
may_be_gateway(const struct scope *s, const struct host *host)
{
    return host && !host->is_client && !host->answers_dns && !ipaddr_equal(&host->ip, &s->ex->conn->side[CLIENT].ip) &&
           host->gateway != s->gateway && (is_on_gateways_link(s, host) || !host_serves(host, s->name));
}

bool
is_crowded(const struct scope *s, const struct name *name)
{
    unsigned looked_at = 0;

    for (node_t *l = name ? name->open.head : NULL; l && looked_at < LOOKED_AT_MAX; l = l->next, looked_at++) {
        const struct exchange *other = (const struct exchange *)l->data;
        if (other != s->ex && other->gateway == s->gateway)
            return true;
    }
    return false;
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
