/* tcp.h
 * TCP segments, and the HTTP that Wireshark shows with them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_TCP_H
#define MWG502_OBSERVE_TCP_H

#include "observe/frame_view.h"

/*
 * The frame's last TCP segment, by its field tcp.stream, with the responses that Wireshark shows
 * in it and what TLS or HTTP/2 hold. A segment whose header is cut off is ignored.
 */
void see_tcp(struct frame_view *view, field_info *stream);

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
