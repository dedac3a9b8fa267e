/* log.h
 * What is learnt, told to whoever traces a verdict: wireshark --log-level debug --log-domains mwg502
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BASE_LOG_H
#define MWG502_BASE_LOG_H

/* The first include of a file that logs: Wireshark's own headers take the domain from here. */
#define WS_LOG_DOMAIN "mwg502"

#include <wsutil/wslog.h>

#include <epan/to_str.h>

#include "base/ipaddr.h"

/* Whether anybody listens: texts are made for those alone. */
static inline bool
log_is_on(void)
{
    return ws_log_msg_is_active(WS_LOG_DOMAIN, LOG_LEVEL_DEBUG);
}

/* The address in words; to be freed with wmem_free(NULL, ...). */
static inline char *
log_address(const struct ipaddr *ip)
{
    address a = ipaddr_to_address(ip);

    return address_to_str(NULL, &a);
}

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
