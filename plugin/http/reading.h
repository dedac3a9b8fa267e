/* reading.h
 * What is read of each side of a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_READING_H
#define MWG502_HTTP_READING_H

#include "model/model.h"

/* What was read of the side's messages so far: made if there is nothing yet. */
struct reading *reading_get(struct conn *conn, int side);

/* The side's HTTP/1 messages; NULL: it speaks something else, or nothing yet. */
struct httpstream *reading_stream(const struct conn *conn, int side);

/* The same for a protocol between a gateway and an application. */
struct appstream *reading_app(const struct conn *conn, int side);

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
