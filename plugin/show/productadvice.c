/* productadvice.c
 * What each proxy calls a cause in its own log, and which of its settings governs it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "show/productadvice.h"

static const struct {
    const char *name, *log;
} products[N_PRODUCTS] = {
#define MWG502_PRODUCT(product, name, log) [PRODUCT_##product] = { name, log },
#include "fact/products.def"
};

/* NULL: nothing to say. */
struct row {
    const char *says, *check;
};

static const struct row rows[N_PRODUCTS][N_CAUSES] = {
#define MWG502_PRODUCT_ADVICE(product, cause, says, check) [PRODUCT_##product][CAUSE_##cause] = { says, check },
#include "fact/products.def"
};

static const struct row remembered[N_PRODUCTS] = {
#define MWG502_PRODUCT_REMEMBERED(product, says, check) [PRODUCT_##product] = { says, check },
#include "fact/products.def"
};

static const char *const captures[N_PRODUCTS] = {
#define MWG502_PRODUCT_CAPTURES(product, how) [PRODUCT_##product] = how,
#include "fact/products.def"
};

/* "[A|B]" as "A or B". */
static void
append_choices(wmem_strbuf_t *text, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "["), length = strcspn(s + n, "]");

        wmem_strbuf_append_len(text, s, n);
        s += n;
        if (!*s || !memchr(s, '|', length)) {
            wmem_strbuf_append_len(text, s, length);
            s += length;
            continue;
        }
        for (const char *c = s + 1; c < s + length; c++) {
            if (*c == '|')
                wmem_strbuf_append(text, " or ");
            else
                wmem_strbuf_append_c(text, *c);
        }
        s += length + (s[length] != '\0');
    }
}

static void
append_sentence(wmem_strbuf_t *text, const char *says)
{
    append_choices(text, says);
    wmem_strbuf_append_c(text, '.');
}

/* Where the capture does not hold the reason: the gateway's log may. */
static bool
may_log_tell(const struct verdict *v)
{
    return v->cause != CAUSE_UNKNOWN || v->missing == MISSING_ATTEMPT || v->missing == MISSING_CONNECTION || v->missing == MISSING_REASON || v->missing == MISSING_CONSENT ||
           (v->missing == MISSING_GATEWAY_SIDE && v->at_gateway);
}

void
product_advice_append(wmem_strbuf_t *text, const struct verdict *v)
{
    const struct row *row = v->confidence == CONFIDENCE_INFERRED && remembered[v->product].says ? &remembered[v->product] : &rows[v->product][v->cause];
    const char *name = products[v->product].name;

    if (row->says && may_log_tell(v)) {
        wmem_strbuf_append_printf(text, " %s's log (%s) says: ", name, products[v->product].log);
        append_sentence(text, row->says);
        wmem_strbuf_append_printf(text, " In %s check: ", name);
        append_sentence(text, row->check);
    } else if (captures[v->product] && !may_log_tell(v)) {
        wmem_strbuf_append_printf(text, " %s captures under ", name);
        append_sentence(text, captures[v->product]);
    }
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
