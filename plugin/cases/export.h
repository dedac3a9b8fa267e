/* export.h
 * The frames that a verdict needs: exported alone, the case has the same verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_CASES_EXPORT_H
#define MWG502_CASES_EXPORT_H

#include "cases/verdict.h"

/*
 * Fills the verdict's spans and support: the client's connection and those of the attempts, from
 * where they can be read alone, and the look-ups, also the earlier one that told the address.
 */
void export_fill(struct verdict *verdict, const struct exchange *exchange, const struct evidence *evidence);

/*
 * A display filter for all of it, in the given scope, such as
 * "frame.number in {8, 9, 14} || (tcp.stream == 3 && frame.number in {10..24})". For File > Export
 * Specified Packets, tshark -w; frames that a read filter rejected are left out.
 */
char *export_filter(wmem_allocator_t *scope, const struct verdict *verdict);

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
