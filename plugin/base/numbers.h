/* numbers.h
 * Which number a frame has in the end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BASE_NUMBERS_H
#define MWG502_BASE_NUMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include <epan/wmem_scopes.h>

/* n frames in a row, with consecutive serials and numbers; both rise from run to run. */
struct run {
    uint32_t serial, number, n;
};

/*
 * With a read filter (tshark -2 -R) a frame that the filter rejects is dissected too, with
 * the number that the next accepted one gets. So everything that is remembered knows a
 * frame by its serial, the count of frames seen so far, and whoever shows it asks here for
 * the number. A serial has lost its number where the frame after it got the same one.
 * Without a read filter serial and number are equal, and one run holds all frames.
 */
struct numbers {
    wmem_array_t *runs;         /* all but the last */
    struct run last;
    uint32_t serial;            /* of the latest frame, from 1 */
    bool lost;                  /* some number was: a read filter is at work */
    bool visited;               /* frames are visited again: no more are to come */
    bool confirmed;             /* so was the latest one: it was not rejected */
};

void numbers_init(struct numbers *numbers);

/* A frame is seen for the first time. */
void numbers_add(struct numbers *numbers, uint32_t number);

/* A frame is seen again. */
void numbers_visit(struct numbers *numbers, uint32_t number);

/* 0: the frame has lost its number; and for serial 0. */
uint32_t numbers_of(const struct numbers *numbers, uint32_t serial);

/* 0: no frame had it. */
uint32_t numbers_serial(const struct numbers *numbers, uint32_t number);

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
