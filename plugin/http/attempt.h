/* attempt.h
 * What a connection, or a request on it, came to, and what the capture lacks: as diagnose() takes it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_ATTEMPT_H
#define MWG502_HTTP_ATTEMPT_H

#include "model/model.h"

/*
 * Fills all of *attempt but tie and alone, which only the matching knows, from the connection and from
 * the exchange on it that served the request; NULL: none was read, or none of those on it is known to be
 * the one. Frame lists are borrowed from both.
 */
void attempt_fill(struct attempt *attempt, const struct conn *conn, const struct exchange *exchange);

/* When that began, as attempt_fill() says. */
when_t attempt_begun_at(const struct conn *conn, const struct exchange *exchange);

/* The same of a connection on which an HTTP gateway asks by FTP, filled so far without an exchange; nothing changes where it is none. */
void attempt_fill_ftp(struct attempt *attempt, const struct conn *conn);

/* Fills what the capture and the client's connection say; several and no_gateway_side are the matching's, and are cleared. */
void doubts_fill(struct doubts *doubts, struct root *root, const struct exchange *exchange);

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
