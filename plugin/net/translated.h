/* translated.h
 * DNS messages that the capture holds a second time, behind address translation
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_NET_TRANSLATED_H
#define MWG502_NET_TRANSLATED_H

#include "model/model.h"

/*
 * As tcp/copies.h for connections: a query that a gateway sends to a cluster's DNS service is seen
 * before and after its addresses are translated, and so is the answer. A query is told to be a copy by its
 * DNS id, name and type, the IP identification, and a port that was kept or a TTL that has
 * become less; a forwarding resolver asks with a packet of its own. Loopback is never translated here:
 * a stub resolver's own leg is one more question.
 *
 * Gives lookup_message() each message: of a query the first copy alone, of an answer every
 * copy, with the addresses and ports of the original.
 */
void translated_message(struct root *root, const struct dns_message *message);

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
