/* lookup.h
 * DNS: questions and what they drew
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_NET_LOOKUP_H
#define MWG502_NET_LOOKUP_H

#include "fact/dns.h"
#include "model/model.h"

/* Questions for A, AAAA, SRV, SVCB and HTTPS; anything else is no search for a server. */
void lookup_message(struct root *root, const struct dns_message *message);

/* A query that was sent with this key, once more behind address translation. */
void lookup_copy(struct root *root, const struct asked_key *original, const struct dns_message *message);

/* An ICMP error for a query. */
void lookup_icmp(struct root *root, const struct dns_error *error);

/* The search that opened this connection since an answer for it was truncated (RFC 7766 section 5): the latest one; NULL: none did. */
struct lookup *lookup_over_tcp(struct root *root, const struct conn *conn);

/* For the table of questions: its answer will not be recognised any more. */
void asked_evict(bounded_t *table, struct bounded_entry *entry);

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
