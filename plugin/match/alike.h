/* alike.h
 * Which of several equal requests a gateway's request serves
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_ALIKE_H
#define MWG502_MATCH_ALIKE_H

#include "model/attempts.h"

/* How well a waiting request fits: X-Forwarded-For is a name, the rest are hints. */
enum fit { FIT_LATER, FIT_NOW, FIT_PROMPT, FIT_NAMED };

enum fit alike_fit(const struct exchange *ex, const struct exchange *waiting);

/* The look-up that the gateway began with the request has told no address yet: what it tries meanwhile is another one's. */
bool alike_knows_no_address(const struct exchange *waiting);

/* As many as alike_choose() looks at. */
#define ALIKE_MAX 32

/*
 * Of n > 0 that fit equally well, oldest first, the oldest that ex may serve: a gateway
 * turns to its server as its requests come, so those are passed over for which it began a
 * connection that carries no request yet.
 */
struct exchange *alike_choose(const struct exchange *ex, struct exchange *const *alike, unsigned n);

#endif
