/* encrypted.c
 * What cannot be seen for want of keys, in words and as a statistic
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include "model/encrypted.h"
#include "show/encrypted.h"
#include "words/phrases.h"

/* Named in words; the rest is summed up. */
#define NAMED_MAX 3

static const char how_to_get_keys[] =
    " Let the client or the gateway write its TLS keys while you capture (SSLKEYLOGFILE), and name the file: tshark -o tls.keylog_file:FILE, "
    "diagnose.sh --keys FILE, or Edit > Preferences > Protocols > TLS.";

static struct root *(*capture_open)(void);

static struct root *
capture_at_hand(void)
{
    return capture_open ? capture_open() : NULL;
}

static char *
name_of(wmem_allocator_t *scope, const struct encrypted_port *port)
{
    return words_endpoint(scope, &port->key.to, port->key.port);
}

/* in words ****************************************************************/

/* What ports there are, of gateways and of others. */
struct sum {
    unsigned named;             /* connections to ports that the text names */
    unsigned ports, conns;      /* ports of gateways that it does not name, and connections to them */
    unsigned others;            /* connections to what is no gateway as far as was seen */
};

static struct sum
add_ports(wmem_strbuf_t *text, wmem_allocator_t *scope, struct root *root)
{
    struct sum sum = { 0, 0, 0, 0 };
    unsigned n = 0;

    for (const node_t *l = root->encrypted.order.head; l; l = l->next) {
        const struct encrypted_port *port = (const struct encrypted_port *)l->data;
        if (!encrypted_is_gateway(root, port)) {
            sum.others += port->conns;
        } else if (n < NAMED_MAX) {
            wmem_strbuf_append_printf(text, "%s%u connection%s to %s", n++ > 0 ? ", " : "", port->conns, port->conns == 1 ? "" : "s", name_of(scope, port));
            sum.named += port->conns;
        } else {
            sum.ports++;
            sum.conns += port->conns;
        }
    }
    return sum;
}

char *
encrypted_words(wmem_allocator_t *scope, bool none)
{
    struct root *root = capture_at_hand();
    wmem_strbuf_t *text = wmem_strbuf_new(scope, "");
    struct sum sum = root ? add_ports(text, scope, root) : (struct sum){ 0, 0, 0, 0 };
    bool one = sum.named + sum.conns == 1 || (sum.named == 0 && sum.others == 1);

    if (sum.ports > 0)
        wmem_strbuf_append_printf(text, ", and %u to %u more ports", sum.conns, sum.ports);
    if (sum.named == 0 && none && sum.others > 0)
        wmem_strbuf_append_printf(text, "%u connection%s, to no address that is seen to be a gateway's,", sum.others, one ? "" : "s");
    if (wmem_strbuf_get_len(text) == 0)
        return NULL;
    wmem_strbuf_append_printf(text, " %s in TLS, and there are no keys for %s: a 502 inside cannot be seen.", one ? "is" : "are", one ? "it" : "them");
    wmem_strbuf_append(text, how_to_get_keys);
    return wmem_strbuf_finalize(text);
}

/* for scripts *************************************************************/

bool
encrypted_write(const struct case_list *list _U_, GString *text)
{
    struct root *root = capture_at_hand();
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_SIMPLE);

    for (const node_t *l = root ? root->encrypted.order.head : NULL; l; l = l->next) {
        const struct encrypted_port *port = (const struct encrypted_port *)l->data;
        if (encrypted_is_gateway(root, port))
            g_string_append_printf(text, "encrypted\t%s\t%u\n", name_of(scope, port), port->conns);
    }
    wmem_destroy_allocator(scope);
    return cases_put(text);
}

/* in the menu *************************************************************/

static const char *const tree_name = "Connections without keys";
static int st_ports;

static void
tree_init(stats_tree *st)
{
    st_ports = stats_tree_create_node(st, tree_name, 0, STAT_DT_INT, TRUE);
}

/* The counts stand in the capture's state: a packet only brings them up to date. Several windows may show them. */
static bool
is_up_to_date(const stats_tree *st, const struct root *root)
{
    static const stats_tree *latest;
    static const struct root *of;
    static unsigned changes;
    bool same = st == latest && root == of && root->encrypted_changes == changes;

    latest = st;
    of = root;
    changes = root->encrypted_changes;
    return same;
}

static tap_packet_status
tree_packet(stats_tree *st, packet_info *pinfo, epan_dissect_t *edt _U_, const void *data _U_, tap_flags_t flags _U_)
{
    struct root *root = capture_at_hand();
    unsigned all = 0;

    if (!root || (pinfo->num > 1 && is_up_to_date(st, root)))
        return TAP_PACKET_DONT_REDRAW;
    for (const node_t *l = root->encrypted.order.head; l; l = l->next) {
        const struct encrypted_port *port = (const struct encrypted_port *)l->data;
        if (!encrypted_is_gateway(root, port))
            continue;
        all += port->conns;
        stats_tree_manip_node_int(MN_SET, st, name_of(pinfo->pool, port), st_ports, FALSE, (int)port->conns);
    }
    stats_tree_manip_node_int(MN_SET, st, tree_name, 0, TRUE, (int)all);
    return all > 0 ? TAP_PACKET_REDRAW : TAP_PACKET_DONT_REDRAW;
}

void
encrypted_register(struct root *(*capture)(void))
{
    capture_open = capture;
    stats_tree_register_plugin("frame", "mwg502_encrypted", "MWG 502" COMPAT_MENU_SEPARATOR "Encrypted connections", 0, tree_packet, tree_init, NULL);
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
