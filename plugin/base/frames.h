/* frames.h
 * Times, and lists of frame numbers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BASE_FRAMES_H
#define MWG502_BASE_FRAMES_H

#include <stdint.h>

/*
 * Nanoseconds between two times; or a time, counted from a nanosecond before the epoch, so
 * that 0 is none: a capture whose times were made relative begins at TIME_EPOCH.
 */
typedef int64_t when_t;
#define NS_PER_SECOND INT64_C(1000000000)
#define TIME_EPOCH INT64_C(1)

/* No time is later: pcap has room until 2106, and two such times can be added and subtracted without overflow. */
#define TIME_LATEST (TIME_EPOCH + (INT64_C(1) << 32) * NS_PER_SECOND)

/*
 * Frame numbers in order of arrival. Beyond FRAMES_MAX only their count grows. All zeros is
 * an empty list. The numbers are owned, and of wmem_file_scope(); a copy of the struct borrows them.
 */
#define FRAMES_MAX 64
struct frames {
    uint32_t *no;
    uint16_t n, room;
    uint32_t seen;              /* n and what did not fit */
};

/* Adds a number; one that equals the last one is passed over. */
void frames_add(struct frames *frames, uint32_t no);

/* Leaves an empty list. */
void frames_free(struct frames *frames);

/* A TCP stream from that frame on; from 0: none. */
struct span {
    uint32_t stream, from;
};

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
