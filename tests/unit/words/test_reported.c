/* test_reported.c
 * What gateways say of themselves
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "diagnose/causes.h"
#include "common.h"
#include "words/reported.h"

#define PLAIN "HTTP/1.1 502 Bad Gateway\r\n"
#define NAME "Host Not Resolvable"
#define CONNECT "Cannot Connect"
#define RESPONSE "Bad Response"

/* As a Web Gateway sends it: the title never says what happened, the second template does. */
#define MWG_PAGE(template) \
    "<html>\n<!-- FileName: index.html\n     Language: [en]\n-->\n<!--Head-->\n<head>\n" \
    "  <title>McAfee Web Gateway - Notification</title>\n</head>\n<!--/Head-->\n<!--Contents-->\n" \
    "<!-- FileName: " template ".html\n     Language: [en]\n-->\n<!--Title-->\n"

static const struct row {
    const char *name, *bytes;
    const char *words;          /* NULL: nothing */
    int category;
} rows[] = {
    { "standard",        PLAIN "\r\n", NULL, -1 },
    { "no_phrase",       "HTTP/1.1 502\r\n\r\n", NULL, -1 },
    { "standard_503",    "HTTP/1.1 503 Service Unavailable\r\n\r\n", NULL, -1 },
    { "standard_504",    "HTTP/1.1 504 Gateway Timeout\r\n\r\n", NULL, -1 },
    { "standard_504_dash", "HTTP/1.1 504 Gateway Time-out\r\n\r\n", NULL, -1 },
    { "standard_one_word", "HTTP/1.1 502 ProxyError\r\n\r\n", NULL, -1 },
    { "mwg_name",        "HTTP/1.1 502 notresolvable\r\n\r\n", NAME, CATEGORY_NAME },
    { "mwg_connect",     "HTTP/1.1 502 cannotconnect\r\n\r\n", CONNECT, CATEGORY_CONNECT },
    { "mwg_response",    "HTTP/1.1 502 badgateway\r\n\r\n", RESPONSE, CATEGORY_RESPONSE },
    { "mwg_case",        "HTTP/1.1 502 CannotConnect\r\n\r\n", CONNECT, CATEGORY_CONNECT },
    { "own_phrase",      "HTTP/1.1 502 Something else\r\n\r\n", "Something else", -1 },
    { "privoxy",         "HTTP/1.1 502 No server data\r\n\r\n", RESPONSE, CATEGORY_RESPONSE },
    { "squid",           PLAIN "X-Squid-Error: ERR_CONNECT_FAIL 111\r\n\r\n", CONNECT, CATEGORY_CONNECT },
    { "squid_name",      PLAIN "X-Squid-Error: ERR_DNS_FAIL 0\r\n\r\n", NAME, CATEGORY_NAME },
    { "squid_new",       PLAIN "X-Squid-Error: ERR_BRAND_NEW 3\r\n\r\n", "ERR_BRAND_NEW", -1 },
    { "proxy_status",    PLAIN "Proxy-Status: gw; error=connection_refused; details=x\r\n\r\n", CONNECT, CATEGORY_CONNECT },
    { "proxy_status_last", PLAIN "Proxy-Status: a; error=dns_error, b; error=http_protocol_error\r\n\r\n", RESPONSE, CATEGORY_RESPONSE },
    { "proxy_status_none", PLAIN "Proxy-Status: gw; received-status=502\r\n\r\n", NULL, -1 },
    { "title",           PLAIN "\r\n<html><head><title>Host Not Resolvable</title></head>", NAME, CATEGORY_NAME },
    { "title_attribute", PLAIN "\r\n<TITLE lang=en>Cannot Connect</TITLE>", CONNECT, CATEGORY_CONNECT },
    { "title_own",       PLAIN "\r\n<title>\n  Oh dear \n</title>", "Oh dear", -1 },
    { "title_standard",  PLAIN "\r\n<title>502 Bad Gateway</title>", NULL, -1 },
    { "title_empty",     PLAIN "\r\n<title></title>", NULL, -1 },
    { "title_open",      PLAIN "\r\n<title>Cannot Connect", NULL, -1 },
    { "title_cut",       PLAIN "\r\n<tit", NULL, -1 },
    { "title_chunked",   PLAIN "Transfer-Encoding: chunked\r\n\r\n8\r\n<title>C\r\n16\r\nannot Connect</title>\r\n0\r\n\r\n", CONNECT, CATEGORY_CONNECT },
    { "title_of_another", PLAIN "Content-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<title>Cannot Connect</title>", NULL, -1 },
    { "mwg_page",        PLAIN "\r\n" MWG_PAGE("cannotconnect"), CONNECT, CATEGORY_CONNECT },
    { "mwg_page_new",    PLAIN "\r\n" MWG_PAGE("somethingelse"), NULL, -1 },
    { "mwg_page_own_title", PLAIN "\r\n<title>Our company</title><!-- FileName: badgateway.html\n", RESPONSE, CATEGORY_RESPONSE },
    { "mwg_page_cut",    PLAIN "\r\n<title>Our company</title><!-- FileName: ", "Our company", -1 },
    { "phrase_first",    "HTTP/1.1 502 notresolvable\r\nX-Squid-Error: ERR_CONNECT_FAIL 1\r\n\r\n<title>Bad Response</title>", NAME, CATEGORY_NAME },
    { "proxy_status_before_squid", PLAIN "X-Squid-Error: ERR_DNS_FAIL 0\r\nProxy-Status: gw; error=connection_timeout\r\n\r\n", CONNECT, CATEGORY_CONNECT },
    { "squid_before_title", PLAIN "X-Squid-Error: ERR_DNS_FAIL 0\r\n\r\n<title>Bad Response</title>", NAME, CATEGORY_NAME },
    { "no_http",         "hello", NULL, -1 },
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
        if (n == strlen(row->bytes)) {
            g_assert_cmpstr(said.words, ==, row->words);
            g_assert_cmpint(said.category, ==, row->category);
        }
    }
    wmem_destroy_allocator(scope);
}

/* Words go into a tree and a column: one line, printable, not too long. */
static void
test_unprintable(void)
{
    GString *bytes = g_string_new(PLAIN "\r\n<title>");

    for (int i = 0; i < 1000; i++)
        g_string_append_c(bytes, (char)(i % 2 ? 'x' : i % 256));
    g_string_append(bytes, "</title>");
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_STRICT);
    struct said said = reported_read(scope, (const uint8_t *)bytes->str, bytes->len);
    g_assert_nonnull(said.words);
    g_assert_cmpuint(strlen(said.words), ==, 59);  /* up to the first "<" among them */
    g_assert_cmpuint(strlen(said.words), <=, 200);
    for (const char *s = said.words; *s; s++)
        g_assert_true(g_ascii_isprint(*s));
    wmem_destroy_allocator(scope);
    g_string_free(bytes, TRUE);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/reported/", rows, test_row);
    g_test_add_func("/reported/unprintable", test_unprintable);
    return g_test_run();
}
