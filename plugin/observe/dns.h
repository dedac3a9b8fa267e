/* dns.h
 * DNS messages, as Wireshark dissected them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_OBSERVE_DNS_H
#define MWG502_OBSERVE_DNS_H

#include "observe/frame_view.h"

/* The DNS messages of the frame (RFC 1035), over UDP or TCP. */
void see_dns(struct frame_view *view);

/*
 * A query that an ICMP error quotes, read into m; the addresses and ports are the caller's
 * to tell. false: not enough of it is quoted.
 */
bool read_quoted_query(const struct frame_view *view, const struct asked_key *key, struct dns_message *m);

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
