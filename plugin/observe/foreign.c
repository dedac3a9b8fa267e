/* foreign.c
 * What is read of other dissectors: the names that this module depends on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "observe/foreign.h"

/* Wireshark reads header blocks of HTTP/3 since 4.2, where it was built with nghttp3: elsewhere nothing of it is asked for. */
static const char http3_header[] = "http3.headers.header";

static const struct {
    const char *name;
    const char *with;           /* a field that must be known too, else it is of no use; NULL: none */
} fields[N_FIELDS] = {
    [TCP_STREAM] = { "tcp.stream", NULL },
    [ICMP_TYPE] = { "icmp.type", NULL },
    [ICMPV6_TYPE] = { "icmpv6.type", NULL },
    [ARP_OPCODE] = { "arp.opcode", NULL },
    [DNS_QRY_NAME] = { "dns.qry.name", NULL },
    [DNS_RESP_LEN] = { "dns.resp.len", NULL },
    [DNS_CNAME] = { "dns.cname", NULL },
    [HTTP_STATUS] = { "http.response.code", NULL },
    [HTTP2_STREAM] = { "http2.streamid", NULL },
    [QUIC_CONNECTION] = { "quic.connection.number", http3_header },
    [QUIC_STREAM] = { "quic.stream.stream_id", http3_header },
    [HTTP3_FRAME] = { "http3.frame_type", http3_header },
    [HTTP3_HEADER] = { http3_header, NULL },
};

static int field_ids[N_FIELDS];

/* Names of add_new_data_source() in packet-tls.c, packet-http2.c and packet-http3.c, from 4.0 to 4.6. */
static const char *const source_names[] = {
    [SOURCE_DECRYPTED_TLS] = "Decrypted TLS",
    [SOURCE_HEADER] = "Decompressed Header",
};

/* Which dissectors looked at a frame, by the layers that they leave. */
static int proto_tcp, proto_http, proto_http2, proto_tls, proto_icmp, proto_icmpv6;

GArray *
foreign_wanted_fields(void)
{
    GArray *wanted = g_array_new(FALSE, FALSE, sizeof(int));

    proto_tcp = proto_get_id_by_filter_name("tcp");
    proto_http = proto_get_id_by_filter_name("http");
    proto_http2 = proto_get_id_by_filter_name("http2");
    proto_tls = proto_get_id_by_filter_name("tls");
    proto_icmp = proto_get_id_by_filter_name("icmp");
    proto_icmpv6 = proto_get_id_by_filter_name("icmpv6");
    for (int i = 0; i < N_FIELDS; i++) {
        bool useful = !fields[i].with || proto_registrar_get_id_byname(fields[i].with) > 0;
        field_ids[i] = useful ? proto_registrar_get_id_byname(fields[i].name) : 0;
        if (field_ids[i] > 0)
            g_array_append_val(wanted, field_ids[i]);
    }
    return wanted;
}

GPtrArray *
foreign_fields(proto_tree *tree, enum field field)
{
    GPtrArray *found = field_ids[field] > 0 ? proto_get_finfo_ptr_array(tree, field_ids[field]) : NULL;

    return found && found->len > 0 ? found : NULL;
}

struct above_tcp
foreign_above_tcp(const packet_info *pinfo)
{
    struct above_tcp above = { false, false, false };

    for (wmem_list_frame_t *l = wmem_list_tail(pinfo->layers); l; l = wmem_list_frame_prev(l)) {
        int proto = GPOINTER_TO_INT(wmem_list_frame_data(l));
        if (proto == proto_tcp)
            break;
        above.http = above.http || proto == proto_http;
        above.http2 = above.http2 || proto == proto_http2;
        above.tls = above.tls || proto == proto_tls;
    }
    return above;
}

bool
foreign_has_icmp(const packet_info *pinfo)
{
    for (wmem_list_frame_t *l = wmem_list_tail(pinfo->layers); l; l = wmem_list_frame_prev(l)) {
        int proto = GPOINTER_TO_INT(wmem_list_frame_data(l));
        if (proto == proto_icmp || proto == proto_icmpv6)
            return true;
    }
    return false;
}

tvbuff_t *
foreign_next_source(const GSList **l, enum source source)
{
    while (*l && (*l = (*l)->next))
        if (compat_source_is((const struct data_source *)(*l)->data, source_names[source]))
            return get_data_source_tvb((const struct data_source *)(*l)->data);
    return NULL;
}

dissector_handle_t
foreign_http2(void)
{
    static dissector_handle_t handle;

    if (!handle)
        handle = find_dissector("http2");
    return handle;
}

int
foreign_http2_id(void)
{
    return proto_get_id_by_filter_name("http2");
}

bool
foreign_port_is_users_choice(uint16_t port)
{
    return dissector_get_uint_handle(find_dissector_table("tcp.port"), port) != dissector_get_default_uint_handle("tcp.port", port);
}

bool
foreign_is_disabled(const char *protocol)
{
    int id = proto_get_id_by_filter_name(protocol);

    return id > 0 && !proto_is_protocol_enabled(find_protocol_by_id(id));
}

/*
 * Where the preference "Reassemble HTTP bodies spanning multiple TCP segments" is off, the
 * dissector takes a response behind one in several segments for the rest of that one.
 */
bool
foreign_http_heads_are_shown(void)
{
    return foreign_is_disabled("http") || !compat_bool_preference("http", "desegment_body", true);
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
