/* stats.h
 * Statistics > MWG 502
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_STATS_H
#define MWG502_SHOW_STATS_H

/* Registers the statistics tree that listens to the tap mwg502 (-z mwg502,tree). */
void stats_register(void);

#endif
