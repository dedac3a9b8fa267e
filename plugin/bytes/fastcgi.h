/* fastcgi.h
 * Reads FastCGI records
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_FASTCGI_H
#define MWG502_BYTES_FASTCGI_H

#include "bytes/appunit.h"

/*
 * FastCGI Specification 1.0 (Open Market, 1996). Requests on one connection are taken to come one after the other: no
 * gateway sends several at once, though their ids would allow it.
 */
extern const struct app_protocol fastcgi;

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
