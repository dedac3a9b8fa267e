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
