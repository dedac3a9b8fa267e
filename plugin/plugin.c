/* plugin.c
 * The symbols by which Wireshark knows this module
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* The symbols are exported, not imported: Windows asks, and every system from 5.0 on. */
#define WS_BUILD_DLL
#include <wireshark.h>

#include "base/compat.h"

#include <epan/proto.h>

#include "mwg502.h"

WS_DLL_PUBLIC_DEF const char plugin_version[] = MWG502_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

void
plugin_register(void)
{
    static proto_plugin plugin = { proto_register_mwg502, proto_reg_handoff_mwg502 };

    proto_register_plugin(&plugin);
}

/* Asked for since 4.2: what kind of plugin this is. */
uint32_t
plugin_describe(void)
{
    return COMPAT_PLUGIN_KIND;
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
