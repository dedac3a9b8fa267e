/* stats.c
 * Statistics > MWG 502: by category, cause and host, by server, by client; and as a share of all responses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <epan/dissectors/packet-http.h>
#include <epan/to_str.h>

#include "show/stats.h"
#include "cases/verdict.h"
#include "words/phrases.h"

static const char *const causes_name = "Responses by cause", *const servers_name = "Responses by server";
static const char *const clients_name = "Responses by client", *const waits_name = "Wait of the client (ms)";
static int st_causes, st_servers, st_clients, st_waits;

static void
stats_init(stats_tree *st)
{
    st_causes = stats_tree_create_node(st, causes_name, 0, STAT_DT_INT, TRUE);
    /* What the dialog sorts by its first column would begin with the waits. */
    stat_node_set_flags(st, causes_name, 0, TRUE, ST_FLG_SORT_TOP);
    st_servers = stats_tree_create_node(st, servers_name, 0, STAT_DT_INT, TRUE);
    st_clients = stats_tree_create_node(st, clients_name, 0, STAT_DT_INT, TRUE);
    st_waits = stats_tree_create_node(st, waits_name, 0, STAT_DT_FLOAT, TRUE);
}

static int
count(stats_tree *st, const char *name, int parent)
{
    return tick_stat_node(st, name, parent, TRUE);
}

static void
count_wait(stats_tree *st, const struct verdict *v)
{
    float ms = (float)((double)v->wait / 1e6);
    int node;

    avg_stat_node_add_value_float(st, waits_name, 0, TRUE, ms);
    node = avg_stat_node_add_value_float(st, cause_category(v->cause), st_waits, TRUE, ms);
    avg_stat_node_add_value_float(st, cause_token(v->cause), node, FALSE, ms);
}

static tap_packet_status
stats_packet(stats_tree *st, packet_info *pinfo, epan_dissect_t *edt _U_, const void *data, tap_flags_t flags _U_)
{
    const struct verdict *v = (const struct verdict *)data;
    address client;
    int node;

    count(st, causes_name, 0);
    node = count(st, cause_category(v->cause), st_causes);
    node = count(st, cause_token(v->cause), node);
    count(st, v->host ? v->host : "(unknown host)", node);
    count(st, servers_name, 0);
    node = count(st, v->server.family ? words_endpoint(pinfo->pool, &v->server, v->server_port) : "(no server)", st_servers);
    count(st, cause_token(v->cause), node);
    count(st, clients_name, 0);
    client = ipaddr_to_address(&v->client);
    node = count(st, address_to_str(pinfo->pool, &client), st_clients);
    count(st, cause_token(v->cause), node);
    if (v->request_frame)
        count_wait(st, v);
    return TAP_PACKET_REDRAW;
}

/* as a share of all responses *********************************************/

static const char *const senders_name = "Responses by sender", *const receivers_name = "Responses by receiver";
static int st_senders, st_receivers;

static void
share_init(stats_tree *st)
{
    st_senders = stats_tree_create_node(st, senders_name, 0, STAT_DT_INT, TRUE);
    st_receivers = stats_tree_create_node(st, receivers_name, 0, STAT_DT_INT, TRUE);
}

static void
count_status(stats_tree *st, const char *root, int parent, const char *who, const char *status)
{
    int node;

    count(st, root, 0);
    node = count(st, who, parent);
    tick_stat_node(st, status, node, FALSE);
}

/* What HTTP shows on either side of the gateway: in the gateway's own row stands which share of its responses each status has. */
static tap_packet_status
share_packet(stats_tree *st, packet_info *pinfo, epan_dissect_t *edt _U_, const void *data, tap_flags_t flags _U_)
{
    unsigned status = ((const http_info_value_t *)data)->response_code;
    char *code, *sender;

    if (status < 200)
        return TAP_PACKET_DONT_REDRAW;      /* a request, or an interim response */
    code = wmem_strdup_printf(pinfo->pool, "%u", status);
    sender = wmem_strdup_printf(pinfo->pool, pinfo->src.type == AT_IPv6 ? "[%s]:%u" : "%s:%u", address_to_str(pinfo->pool, &pinfo->src),
                                pinfo->srcport);
    count_status(st, senders_name, st_senders, sender, code);
    count_status(st, receivers_name, st_receivers, address_to_str(pinfo->pool, &pinfo->dst), code);
    return TAP_PACKET_REDRAW;
}

void
stats_register(void)
{
    stats_tree_register_plugin("mwg502", "mwg502", "MWG 502" COMPAT_MENU_SEPARATOR "Causes", 0, stats_packet, stats_init, NULL);
    stats_tree_register_plugin("http", "mwg502_share", "MWG 502" COMPAT_MENU_SEPARATOR "Share of all responses", 0, share_packet, share_init, NULL);
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
