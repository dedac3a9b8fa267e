/* cgi.h
 * What a gateway tells an application in variables, and how that answers: as CGI has it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_CGI_H
#define MWG502_BYTES_CGI_H

#include "bytes/httphead.h"
#include "bytes/url.h"

/* RFC 3875. Pure: no allocation, no state, any bytes are allowed in. FastCGI, uwsgi and SCGI all carry these. */

/* A request's variables, as they were told so far. The slices point into the caller's buffer. */
struct cgi_request {
    struct http_head head;
    struct slice uri, script, info, query, server;
    char target[URL_MAX];
};

void cgi_request_begin(struct cgi_request *request);

/* HTTP_USER_AGENT is the header User-Agent; what does not matter here is passed over. */
void cgi_request_take(struct cgi_request *request, struct slice name, struct slice value);

/*
 * All variables were told; complete: none of them is missing. The head is as if it had come in HTTP/1: the target is
 * REQUEST_URI, else put together of SCRIPT_NAME, PATH_INFO and QUERY_STRING, and empty without any; the host is
 * HTTP_HOST, else SERVER_NAME. It points into the request.
 */
const struct http_head *cgi_request_head(struct cgi_request *request, bool complete);

/*
 * As http_read_head(), of a response that begins with its header lines: "Status: 502 Bad Gateway" tells
 * the status, else it is 302 with a Location and 200 without. One that begins with a status line is read as HTTP has it.
 */
bool cgi_read_head(const uint8_t *bytes, size_t n, struct http_head *head);

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
