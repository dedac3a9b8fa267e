/* test_ftpreply.c
 * Replies and commands of FTP
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/ftpreply.h"

static void
test_reply(void)
{
    static const struct { const char *text; unsigned code; } rows[] = {
        { "220 ready\r\n", 220 },
        { "421 too many users\r\n", 421 },
        { "220-one\r\n220-two\r\n220 ready\r\n", 220 },
        { "220-one\r\n two\r\n421 no\r\n", 421 },
        { "230 in\r\n331 more\r\n", 331 },
        { "220-one\r\ntwo\r\n", 220 },
        { "221 bye\r\n", 0 },
        { "SSH-2.0-OpenSSH\r\n", 0 },
        { "620 ready\r\n", 0 },
        { "22 ready\r\n", 0 },
        { "2200 ready\r\n", 0 },
        { "2x0 ready\r\n", 0 },
        { "220", 0 },
        { "", 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpuint(ftp_reply((const uint8_t *)rows[i].text, strlen(rows[i].text)), ==, rows[i].code);
}

static void
test_command(void)
{
    static const struct { const char *text; bool is_one; } rows[] = {
        { "USER anonymous\r\n", true }, { "QUIT\r\n", true },     { "GET / HTTP/1.1\r\nHost: a\r\n", false },
        { "USER anonymous", false },    { "", false },            { "RETR a\r\nX HTTP/1.1\r\n", true },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_true(ftp_is_command((const uint8_t *)rows[i].text, strlen(rows[i].text)) == rows[i].is_one);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ftpreply/reply", test_reply);
    g_test_add_func("/ftpreply/command", test_command);
    return g_test_run();
}
