/* decrypted.h
 * HTTP inside TLS that Wireshark decrypts
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_DECRYPTED_H
#define MWG502_HTTP_DECRYPTED_H

#include "tcp/conn.h"

/*
 * One decrypted record of the connection, whose bytes segment has instead of its own.
 * Handshake messages and alerts are records too, and passed over. To be told before the
 * segment itself, which may end the connection.
 */
void decrypted_bytes(struct root *root, const struct segment *segment);

/* The connection ended. */
void decrypted_end(struct root *root, struct conn *conn);

/* Frees what was kept of it, if there is anything. */
void decrypted_free(struct conn *conn);

/* The side's decrypted messages; NULL: there are none in HTTP/1. */
struct httpstream *decrypted_stream(const struct conn *conn, int side);

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
