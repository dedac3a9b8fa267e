/* stall.h
 * Why a response did not come, and who ended a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_DIAGNOSE_STALL_H
#define MWG502_DIAGNOSE_STALL_H

#include "diagnose/finding.h"

/*
 * For a response_timeout on a connection that stood: what the server's acknowledgments tell, up
 * to the response. Pure. STALL_UNKNOWN where the capture does not have them, or where it tells no one
 * thing (bytes that were sent once and were not acknowledged before the gateway gave up).
 */
enum stall attempt_stall(const struct attempt *attempt);

/* What mwg502.stall and mwg502.sender hold; NULL for unknown. */
const char *stall_token(enum stall stall);
const char *sender_token(enum sender sender);

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
