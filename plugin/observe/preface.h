/* preface.h
 * HTTP/2 without TLS, dissected as such on whatever port its preface is seen
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_PREFACE_H
#define MWG502_OBSERVE_PREFACE_H

#include "observe/frame_view.h"

/*
 * Wireshark looks for the preface (RFC 9113 section 3.4) only on ports of HTTP and inside TLS. This registers a heuristic dissector
 * for every other port, which hands the connection to HTTP/2 from there on. To be called once, when dissectors are there.
 */
void preface_register(void);

/*
 * Of a segment on a port whose own dissector took the preface for its own, as TLS does on 443: has it dissected as HTTP/2
 * once more, into the frame's tree, and the connection from there on; never against the user's Decode As. To be called
 * on the first visit, with the frame's field tcp.stream. true: the frame has HTTP/2 fields now.
 */
bool preface_take_over(struct frame_view *view, const field_info *stream, const struct segment *segment);

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
