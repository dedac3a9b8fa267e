/* cases.c
 * The cases as tables: what is registered for tshark -z, and Wireshark's own table
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <stdlib.h>

#include <epan/srt_table.h>
#include <epan/stat_tap_ui.h>
#include <wsutil/report_message.h>

#include "show/cases.h"
#include "show/caseslist.h"
#include "show/encrypted.h"
#include "words/phrases.h"

/* on the command line *****************************************************/

struct output {
    stat_tap_ui ui;
    cases_writer write;
    bool with_texts;
};

static compat_started listen_for(const char *argument, void *data);

#define OUTPUT(name, write, with_texts) \
    { { REGISTER_STAT_GROUP_GENERIC, NULL, "mwg502," name, listen_for, 0, NULL }, write, with_texts }
static struct output outputs[] = {
    OUTPUT("cases", cases_write_text, false),
    OUTPUT("comments", cases_write_comments, false),
    OUTPUT("csv", cases_write_csv, false),
    OUTPUT("encrypted", encrypted_write, false),
    OUTPUT("json", cases_write_json, true),
};
#undef OUTPUT

/* argument: "mwg502,json" or "mwg502,json,FILTER"; a filter may hold commas. */
static compat_started
listen_for(const char *argument, void *data)
{
    const struct output *output = (const struct output *)data;
    const char *rest = argument + strlen(output->ui.cli_string);
    GString *wrong;

    if (*rest != '\0' && *rest != ',') {
        report_failure("-z %s: there is no such table of mwg502", argument);
        exit(1);
    }
    wrong = cases_listen(*rest == ',' ? rest + 1 : NULL, output->write, output->with_texts);
    if (!wrong)
        return COMPAT_STARTED;
    report_failure("-z %s: %s", output->ui.cli_string, wrong->str);
    g_string_free(wrong, TRUE);
    exit(1);
}

/* in Wireshark ************************************************************/

enum { CASE, FRAME, TIME, STATUS, CAUSE, HOST, SERVER_SIDE, CLIENT_SIDE, WAIT, CONFIDENCE, SUMMARY, N_COLUMNS };

static stat_tap_table_item columns[N_COLUMNS] = {
    [CASE] = { TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Case", "%u" },
    [FRAME] = { TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Frame", "%u" },
    [TIME] = { TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "Time", "%.6f" },
    [STATUS] = { TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Status", "%u" },
    [CAUSE] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Cause", "%s" },
    [HOST] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Host", "%s" },
    [SERVER_SIDE] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Server", "%s" },
    [CLIENT_SIDE] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Client", "%s" },
    [WAIT] = { TABLE_ITEM_FLOAT, TAP_ALIGN_RIGHT, "Wait (ms)", "%.3f" },
    [CONFIDENCE] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Confidence", "%s" },
    [SUMMARY] = { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Summary", "%s" },
};

static const char *const table_title = "Cases";

static void
begin_table(stat_tap_table_ui *ui)
{
    if (stat_tap_find_table(ui, table_title))
        return;                 /* the rows of the last reading go with the reset that comes before the next one */
    stat_tap_add_table(ui, stat_tap_init_table(table_title, N_COLUMNS, 0, "mwg502.case == "));
}

/* They own their texts. */
static void
set_text(stat_tap_table_item_type *cell, const char *text)
{
    cell->type = TABLE_ITEM_STRING;
    cell->value.string_value = g_strdup(text ? text : "");
}

static void
set_uint(stat_tap_table_item_type *cell, uint32_t number)
{
    cell->type = TABLE_ITEM_UINT;
    cell->value.uint_value = number;
}

static void
set_float(stat_tap_table_item_type *cell, double number)
{
    cell->type = TABLE_ITEM_FLOAT;
    cell->value.float_value = number;
}

static tap_packet_status
add_row(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *verdict, tap_flags_t flags _U_)
{
    const stat_tap_table_ui *ui = ((const stat_data_t *)data)->stat_tap_data;
    stat_tap_table *table = g_array_index(ui->tables, stat_tap_table *, 0);
    const struct verdict *v = (const struct verdict *)verdict;
    stat_tap_table_item_type cells[N_COLUMNS] = { { .type = TABLE_ITEM_NONE } };

    set_uint(&cells[CASE], v->number);
    set_uint(&cells[FRAME], pinfo->num);
    set_float(&cells[TIME], (double)pinfo->rel_ts.secs + pinfo->rel_ts.nsecs / 1e9);
    set_uint(&cells[STATUS], v->status);
    set_text(&cells[CAUSE], cause_token(v->cause));
    set_text(&cells[HOST], cases_clean(pinfo->pool, v->host));
    set_text(&cells[SERVER_SIDE], v->server.family ? words_endpoint(pinfo->pool, &v->server, v->server_port) : NULL);
    set_text(&cells[CLIENT_SIDE], words_endpoint(pinfo->pool, &v->client, v->client_port));
    set_float(&cells[WAIT], (double)v->wait / 1e6);
    set_text(&cells[CONFIDENCE], confidence_token(v->confidence));
    set_text(&cells[SUMMARY], cases_clean(pinfo->pool, verdict_summary(pinfo->pool, v)));
    stat_tap_init_table_row(table, table->num_elements, N_COLUMNS, cells);
    return TAP_PACKET_REDRAW;
}

static void
free_cell(stat_tap_table *table _U_, guint row _U_, guint column _U_, stat_tap_table_item_type *cell)
{
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    cell->type = TABLE_ITEM_NONE;
}

static void
empty_table(stat_tap_table *table)
{
    for (unsigned row = 0; row < table->num_elements; row++) {
        for (unsigned column = 0; column < table->num_fields; column++)
            free_cell(table, row, column, stat_tap_get_field_data(table, row, column));
        g_free(table->elements[row]);
    }
    table->num_elements = 0;
}

static tap_param table_parameters[] = { { PARAM_FILTER, "filter", "Filter", NULL, TRUE } };

static stat_tap_table_ui table_ui = {
    .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
    .title = "MWG 502 Cases",
    .tap_name = "mwg502",
    .cli_string = "mwg502,table",
    .stat_tap_init_cb = begin_table,
    .packet_func = add_row,
    .stat_tap_reset_table_cb = empty_table,
    .stat_tap_free_table_item_cb = free_cell,
    .nfields = N_COLUMNS,
    .fields = columns,
    .nparams = array_length(table_parameters),
    .params = table_parameters,
};

/* rows that filter ********************************************************/

/*
 * Wireshark's dialog of the table above offers no filter for a row; that of the service response
 * times does. So each case is a "procedure" there, with its number as index and its wait as time.
 */
static void
begin_times(struct register_srt *srt _U_, GArray *tables)
{
    init_srt_table("MWG 502 cases", NULL, tables, 0, "Case", "mwg502.case", NULL);
}

static tap_packet_status
add_wait(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *verdict, tap_flags_t flags _U_)
{
    srt_stat_table *table = g_array_index(((const srt_data_t *)data)->srt_array, srt_stat_table *, 0);
    const struct verdict *v = (const struct verdict *)verdict;
    nstime_t wait = { (time_t)(v->wait / NS_PER_SECOND), (int)(v->wait % NS_PER_SECOND) }, asked;
    int row = (int)v->number;

    nstime_delta(&asked, &pinfo->abs_ts, &wait);
    if (row >= table->num_procs || !table->procedures[row].procedure) {
        const char *host = v->host ? cases_clean(pinfo->pool, v->host) : "(unknown host)";
        const char *server = v->server.family ? words_endpoint(pinfo->pool, &v->server, v->server_port) : "(no server)";
        init_srt_table_row(table, row, wmem_strdup_printf(pinfo->pool, "%-16s  %s  %s", cause_token(v->cause), host, server));
    }
    add_srt_table_data(table, row, &asked, pinfo);
    return TAP_PACKET_REDRAW;
}

void
cases_register(int proto)
{
    for (size_t i = 0; i < array_length(outputs); i++)
        register_stat_tap_ui(&outputs[i].ui, &outputs[i]);
    register_stat_tap_table_ui(&table_ui);
    register_srt_table(proto, "mwg502", 1, add_wait, begin_times, NULL);
}

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
