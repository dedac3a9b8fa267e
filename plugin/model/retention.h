/* retention.h
 * How long connections are kept
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MODEL_RETENTION_H
#define MWG502_MODEL_RETENTION_H

#include "model/model.h"

/* A new connection: it is kept as long as it is used. */
void retain_new(struct root *root, struct conn *conn);

/* Its SYN failed: a 502 may still cite it. */
void retain_failed(struct root *root, struct conn *conn);

/* The connection ended: it is kept as long as somebody may cite it, or its client may lose what was sent. */
void retain_ended(struct root *root, struct conn *conn);

/* The last request that could cite the connection is over. */
void retain_over(struct root *root, struct conn *conn);

/* The connection is about to be freed. */
void retain_no_more(struct root *root, struct conn *conn);

/* The connection of that shelf that was kept longest, if that was long enough: it is to be dropped; NULL: none. */
struct conn *retention_due(struct root *root, enum shelf shelf);

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
