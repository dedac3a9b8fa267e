/* search.h
 * Which DNS questions are one search: the tries to resolve one name for one request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_NET_SEARCH_H
#define MWG502_NET_SEARCH_H

#include "fact/dns.h"
#include "model/model.h"

/*
 * The search that a new question belongs to: a running one of the same asker for the same host
 * (types, suffixes, aliases, servers, repeats with another id), or a new one. One that runs on is
 * told by its socket, by what it has asked already and by when it was to ask on; where several fit, the
 * oldest that lacks this question. Never NULL; the search may be full (QUESTIONS_MAX), then it takes no more.
 *
 * Learns on the way who asks for a client's host: that asker is the gateway.
 */
struct lookup *search_for(struct root *root, const struct dns_message *question);

/* Moves it behind those that stand on that shelf (root->lookups_...). */
void search_shelve(struct lookup *search, list_t *shelf);

/* Frees it and its questions, wherever it stands. */
void search_drop(struct root *root, struct lookup *search);

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
