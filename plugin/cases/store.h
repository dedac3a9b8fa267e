/* store.h
 * The verdicts of a capture, and the frames that are part of one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_CASES_STORE_H
#define MWG502_CASES_STORE_H

#include "cases/verdict.h"

/* Frames are serials (numbers.h) throughout. One for each capture, in wmem_file_scope(). */
struct cases {
    const struct numbers *numbers;
    wmem_map_t *verdicts;       /* frame -> struct verdict, first of a list */
    wmem_map_t *parts;          /* frame -> struct part, likewise */
    uint32_t n;                 /* verdicts so far */
    uint32_t last_frame;        /* the highest one with a verdict */
};

void cases_init(struct cases *cases, const struct numbers *numbers);

/* A new verdict behind those that the frame has; to be filled, then linked. */
struct verdict *cases_add(struct cases *cases, uint32_t frame);

/* Takes a verdict and its parts away; nothing happens where it is none of the frame's. */
void cases_drop(struct cases *cases, uint32_t frame, const struct verdict *verdict);

/* The request and the evidence of a verdict are found from their frames. Unlinked before the verdict is filled anew. */
void cases_link(struct cases *cases, const struct verdict *verdict);
void cases_unlink(struct cases *cases, const struct verdict *verdict);

/* The verdicts shown on a frame, in byte order; NULL: none. */
struct verdict *cases_verdicts(const struct cases *cases, uint32_t frame);

/* The frame's parts in cases; NULL: none. */
const struct part *cases_parts(const struct cases *cases, uint32_t frame);

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
