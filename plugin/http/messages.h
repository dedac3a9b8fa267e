/* messages.h
 * Exchanges from the messages of HTTP/1, and of protocols between a gateway and an application
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_MESSAGES_H
#define MWG502_HTTP_MESSAGES_H

#include "tcp/conn.h"

/*
 * The next bytes of one side, read by that stream: the segment's own, or what was found in
 * them (decrypted). The connection's exchanges are made, answered and completed by what they say.
 */
void messages_bytes(struct root *root, struct conn *conn, int side, struct httpstream *stream, const struct segment *segment);

/* n bytes are missing from the stream. */
void messages_skip(struct root *root, struct conn *conn, struct httpstream *stream, size_t n);

/* No more bytes will come: a body that only ends so is complete. */
void messages_end(struct root *root, struct conn *conn, struct httpstream *stream);

/* The same three where a gateway speaks such a protocol to its server. */
void messages_app_bytes(struct root *root, struct conn *conn, int side, struct appstream *stream, const struct segment *segment);
void messages_app_skip(struct root *root, struct conn *conn, struct appstream *stream, size_t n);
void messages_app_end(struct root *root, struct conn *conn, struct appstream *stream);

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
