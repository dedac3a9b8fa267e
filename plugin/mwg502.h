/* mwg502.h
 * The protocol mwg502: what plugin.c registers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MWG502_H
#define MWG502_MWG502_H

void proto_register_mwg502(void);
void proto_reg_handoff_mwg502(void);

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
