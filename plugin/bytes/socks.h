/* socks.h
 * SOCKS: how a gateway asks a parent proxy for a connection to the server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_SOCKS_H
#define MWG502_BYTES_SOCKS_H

#include "bytes/appunit.h"

/*
 * RFC 1928 and RFC 1929, and SOCKS4 with 4A. For appstream.c: the request is told as a CONNECT to its destination, a granted one
 * is answered with 200, and a tunnel begins behind it (appstream_is_tunnel()). A server that refuses before it is
 * told a destination is told of as if it had been asked for none.
 */
extern const struct app_protocol socks5, socks4;

/*
 * What stands for the status of a refusal: see HTTP_STATUS_MAX. The code behind it is SOCKS5's reply, or one of these
 * (SOCKS4's replies are 91 to 93, which no reply of SOCKS5 is).
 */
#define SOCKS_STATUS 1000

enum {
    SOCKS_NO_METHOD = 255,      /* no way to log in that the gateway offered will do */
    SOCKS_LOGIN = 256           /* its login is refused */
};

/* "connection refused (5)"; NULL: the status is not SOCKS's. */
const char *socks_refusal(unsigned status);

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
