/* attempt.h
 * What a connection says of one attempt: evidence for a verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_HTTP_ATTEMPT_H
#define MWG502_HTTP_ATTEMPT_H

#include "model/attempts.h"

/*
 * Fills all of *a but tie and alone from the connection and from the exchange on it that
 * served the request; NULL: none was read, or none of those on it is known to be the one.
 * Frame lists are borrowed from both.
 */
void attempt_fill(struct attempt *a, const struct conn *conn, const struct exchange *exchange);

#endif
