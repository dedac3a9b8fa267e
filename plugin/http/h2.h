/* h2.h
 * Requests and their replies on the streams of an HTTP/2 connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_H2_H
#define MWG502_HTTP_H2_H

#include "fact/h2frame.h"
#include "model/model.h"

/*
 * Puts the frame into the exchange of its stream: a request begins one, a response may
 * come in any order. Returns the exchange whose final response head this is; one without a
 * request is made where the capture has none. NULL: the frame is nothing of that kind.
 */
struct exchange *h2_frame(struct root *root, struct conn *conn, const struct h2_frame *f, uint32_t frame, when_t time);

/* The exchange of that stream; NULL: none, or none any more. */
struct exchange *h2_exchange(const struct conn *conn, uint32_t stream);

/*
 * Bytes of one side of a connection that is neither HTTP/1 nor TLS, in order: where they are frames no more, the server's answers
 * are broken that were not complete. Connections of other protocols, and such that were not seen from the beginning, are passed over.
 */
void h2_bytes(const struct root *root, struct conn *conn, int side, const struct segment *segment);

/* What follows on that side need not begin with a frame. */
void h2_missing(struct conn *conn, int side);

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
