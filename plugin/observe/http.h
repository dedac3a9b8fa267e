/* http.h
 * HTTP that is not in the segment's own bytes: HTTP/2 frames, and what TLS hides
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_HTTP_H
#define MWG502_OBSERVE_HTTP_H

#include "bytes/httphead.h"
#include "observe/frame_view.h"

/* HTTP inside TLS: the records of this segment that Wireshark decrypted. */
void see_decrypted(struct frame_view *view, const struct segment *segment);

/* The HTTP/2 frames that end in this segment, decrypted or not. */
void see_http2(struct frame_view *view, const struct segment *segment);

/* What a gateway says of itself in a response without a reason phrase (HTTP/2, HTTP/3); content: the beginning of its body, as far as it is there. */
struct said said_in(const struct frame_view *view, const struct http_head *head, struct slice content);

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
