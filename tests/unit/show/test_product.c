/* test_product.c
 * Which proxy sent a response, by its own words, and what it is told to do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "common.h"
#include "show/advice.h"
#include "words/phrases.h"
#include "words/product.h"
#include "words/reported.h"

#define PLAIN "HTTP/1.1 502 Bad Gateway\r\n"

static const struct row {
    const char *name, *bytes;
    enum product product;
} rows[] = {
    { "via", PLAIN "Via: 1.1 10.1.0.1 (McAfee Web Gateway 11.2.9)\r\n\r\n", PRODUCT_WEB_GATEWAY },
    { "via_of_skyhigh", PLAIN "Via: 1.1 gw (Skyhigh Secure Web Gateway 12.2)\r\n\r\n", PRODUCT_WEB_GATEWAY },
    { "phrase", "HTTP/1.1 502 cannotconnect\r\n\r\n", PRODUCT_WEB_GATEWAY },
    { "standard_phrase", "HTTP/1.1 502 Bad Gateway\r\n\r\n", PRODUCT_UNKNOWN },
    { "template", PLAIN "\r\n<!-- FileName: index.html\n-->\n<!-- FileName: cannotconnect.html\n-->", PRODUCT_WEB_GATEWAY },
    { "title", PLAIN "\r\n<title>McAfee Web Gateway - Notification</title>", PRODUCT_WEB_GATEWAY },
    { "last_via", PLAIN "Via: 1.1 parent (squid/5.7), 1.1 varnish (Varnish/7.1)\r\n\r\n", PRODUCT_VARNISH },
    { "via_before_server", PLAIN "Server: nginx\r\nVia: 1.1 gw (McAfee Web Gateway 7.5)\r\n\r\n", PRODUCT_WEB_GATEWAY },
    { "via_without_a_name", PLAIN "Server: nginx/1.22.1\r\nVia: 1.1 gw\r\n\r\n", PRODUCT_NGINX },
    { "squid", PLAIN "X-Squid-Error: ERR_ZERO_SIZE_OBJECT 0\r\n\r\n", PRODUCT_SQUID },
    { "squid_server", "HTTP/1.1 503 Service Unavailable\r\nServer: squid/5.7\r\n\r\n", PRODUCT_SQUID },
    { "proxy_status", PLAIN "Proxy-Status: envoy; error=connection_refused\r\n\r\n", PRODUCT_ENVOY },
    { "envoy_page", PLAIN "\r\nupstream connect error or disconnect/reset before headers. reset reason: connection failure", PRODUCT_ENVOY },
    { "nginx", PLAIN "Server: nginx/1.22.1\r\n\r\n", PRODUCT_NGINX },
    { "nginx_page", PLAIN "\r\n<html>\r\n<body>\r\n<hr><center>nginx</center>\r\n", PRODUCT_NGINX },
    { "apache", PLAIN "Server: Apache/2.4.62 (Debian)\r\n\r\n", PRODUCT_APACHE },
    { "apache_alone", PLAIN "Server: Apache\r\n\r\n", PRODUCT_APACHE },
    { "not_apache", PLAIN "Server: Apache-Coyote/1.1\r\n\r\n", PRODUCT_UNKNOWN },
    { "not_nginx", PLAIN "Server: nginxious\r\n\r\n", PRODUCT_UNKNOWN },
    { "traffic_server", PLAIN "Server: ATS/9.2.9\r\n\r\n", PRODUCT_TRAFFIC_SERVER },
    { "caddy", PLAIN "Server: Caddy\r\n\r\n", PRODUCT_CADDY },
    { "iis", PLAIN "Server: Microsoft-IIS/10.0\r\n\r\n", PRODUCT_IIS_ARR },
    { "haproxy_502", "HTTP/1.1 502 Bad Gateway\r\n\r\n<html><body><h1>502 Bad Gateway</h1>\nThe server returned an invalid or incomplete response.\n</body></html>\n",
      PRODUCT_HAPROXY },
    { "haproxy_503", "HTTP/1.1 503 Service Unavailable\r\n\r\n<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n",
      PRODUCT_HAPROXY },
    { "words_in_both", "HTTP/1.1 502 notresolvable\r\nServer: nginx\r\n\r\n", PRODUCT_NGINX },
    { "lighttpd", PLAIN "Server: lighttpd/1.4.69\r\n\r\n", PRODUCT_LIGHTTPD },
    { "header", PLAIN "Server: origin\r\nX-Varnish: 32770\r\n\r\n", PRODUCT_VARNISH },
    { "nobody", PLAIN "Server: Private\r\n\r\n<title>Oops</title>", PRODUCT_UNKNOWN },
};

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_STRICT);

    for (size_t n = 1; n <= strlen(row->bytes); n++) {  /* cut anywhere, nothing beyond is read */
        struct tight t = tight_copy(row->bytes, n);
        struct said said = reported_read(scope, t.bytes, n);

        tight_free(&t);
        if (n == strlen(row->bytes))
            g_assert_cmpstr(product_name(said.product), ==, product_name(row->product));
    }
    wmem_destroy_allocator(scope);
}

/* advice *******************************************************************/

static char *
advise(struct verdict *v, enum product product)
{
    v->host = v->dns_name = "reports.intranet.example.com";
    v->server = ip("2001:db8:1:2:3:4:5:6");
    v->server_port = 65535;
    v->product = product;
    return advice_for(NULL, v);
}

/* Each sentence is one row of the packet details, and has no mark left in it. */
static void
check_rows(const char *advice)
{
    static const char *const marks[] = { "{wait}", "{host}", "{server}", "{dns}", "\n" };
    char **sentences = g_strsplit(advice, ". ", -1);

    for (char **sentence = sentences; *sentence; sentence++)
        g_assert_cmpuint(words_row(*sentence), ==, strlen(*sentence));
    g_assert_true(g_str_has_suffix(advice, "."));
    for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
        g_assert_null(strstr(advice, marks[i]));
    g_strfreev(sentences);
}

static bool
names(const char *advice, enum product product)
{
    char *writes = g_strconcat(" ", product_name(product), "'s log (", NULL);
    bool is_named = strstr(advice, writes) != NULL;

    g_free(writes);
    return is_named;
}

/* Its own advice names the product, and no other one's does; without a product none is named. */
static void
test_advice(gconstpointer data)
{
    enum cause cause = (enum cause)GPOINTER_TO_INT(data);

    for (int product = PRODUCT_UNKNOWN; product < N_PRODUCTS; product++)
        for (int missing = MISSING_NOTHING; missing <= MISSING_LATE; missing++) {
            struct verdict v = { .cause = cause, .missing = (enum missing)missing };
            char *advice = advise(&v, (enum product)product);

            check_rows(advice);
            for (int other = PRODUCT_UNKNOWN + 1; other < N_PRODUCTS; other++)
                if (other != product)
                    g_assert_false(names(advice, (enum product)other));
            g_assert_true(strstr(advice, "Troubleshooting") == NULL || product == PRODUCT_WEB_GATEWAY);
            wmem_free(NULL, advice);
        }
}

static void
test_web_gateways_menus(void)
{
    struct verdict v = { .cause = CAUSE_RESPONSE_TIMEOUT };
    char *advice = advise(&v, PRODUCT_WEB_GATEWAY);

    g_assert_nonnull(strstr(advice, "Policy > Settings > Engines > Proxy Control"));
    g_assert_nonnull(strstr(advice, "a rule with URL.Host and a Proxy Control event"));
    wmem_free(NULL, advice);
}

/* The request to the server tells, where the answer says "nginx" or nothing. */
static void
test_request(void)
{
    g_assert_cmpstr(product_name(product_of_request("X-Scheme")), ==, "ingress-nginx");
    g_assert_cmpstr(product_name(product_of_request("X-ARR-LOG-ID")), ==, "IIS ARR");
    g_assert_null(product_name(product_of_request(NULL)));
}

/* What it remembers is said in other words than what it meets. */
static void
test_remembered(void)
{
    struct verdict v = { .cause = CAUSE_RST, .confidence = CONFIDENCE_INFERRED };
    char *advice = advise(&v, PRODUCT_NGINX);

    g_assert_nonnull(strstr(advice, "nginx's log (error log) says: no live upstreams while connecting to upstream. In nginx check: max_fails (1)"));
    wmem_free(NULL, advice);
    v.confidence = CONFIDENCE_OBSERVED;
    advice = advise(&v, PRODUCT_NGINX);
    g_assert_nonnull(strstr(advice, "connect() failed (111: Connection refused)"));
    wmem_free(NULL, advice);
    v.cause = CAUSE_INVALID_RESPONSE;
    advice = advise(&v, PRODUCT_NGINX);
    g_assert_nonnull(strstr(advice, "upstream sent invalid header or too big header or too large http2 frame while reading"));
    wmem_free(NULL, advice);
}

static void
assert_says(struct verdict v, const char *words)
{
    char *advice = advise(&v, PRODUCT_UNKNOWN);

    check_rows(advice);
    g_assert_nonnull(strstr(advice, words));
    wmem_free(NULL, advice);
}

/* Where one cause asks for different steps. */
static void
test_steps(void)
{
    const when_t pause = 400 * NS_PER_SECOND;

    assert_says((struct verdict){ .cause = CAUSE_RESPONSE_TIMEOUT, .stall = STALL_SILENT }, "needs longer than the gateway waits");
    assert_says((struct verdict){ .cause = CAUSE_RESPONSE_TIMEOUT, .stall = STALL_LARGE_SEGMENTS }, "smaller MTU");
    assert_says((struct verdict){ .cause = CAUSE_RESPONSE_TIMEOUT, .stall = STALL_ZERO_WINDOW }, "accepts no more bytes");
    assert_says((struct verdict){ .cause = CAUSE_RESPONSE_TIMEOUT, .stall = STALL_HANDSHAKE_ONE_WAY }, "one direction only");
    assert_says((struct verdict){ .cause = CAUSE_RESPONSE_TIMEOUT, .stall = STALL_REQUEST }, "forgot or drops it");
    assert_says((struct verdict){ .cause = CAUSE_RESPONSE_TIMEOUT, .stall = STALL_REQUEST, .idle = pause }, "may have forgotten it");
    assert_says((struct verdict){ .cause = CAUSE_SERVER_CLOSED, .idle = pause }, "for less time than the server does");
    assert_says((struct verdict){ .cause = CAUSE_SERVER_RESET, .idle = pause, .sender = SENDER_ON_PATH }, "firewall or balancer on the way");
    assert_says((struct verdict){ .cause = CAUSE_SERVER_RESET, .sender = SENDER_ON_PATH }, "It was not [2001:db8:1:2:3:4:5:6]:65535");
    assert_says((struct verdict){ .cause = CAUSE_SYN_TIMEOUT, .old_ack = true }, "older connection with the same ports");
    assert_says((struct verdict){ .cause = CAUSE_SYN_TIMEOUT, .own_rst = true }, "own host refuses the answer");
    assert_says((struct verdict){ .cause = CAUSE_UNKNOWN, .missing = MISSING_GATEWAY_SIDE }, "on the gateway itself");
    assert_says((struct verdict){ .cause = CAUSE_UNKNOWN, .missing = MISSING_GATEWAY_SIDE, .at_gateway = true }, "gateway's own log");
    assert_says((struct verdict){ .cause = CAUSE_UNKNOWN, .missing = MISSING_KEYS }, "SSLKEYLOGFILE");
    assert_says((struct verdict){ .cause = CAUSE_UNKNOWN, .missing = MISSING_CHOICE }, "only this request");
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/product/", rows, test_row);
    for (int cause = 0; cause < N_CAUSES; cause++) {
        char *path = g_strconcat("/product/advice/", cause_token((enum cause)cause), NULL);
        g_test_add_data_func(path, GINT_TO_POINTER(cause), test_advice);
        g_free(path);
    }
    g_test_add_func("/product/web_gateways_menus", test_web_gateways_menus);
    g_test_add_func("/product/request", test_request);
    g_test_add_func("/product/remembered", test_remembered);
    g_test_add_func("/product/steps", test_steps);
    return g_test_run();
}
