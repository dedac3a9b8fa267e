/* compat.h
 * Differences between Wireshark 4.0 and today; no other file asks for a version
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BASE_COMPAT_H
#define MWG502_BASE_COMPAT_H

#include <ws_version.h>

#include <glib.h>

#include <epan/packet.h>
#include <epan/conversation_filter.h>
#include <epan/ftypes/ftypes.h>
#include <epan/prefs.h>
#include <epan/stats_tree.h>
#include <epan/tap.h>
#if __has_include(<epan/prefs-int.h>)
#include <epan/prefs-int.h>
#endif

#define WIRESHARK_AT_LEAST(major, minor) \
    (WIRESHARK_VERSION_MAJOR > (major) || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* 4.2: field_info.value became a pointer. */
#if WIRESHARK_AT_LEAST(4, 2)
#define COMPAT_VALUE(finfo) ((finfo)->value)
#else
#define COMPAT_VALUE(finfo) (&(finfo)->value)
#endif

/* 4.2: the frame's own data instead of its packet_info; the menu separator. */
#if WIRESHARK_AT_LEAST(4, 2)
#define compat_depend_on(pinfo, frame) mark_frame_as_depended_upon((pinfo)->fd, frame)
#define COMPAT_MENU_SEPARATOR "//"
#else
#define compat_depend_on(pinfo, frame) mark_frame_as_depended_upon(pinfo, frame)
#define COMPAT_MENU_SEPARATOR "/"
#endif

/* 4.6: a data source's name stands in its description. */
#if WIRESHARK_AT_LEAST(4, 6)
#define COMPAT_SOURCE_TEXT(source) get_data_source_description(source)
#else
#define COMPAT_SOURCE_TEXT(source) get_data_source_name(source)
#endif

static inline bool
compat_source_is(const struct data_source *source, const char *name)
{
    char *text = COMPAT_SOURCE_TEXT(source);
    bool is = g_str_has_prefix(text, name);

    wmem_free(NULL, text);
    return is;
}

/* 4.4: callbacks return bool, preferences hold it. */
#if WIRESHARK_AT_LEAST(4, 4)
typedef bool compat_bool;
#else
typedef gboolean compat_bool;
#endif

/* 4.6: what begins a statistic of -z tells whether it could. */
#if WIRESHARK_AT_LEAST(4, 6)
typedef bool compat_started;
#define COMPAT_STARTED true
#else
typedef void compat_started;
#define COMPAT_STARTED
#endif

/* The value of another protocol's preference; otherwise: where it cannot be known. */
static inline bool
compat_bool_preference(const char *protocol, const char *name, bool otherwise)
{
#if __has_include(<epan/prefs-int.h>)
    module_t *module = prefs_find_module(protocol);
    pref_t *pref = module ? prefs_find_preference(module, name) : NULL;

    return pref ? prefs_get_bool_value(pref, pref_current) : otherwise;
#else
    (void)protocol;
    (void)name;
    return otherwise;
#endif
}

/* 4.4: the decompressors are named after what they decompress. */
#if WIRESHARK_AT_LEAST(4, 4)
#define compat_uncompress tvb_uncompress_zlib
#else
#define compat_uncompress tvb_uncompress
#endif

/* 4.2: conversation filters get user data. */
#if WIRESHARK_AT_LEAST(4, 2)
#define COMPAT_FILTER_DATA , void *user_data _U_
#define compat_register_conversation_filter(proto, name, valid, build) \
    register_conversation_filter(proto, name, valid, build, NULL)
#else
#define COMPAT_FILTER_DATA
#define compat_register_conversation_filter(proto, name, valid, build) \
    register_conversation_filter(proto, name, valid, build)
#endif

/* 4.2: a module says what kind of plugin it is; Debian 12 installs no such header. */
#if defined __has_include
#if __has_include(<wsutil/plugins.h>)
#include <wsutil/plugins.h>
#endif
#endif
#ifdef WS_PLUGIN_DESC_DISSECTOR
#define COMPAT_PLUGIN_KIND WS_PLUGIN_DESC_DISSECTOR
#else
#define COMPAT_PLUGIN_KIND 1
#endif

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
