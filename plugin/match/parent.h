/* parent.h
 * Which client's request a gateway's request serves
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_PARENT_H
#define MWG502_MATCH_PARENT_H

#include "model/attempts.h"

/*
 * Looks for the exchange that this new one serves (its parent) and files it where the
 * exchanges that it causes in turn will look for it. The parent is, strongest first:
 *   - one with the same URL that waits for the sender of this request; among several
 *     the one that X-Forwarded-For names, then the one that alike.h chooses
 *   - one with the same path: a reverse proxy that rewrites the host
 *   - the only one that waits for the sender
 * A sender that repeats a request word for word is the same gateway as the address that
 * the client asked: a second network card, a transparent proxy.
 */
void parent_register(struct root *root, struct exchange *exchange);

/* The exchange has its answer and causes nothing any more. Claims what it caused, unless a verdict did. */
void parent_answered(struct root *root, struct exchange *exchange);

/* Unlinks the exchange from everything here; its children lose their parent. */
void parent_forget(struct root *root, struct exchange *exchange);

#endif
