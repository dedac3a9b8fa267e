/* h3.h
 * Requests and their replies on the streams of a QUIC connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_H3_H
#define MWG502_HTTP_H3_H

#include "fact/h3frame.h"
#include "model/model.h"

/*
 * As h2_frame(), whose exchanges they become: HTTP/3 (RFC 9114) differs from HTTP/2 in what lies below. The first head of a
 * connection begins it. What QUIC sent again, or the capture holds twice, changes nothing.
 */
struct exchange *h3_frame(struct root *root, const struct h3_frame *f, uint32_t frame, when_t time);

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
