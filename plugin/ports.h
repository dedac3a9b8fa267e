/* ports.h
 * The gateway's proxy ports, dissected as HTTP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_PORTS_H
#define MWG502_PORTS_H

#include <epan/range.h>

/*
 * Gives HTTP to each of these ports that no dissector owns, and takes it back from those
 * that an earlier call gave it to and that are not named any more. Leaves alone what the
 * user chose (Decode As, -d).
 */
void ports_apply(range_t *ports);

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
