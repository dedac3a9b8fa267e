/* encrypted.c
 * Where clients spoke TLS that Wireshark had no keys for: a 502 there cannot be seen
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "model/encrypted.h"

/* Behind the headers of the record and of the handshake message, and a version. */
#define RANDOM_AT 11
#define RANDOM_LENGTH 32

static struct hello *
slot_of(struct root *root, uint32_t hello)
{
    return &root->hellos[hello % HELLOS];
}

uint32_t
encrypted_hello(struct root *root, const uint8_t *bytes, size_t n)
{
    uint32_t hello = n < RANDOM_AT + RANDOM_LENGTH ? 0 : MAX(bytes_hash(bytes + RANDOM_AT, RANDOM_LENGTH, 0), 1);
    struct hello *slot = slot_of(root, hello);

    if (hello && slot->hello != hello)
        *slot = (struct hello){ hello, 0 };
    slot->conns += hello != 0;
    return hello;
}

static bool
is_passed_on(struct root *root, uint32_t hello)
{
    const struct hello *slot = slot_of(root, hello);

    return !hello || slot->hello != hello || slot->conns > 1;
}

/* Somebody asks the host that opened it: this is its way to a server. */
static bool
is_gateways_own(struct root *root, const struct conn *conn)
{
    const struct host *opener = host_find(root, &conn->side[CLIENT].ip);

    return opener && opener->gateway;
}

void
encrypted_note(struct root *root, const struct conn *conn, bool in_tunnel)
{
    struct encrypted_port *port;
    struct target_key key;

    if (is_gateways_own(root, conn) || (in_tunnel && is_passed_on(root, conn->tls->hello)))
        return;
    memset(&key, 0, sizeof key);
    key.to = conn->side[SERVER].ip;
    key.port = conn->side[SERVER].port;
    port = (struct encrypted_port *)bounded_find(&root->encrypted, &key);
    if (!port) {
        port = wmem_new0(wmem_file_scope(), struct encrypted_port);
        port->key = key;
        bounded_insert(&root->encrypted, &port->entry, &port->key);
    }
    port->conns++;
    root->encrypted_changes++;
}

void
encrypted_host_asks(struct root *root, struct host *host)
{
    root->encrypted_changes += !host->asks;
    host->asks = true;
}

bool
encrypted_is_gateway(struct root *root, const struct encrypted_port *port)
{
    const struct host *host = host_find(root, &port->key.to);

    return host && host->asks;
}

void
encrypted_evict(bounded_t *table _U_, struct bounded_entry *entry)
{
    wmem_free(wmem_file_scope(), entry);
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
