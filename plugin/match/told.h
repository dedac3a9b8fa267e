/* told.h
 * When look-ups told a request an address
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_TOLD_H
#define MWG502_MATCH_TOLD_H

#include "model/model.h"

/* Look-ups of one name that are looked at for what a connection followed. */
#define LOOKUPS_LOOKED_AT_MAX 64

/* When look-ups told an address for a request. */
struct told {
    when_t own;                 /* its own one did; INT64_MAX: it is not answered; 0: it began none */
    when_t at[LOOKUPS_LOOKED_AT_MAX];   /* those of its name did, where it began none, since its turn came */
    unsigned n;
};

void addresses_told(struct told *told, const struct exchange *waiting);

/* The latest one at now. 0: none did. INT64_MAX: its own is not answered yet. */
when_t told_at(const struct told *told, when_t now);

/* Both at once. */
when_t address_told(const struct exchange *waiting, when_t now);

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
