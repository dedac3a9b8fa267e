/* attempts.h
 * Connections as somebody's attempts to reach a server: where they went, whose they are, how they fared
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MODEL_ATTEMPTS_H
#define MWG502_MODEL_ATTEMPTS_H

#include "model/model.h"

/* Files the connection under who opened it and where it went; attempts_unfile() takes it out, if it was filed. */
void attempts_file(struct root *root, struct conn *conn);
void attempts_unfile(struct conn *conn);

/* It stands among what its opener's gateway has under way (activity.h): with its SYN, or a request on one that was kept. */
void attempts_begun(struct root *root, struct conn *conn);

/* What from tried at that address and port; NULL: nothing. */
struct target *attempts_at(struct root *root, const struct ipaddr *from, const struct ipaddr *to, uint16_t port);

/* Who went to that address and port lately; NULL: nobody. */
struct approach *approaches_of(struct root *root, const struct ipaddr *to, uint16_t port);

/* The latest connection that from opened to the address and port with this source port; NULL: none of those that are looked at. */
struct conn *conn_from(struct root *root, const struct target_key *key, uint16_t sport);

/* Marks the connection as the exchange's with this serial: no other may cite it. */
void conn_claim(struct conn *conn, uint32_t owner);

/* The last request that could cite the connection is over: it is forgotten soon if it is closed. */
void conn_over(struct root *root, struct conn *conn);

/* When it failed: the last RST or ICMP error for its SYNs, or its end; 0 if it did not. */
when_t conn_failed(const struct conn *conn);

/* When the sender turned to the server for the request: with the SYN, or on a connection that it kept. */
when_t exchange_begun(const struct exchange *exchange);

/*
 * When one of the two ended the connection or the stream on which the request waits, so that nothing more is begun for it; 0: neither
 * did. A client's FIN says no more than that it has nothing to add, save in HTTP/2, where it says so by END_STREAM.
 */
when_t exchange_given_up(const struct exchange *exchange);

/* Of the response that counts: the hidden one, or the one that was shown; 0: none yet. */
unsigned exchange_status(const struct exchange *exchange);

/* The oldest on the connection that has no final response yet; NULL: none. */
struct exchange *exchange_waiting(const struct conn *conn);

/* Its connection from where it can be read in a capture that begins there: its own first segment, or the SYN. */
struct span exchange_span(const struct exchange *exchange);

/* Its turn has come: a connection's requests are served one after the other, but for HTTP/2's. */
bool exchange_has_turn(const struct exchange *exchange);

/* For the tables of targets and of approaches. */
bool target_may_go(const struct bounded_entry *entry);
void target_evict(bounded_t *table, struct bounded_entry *entry);
unsigned target_key_hash(const void *key);
gboolean target_key_equal(const void *x, const void *y);

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
