/* observe.h
 * From a dissected frame to facts; only it and its helpers know other dissectors' field names
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_OBSERVE_H
#define MWG502_OBSERVE_OBSERVE_H

#include <epan/packet.h>

#include "track/track.h"

/* The fields that observe_frame() reads; the caller owns the array. */
GArray *observe_wanted_fields(void);

/* What the user's own settings keep from it; asked when a capture begins. */
struct unseen observe_unseen(void);
bool observe_heads_are_shown(void);

/*
 * Tells the tracker what the frame holds. To be called once for each frame, on its first
 * visit, with the tree in which the wanted fields are. tvb: the whole frame.
 */
void observe_frame(struct tracker *tracker, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);

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
