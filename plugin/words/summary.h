/* summary.h
 * Verdicts in words: one sentence with the numbers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_WORDS_SUMMARY_H
#define MWG502_WORDS_SUMMARY_H

#include <epan/wmem_scopes.h>

#include "diagnose/finding.h"

/*
 * "10.1.1.2:80 answered each of 3 SYNs with RST within 0.4 ms", in the given scope. timeout in
 * seconds, of the preference: how long the gateway waits for a server.
 */
char *words_summary(wmem_allocator_t *scope, const struct evidence *evidence, const struct finding *finding, unsigned timeout);

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
