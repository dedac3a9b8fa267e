/* test_marks.c
 * What a gateway that rewrites a request hands on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "common.h"
#include "bytes/h2head.h"
#include "bytes/marks.h"
#include "bytes/url.h"

static struct request_marks
marks_of(const char *text)
{
    struct request_marks marks;
    struct http_head head;
    struct url url;

    http_read_head((const uint8_t *)text, strlen(text), true, &head);
    url_read(head.target, head.host, false, 80, &url);
    marks_read(&head, &marks);
    return marks;
}

#define LINES "Cookie: a=1; b=2\r\nuser-agent: x/1\r\nReferer: http://r/\r\nAuthorization: Basic eA==\r\nX-Request-ID: 77\r\nContent-Length: 3\r\n\r\n"

static void
test_rewritten(void)
{
    struct request_marks asked = marks_of("POST http://shop.example/shop/item?id=7 HTTP/1.1\r\nHost: shop.example\r\n" LINES);
    struct request_marks handed_on = marks_of("POST /item?id=7 HTTP/1.1\r\nHost: upstream:8080\r\nVia: x\r\n" LINES);

    g_assert_cmpmem(&asked, sizeof asked, &handed_on, sizeof handed_on);
    g_assert_true(asked.cookie && asked.agent && asked.authorization && asked.request_id);
}

static void
test_nothing(void)
{
    struct request_marks none = { 0 }, root = marks_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), folder = marks_of("GET /a/b/ HTTP/1.1\r\nHost: a\r\n\r\n");

    g_assert_cmpmem(&root, sizeof root, &none, sizeof none);
    g_assert_cmpmem(&folder, sizeof folder, &none, sizeof none);
}

static void
test_differs(void)
{
    struct request_marks a = marks_of("GET / HTTP/1.1\r\nCookie: a=1\r\nUser-Agent: x\r\n\r\n"), b = marks_of("GET / HTTP/1.1\r\nCookie: a=2\r\nUser-Agent: x\r\n\r\n");

    g_assert_cmpuint(a.cookie, !=, b.cookie);
    g_assert_cmpuint(a.agent, ==, b.agent);
}

/* Each hop is the parent of the next one. */
static void
test_traceparent(void)
{
    struct request_marks a = marks_of("GET / HTTP/1.1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n");
    struct request_marks b = marks_of("GET / HTTP/1.1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01\r\n\r\n");

    g_assert_cmpuint(a.request_id, ==, b.request_id);
    g_assert_cmpuint(a.request_id, !=, 0);
}

static void
test_h2(void)
{
    static const uint8_t block[] = "\0\0\0\x07:method\0\0\0\x03GET" "\0\0\0\x05:path\0\0\0\x06/a?q=1" "\0\0\0\x06" "cookie\0\0\0\x03" "a=1" "\0\0\0\x0auser-agent\0\0\0\x03x/1";
    struct request_marks http1 = marks_of("GET /a?q=1 HTTP/1.1\r\nCookie: a=1\r\nUser-Agent: x/1\r\n\r\n"), marks;
    struct http_head head;

    g_assert_true(h2_read_head(block, sizeof block - 1, &head));
    marks_read(&head, &marks);
    g_assert_cmpmem(&marks, sizeof marks, &http1, sizeof http1);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    g_test_add_func("/marks/rewritten", test_rewritten);
    g_test_add_func("/marks/nothing", test_nothing);
    g_test_add_func("/marks/differs", test_differs);
    g_test_add_func("/marks/traceparent", test_traceparent);
    g_test_add_func("/marks/h2", test_h2);
    return g_test_run();
}
