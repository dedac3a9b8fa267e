/* settimes.h
 * Times that somebody set: they are round, and come again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_SETTIMES_H
#define MWG502_MATCH_SETTIMES_H

#include <stdint.h>

#include "base/frames.h"

/*
 * The latest time-outs of a gateway, or its latest pauses between two tries. Most of them were written down by an
 * administrator, and are the same each time. Example: after 5.2 s, three times, a gateway turned to the next address; what
 * begins 5.200 s after a silent SYN follows that one, rather than another one that is silent for 4.5 s. All zeros: none yet.
 */
#define SET_TIMES 16
struct set_times {
    int64_t ns[SET_TIMES];
    uint32_t n;                 /* ever; the latest SET_TIMES of them are there */
};

/* One more that was seen. */
void set_times_learn(struct set_times *set, when_t delay);

/*
 * How much likelier the delay is to be one that somebody set than any other delay of about that length, within a quarter
 * of an octave, in hundredths of a bit. Delays below a tenth of a second gain 0: computers take that long, too.
 */
int set_times_gain(const struct set_times *set, when_t delay);

/* No delay gains more, whatever was learnt. */
int set_times_gain_most(void);

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
