/* summaryunknown.h
 * Verdicts in words: what the capture lacks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_WORDS_SUMMARYUNKNOWN_H
#define MWG502_WORDS_SUMMARYUNKNOWN_H

#include "words/writer.h"

/* Writes the sentence for CAUSE_UNKNOWN: which of the reasons of enum missing it is, and what was seen all the same. */
void summary_unknown(struct writer *w);

#endif
