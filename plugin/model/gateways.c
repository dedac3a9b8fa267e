/* gateways.c
 * Addresses, and which of them are one gateway
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/log.h"

#include "model/activity.h"

bool
host_may_go(const struct bounded_entry *entry)
{
    const struct host *s = (const struct host *)entry;

    return list_is_empty(&s->conns) && list_is_empty(&s->searches) &&
           list_is_empty(&s->resolutions) && (!s->gateway || list_is_empty(&s->gateway->open));
}

static void
gateway_free(struct root *root, struct gateway *gateway)
{
    activities_move(&root->strays, &gateway->activities);
    wmem_free(wmem_file_scope(), gateway->profile);
    wmem_free(wmem_file_scope(), gateway->hosts);
    wmem_free(wmem_file_scope(), gateway);
}

static void
gateway_leave(struct root *root, struct host *s)
{
    if (s->gateway && --s->gateway->n_hosts == 0)
        gateway_free(root, s->gateway);
    s->gateway = NULL;
}

void
host_evict(bounded_t *table, struct bounded_entry *entry)
{
    gateway_leave((struct root *)table->owner, (struct host *)entry);
    wmem_free(wmem_file_scope(), entry);
}

struct host *
host_find(struct root *root, const struct ipaddr *ip)
{
    return ip->family ? (struct host *)bounded_find(&root->gateways.hosts, ip) : NULL;
}

struct host *
host_get(struct root *root, const struct ipaddr *ip)
{
    struct host *s = (struct host *)bounded_find(&root->gateways.hosts, ip);

    if (!s) {
        s = wmem_new0(wmem_file_scope(), struct host);
        s->ip = *ip;
        bounded_insert(&root->gateways.hosts, &s->entry, &s->ip);
    }
    return s;
}

static void
log_gateway(const struct ipaddr *ip)
{
    char *text = log_address(ip);

    ws_debug("%s is asked like a gateway", text);
    wmem_free(NULL, text);
}

static void
add_known(struct gateway *gateway, const struct ipaddr *ip)
{
    unsigned n = gateway->n_known;

    if ((n & (n - 1)) == 0)     /* a power of two: there is no room for one more */
        gateway->hosts = (struct ipaddr *)wmem_realloc(wmem_file_scope(), gateway->hosts, MAX(2 * n, 1) * sizeof *gateway->hosts);
    gateway->hosts[gateway->n_known++] = *ip;
}

struct gateway *
host_gateway(struct host *s)
{
    if (!s->gateway) {
        if (log_is_on())
            log_gateway(&s->ip);
        s->gateway = wmem_new0(wmem_file_scope(), struct gateway);
        s->gateway->n_hosts = 1;
        add_known(s->gateway, &s->ip);
    }
    return s->gateway;
}

bool
host_is_established(const struct host *s)
{
    return s->gateway && (s->gateway->n_known > 1 || !list_is_empty(&s->gateway->open));
}

bool
host_is_at_work(const struct host *host)
{
    return !list_is_empty(&host->conns) || !list_is_empty(&host->searches) || (host->gateway && host->gateway->n_known > 1);
}

bool
host_on_same_link(const struct host *a, const struct host *b)
{
    return a && b && a->link && a->link == b->link;
}

/* Two gateways in their own right are one only if that was seen twice, or on one network card. */
static bool
may_join(struct host *a, const struct host *b)
{
    if (ipaddr_equal(&a->apart, &b->ip) || ipaddr_equal(&b->apart, &a->ip))
        return false;
    if (!host_is_established(a) || !host_is_established(b) || host_on_same_link(a, b) || ipaddr_equal(&a->suspect, &b->ip))
        return true;
    a->suspect = b->ip;
    return false;
}

static void
move_open(struct gateway *from, struct gateway *to)
{
    struct exchange *ex;

    while ((ex = (struct exchange *)list_take_first(&from->open))) {
        ex->gateway = to;
        list_append(&to->open, &ex->gateway_link);
    }
}

static void
move_hosts(struct root *root, struct gateway *from, struct gateway *to)
{
    for (unsigned i = 0; i < from->n_known; i++) {
        struct host *member = host_find(root, &from->hosts[i]);
        if (!member || member->gateway != from)
            continue;                   /* evicted meanwhile */
        member->gateway = to;
        to->n_hosts++;
        add_known(to, &member->ip);
        from->n_hosts--;
    }
}

static void
log_join(uint32_t frame, const struct ipaddr *x, const struct ipaddr *y)
{
    char *x_text = log_address(x), *y_text = log_address(y);

    ws_debug("frame %u: %s and %s are one gateway", frame, x_text, y_text);
    wmem_free(NULL, x_text);
    wmem_free(NULL, y_text);
}

void
host_join(struct root *root, struct host *a, struct host *b)
{
    struct gateway *gateway = host_gateway(a), *other = host_gateway(b);

    if (other == gateway || gateway->n_known + other->n_known > GATEWAY_HOSTS_MAX || !may_join(a, b))
        return;
    if (log_is_on())
        log_join(root->frame, &a->ip, &b->ip);
    move_open(other, gateway);
    move_hosts(root, other, gateway);
    activities_move(&gateway->activities, &other->activities);
    if (other->n_hosts == 0)
        gateway_free(root, other);
}

static void
note_card(struct root *root, const struct host *host, bool proved)
{
    struct card *card = &root->gateways.cards[host->link % GATEWAY_CARDS];

    if (!host->link || (card->link == host->link && card->proved && !proved))
        return;
    card->link = host->link;
    card->ip = host->ip;
    card->proved = proved;
}

void
host_part(struct host *opener, const struct host *asked)
{
    struct gateway *gateway = opener->gateway;

    opener->apart = asked->ip;
    if (!gateway || opener == asked || gateway != asked->gateway)
        return;
    unsigned i = 0;
    while (i < gateway->n_known && !ipaddr_equal(&gateway->hosts[i], &opener->ip))
        i++;
    for (gateway->n_known -= i < gateway->n_known; i < gateway->n_known; i++)
        gateway->hosts[i] = gateway->hosts[i + 1];
    gateway->n_hosts--;
    opener->gateway = NULL;
}

void
host_learn_card(struct host *host, link_t link)
{
    if (link)
        host->link = link;
}

void
host_prove(struct root *root, const struct host *host)
{
    note_card(root, host, true);
}

void
host_at_work(struct root *root, const struct host *host)
{
    note_card(root, host, false);
}

void
host_join_card(struct root *root, struct host *asked)
{
    link_t link = asked->link;
    const struct card *card = &root->gateways.cards[link % GATEWAY_CARDS];
    struct host *owner = link && card->link == link ? host_find(root, &card->ip) : NULL;

    if (owner && owner != asked && owner->link == link && (card->proved || owner->ip.family != asked->ip.family))
        host_join(root, asked, owner);
}

struct host *
host_with_card(struct root *root, link_t link)
{
    const struct card *card = &root->gateways.cards[link % GATEWAY_CARDS];

    if (!link || card->link != link || !card->proved || root->gateways.clients[link % GATEWAY_CARDS] == link)
        return NULL;
    return host_find(root, &card->ip);
}

void
host_asks(struct root *root, const struct host *client)
{
    root->gateways.clients[client->link % GATEWAY_CARDS] = client->link;
}

void
host_asked(struct root *root, const struct host *asked)
{
    struct card *card = &root->gateways.asked[asked->link % GATEWAY_CARDS];

    if (asked->link && asked->link != LINK_SELF)
        *card = (struct card){ asked->link, asked->ip, false };
}

struct gateway *
gateway_with_card(struct root *root, link_t link)
{
    const struct card *card = &root->gateways.asked[link % GATEWAY_CARDS];
    const struct host *asked = link && card->link == link ? host_find(root, &card->ip) : NULL;

    return asked && asked->link == link ? asked->gateway : NULL;
}

bool
host_serves(const struct host *s, const struct name *name)
{
    int looked_at = 0;

    for (node_t *l = s->gateway && name ? name->open.head : NULL; l && looked_at < 64; l = l->next, looked_at++)
        if (((struct exchange *)l->data)->gateway == s->gateway)
            return true;
    return false;
}

static void
log_next_hop(const struct ipaddr *ip, uint16_t port)
{
    char *text = log_address(ip);

    ws_debug("requests go to %s port %u", text, port);
    wmem_free(NULL, text);
}

void
next_hop_learn(struct next_hop *hops, const struct next_hop *hop)
{
    struct next_hop *oldest = hops;

    for (struct next_hop *h = hops; h < hops + NEXT_HOPS_MAX; h++) {
        if (h->port == hop->port && ipaddr_equal(&h->ip, &hop->ip)) {
            *h = *hop;
            return;
        }
        if (h->last < oldest->last)
            oldest = h;
    }
    if (log_is_on())
        log_next_hop(&hop->ip, hop->port);
    *oldest = *hop;
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
