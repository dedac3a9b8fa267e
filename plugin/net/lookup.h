/* lookup.h
 * DNS: questions, their answers, and which of them are one search; neighbours that do not answer
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_NET_LOOKUP_H
#define MWG502_NET_LOOKUP_H

#include "fact/dns.h"
#include "model/model.h"

/* Questions for A and AAAA only; anything else is no search for a host's address. */
void lookup_message(struct root *root, const struct dns_message *message);

/* An ICMP error for a query. */
void lookup_icmp(struct root *root, const struct dns_error *error);

void lookup_drop(struct root *root, struct lookup *lookup);

/* For the table of questions: its answer will not be recognised any more. */
void asked_evict(bounded_t *table, struct bounded_entry *entry);

/* ARP (RFC 826) or Neighbour Discovery (RFC 4861): a question for, or any word from, the neighbour. */
void neighbor_asked(struct root *root, const struct ipaddr *neighbor, const struct ipaddr *asker, uint32_t frame, when_t time);
void neighbor_heard(struct root *root, const struct ipaddr *neighbor);
void neighbor_free(struct neighbor *neighbor);

/* The sender's own kernel says that it cannot reach the destination. */
void neighbor_reported(struct root *root, const struct target_key *key, when_t time);

#endif
