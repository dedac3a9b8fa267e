/* parent.h
 * Whom a request serves, as far as its text and its sender tell
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_PARENT_H
#define MWG502_MATCH_PARENT_H

#include "model/model.h"

/* Of the open requests those whose hash falls into one bucket: by_url or by_path of the root. */
static inline list_t *
open_bucket(list_t *buckets, unsigned hash)
{
    return &buckets[hash % OPEN_BUCKETS];
}

/*
 * The client's request for which this one was sent, of those that wait: the same word for word, the same host in CONNECT, or the same
 * path; NULL: none. Its sender is that one's gateway, or does as only proxies do. name: of the host that is asked for, NULL: none.
 */
struct exchange *parent_find(struct root *root, const struct exchange *exchange, struct name *name);

/* true: one that cannot be named may have been sent for somebody who waits; false: it is its sender's own, or a client's. */
bool parent_may_be(struct root *root, const struct exchange *exchange);

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
