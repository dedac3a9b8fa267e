/* small_tables.h
 * Tables so small that a short test fills them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TESTS_SMALL_TABLES_H
#define MWG502_TESTS_SMALL_TABLES_H

#include "common.h"
#include "track/track.h"

/*
 * Every table of the capture that has a limit gets this one, also those of a capture that is
 * tracked in order of time; they begin when a late frame comes, so each frame asks for it anew.
 */
void tables_limit(struct tracker *tracker, unsigned limit);

#endif
