/* diagnose.h
 * From the evidence for one response to its cause
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_DIAGNOSE_DIAGNOSE_H
#define MWG502_DIAGNOSE_DIAGNOSE_H

#include "diagnose/finding.h"

/*
 * Pure: no dissection, no globals, no allocation. until: when the gateway answered the
 * client; what ended a connection later is no cause. code: the status that is diagnosed.
 */
struct outcome attempt_outcome(const struct attempt *attempt, when_t until, unsigned code);

/* The rules of interface.md, "Boundaries" and "Evidence, per cause". finding points into the evidence. */
void diagnose(const struct evidence *evidence, struct finding *finding);

/*
 * Judged at the last name that evidence->search tried: No Such Name if an answer says so; else
 * unanswered; else an error; else no address. false: it brought an address, or nothing is known of it.
 */
bool judge_search(const struct evidence *evidence, struct finding *finding);

/*
 * true: the gateway ended it right behind bytes of the server, which did not end it: it did not wait for
 * more, since no gateway waits for less than half a second. What it disliked about them can only be guessed,
 * but where their header was longer than many gateways take: that is not meant here.
 */
bool attempt_broke_off(const struct attempt *attempt, when_t until);

/* true: it is about what came behind a TLS handshake, and that cannot be read: who sent records when is all that tells. */
bool attempt_lacks_keys(const struct attempt *attempt, enum cause cause);

/* When the gateway asked the server; its start where no request was seen. */
when_t attempt_request_time(const struct attempt *attempt);

/* When the last thing that it rests on happened; 0 where it rests on silence. */
when_t attempt_decided_at(const struct attempt *attempt, enum cause cause);
when_t diagnose_search_time(const struct evidence *evidence);
when_t decided_at(const struct evidence *evidence, const struct finding *finding);

/* Since when evidence->search waits for answers in vain; 0: it does not, or the resolver would ask again. */
when_t search_silent_since(const struct evidence *evidence);

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
