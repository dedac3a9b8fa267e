/* shown.h
 * Responses that Wireshark's HTTP dissector shows
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
