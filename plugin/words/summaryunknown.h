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
