/* fit.h
 * How a question fits to a search that runs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_NET_FIT_H
#define MWG502_NET_FIT_H

#include "fact/dns.h"
#include "model/model.h"

/* A silence that makes an asker turn to the next name, or ask again, is no shorter. */
#define SILENCE_LONG (NS_PER_SECOND * 9 / 10)

/* Best last: by the same question again, another name, another type of the same name, the socket. */
enum fit { FITS_NOT, FITS_AS_REPEAT, FITS_AS_NEXT_NAME, FITS_AS_OTHER_TYPE, FITS_SOCKET };

/* Of a search and a question that the asker sends now; neither is changed. */
enum fit fit_of(const struct lookup *search, const struct dns_message *question, const struct host *asker);

/* Of two whose next name it can be, the one that was to turn to it now; x may be NULL. */
struct lookup *fit_nearer(struct lookup *x, struct lookup *y, when_t now);

/* true: every question has an answer. */
bool fit_is_answered(const struct lookup *search);

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
