/* likeness.h
 * What two requests have in common: texts that a gateway passes on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_LIKENESS_H
#define MWG502_MATCH_LIKENESS_H

#include "match/clues.h"

/* Adds what was asked on the connection says; child NULL: nothing that could be read. */
void relate_request(struct relation *relation, const struct gateway *gateway, const struct exchange *waiting, const struct exchange *child);

/* No more than relate_request() adds to the gain: found out without reading a text. */
int relate_request_most(const struct exchange *waiting, const struct exchange *child);

/* true: relate_request() says the same of both, whoever waits. */
bool same_asked(const struct exchange *x, const struct exchange *y);

/* Word for word alike: method, host and path. Ports may differ, as where a gateway ends TLS. */
bool same_request(const struct exchange *x, const struct exchange *y);

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
