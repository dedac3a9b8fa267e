/* test_cgi.c
 * cgi.h: variables to requests, and answers without a status line
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "common.h"
#include "bytes/cgi.h"

/* requests ****************************************************************/

static const struct request_row {
    const char *name;
    const char *variables;      /* name and value by turns, each with a line end behind it */
    const char *method, *target, *host, *agent;
} request_rows[] = {
    { "uri", "REQUEST_METHOD\nGET\nREQUEST_URI\n/a?b\nSCRIPT_NAME\n/index.php\nHTTP_HOST\none.example\n", "GET", "/a?b", "one.example", "" },
    { "script", "REQUEST_METHOD\nPOST\nSCRIPT_NAME\n/a.php\nPATH_INFO\n/b\nQUERY_STRING\nc=d\n", "POST", "/a.php/b?c=d", "", "" },
    { "script_alone", "SCRIPT_NAME\n/a.php\nQUERY_STRING\n\n", "", "/a.php", "", "" },
    { "path_info_alone", "PATH_INFO\n/b\n", "", "/b", "", "" },
    { "query_alone", "QUERY_STRING\nc=d\n", "", "", "", "" },
    { "server_name", "SERVER_NAME\ntwo.example\n", "", "", "two.example", "" },
    { "host_before_server_name", "SERVER_NAME\ntwo.example\nHTTP_HOST\none.example\n", "", "", "one.example", "" },
    { "agent", "HTTP_USER_AGENT\ncurl\nUSER_AGENT\nwget\n", "", "", "", "curl" },
    { "long_name", "HTTP_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX\na\nHTTP_\nb\n", "", "", "", "" },
    { "nothing", "", "", "", "", "" },
};

static void
expect_slice(struct slice text, const char *expected)
{
    g_assert_cmpmem(text.n ? text.s : "", text.n, expected, strlen(expected));
}

static void
take_all(struct cgi_request *request, const char *variables)
{
    for (const char *s = variables; *s;) {
        size_t name = strcspn(s, "\n"), value = strcspn(s + name + 1, "\n");
        cgi_request_take(request, (struct slice){ s, name }, (struct slice){ s + name + 1, value });
        s += name + value + 2;
    }
}

static void
test_request(gconstpointer data)
{
    const struct request_row *row = data;
    struct cgi_request request;

    cgi_request_begin(&request);
    take_all(&request, row->variables);
    const struct http_head *head = cgi_request_head(&request, true);
    g_assert_true(head->is_request && head->complete);
    expect_slice(head->method, row->method);
    expect_slice(head->target, row->target);
    expect_slice(head->host, row->host);
    expect_slice(head->user_agent, row->agent);
    g_assert_cmpint(head->content_length, ==, -1);
}

/* What a proxy tells of itself and of the body; a length that is empty is none. */
static void
test_request_headers(void)
{
    struct cgi_request request;

    cgi_request_begin(&request);
    take_all(&request, "CONTENT_LENGTH\n5\nHTTP_X_FORWARDED_FOR\n192.0.2.1\nHTTP_COOKIE\na=b\n");
    const struct http_head *head = cgi_request_head(&request, false);
    g_assert_cmpint(head->content_length, ==, 5);
    g_assert_true(head->forwarded && !head->complete);
    expect_slice(head->forwarded_for, "192.0.2.1");
    expect_slice(head->cookie, "a=b");
    cgi_request_begin(&request);
    take_all(&request, "CONTENT_LENGTH\n\n");
    g_assert_cmpint(cgi_request_head(&request, true)->content_length, ==, -1);
}

/* As much as there is room for. */
static void
test_request_long(void)
{
    struct cgi_request request;
    char *path = g_strnfill(URL_MAX, 'p');

    cgi_request_begin(&request);
    cgi_request_take(&request, (struct slice){ "SCRIPT_NAME", 11 }, (struct slice){ path, URL_MAX - 1 });
    cgi_request_take(&request, (struct slice){ "QUERY_STRING", 12 }, (struct slice){ path, URL_MAX });
    g_assert_cmpuint(cgi_request_head(&request, true)->target.n, ==, URL_MAX);
    g_free(path);
}

/* answers *****************************************************************/

static const struct answer_row {
    const char *name, *bytes;
    bool complete;
    unsigned status;
    enum http_fault fault;
} answer_rows[] = {
    { "status",           "Status: 502 Bad Gateway\r\nContent-Type: a/b\r\n\r\nbody", true,  502, HTTP_FAULT_NONE },
    { "no_phrase",        "Status: 404\n\n",                                       true,  404, HTTP_FAULT_NONE },
    { "no_status",        "Content-Type: a/b\r\n\r\n",                             true,  200, HTTP_FAULT_NONE },
    { "location",         "Location: /elsewhere\r\n\r\n",                          true,  302, HTTP_FAULT_NONE },
    { "status_wins",      "Location: /new\r\nStatus: 201 Created\r\n\r\n",         true,  201, HTTP_FAULT_NONE },
    { "nph",              "HTTP/1.1 502 Bad Gateway\r\nA: b\r\n\r\n",             true,  502, HTTP_FAULT_NONE },
    { "nph_cut",          "HTTP/1.1 502 Bad",                                      false, 502, HTTP_FAULT_NONE },
    { "cut",              "Content-Type: a/b\r\nStat",                             false, 0,   HTTP_FAULT_NONE },
    { "cut_behind_status", "Status: 502 Bad Gateway\r\nConte",                     false, 502, HTTP_FAULT_NONE },
    { "coding",           "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n", true, 200, HTTP_FAULT_NONE },
    { "letters",          "Status: fine\r\n\r\n",                                  true,  0,   HTTP_FAULT_STATUS_LINE },
    { "four_digits",      "Status: 2000\r\n\r\n",                                  true,  0,   HTTP_FAULT_STATUS_LINE },
    { "too_low",          "Status: 099\r\n\r\n",                                   true,  99,  HTTP_FAULT_STATUS_LINE },
    { "no_colon",         "Status: 200 OK\r\nbad header\r\n",                      false, 200, HTTP_FAULT_HEADER_LINE },
    { "text",             "PHP message: no header\r\n\r\n",                        true,  200, HTTP_FAULT_HEADER_LINE },
    { "binary",           "\x01\x02garbage\n\n",                                   true,  200, HTTP_FAULT_HEADER_LINE },
    { "status_line",      "HTTP/9 200 OK\r\n\r\n",                                 true,  0,   HTTP_FAULT_STATUS_LINE },
};

static void
test_answer(gconstpointer data)
{
    const struct answer_row *row = data;
    struct tight t = tight_copy(row->bytes, strlen(row->bytes));
    struct http_head head;

    g_assert_cmpint(cgi_read_head(t.bytes, t.n, &head), ==, row->complete);
    g_assert_cmpint(head.fault, ==, row->fault);
    g_assert_cmpuint(head.status, ==, row->status);
    g_assert_false(head.chunked);
    tight_free(&t);
}

/* What is right has no fault wherever it is cut. */
static void
test_answer_cut(gconstpointer data)
{
    const struct answer_row *row = data;
    struct http_head head;

    for (size_t n = 0; n <= strlen(row->bytes) && row->fault == HTTP_FAULT_NONE; n++) {
        struct tight t = tight_copy(row->bytes, n);
        cgi_read_head(t.bytes, n, &head);
        g_assert_cmpint(head.fault, ==, HTTP_FAULT_NONE);
        tight_free(&t);
    }
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/cgi/request/", request_rows, test_request);
    g_test_add_func("/cgi/request headers", test_request_headers);
    g_test_add_func("/cgi/request too long", test_request_long);
    ADD_ROWS("/cgi/answer/", answer_rows, test_answer);
    ADD_ROWS("/cgi/cut/", answer_rows, test_answer_cut);
    return g_test_run();
}
