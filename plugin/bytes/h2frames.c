/* h2frames.c
 * Where the frames of one direction of an HTTP/2 connection begin, and whether they can be frames
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/h2frames.h"

/* RFC 9113 section 6.5.2: what each side takes that did not ask for more, and the setting by which it asks. */
#define LARGEST_UNASKED 16384
#define SETTINGS_MAX_FRAME_SIZE 5
#define SETTING_LENGTH 6

/* RFC 9113 section 6: which stream a type stands on, and how long it is. */
static const struct {
    bool on_stream;             /* or on the connection, which is stream 0 */
    bool on_both;
    uint8_t least, most;        /* most 0: as long as any */
} types[] = {
    [H2_DATA] = { .on_stream = true },
    [H2_HEADERS] = { .on_stream = true },
    [H2_PRIORITY] = { .on_stream = true, .least = 5, .most = 5 },
    [H2_RST_STREAM] = { .on_stream = true, .least = 4, .most = 4 },
    [H2_SETTINGS] = { .on_stream = false },
    [H2_PUSH_PROMISE] = { .on_stream = true, .least = 4 },
    [H2_PING] = { .on_stream = false, .least = 8, .most = 8 },
    [H2_GOAWAY] = { .on_stream = false, .least = 8 },
    [H2_WINDOW_UPDATE] = { .on_both = true, .least = 4, .most = 4 },
    [H2_CONTINUATION] = { .on_stream = true },
};

void
h2_frames_begin(struct h2_frames *frames, bool preface)
{
    memset(frames, 0, sizeof *frames);
    frames->left = preface ? H2_PREFACE_LENGTH : 0;
}

static bool
can_be(const uint8_t *header, uint32_t length, uint32_t largest)
{
    bool on_stream = (header[5] & 0x7f) || header[6] || header[7] || header[8];
    uint8_t type = header[3];

    if (length > MAX(largest, LARGEST_UNASKED))
        return false;
    if (type >= G_N_ELEMENTS(types))
        return true;            /* section 4.1: to be ignored */
    if (type == H2_SETTINGS && length % SETTING_LENGTH != 0)
        return false;
    return (types[type].on_both || types[type].on_stream == on_stream) && length >= types[type].least && (!types[type].most || length <= types[type].most);
}

/* false: it is none */
static bool
take_header(struct h2_frames *f, uint32_t largest)
{
    f->n_at = 0;
    f->left = (uint32_t)f->at[0] << 16 | (uint32_t)f->at[1] << 8 | f->at[2];
    f->in_settings = f->at[3] == H2_SETTINGS;
    f->broken = !can_be(f->at, f->left, largest);
    return !f->broken;
}

static void
take_setting(struct h2_frames *f)
{
    f->n_at = 0;
    if (f->at[0] == 0 && f->at[1] == SETTINGS_MAX_FRAME_SIZE)
        f->largest_asked = (uint32_t)f->at[2] << 24 | (uint32_t)f->at[3] << 16 | (uint32_t)f->at[4] << 8 | f->at[5];
}

/* Bytes that are read in pieces of one length; returns how many were taken. */
static size_t
gather(struct h2_frames *f, const uint8_t *bytes, size_t n, size_t whole)
{
    size_t taken = MIN(n, whole - f->n_at);

    memcpy(f->at + f->n_at, bytes, taken);
    f->n_at = (uint8_t)(f->n_at + taken);
    return taken;
}

bool
h2_frames_feed(struct h2_frames *f, const uint8_t *bytes, size_t n, uint32_t largest)
{
    while (n > 0 && !f->broken && !f->lost) {
        bool in_header = f->left == 0;
        size_t taken = in_header ? gather(f, bytes, n, H2_FRAME_HEADER) :
                       f->in_settings ? gather(f, bytes, n, SETTING_LENGTH) : MIN(n, f->left);

        f->left -= in_header ? 0 : (uint32_t)taken;
        bytes += taken;
        n -= taken;
        if (in_header && f->n_at == H2_FRAME_HEADER && !take_header(f, largest))
            return true;
        if (!in_header && f->in_settings && f->n_at == SETTING_LENGTH)
            take_setting(f);
    }
    return false;
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
