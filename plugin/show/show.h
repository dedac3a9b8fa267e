/* show.h
 * Verdicts in the tree, the column, as expert items and back-links
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_SHOW_H
#define MWG502_SHOW_SHOW_H

#include <epan/packet.h>

#include "track/track.h"

/* Registers the fields and expert items of the contract (interface.md) for the protocol. */
void show_register(int proto);

/* One top-level item for each verdict of the frame, in byte order; with a NULL tree only expert items and the column. */
void show_verdicts(const struct verdict *verdicts, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, bool info_column);

/* What the frame led to: case, role, the responses. */
void show_parts(const struct part *parts, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree);

/* A server's own 502 that its gateway will pass on, on the first visit: only the role is known yet. */
void show_role(enum role role, tvbuff_t *tvb, proto_tree *tree);

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
