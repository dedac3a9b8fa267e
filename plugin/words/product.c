/* product.c
 * Which proxy sent a response, by its own words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "words/product.h"

/* Where the words stand. A row of an earlier place counts before one of a later place. */
enum place { IN_VIA, IN_SQUID_ERROR, IN_PROXY_STATUS, IN_SERVER, IN_PHRASE, IN_PAGE };

static const struct {
    enum place place;
    enum product product;
    const char *words;          /* in any case; "" for a header that only this product sends */
} known[] = {
    /* McAfee's, then Skyhigh's product; the phrases are those of its templates, which nobody else writes as one word. */
    { IN_VIA, PRODUCT_WEB_GATEWAY, "McAfee Web Gateway" },
    { IN_VIA, PRODUCT_WEB_GATEWAY, "Skyhigh Secure Web Gateway" },
    { IN_PHRASE, PRODUCT_WEB_GATEWAY, "notresolvable" },
    { IN_PHRASE, PRODUCT_WEB_GATEWAY, "cannotconnect" },
    { IN_PHRASE, PRODUCT_WEB_GATEWAY, "badgateway" },
    { IN_PHRASE, PRODUCT_WEB_GATEWAY, "handshakefailed" },
    { IN_PAGE, PRODUCT_WEB_GATEWAY, "<title>McAfee Web Gateway" },

    { IN_VIA, PRODUCT_SQUID, "(squid" },
    { IN_SQUID_ERROR, PRODUCT_SQUID, "" },
    { IN_SERVER, PRODUCT_SQUID, "squid" },

    { IN_VIA, PRODUCT_TRAFFIC_SERVER, "ApacheTrafficServer" },
    { IN_SERVER, PRODUCT_TRAFFIC_SERVER, "ATS/" },

    { IN_VIA, PRODUCT_VARNISH, "varnish" },
    { IN_SERVER, PRODUCT_VARNISH, "varnish" },

    { IN_PROXY_STATUS, PRODUCT_ENVOY, "envoy" },
    { IN_SERVER, PRODUCT_ENVOY, "envoy" },
    { IN_PAGE, PRODUCT_ENVOY, "upstream connect error or disconnect/reset before headers" },

    /* Also of ingress-nginx, which hides the Server line and keeps nginx' page. */
    { IN_SERVER, PRODUCT_NGINX, "nginx" },
    { IN_SERVER, PRODUCT_NGINX, "openresty" },
    { IN_PAGE, PRODUCT_NGINX, "<center>nginx" },
    { IN_PAGE, PRODUCT_NGINX, "<center>openresty" },

    { IN_VIA, PRODUCT_CADDY, "Caddy" },
    { IN_SERVER, PRODUCT_CADDY, "Caddy" },

    { IN_SERVER, PRODUCT_APACHE, "Apache" },

    { IN_SERVER, PRODUCT_IIS, "Microsoft-IIS/" },
    { IN_PAGE, PRODUCT_IIS, "502 - Web server received an invalid response while acting as a gateway or proxy server" },

    /* HAProxy names itself nowhere; these are its built-in pages. */
    { IN_PAGE, PRODUCT_HAPROXY, "<html><body><h1>502 Bad Gateway</h1>\nThe server returned an invalid or incomplete response." },
    { IN_PAGE, PRODUCT_HAPROXY, "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request." },
    { IN_PAGE, PRODUCT_HAPROXY, "<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time." },
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

static bool
is_there(enum place place, struct slice text, const char *words)
{
    if (!text.n)
        return false;
    return place == IN_SERVER ? is_first_product(text, words) : place == IN_PHRASE ? slice_is(text, words) : contains(text, words);
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
product_of_head(const struct http_head *head)
{
    const struct slice texts[] = {
        [IN_VIA] = last_member(head->via),
        [IN_SQUID_ERROR] = head->squid_error,
        [IN_PROXY_STATUS] = last_member(head->proxy_status),
        [IN_SERVER] = head->server,
        [IN_PHRASE] = head->phrase,
    };
    enum product product = PRODUCT_UNKNOWN;

    for (size_t i = 0; product == PRODUCT_UNKNOWN && i < G_N_ELEMENTS(texts); i++)
        product = find((enum place)i, texts[i]);
    return product;
}

enum product
product_of_page(const char *page, size_t n)
{
    return find(IN_PAGE, (struct slice){ page, n });
}

const char *
product_name(enum product product)
{
    static const char *const names[N_PRODUCTS] = {
#define PRODUCT_NAME(e, name) [PRODUCT_##e] = name,
        MWG502_PRODUCTS(PRODUCT_NAME)
#undef PRODUCT_NAME
    };

    return names[product];
}
