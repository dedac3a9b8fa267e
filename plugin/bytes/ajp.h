/* ajp.h
 * Reads AJP packets
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_AJP_H
#define MWG502_BYTES_AJP_H

#include "bytes/appunit.h"

/* Apache JServ Protocol version 1.3 (Apache Tomcat Connectors, AJP Protocol Reference). */
extern const struct app_protocol ajp;

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
