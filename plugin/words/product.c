/* product.c
 * Which proxy sent a response, by its own words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "words/product.h"

/* Where a sign stands. One of an earlier place counts before one of a later place. */
enum place { IN_VIA, IN_HEADER, IN_PROXY_STATUS, IN_SERVER, IN_REASON, IN_BODY, IN_UPSTREAM, N_PLACES };

static const struct {
    enum place place;
    enum product product;
    const char *words;          /* in any case */
} known[] = {
#define MWG502_PRODUCT_SIGN(product, where, text) { IN_##where, PRODUCT_##product, text },
#include "fact/products.def"
};

static bool
contains(struct slice text, const char *words)
{
    size_t n = strlen(words);

    for (size_t i = 0; i + n <= text.n; i++)
        if (g_ascii_strncasecmp(text.s + i, words, n) == 0)
            return true;
    return false;
}

/* RFC 9110 section 10.2.4: the first product of Server: "nginx" of "nginx/1.22.1", but not "Apache" of "Apache-Coyote/1.1". */
static bool
is_first_product(struct slice server, const char *words)
{
    size_t n = strlen(words);

    if (server.n < n || g_ascii_strncasecmp(server.s, words, n) != 0)
        return false;
    return server.n == n || !(g_ascii_isalpha(server.s[n]) || server.s[n] == '-');
}

/* n bytes of header lines: one of them has that name. */
static bool
has_header(struct slice lines, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i + n + 1 < lines.n; i++)
        if (lines.s[i] == '\n' && lines.s[i + n + 1] == ':' && g_ascii_strncasecmp(lines.s + i + 1, name, n) == 0)
            return true;
    return false;
}

static bool
is_there(enum place place, struct slice text, const char *words)
{
    if (!text.n)
        return false;
    switch (place) {
    case IN_SERVER:   return is_first_product(text, words);
    case IN_HEADER:   return has_header(text, words);
    case IN_REASON:
    case IN_UPSTREAM: return slice_is(text, words);
    default:          return contains(text, words);
    }
}

static enum product
find(enum place place, struct slice text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i].place == place && is_there(place, text, known[i].words))
            return known[i].product;
    return PRODUCT_UNKNOWN;
}

static struct slice
last_member(struct slice list)
{
    for (size_t i = list.n; i > 0; i--)
        if (list.s[i - 1] == ',')
            return (struct slice){ list.s + i, list.n - i };
    return list;
}

enum product
product_of_head(const struct http_head *head, const uint8_t *bytes)
{
    const struct slice texts[N_PLACES] = {
        [IN_VIA] = last_member(head->via),
        [IN_HEADER] = { (const char *)bytes, head->length },
        [IN_PROXY_STATUS] = last_member(head->proxy_status),
        [IN_SERVER] = head->server,
        [IN_REASON] = head->phrase,
    };
    enum product product = PRODUCT_UNKNOWN;

    for (int i = 0; product == PRODUCT_UNKNOWN && i < N_PLACES; i++)
        product = find((enum place)i, texts[i]);
    return product;
}

enum product
product_of_page(const char *page, size_t n)
{
    return find(IN_BODY, (struct slice){ page, n });
}

enum product
product_of_request(const char *header)
{
    return header ? find(IN_UPSTREAM, (struct slice){ header, strlen(header) }) : PRODUCT_UNKNOWN;
}

const char *
product_name(enum product product)
{
    static const char *const names[N_PRODUCTS] = {
#define MWG502_PRODUCT(e, name, log) [PRODUCT_##e] = name,
#include "fact/products.def"
    };

    return names[product];
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
