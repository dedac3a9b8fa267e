/* clock.h
 * Frame times that go on where a clock was set back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TRACK_CLOCK_H
#define MWG502_TRACK_CLOCK_H

#include <stdbool.h>

#include "base/frames.h"

/* The clock of one interface. All zeros: nothing seen yet. */
struct clock {
    when_t latest;              /* as the file has it; 0: nothing seen */
    when_t ahead;               /* what is added, since the clock was set back */
    when_t left;                /* the time from which it was set back last; 0: it was not */
    when_t step;                /* and by how much */
    bool unsteady;              /* its times go back and forth: frames of several interfaces that the file does not tell apart */
};

/*
 * The time of the interface's next frame, as if its clock had not been set back. One interface
 * sees its frames in order of time, but for moments; where time goes back by more than a second the
 * clock was set (or a file was put behind another one), and everything else goes on as before.
 * However often that is, no time is later than TIME_LATEST.
 */
when_t clock_read(struct clock *clock, when_t time);

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
