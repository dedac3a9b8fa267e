/* nothing.c
 * A post-dissector that wants one field and does nothing: what any that wants one costs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <wireshark.h>
#include <ws_version.h>

#include <epan/packet.h>
#include <epan/proto.h>

WS_DLL_PUBLIC_DEF const char plugin_version[] = "0";
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register(void);

static dissector_handle_t nothing_handle;

static int
dissect_nothing(tvbuff_t *tvb _U_, packet_info *pinfo _U_, proto_tree *tree _U_, void *data _U_)
{
    return 0;
}

static void
begin_capture(void)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));
    int field = proto_registrar_get_id_byname("tcp.stream");

    g_array_append_val(wanted, field);
    set_postdissector_wanted_hfids(nothing_handle, wanted);
}

static void
register_nothing(void)
{
    nothing_handle = register_dissector("nothing", dissect_nothing, proto_register_protocol("Nothing", "Nothing", "nothing"));
    register_postdissector(nothing_handle);
    register_init_routine(begin_capture);
}

static void
handoff_nothing(void)
{
}

void
plugin_register(void)
{
    static proto_plugin plugin = { register_nothing, handoff_nothing };

    proto_register_plugin(&plugin);
}
