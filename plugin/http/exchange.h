/* exchange.h
 * Requests and their replies on a connection, read from its bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_EXCHANGE_H
#define MWG502_HTTP_EXCHANGE_H

#include "model/attempts.h"

/*
 * What becomes of a request, told to whoever ties requests to each other: implemented in
 * match/, plugged in by track/capture.c.
 *
 *   begun      a new exchange with a request stands on its connection
 *   answered   it led to a verdict or needs none; can come again where another response follows
 *   forgotten  it is about to be freed: whatever points to it is to let go
 */
struct exchange_listener {
    void (*opened)(struct root *root, struct conn *conn);
    void (*begun)(struct root *root, struct exchange *exchange);
    void (*answered)(struct root *root, struct exchange *exchange);
    void (*forgotten)(struct root *root, struct exchange *exchange);
};

/* The nth request of whose content nothing can be read, which began in this frame. */
struct exchange *exchange_new_opaque(struct root *root, struct conn *conn, unsigned nth, uint32_t frame, when_t time);

/* A segment brought bytes of the reply. */
void exchange_note_data(const struct root *root, struct exchange *exchange, const struct segment *segment);

/* The one that the server's next bytes belong to; it is made where the capture has no request. */
struct exchange *exchange_responding(struct root *root, struct conn *conn);

/* The exchange led to a verdict or needs none: what it held on to is let go. */
void exchange_served(struct root *root, struct exchange *exchange);

/* Frees the exchange, whatever it waits for. */
void exchange_drop(struct root *root, struct exchange *exchange);

/*
 * Forgets the oldest ones that are over. An answered exchange is kept until the next
 * request, or the next one's response: another response of its own may follow (200, then
 * 502). They stand in order.
 */
void exchange_drop_served(struct root *root, struct conn *conn);

/*
 * The client received bytes of the server's from this sequence number on that the capture
 * lacks: with them the responses to what it had asked before it asked again.
 */
void exchanges_lose(struct root *root, struct conn *conn, uint32_t from);

/* A request as it was read, at the end of the connection's; head NULL: the capture shows its response alone. */
struct exchange *exchange_new(struct root *root, struct conn *conn, const struct http_head *head, uint32_t frame, when_t time);

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
