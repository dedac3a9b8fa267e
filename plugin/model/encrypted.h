/* encrypted.h
 * Where clients spoke TLS that Wireshark had no keys for: a 502 there cannot be seen
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MODEL_ENCRYPTED_H
#define MWG502_MODEL_ENCRYPTED_H

#include "model/model.h"

/* A server's port, and how many connections to it carried something that was not decrypted. */
struct encrypted_port {
    struct bounded_entry entry; /* key: key, whose from is empty */
    struct target_key key;
    unsigned conns;
};

/*
 * A gateway that only passes a tunnel on sends the client's own ClientHello to the server: whoever sends another one looks into the tunnel, and may answer
 * in it. Returns what tells the ClientHello that these bytes begin with (its random, RFC 8446 section 4.1.2), and notes that one
 * more connection has it; 0: so much of it is not there.
 */
uint32_t encrypted_hello(struct root *root, const uint8_t *bytes, size_t n);

/* To be called once for a connection, when its client has sent what may be a request; in a tunnel that was passed on, or to a server, nothing is noted. */
void encrypted_note(struct root *root, const struct conn *conn, bool in_tunnel);

/* The host opened a connection or looked up a name. */
void encrypted_host_asks(struct root *root, struct host *host);

/* true: its host opened connections or looked up names, as gateways do. What else has that port is a server. */
bool encrypted_is_gateway(struct root *root, const struct encrypted_port *port);

/* For the table of these ports. */
void encrypted_evict(bounded_t *table, struct bounded_entry *entry);

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
