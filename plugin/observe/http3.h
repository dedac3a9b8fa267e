/* http3.h
 * HTTP/3, where Wireshark decrypts QUIC and reads header blocks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_HTTP3_H
#define MWG502_OBSERVE_HTTP3_H

#include "observe/frame_view.h"

/* The requests and responses of HTTP/3 (RFC 9114) in a UDP datagram, by its fields quic.stream.stream_id: one for each STREAM frame. */
void see_http3(struct frame_view *view, const GPtrArray *streams);

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
