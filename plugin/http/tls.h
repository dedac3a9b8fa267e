/* tls.h
 * TLS on a connection to a server, directly or in a tunnel through a parent proxy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_TLS_H
#define MWG502_HTTP_TLS_H

#include "model/model.h"

/* true: the segment begins with a ClientHello; from here on the connection is TLS. */
bool tls_conn_begins(struct conn *conn, const struct segment *segment);

/* true: the capture begins inside a TLS connection, and the segment with a record of it. */
bool tls_conn_goes_on(struct conn *conn, const struct segment *segment);

/* The next bytes of one side of a TLS connection. What is not decrypted makes opaque exchanges. */
void tls_conn_bytes(struct root *root, struct conn *conn, int side, const struct segment *segment);

/* Bytes of a tunnel, captured of the segment; a ClientHello in it begins TLS. */
void tls_conn_tunnel_bytes(struct root *root, struct conn *conn, int side, const struct segment *segment, const uint8_t *bytes, size_t captured);

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
