/* encrypted.h
 * What cannot be seen for want of keys, in words and as a statistic
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_ENCRYPTED_H
#define MWG502_SHOW_ENCRYPTED_H

#include <glib.h>

#include "model/model.h"
#include "show/caseslist.h"

/*
 * Registers Statistics > MWG 502 > Encrypted connections (-z mwg502_encrypted,tree), which costs nothing where nobody
 * looks at it. capture tells the state of the capture that is open; NULL: none is. To be called once.
 */
void encrypted_register(struct root *(*capture)(void));

/*
 * "3 connections to 10.1.1.2:443 are in TLS ...", a sentence for each port of a gateway's, and how to get keys; in the given scope. Where there is no
 * such port, and no case at all either (none), it counts those to any server. NULL: there is nothing to say.
 */
char *encrypted_words(wmem_allocator_t *scope, bool none);

/* -z mwg502,encrypted: "encrypted", the port and the number of connections, with tabs between them, a line for each port of a gateway's. */
bool encrypted_write(const struct case_list *list, GString *text);

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
