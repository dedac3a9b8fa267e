/* clock.c
 * Frame times that go on where a clock was set back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "track/clock.h"

/* NTP sets a clock that is off by more than an eighth of a second (RFC 5905); what several queues of a card mix up is far less. */
#define SET_BACK (NS_PER_SECOND)

/* Where one interface's piece ends, its next one begins as soon. */
#define PIECE_ENDS (NS_PER_SECOND / 2)

/*
 * true: it goes on where it was before it seemed to be set back, by a jump in either
 * direction: the frames between were another interface's.
 */
static bool
returns(const struct clock *clock, when_t time)
{
    return clock->left && ABS(time - clock->left) < PIECE_ENDS && ABS(time - clock->latest) > clock->step / 2;
}

when_t
clock_read(struct clock *clock, when_t time)
{
    if (returns(clock, time)) {
        clock->ahead = clock->left = 0;
        clock->unsteady = true;
    } else if (!clock->unsteady && clock->latest && clock->latest - time > SET_BACK) {
        clock->left = clock->latest;
        clock->step = clock->latest - time;
        clock->ahead = MIN(clock->ahead + clock->step, TIME_LATEST);
        clock->latest = time;
    }
    clock->latest = MAX(clock->latest, time);
    return MIN(time + clock->ahead, TIME_LATEST);
}

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
