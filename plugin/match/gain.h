/* gain.h
 * How well something that the gateway did fits to a request, in hundredths of a bit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_GAIN_H
#define MWG502_MATCH_GAIN_H

#include "match/scope.h"

/* What was tried again is no reason to answer the client. */
#define FOLLOWED (-700)

/*
 * The gateway turned to it for this request, or for another one, as far as could be told when it began (chain.h):
 * that is right nineteen times in twenty.
 */
#define BEGUN_FOR_IT 400
int waiter_gain(const struct use *use, const struct exchange *ex);

void gain_waiting_init(struct waiting *waiting, const struct exchange *exchange);

/* Of the scope's own request, which has its response. */
int own_gain(const struct scope *s, const struct use *use);

/* The part of it that the time between its end and the response gains, or its silence. */
int response_gain(const struct scope *s, const struct use *use);

/*
 * No more than that, of something of which only conn, ex and the relation of its place are set: whoever
 * finds it too little need not find out what it came to. INT_MAX: not known.
 */
int own_gain_most(const struct scope *s, const struct use *use);

/*
 * Of any request that waits, by parts: the gateway turned to it then, or tried it again behind another try that failed, and
 * it goes on waiting. ASSIGN_NEVER: nothing failed before that can be of a request of that time; it would not wait.
 */
int start_gain(const struct scope *s, const struct waiting *waiting, when_t start);
int failure_gain(const struct scope *s, when_t request_time, const struct use *use);
int waiting_gain(const struct scope *s, const struct waiting *waiting, const struct use *use);

/* The most of start_gain() for a request to which the gateway turned so long behind its turn, or later. */
int start_gain_most(const struct scope *s, const struct waiting *waiting, when_t soonest);

/* The first of the tries that led to this one. */
const struct use *first_try(const struct scope *s, const struct use *last);

/* Both went to one port: to servers that serve the same, it may be. */
bool same_port(const struct use *x, const struct use *y);

/* How many of those that ended had done so by then: the first ones of by_end. */
unsigned ended_by(const struct scope *s, when_t time);

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
