/* test_refused.c
 * http.h: servers that are asked by SOCKS or FTP, and what they refuse
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

/* SOCKS *******************************************************************/

#define SAYS(n, side, text) says_bytes(n, side, text, sizeof(text) - 1)
#define GREETING "\5\1\0"
#define NAMES_HOST "\5\1\0\3\x0bone.example\0\x50"
#define NAMES_SERVER "\5\1\0\1\x0a\2\0\1\0\x50"
#define REPLY(code) "\5" code "\0\1\0\0\0\0\0\0"

/* ALICE asks /a, the SOCKS server 1 is greeted, and takes that. */
static void
greeted(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 1080);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    SAYS(UPSTREAM_1, CLIENT, GREETING);
    SAYS(UPSTREAM_1, SERVER, "\5\0");
}

static void
granted(void)
{
    greeted();
    SAYS(UPSTREAM_1, CLIENT, NAMES_HOST);
    SAYS(UPSTREAM_1, SERVER, REPLY("\0"));
}

static void
expect_refusal(uint32_t response, const char *words)
{
    expect_unknown_at(response, MISSING_CONSENT);
    g_assert_nonnull(strstr(verdict_at(response)->summary, words));
    g_assert_cmpuint(verdict_at(response)->server_port, >, 0);
}

/* ALICE asks /a, 1 is asked for the host and refuses, FIN of the gateway to 1, ALICE gets 502 */
static void
test_socks_refuses(void)
{
    greeted();
    SAYS(UPSTREAM_1, CLIENT, NAMES_HOST);
    SAYS(UPSTREAM_1, SERVER, REPLY("\5"));
    closes(UPSTREAM_1, CLIENT);
    expect_refusal(responds(ALICE, 502), "10.2.0.1:1080 (SOCKS5) answered: connection refused (5)");
}

/* ALICE asks /a, 1 takes no way to log in that it is offered, FIN of 1, ALICE gets 502 */
static void
test_socks_wants_login(void)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 1080);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    SAYS(UPSTREAM_1, CLIENT, GREETING);
    SAYS(UPSTREAM_1, SERVER, "\5\xff");
    closes(UPSTREAM_1, SERVER);
    expect_refusal(responds(ALICE, 502), "no acceptable authentication method (255)");
}

/* ALICE asks /a, 1 is greeted, FIN or RST of 1, ALICE gets 502 */
static void
test_socks_greeted_in_vain(void)
{
    for (int with_rst = 0; with_rst <= 1; with_rst++) {
        scene_with(1);
        leg(UPSTREAM_1, GATEWAY, SERVER_1, 1080);
        asks_proxy(ALICE, HOST, "/a");
        stands(UPSTREAM_1);
        uint32_t greeting = SAYS(UPSTREAM_1, CLIENT, GREETING), end = with_rst ? reset(UPSTREAM_1) : closes(UPSTREAM_1, SERVER);
        uint32_t response = responds(ALICE, 502);
        if (with_rst)
            EXPECT_AT(response, SERVER_RESET, LIKELY, greeting, end);
        else
            EXPECT_AT(response, SERVER_CLOSED, LIKELY, greeting, end);
    }
}

/* ALICE asks /a, 1 is asked for the host, FIN of 1, ALICE gets 502 */
static void
test_socks_closes(void)
{
    greeted();
    uint32_t request = SAYS(UPSTREAM_1, CLIENT, NAMES_HOST), fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);
    EXPECT_AT(response, SERVER_CLOSED, OBSERVED, request, fin);
}

/* ALICE asks /a, 1 grants, and is asked /a behind it, FIN of 1, ALICE gets 502: one connection was tried */
static void
test_socks_tunnel(void)
{
    granted();
    uint32_t request = asks_server(UPSTREAM_1, HOST, "/a"), fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);
    EXPECT_AT(response, SERVER_CLOSED, OBSERVED, request, fin);
    g_assert_cmpuint(verdict_at(response)->n_tried, ==, 1);
    g_assert_false(verdict_at(response)->tried[0].reused);
}

/* ALICE asks /a, 1 grants, and answers 502 behind it, ALICE gets 502 */
static void
test_socks_relayed(void)
{
    granted();
    uint32_t request = asks_server(UPSTREAM_1, HOST, "/a"), answer = responds(UPSTREAM_1, 502), response = responds(ALICE, 502);
    no_verdict_at(answer);
    EXPECT_AT(response, RELAYED, OBSERVED, request, answer);
}

/* ALICE asks /a, 1 grants, TLS begins behind it, RST of 1, ALICE gets 502 */
static void
test_socks_tls(void)
{
    granted();
    says_hello(UPSTREAM_1);
    uint32_t rst = reset(UPSTREAM_1), response = responds(ALICE, 502);
    EXPECT_AT(response, TLS, OBSERVED, rst);
}

/* The gateway knows the host's address and asks for that: it is tied as well as by the name, and to no other host's. */
static void
test_socks_address(void)
{
    greeted();
    is_known(HOST, SERVER_1);
    SAYS(UPSTREAM_1, CLIENT, NAMES_SERVER);
    SAYS(UPSTREAM_1, SERVER, REPLY("\4"));
    closes(UPSTREAM_1, CLIENT);
    uint32_t response = responds(ALICE, 502);
    expect_refusal(response, "host unreachable (4)");
    g_assert_nonnull(strstr(verdict_at(response)->why, "same host in CONNECT"));
}

/* FTP *********************************************************************/

/* ALICE asks for a file of an FTP server, which says this first. */
static void
asks_ftp(const char *greeting)
{
    scene_with(1);
    leg(UPSTREAM_1, GATEWAY, SERVER_1, 21);
    is_known(HOST, SERVER_1);
    says(ALICE, CLIENT, "GET ftp://one.example/a HTTP/1.1\r\nHost: one.example\r\n\r\n", 0);
    stands(UPSTREAM_1);
    says(UPSTREAM_1, SERVER, greeting, 0);
}

/* ALICE asks, 1 is busy, the gateway takes its leave, ALICE gets 502 */
static void
test_ftp_busy(void)
{
    asks_ftp("421 too many users\r\n");
    closes(UPSTREAM_1, SERVER);
    says(UPSTREAM_1, CLIENT, "QUIT\r\n", 0);
    expect_refusal(responds(ALICE, 502), "10.2.0.1:21 (FTP) answered: service not available (421)");
}

/* ALICE asks, 1 refuses the login, ALICE gets 502 */
static void
test_ftp_login(void)
{
    asks_ftp("220 ready\r\n");
    says(UPSTREAM_1, CLIENT, "USER anonymous\r\n", 0);
    says(UPSTREAM_1, SERVER, "530 not for you\r\n", 0);
    says(UPSTREAM_1, CLIENT, "QUIT\r\n", 0);
    says(UPSTREAM_1, SERVER, "221 bye\r\n", 0);
    expect_refusal(responds(ALICE, 502), "not logged in (530)");
}

/* ALICE asks, 1 is sent a command, FIN of 1, ALICE gets 502 */
static void
test_ftp_closes(void)
{
    asks_ftp("220 ready\r\n");
    uint32_t command = says(UPSTREAM_1, CLIENT, "USER anonymous\r\n", 0), fin = closes(UPSTREAM_1, SERVER), response = responds(ALICE, 502);
    EXPECT_AT(response, SERVER_CLOSED, OBSERVED, command, fin);
}

/* ALICE asks, 1 owes nothing, SYN 2 to another port, which nobody answers, ALICE gets 502 */
static void
test_ftp_data(void)
{
    asks_ftp("220 ready\r\n");
    says(UPSTREAM_1, CLIENT, "PASV\r\n", 0);
    says(UPSTREAM_1, SERVER, "227 entering passive mode (10,2,0,1,195,80)\r\n", 0);
    leg(UPSTREAM_2, GATEWAY, SERVER_1, 50000);
    uint32_t first = syn(UPSTREAM_2);
    passes(1000);
    uint32_t again = syn(UPSTREAM_2);
    passes(2000);
    closes(UPSTREAM_1, CLIENT);
    EXPECT_AT(responds(ALICE, 502), SYN_TIMEOUT, LIKELY, first, again);
}

/* The client did not ask for FTP: a server that speaks first is none of HTTP. */
static void
test_not_ftp(void)
{
    scene_with(1);
    is_known(HOST, SERVER_1);
    asks_proxy(ALICE, HOST, "/a");
    stands(UPSTREAM_1);
    uint32_t greeting = says(UPSTREAM_1, SERVER, "421 too many users\r\n", 0);
    closes(UPSTREAM_1, SERVER);
    EXPECT_AT(responds(ALICE, 502), INVALID_RESPONSE, OBSERVED, greeting);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/refused/socks/refuses", test_socks_refuses);
    g_test_add_func("/refused/socks/wants a login", test_socks_wants_login);
    g_test_add_func("/refused/socks/greeted in vain", test_socks_greeted_in_vain);
    g_test_add_func("/refused/socks/closes", test_socks_closes);
    g_test_add_func("/refused/socks/tunnel", test_socks_tunnel);
    g_test_add_func("/refused/socks/relayed", test_socks_relayed);
    g_test_add_func("/refused/socks/tls", test_socks_tls);
    g_test_add_func("/refused/socks/address", test_socks_address);
    g_test_add_func("/refused/ftp/busy", test_ftp_busy);
    g_test_add_func("/refused/ftp/login", test_ftp_login);
    g_test_add_func("/refused/ftp/closes", test_ftp_closes);
    g_test_add_func("/refused/ftp/data", test_ftp_data);
    g_test_add_func("/refused/ftp/not asked for", test_not_ftp);
    return g_test_run();
}
