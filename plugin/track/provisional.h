/* provisional.h
 * What can be said before all frames came that belong before the response
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TRACK_PROVISIONAL_H
#define MWG502_TRACK_PROVISIONAL_H

#include "diagnose/diagnose.h"
#include "match/match.h"
#include "track/reorder.h"

/*
 * For captures that are out of time order, on a frame's first visit: what sees everything in
 * order lags behind. Claims nothing and learns nothing.
 */
struct outlook {
    struct root *root;          /* knows the frames that came, in the order in which they came */
    struct root *late;          /* in order of time; NULL: the frames are in order */
    const struct watermarks *marks;
};

/* true: as far as can be told no frame comes late: most files are like that. */
bool provisional_in_order(const struct outlook *outlook);

/* The exchange as late knows it; NULL: not yet. */
struct exchange *provisional_same(struct root *late, const struct exchange *exchange);

/* As diagnose(); the finding is withdrawn where a frame that is still to come could change it. */
void provisional_diagnose(const struct outlook *outlook, struct exchange *exchange, struct collected *found, struct finding *finding);

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
