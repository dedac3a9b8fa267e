/* appvars.h
 * Reads uwsgi and SCGI: variables in front of a body, one request on a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_APPVARS_H
#define MWG502_BYTES_APPVARS_H

#include "bytes/appunit.h"

/* The uwsgi protocol (uwsgi-docs, Protocol.rst): a block of variables behind its length. */
extern const struct app_protocol uwsgi;

/* SCGI (Neil Schemenauer, 2008): headers in a netstring, of which CONTENT_LENGTH is the first. */
extern const struct app_protocol scgi;

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
