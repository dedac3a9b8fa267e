/* facts_names.c
 * Frames of DNS and ARP, told to the tracker
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

static struct {
    uint16_t socket, type, ip_id;
    const char *server;
} dns;

void
dns_server(const char *address)
{
    dns.server = address;
}

void
dns_packet(uint16_t ip_id)
{
    dns.ip_id = ip_id;
}

static struct ipaddr
server_ip(void)
{
    return ip(dns.server ? dns.server : RESOLVER);
}

void
dns_socket(uint16_t port)
{
    dns.socket = port;
}

void
dns_type(uint16_t type)
{
    dns.type = type;
}

static uint16_t
port_of(uint16_t id)
{
    return dns.socket ? dns.socket : (uint16_t)(10000 + id);
}

static struct fact
dns_frame(uint16_t id, const char *asker, const char *name, bool response)
{
    struct fact fact = facts_next(FACT_DNS);
    struct dns_message *m = &fact.u.dns;

    m->frame = fact.frame;
    m->time = fact.time;
    m->response = response;
    m->src = response ? server_ip() : ip(asker);
    m->dst = response ? ip(asker) : server_ip();
    m->link_src = facts_link(&m->src);
    m->sport = response ? DNS_PORT : port_of(id);
    m->dport = response ? port_of(id) : DNS_PORT;
    m->id = id;
    m->ip_id = dns.ip_id;
    m->type = dns.type;
    m->name = name;
    return fact;
}

uint32_t
looks_up(uint16_t id, const char *from, const char *name)
{
    struct fact fact = dns_frame(id, from, name, false);

    return facts_tell(&fact);
}

uint32_t
resolved(uint16_t id, const char *to, const char *name, unsigned rcode, const char *address)
{
    struct fact fact = dns_frame(id, to, name, true);

    fact.u.dns.rcode = (uint8_t)rcode;
    if (address)
        fact.u.dns.addresses[fact.u.dns.n_addresses++] = ip(address);
    return facts_tell(&fact);
}

uint32_t
resolved_alias(uint16_t id, const char *to, const char *name, const char *canonical)
{
    struct fact fact = dns_frame(id, to, name, true);

    fact.u.dns.canonical[fact.u.dns.n_canonical++] = canonical;
    return facts_tell(&fact);
}

uint32_t
truncated(uint16_t id, const char *to, const char *name)
{
    struct fact fact = dns_frame(id, to, name, true);

    fact.u.dns.truncated = true;
    return facts_tell(&fact);
}

static uint32_t
rejected(uint16_t id, const char *asker, uint16_t ip_id, bool id_known)
{
    struct fact fact = facts_next(FACT_DNS_ERROR);
    struct dns_error *error = &fact.u.dns_error.error;

    error->frame = fact.frame;
    error->time = fact.time;
    error->type = error->code = 3;
    error->key = (struct asked_key){ .from = ip(asker), .to = server_ip(), .port = port_of(id), .id = id_known ? id : 0 };
    error->id_known = id_known;
    error->ip_id = ip_id;
    return facts_tell(&fact);
}

uint32_t
dns_rejected(uint16_t id, const char *asker, uint16_t ip_id)
{
    return rejected(id, asker, ip_id, true);
}

uint32_t
dns_port_rejected(uint16_t id, const char *asker, uint16_t ip_id)
{
    return rejected(id, asker, ip_id, false);
}

uint32_t
arp(const char *asker, const char *neighbor)
{
    struct fact fact = facts_next(FACT_NEIGHBOR_ASKED);

    fact.u.neighbor.asker = ip(asker);
    fact.u.neighbor.neighbor = ip(neighbor);
    fact.u.neighbor.link = facts_link(&fact.u.neighbor.asker);
    return facts_tell(&fact);
}
