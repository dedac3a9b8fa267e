/* mwg502.c
 * Post-dissector that names why a web gateway answered 502, and links to the frames that show it
 *
 * Wireshark - Network traffic analyzer
 * By Gerald Combs <gerald@wireshark.org>
 * Copyright 1998 Gerald Combs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include "show/fields.h"
#include "mwg502.h"
#include "observe/observe.h"
#include "observe/preface.h"
#include "ports.h"
#include "show/cases.h"
#include "show/encrypted.h"
#include "show/show.h"
#include "show/stats.h"

static int proto_mwg502 = -1;
static int mwg502_tap = -1, mwg502_part_tap = -1;
static dissector_handle_t mwg502_handle;

/* The root of all state of the capture at hand; of wmem_file_scope(). */
static struct tracker *tracker;

static range_t *pref_ports;
static range_t *pref_status_codes;
static guint pref_response_timeout = 120;
static guint pref_memory = 30;
static compat_bool pref_info_column = TRUE;

static bool
is_watched(unsigned status)
{
    return value_is_in_range(pref_status_codes, status);
}

/* dissection **************************************************************/

static void
queue_tap(packet_info *pinfo, const struct verdict *v)
{
    for (; v; v = v->next)
        tap_queue_packet(mwg502_tap, pinfo, v);
}

static int
dissect_mwg502(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    const struct verdict *verdicts;
    const struct part *parts;
    const char *saved_proto = pinfo->current_proto;

    if (!tracker)
        return 0;
    pinfo->current_proto = "MWG 502";   /* what an exception names */
    if (!pinfo->fd->visited) {
        track_first_visit(tracker, pinfo->num);
        if (tree)
            observe_frame(tracker, tvb, pinfo, tree);
        if (tracker->relay_frame)
            show_role(ROLE_SERVER_RESPONSE, tvb, tree);
    } else {
        track_later_visit(tracker, pinfo->num);
        parts = track_parts(tracker, pinfo->num);
        show_parts(parts, tvb, pinfo, tree);
        if (parts)
            tap_queue_packet(mwg502_part_tap, pinfo, parts);
    }
    verdicts = track_verdicts(tracker, pinfo->num);
    if (verdicts) {
        show_verdicts(verdicts, tvb, pinfo, tree, pref_info_column);
        queue_tap(pinfo, verdicts);
    }
    pinfo->current_proto = saved_proto;
    return (int)tvb_captured_length(tvb);
}

/* the capture *************************************************************/

static void
begin_capture(void)
{
    struct settings settings = { (when_t)pref_memory * NS_PER_SECOND, is_watched, observe_unseen(), observe_heads_are_shown() };

    if (!proto_is_protocol_enabled(find_protocol_by_id(proto_mwg502)))
        return;                 /* then it costs nothing */
    fields_expand();
    set_postdissector_wanted_hfids(mwg502_handle, observe_wanted_fields());
    tracker = track_new(&settings, pref_response_timeout);
}

static void
end_capture(void)
{
    set_postdissector_wanted_hfids(mwg502_handle, NULL);
    tracker = NULL;             /* its memory goes with wmem_file_scope() */
}

static struct root *
capture_root(void)
{
    return tracker ? tracker->root : NULL;
}

/* the conversation filter *************************************************/

static const struct verdict *
case_of_frame(const packet_info *pinfo)
{
    const struct verdict *v = tracker ? track_verdicts(tracker, pinfo->num) : NULL;
    const struct part *part = tracker ? track_parts(tracker, pinfo->num) : NULL;

    return v ? v : part ? part->verdict : NULL;
}

static compat_bool
has_case(packet_info *pinfo COMPAT_FILTER_DATA)
{
    return case_of_frame(pinfo) != NULL;
}

static char *
case_filter(packet_info *pinfo COMPAT_FILTER_DATA)
{
    const struct verdict *v = case_of_frame(pinfo);
    char *scoped = v ? verdict_filter(NULL, v) : NULL;
    char *filter = g_strdup(scoped);

    wmem_free(NULL, scoped);
    return filter;
}

/* registration ************************************************************/

static void
register_preferences(void)
{
    module_t *module = prefs_register_protocol(proto_mwg502, proto_reg_handoff_mwg502);

    range_convert_str(wmem_epan_scope(), &pref_ports, "9090", 65535);
    range_convert_str(wmem_epan_scope(), &pref_status_codes, "502", 999);
    prefs_register_range_preference(module, "ports", "Proxy ports",
        "TCP ports of web gateways that are dissected as HTTP where no other dissector owns them", &pref_ports, 65535);
    prefs_register_range_preference(module, "status_codes", "Status codes",
        "Which responses are diagnosed; 502-504 covers Squid, nginx, HAProxy and Envoy", &pref_status_codes, 999);
    prefs_register_uint_preference(module, "response_timeout", "Response timeout (seconds)",
        "How long the gateway waits for a server's response; only words the verdict", 10, &pref_response_timeout);
    prefs_register_uint_preference(module, "memory", "Remember failures for (seconds)",
        "For how long a gateway may remember a failed look-up or server", 10, &pref_memory);
    prefs_register_bool_preference(module, "info_column", "Show the cause in the Info column",
        "Append the cause to the Info column of each diagnosed response", &pref_info_column);
}

void
proto_register_mwg502(void)
{
    int observer;

    proto_mwg502 = proto_register_protocol("MWG 502 Diagnosis", "MWG 502", "mwg502");
    show_register(proto_mwg502);
    register_preferences();
    /* In name only, and so no layer: to enter one in each frame and take it back costs some 400 instructions. */
    observer = proto_register_protocol_in_name_only("MWG 502 Observer", "MWG 502 Observer", "mwg502_observer", proto_mwg502, FT_PROTOCOL);
    mwg502_handle = register_dissector("mwg502", dissect_mwg502, observer);
    register_postdissector(mwg502_handle);
    register_init_routine(begin_capture);
    register_cleanup_routine(end_capture);
    mwg502_tap = register_tap("mwg502");
    mwg502_part_tap = register_tap("mwg502_part");
    compat_register_conversation_filter("mwg502", "MWG 502 case", has_case, case_filter);
}

/* Also called when a preference changes. */
void
proto_reg_handoff_mwg502(void)
{
    static bool initialized = false;

    ports_apply(pref_ports);
    if (!initialized) {
        preface_register();
        stats_register();
        cases_register(proto_mwg502);
        encrypted_register(capture_root);
    }
    initialized = true;
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
