/* ftpreply.h
 * Replies of an FTP server on its control connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_FTPREPLY_H
#define MWG502_BYTES_FTPREPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands for the status of an FTP reply, with its code behind it: see HTTP_STATUS_MAX. */
#define FTP_STATUS 2000

/* RFC 959 section 4.2.1: below the first one another reply follows; from the second one on it refuses. */
#define FTP_BEGUN_END 200
#define FTP_REFUSALS 400

/* Which of these replies ends the bytes (RFC 959 section 4.2); 0: they do not begin with one. "221" is none: it answers a QUIT. */
unsigned ftp_reply(const uint8_t *bytes, size_t n);

/* The first line is whole, and no request of HTTP/1: a command. */
bool ftp_is_command(const uint8_t *bytes, size_t n);

#endif

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
