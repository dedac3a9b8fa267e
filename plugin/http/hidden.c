/* hidden.c
 * Responses that Wireshark's HTTP dissector does not show
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "http/hidden.h"

void
exchange_hide(struct exchange *ex, unsigned status, const uint8_t *bytes, size_t n)
{
    struct hidden_response *hidden = (struct hidden_response *)wmem_alloc(wmem_file_scope(), sizeof *hidden + n);

    *hidden = (struct hidden_response){ .status = status, .length = n };
    memcpy(hidden->bytes, bytes, n);
    if (!status && ex->hidden)
        hidden->status = ex->hidden->status;
    if (!ex->hidden || ex->hidden->told)
        ex->conn->n_not_shown++;
    wmem_free(wmem_file_scope(), ex->hidden);
    ex->hidden = hidden;
}

struct exchange *
exchange_hidden_response(const struct conn *conn)
{
    for (const node_t *l = conn->n_not_shown > 0 ? conn->exchanges.head : NULL; l; l = l->next) {
        struct exchange *ex = (struct exchange *)l->data;
        if (ex->hidden && !ex->hidden->told)
            return ex;
    }
    return NULL;
}

void
exchange_hidden_told(struct exchange *ex)
{
    struct hidden_response *hidden = ex->hidden;

    if (!hidden || hidden->told)
        return;
    ex->conn->n_not_shown--;
    hidden->told = true;
    hidden->length = 0;
    ex->hidden = (struct hidden_response *)wmem_realloc(wmem_file_scope(), hidden, sizeof *hidden);
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
