/* summaryconnect.h
 * Verdicts in words: what failed before a request could be sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_WORDS_SUMMARYCONNECT_H
#define MWG502_WORDS_SUMMARYCONNECT_H

#include "words/writer.h"

/* Writes the sentence for the causes of Host Not Resolvable and Cannot Connect; false: the cause is another one, and nothing is written. */
bool summary_before_request(struct writer *w);

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
