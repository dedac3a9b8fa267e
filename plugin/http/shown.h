/* shown.h
 * Responses that Wireshark's HTTP dissector shows, and those that it does not
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_SHOWN_H
#define MWG502_HTTP_SHOWN_H

#include "model/model.h"

/*
 * Wireshark's HTTP dissector shows a response with this status. Returns the exchange that
 * it answers; one without a request is made where the capture has none. again: all bytes of
 * the frame were seen before (HTTP dissects what TCP calls a fast retransmission). NULL: the
 * response was shown before, is only an interim one, or its own bytes will tell more.
 */
struct exchange *exchange_shown(struct root *root, struct conn *conn, unsigned status, bool again, uint32_t frame, when_t time);

/*
 * A watched response that the dissector will not show: with this status behind another
 * one's head, which it takes for the body; or, with status 0, the one in the exchange's
 * reply. The n bytes from its status line on are copied: the segment may be gone before they are asked for.
 */
void exchange_hide(struct exchange *exchange, unsigned status, const uint8_t *bytes, size_t n);

/* The first exchange with a hidden response that was not told yet; NULL: none. exchange_hidden_told() frees its bytes. */
struct exchange *exchange_hidden_response(const struct conn *conn);
void exchange_hidden_told(struct exchange *exchange);

#endif
