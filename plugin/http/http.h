/* http.h
 * What a connection's bytes are: HTTP/1, HTTP/2, TLS or something else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_HTTP_H
#define MWG502_HTTP_HTTP_H

#include "tcp/conn.h"

/* Reads each side's bytes by what the first of them say, and makes the connection's exchanges of them. */
extern const struct conn_listener http_listener;

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
