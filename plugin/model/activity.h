/* activity.h
 * What a gateway has under way, and what failed lately: where the explanation of a 502 is looked for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MODEL_ACTIVITY_H
#define MWG502_MODEL_ACTIVITY_H

#include "model/model.h"

/*
 * A connection stands among the activities of the gateway whose address opened it, or
 * among root->strays where that address is not known to be any gateway's: pending from its
 * SYN, or from a request on a connection that was kept, in the order in which they began; failed
 * from what ended it (RST, ICMP error, FIN), in the order in which they failed.
 */
void activity_stand(struct root *root, struct conn *conn, struct activities *activities);
void activity_failed(struct conn *conn);

/* It explains nothing any more: what it carried was answered, or it is a client's. */
void activity_over(struct conn *conn);

/* What stands in from goes to to. */
void activities_move(struct activities *to, struct activities *from);

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
