/* h2frames.h
 * Where the frames of one direction of an HTTP/2 connection begin, and whether they can be frames
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_H2FRAMES_H
#define MWG502_BYTES_H2FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes/h2head.h"

/*
 * What a frame holds is read by Wireshark's dissector (fact/h2frame.h), which shows nothing of bytes that are no frame, and waits
 * for megabytes where they announce so many. So the headers of frames are followed here as well, from the beginning of the
 * connection: RFC 9113 section 4.1, and what section 6 asks of the length and the stream of each type.
 */
struct h2_frames {
    uint8_t at[H2_FRAME_HEADER];        /* of the header, or of the setting, at hand */
    uint8_t n_at;
    bool in_settings;
    bool broken;                /* no frame begins where one should */
    bool lost;                  /* bytes are missing: nothing is known any more */
    uint32_t left;              /* bytes of the frame at hand, or of a preface, that are to come */
    uint32_t largest_asked;     /* SETTINGS_MAX_FRAME_SIZE that this side sent, 0: none */
};

/* Clears it. preface: it begins with the client's, which is passed over. */
void h2_frames_begin(struct h2_frames *frames, bool preface);

/*
 * The next bytes. largest: what the other side takes, as it said in largest_asked. Returns true, once, where the first of them is
 * reached that can be no frame: too long, or of a length or on a stream that its type has not. Unknown types are allowed.
 */
bool h2_frames_feed(struct h2_frames *frames, const uint8_t *bytes, size_t n, uint32_t largest);

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
