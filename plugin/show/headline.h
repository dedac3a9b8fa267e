/* headline.h
 * A verdict in one row of a tree
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_HEADLINE_H
#define MWG502_SHOW_HEADLINE_H

#include "cases/verdict.h"

/*
 * "Cannot Connect (rst): 10.1.1.2:80 answered ...": as many of the summary's clauses as fit
 * into WORDS_ROW_MAX bytes, whole ones. In the given scope.
 */
char *headline_of(wmem_allocator_t *scope, const struct verdict *verdict, const char *summary);

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
