/* opaque.h
 * Exchanges of which nothing can be read: inside TLS, or of another protocol than HTTP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_OPAQUE_H
#define MWG502_HTTP_OPAQUE_H

#include "tcp/conn.h"

/*
 * Who opened the connection asks, the other side answers: what the first one sends once an
 * answer began is the next request. The last exchange on a connection is the one at hand; those
 * before the one before it are let go, unless they have a parent.
 */
void opaque_request(struct root *root, struct conn *conn, const struct segment *segment);

/* Bytes of the answer, the first ones or more. */
void opaque_response(struct root *root, struct conn *conn, const struct segment *segment);

/* Bytes of one side of a protocol that is not read: a request or an answer. Where the server speaks first there are none. */
void opaque_bytes(struct root *root, struct conn *conn, int side, const struct segment *segment);

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
