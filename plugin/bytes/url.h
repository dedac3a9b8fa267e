/* url.h
 * The parts of a request target that matter for comparing requests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_URL_H
#define MWG502_BYTES_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes/httphead.h"
#include "base/ipaddr.h"

/* Longer hosts and URLs are cut: RFC 1035 section 2.3.4; URLs beyond this are not shown whole. */
#define URL_HOST_MAX 255
#define URL_HOST_BUFFER (URL_HOST_MAX + 1)
#define URL_MAX 2048

struct url {
    char host[URL_HOST_BUFFER];        /* lower case, without port and brackets; "" if there is none */
    uint16_t port;                      /* as given, else the scheme's */
    bool absolute;                      /* the target named the host itself */
    struct slice path;                  /* path and query as sent ("?query" may stand alone); "/" if the target has none; empty for CONNECT */
};

/*
 * RFC 9112 section 3.2: origin-form (with the Host header), absolute-form, authority-form
 * (of CONNECT). Never fails: what cannot be read stays empty. path points into target.
 */
void url_read(struct slice target, struct slice host_header, bool connect, uint16_t default_port, struct url *url);

/* The address that the host is, if it is a literal one; family 0 if it is a name. */
struct ipaddr url_literal(const char *host);

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
