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
