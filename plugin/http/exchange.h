/* exchange.h
 * Requests and their replies on a connection, read from its bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_EXCHANGE_H
#define MWG502_HTTP_EXCHANGE_H

#include "tcp/conn.h"

/* The next bytes of one side, in order. */
void exchange_bytes(struct root *root, struct conn *conn, int side, const struct segment *segment);

/* The same for HTTP that lies elsewhere than in the segment's own bytes. */
void exchange_feed(struct root *root, struct conn *conn, int side, struct httpstream *stream, const struct segment *segment);
void exchange_end_of_stream(struct root *root, struct conn *conn, struct httpstream *stream);

/* n bytes of one side are not in the capture. */
void exchange_bytes_missing(struct root *root, struct conn *conn, int side, uint32_t n);

/* The connection ended. */
void exchanges_close(struct root *root, struct conn *conn);

/* true: nothing on the connection waits for an answer or may still be cited in a verdict, and something was there. */
bool exchanges_all_served(const struct conn *conn);

/*
 * Wireshark's HTTP dissector shows a response with this status. Returns the exchange that
 * it answers; one without a request is made where the capture has none. again: all bytes of
 * the frame were seen before (HTTP dissects what TCP calls a fast retransmission). NULL: the
 * response was shown before, is only an interim one, or its own bytes will tell more.
 */
struct exchange *exchange_shown(struct root *root, struct conn *conn, unsigned status, bool again, uint32_t frame, when_t time);

/* When the sender turned to the server for the request: with the SYN, or on a connection that it kept. */
when_t exchange_begun(const struct exchange *exchange);

/* The oldest that has no final response yet; NULL: none. */
struct exchange *exchange_waiting(const struct conn *conn);

/* The one that the server's next bytes belong to; it is made where the capture has no request. */
struct exchange *exchange_responding(struct root *root, struct conn *conn);

/*
 * The first exchange behind whose first response the latest segment brought another one,
 * with a watched status, that the HTTP dissector takes for its body, or whose response it
 * will not show for another reason; NULL: none that was not told yet.
 */
struct exchange *exchange_hidden_response(struct conn *conn);
void exchange_hidden_shown(struct exchange *exchange);

/* The exchange led to a verdict or needs none: what it held on to is let go. */
void exchange_served(struct root *root, struct exchange *exchange);

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

/* A request as it was read; what is NULL or 0 is not known. Puts it on the connection. */
struct exchange *exchange_new(struct root *root, struct conn *conn, const struct http_head *head, uint32_t frame, when_t time);

#endif
