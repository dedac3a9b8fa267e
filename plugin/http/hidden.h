/* hidden.h
 * Responses that Wireshark's HTTP dissector does not show
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_HIDDEN_H
#define MWG502_HTTP_HIDDEN_H

#include "model/model.h"

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
