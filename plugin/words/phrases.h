/* phrases.h
 * Verdicts in words: the pieces
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_WORDS_PHRASES_H
#define MWG502_WORDS_PHRASES_H

#include <epan/wmem_scopes.h>

#include "diagnose/finding.h"

/*
 * All return texts allocated in the given scope (static ones where no scope is given);
 * none ends in a line end.
 */

/*
 * A row of a tree holds this much of a text: ITEM_LABEL_LENGTH of libwireshark is 240, and
 * "[Expert Info (Warning/Response): ...]" goes around.
 */
#define WORDS_ROW_MAX 200

/* How many bytes of the text fit into one row, up to a blank where there is one; never inside a character of UTF-8. */
size_t words_row(const char *text);

/* "connection refused (5)", "not logged in (530)": of a status beyond HTTP_STATUS_MAX. */
const char *words_refusal(wmem_allocator_t *scope, unsigned status);

/* "refused (RST)", "no answer to the SYN", "answered 504" ... */
char *words_outcome(wmem_allocator_t *scope, const struct outcome *outcome);

/* "No such name", "Server failure": as Wireshark words the rcodes of RFC 1035 and 6895. */
const char *words_rcode(uint8_t rcode);

/* "A", "AAAA", "SRV" ... */
const char *words_dns_type(uint16_t type);

/* What a DNS question came to: "an address", "No such name", "no answer". */
const char *words_dns_outcome(enum dns_outcome outcome, uint8_t rcode);

/* "10.1.1.2, 10.1.1.3 and 2 more": of n addresses the first TOLD_MAX are there. "" for none. */
char *words_addresses(wmem_allocator_t *scope, const struct ipaddr *told, unsigned n);

/* "it carries the same request": what ties a connection to a request; NULL for TIE_NONE. */
const char *words_tie(enum tie tie);

/* "10.1.1.2:80", "[2001:db8::1]:80"; "10.1.1.2" where no port is known (0). */
char *words_endpoint(wmem_allocator_t *scope, const struct ipaddr *ip, uint16_t port);

/* "0.4 ms", "21 s" */
char *words_duration(wmem_allocator_t *scope, when_t duration);

/* Time exceeded: no refusal, the packet went astray. */
bool words_icmp_expired(bool v6, uint8_t type);

/* "Host administratively prohibited (ICMP type 3, code 10)" */
char *words_icmp(wmem_allocator_t *scope, bool v6, uint8_t type, uint8_t code);

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
