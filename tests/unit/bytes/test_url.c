/* test_url.c
 * Request targets and literal addresses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "common.h"
#include "bytes/url.h"

static const struct row {
    const char *name, *target, *header;
    bool connect;
    const char *host;
    unsigned port;
    bool absolute;
    const char *path;
} rows[] = {
    { "origin",           "/a?b=c", "example.com", false,           "example.com", 9090, false, "/a?b=c" },
    { "origin_port",      "/", "example.com:8080", false,           "example.com", 8080, false, "/" },
    { "origin_no_host",   "/a", "", false,                          "", 9090, false, "/a" },
    { "origin_v6",        "/", "[2001:db8::1]:81", false,           "2001:db8::1", 81, false, "/" },
    { "origin_v6_plain",  "/", "[2001:db8::1]", false,              "2001:db8::1", 9090, false, "/" },
    { "absolute",         "http://example.com/a", "", false,        "example.com", 80, true, "/a" },
    { "absolute_port",    "http://example.com:81/a", "", false,     "example.com", 81, true, "/a" },
    { "absolute_beats_host", "http://a.example/", "b.example:1", false, "a.example", 80, true, "/" },
    { "https",            "https://example.com/a", "", false,       "example.com", 443, true, "/a" },
    { "ftp",              "ftp://example.com/a", "", false,         "example.com", 21, true, "/a" },
    { "websocket",        "wss://example.com/a", "", false,         "example.com", 443, true, "/a" },
    { "capitals",         "HTTP://Example.COM/Path", "", false,     "example.com", 80, true, "/Path" },
    { "no_path",          "http://example.com", "", false,          "example.com", 80, true, "/" },
    { "user",             "http://joe:secret@example.com:82/", "", false, "example.com", 82, true, "/" },
    { "at_in_path",       "http://example.com/@x:1", "", false,     "example.com", 80, true, "/@x:1" },
    { "absolute_v6",      "http://[2001:DB8::1]:81/", "", false,    "2001:db8::1", 81, true, "/" },
    { "root_dot",         "http://example.com./", "", false,        "example.com", 80, true, "/" },
    { "root_only",        "http://./", "", false,                   ".", 80, true, "/" },
    { "bad_port",         "http://example.com:x/", "", false,       "example.com", 80, true, "/" },
    { "port_zero",        "http://example.com:0/", "", false,       "example.com", 80, true, "/" },
    { "port_too_big",     "http://example.com:65536/", "", false,   "example.com", 80, true, "/" },
    { "port_biggest",     "http://example.com:65535/", "", false,   "example.com", 65535, true, "/" },
    { "port_endless",     "http://example.com:99999999999999999999/", "", false, "example.com", 80, true, "/" },
    { "port_empty",       "http://example.com:/", "", false,        "example.com", 80, true, "/" },
    { "control",          "http://exa\x01mple.com/", "", false,     "exa?mple.com", 80, true, "/" },
    { "open_bracket",     "http://[2001:db8::1", "", false,         "2001:db8::1", 80, true, "/" },
    { "asterisk",         "*", "example.com", false,                "example.com", 9090, false, "*" },
    { "nothing",          "", "", false,                            "", 9090, false, "/" },
    { "connect",          "example.com:8443", "ignored:1", true,    "example.com", 8443, true, "" },
    { "connect_no_port",  "example.com", "", true,                  "example.com", 443, true, "" },
    { "connect_v6",       "[2001:db8::1]:443", "", true,            "2001:db8::1", 443, true, "" },
    { "connect_nothing",  "", "", true,                             "", 9090, true, "" },
};

static struct slice
slice_of(const struct tight *t)
{
    return (struct slice){ (const char *)t->bytes, t->n };
}

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    struct tight target = tight_copy(row->target, strlen(row->target)), header = tight_copy(row->header, strlen(row->header));
    struct url url;

    url_read(slice_of(&target), slice_of(&header), row->connect, 9090, &url);
    char *path = g_strndup(url.path.s ? url.path.s : "", url.path.n);
    g_assert_cmpstr(url.host, ==, row->host);
    g_assert_cmpuint(url.port, ==, row->port);
    g_assert_cmpint(url.absolute, ==, row->absolute);
    g_assert_cmpstr(path, ==, row->path);
    g_free(path);
    tight_free(&target);
    tight_free(&header);
}

/* Cut anywhere: nothing is read beyond, the host never overflows. */
static void
test_cut(gconstpointer data)
{
    const struct row *row = data;

    for (size_t n = 0; n <= strlen(row->target); n++) {
        struct tight target = tight_copy(row->target, n);
        struct url url;

        url_read(slice_of(&target), (struct slice){ NULL, 0 }, row->connect, 9090, &url);
        g_assert_cmpuint(strlen(url.host), <=, n);
        tight_free(&target);
    }
}

static void
test_long_host(void)
{
    char target[1000];
    struct url url;

    memset(target, 'a', sizeof target);
    url_read((struct slice){ target, sizeof target }, (struct slice){ NULL, 0 }, true, 0, &url);
    g_assert_cmpuint(strlen(url.host), ==, URL_HOST_MAX);
}

/* The query stays where it is; who compares requests puts the "/" before it that the gateway sends. */
static void
test_query_without_path(void)
{
    struct slice absolute = { "http://h?q", 10 };
    struct url url;

    url_read(absolute, (struct slice){ NULL, 0 }, false, 80, &url);
    g_assert_cmpstr(url.host, ==, "h");
    g_assert_cmpmem(url.path.s, url.path.n, "?q", 2);
}

static const struct literal {
    const char *name, *address; /* "": a name */
} literals[] = {
    { "10.1.1.2", "10.1.1.2" },   { "2001:db8::1", "2001:db8::1" }, { "::1", "::1" },
    { "example.com", "" },        { "10.1.1", "" },                 { "10.1.1.256", "" },
    { "1.2.3.4.5", "" },          { "10.1.1.2.example", "" },       { "2001:db8::zz", "" },
    { " ", "" },                  { "fe80", "" },                   { "::ffff:10.1.1.2", "::ffff:10.1.1.2" },
};

static void
test_literal(gconstpointer data)
{
    const struct literal *row = data;
    struct ipaddr got = url_literal(row->name), want = ip(row->address);

    g_assert_cmpmem(&got, sizeof got, &want, sizeof want);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/url/read/", rows, test_row);
    ADD_ROWS("/url/cut/", rows, test_cut);
    ADD_ROWS("/url/literal/", literals, test_literal);
    g_test_add_func("/url/long_host", test_long_host);
    g_test_add_func("/url/query_without_path", test_query_without_path);
    return g_test_run();
}
