/* turn.h
 * Whose turn it is to look up a name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_NET_TURN_H
#define MWG502_NET_TURN_H

#include "model/model.h"

/* A search for the name begins: the serial of the request whose it is, which has had its turn then. Where nobody waits for the name it is an upstream's. 0: not known. */
uint32_t turn_take(const struct name *name, const struct host *asker, when_t time);

/* true: a request waits for the asker for which it has done nothing yet. */
bool turn_is_awaited(const struct host *asker, when_t time);

/* Requests that wait for the name where it is asked for, as far as they are looked at. */
unsigned turn_waiting_at(const struct name *name, const struct host *asker);

/* An answer came: where it brought an address, or none is waited for any more, the request whose turn it was to look up an upstream's name goes on. */
void turn_told(const struct lookup *search);

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
