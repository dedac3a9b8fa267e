/* dissector.h
 * Whether Wireshark's HTTP dissector will show a response whose head was read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_DISSECTOR_H
#define MWG502_HTTP_DISSECTOR_H

#include "bytes/httphead.h"
#include "model/model.h"

/*
 * The head of the exchange's response, of whatever status, was read from that segment: notes where
 * the dissector and its bytes part. It takes each response for an answer to the latest request: where HEAD and other
 * methods are pipelined it looks for bodies that do not come, or takes bodies for heads.
 */
void dissector_note(struct conn *conn, const struct exchange *exchange, const struct http_head *head);

/* false: it shows this response never, or who knows when. */
bool dissector_shows(const struct root *root, const struct conn *conn, const struct http_head *head, const struct segment *segment);

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
