/* chain.h
 * Which try followed which
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_CHAIN_H
#define MWG502_MATCH_CHAIN_H

#include "model/model.h"

/* RFC 8305 section 8: the next address is tried no sooner than this while the first one is silent. */
#define SILENT_LONG (NS_PER_SECOND / 10)

/*
 * A gateway turns to a server because a request is ready, because an address for it came,
 * or because what it tried before failed. Each of these is followed by one thing at most.
 * So when something begins, it is asked which of the few that nothing has followed yet explains
 * it best: a request that nothing was begun for, or a failed try; or a silent try that it fits
 * better than what seemed to follow that. Example: of two servers one refuses, and 0.2 ms behind
 * its RST a SYN goes to the other one, while no request came for 30 ms: the second try follows
 * the first. (chainbegun.c)
 */
void chain_connection_begun(struct root *root, struct conn *conn);
void chain_request_begun(struct root *root, struct exchange *child);

/*
 * A request's text told whom it serves, which is its parent. Where the try that it seemed to follow was another
 * request's, it does not follow that one; what seemed to be begun for the parent before was not. Example: a server closes a
 * connection, and 0.2 ms behind its FIN the next client's connection begins. (chaintold.c)
 */
void chain_told(struct root *root, struct exchange *child);

/*
 * Whom the first request on a connection serves nothing told, but it is what a try before carried that failed, word for word and with the same
 * marks of its client: it is that one's next try, whatever it seemed to be begun for. Example: a gateway that rewrites host and path asks a server,
 * which resets the connection, and asks it the same on a new one. (chaintold.c)
 */
void chain_repeated(struct root *root, struct exchange *child);

/* What is known of a try: a connection with its first request, or a later request on it. child NULL: none. Owned by these. */
const struct chain *chain_get(const struct conn *conn, const struct exchange *child);
struct chain *chain_of(struct conn *conn, struct exchange *child);

/* A chain knows a connection by its stream and one more; NULL: none, or it is gone. */
struct conn *chain_conn(struct root *root, uint32_t stream_plus_1);

/* The try before: its connection, and the last request on it up to that time; NULL: none, or it is gone. */
struct conn *chain_before(struct root *root, const struct conn *conn, const struct exchange *child, struct exchange **before_child);

/* true: another try was begun behind it. */
bool chain_is_followed(const struct conn *conn, const struct exchange *child);

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
