/* stats.h
 * Statistics > MWG 502: the trees
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_STATS_H
#define MWG502_SHOW_STATS_H

/*
 * Registers Statistics > MWG 502 > Causes (-z mwg502,tree), which listens to the tap mwg502, and > Share of
 * all responses (-z mwg502_share,tree), which listens to Wireshark's tap http: each status by who sent it
 * and who got it, HTTP/1 only. To be called once.
 */
void stats_register(void);

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
