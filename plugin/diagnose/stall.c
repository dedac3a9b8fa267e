/* stall.c
 * Why a response did not come, and who ended a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stddef.h>

#include "diagnose/stall.h"

/*
 * A segment that may be too large for a link on its way: IPv6 promises that 1280 bytes of packet
 * get through (RFC 8200 section 5), tunnels and PPPoE leave more.
 */
#define LARGE_SEGMENT (1280 - 60)

/* A connection that was idle for so long may be unknown to a firewall between: then nothing gets through, whatever its size. */
#define IDLE_LONG (10 * NS_PER_SECOND)

enum stall
attempt_stall(const struct attempt *a)
{
    const struct delivery *sent = &a->sent;

    if (!a->hs.acked)
        return STALL_UNKNOWN;
    if (a->hs.synack_again > 0 && a->reply.data.n == 0)
        return STALL_HANDSHAKE_ONE_WAY;
    if (!sent->known)
        return STALL_UNKNOWN;
    if (sent->window_zero)
        return STALL_ZERO_WINDOW;
    if (sent->unacked == 0)
        return STALL_SILENT;
    if (sent->again == 0)
        return STALL_UNKNOWN;
    if (sent->again_length >= LARGE_SEGMENT && a->idle < IDLE_LONG)
        return STALL_LARGE_SEGMENTS;
    return STALL_REQUEST;
}

const char *
stall_token(enum stall stall)
{
    static const char *const tokens[] = {
        [STALL_UNKNOWN] = NULL,
        [STALL_REQUEST] = "request_unacknowledged",
        [STALL_LARGE_SEGMENTS] = "large_segments_unacknowledged",
        [STALL_ZERO_WINDOW] = "zero_window",
        [STALL_HANDSHAKE_ONE_WAY] = "handshake_one_way",
        [STALL_SILENT] = "silent",
    };

    return tokens[stall];
}

const char *
sender_token(enum sender sender)
{
    static const char *const tokens[] = { [SENDER_UNKNOWN] = NULL, [SENDER_SERVER] = "server", [SENDER_ON_PATH] = "on_path" };

    return tokens[sender];
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
