/* reading.c
 * What is read of each side of a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/reading.h"

struct reading *
reading_get(struct conn *conn, int side)
{
    struct side *speaker = &conn->side[side];

    if (!speaker->reading)
        speaker->reading = wmem_new0(wmem_file_scope(), struct reading);
    return speaker->reading;
}

struct httpstream *
reading_stream(const struct conn *conn, int side)
{
    return conn->side[side].reading ? conn->side[side].reading->stream : NULL;
}

struct appstream *
reading_app(const struct conn *conn, int side)
{
    return conn->side[side].reading ? conn->side[side].reading->app : NULL;
}

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
