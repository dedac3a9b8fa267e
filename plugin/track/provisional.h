/* provisional.h
 * What can be said before all frames came that belong before the response
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TRACK_PROVISIONAL_H
#define MWG502_TRACK_PROVISIONAL_H

#include "diagnose/diagnose.h"
#include "match/match.h"
#include "track/track.h"

/*
 * For captures that are out of time order, on a frame's first visit: tracker->late, which
 * sees everything in order, lags behind. Claims nothing and learns nothing.
 */

/* true: no frame was late so far, and only one interface was seen: most files are like that. */
bool provisional_in_order(const struct tracker *tracker);

/* The exchange as tracker->late knows it; NULL: not yet. */
struct exchange *provisional_same(const struct tracker *tracker, const struct exchange *ex);

/* As diagnose(); the finding is withdrawn where a frame that is still to come could change it. */
void provisional_diagnose(struct tracker *tracker, struct exchange *ex, struct collected *found, struct finding *finding);

#endif
