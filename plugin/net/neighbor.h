/* neighbor.h
 * Neighbours that do not answer ARP (RFC 826) or Neighbour Discovery (RFC 4861)
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_NET_NEIGHBOR_H
#define MWG502_NET_NEIGHBOR_H

#include "model/model.h"

/*
 * A question for the neighbour's link address; link is the asker's own (0: unknown). Probes
 * of an address for oneself (RFC 5227, RFC 4862) are no such questions. Of each neighbour a few askers are
 * remembered, gateways rather than others.
 */
void neighbor_asked(struct root *root, const struct ipaddr *neighbor, const struct ipaddr *asker, link_t link, uint32_t frame, when_t time);

/* Any word from it: what was asked is answered. */
void neighbor_heard(struct root *root, const struct ipaddr *neighbor);

/* false: who asked has another network card than that host, so it is not one of its addresses. true also where one card is unknown. */
bool resolution_may_be_of(const struct resolution *resolution, const struct host *host);

void neighbor_free(struct neighbor *neighbor);

/* The sender's own kernel says that it cannot reach the destination. */
void neighbor_reported(struct root *root, const struct target_key *key, when_t time);

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
