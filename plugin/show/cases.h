/* cases.h
 * The cases as tables: for tshark -z, and in the menu Statistics
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_CASES_H
#define MWG502_SHOW_CASES_H

/*
 * Registers, for any tshark that loads the module (each with an optional display filter
 * behind a comma, of which the frames with the 502s must be part):
 *
 *     -z mwg502,cases    a table for people
 *     -z mwg502,json     one JSON object a line; with -2 also what the packet list says of each frame
 *     -z mwg502,csv      RFC 4180
 *     -z mwg502,comments frame, tab, comment: for editcap -a
 *
 * and for Wireshark two tables: Statistics > MWG 502 Cases (mwg502,table in tshark and sharkd), and
 * Statistics > Service Response Time > MWG 502 (mwg502,srt), whose rows can apply their case as a filter.
 * They listen to the taps mwg502 (struct verdict) and mwg502_part (struct part). To be called once,
 * with the protocol mwg502, when both taps are registered. A filter that is wrong ends the program with a message, as it does
 * for Wireshark's own statistics.
 */
void cases_register(int proto);

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
