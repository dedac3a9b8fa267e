/* capture.h
 * What one capture may hold at once, and for how long
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TRACK_CAPTURE_H
#define MWG502_TRACK_CAPTURE_H

#include "model/model.h"

/* A root with empty tables, whose listeners are plugged in; it lives in wmem_file_scope(). */
struct root *capture_new(const struct settings *settings);

/* Addresses of names, and which hosts are one gateway: what a second look at the same capture may know from the first. */
void capture_copy_learnt(struct root *to, struct root *from);

/* Forgets what is over; called once for each frame, O(1) on average. */
void capture_sweep(struct root *root);

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
