/* url.c
 * The parts of a request target that matter for comparing requests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>

#include <glib.h>

#include <wsutil/inet_addr.h>

#include "bytes/url.h"

static uint16_t
read_port(const char *s, const char *end, uint16_t fallback)
{
    unsigned port = 0;

    for (; s < end && g_ascii_isdigit(*s) && port <= 65535; s++)
        port = port * 10 + (unsigned)(*s - '0');
    return port > 0 && port <= 65535 ? (uint16_t)port : fallback;
}

/* host[:port] or [v6][:port], up to end */
static void
read_authority(const char *s, const char *end, uint16_t default_port, struct url *url)
{
    const char *at = (const char *)memchr(s, '@', (size_t)(end - s));
    const char *host_end;
    size_t n;

    if (at)
        s = at + 1;
    if (s < end && *s == '[') {
        s++;
        host_end = (const char *)memchr(s, ']', (size_t)(end - s));
        host_end = host_end ? host_end : end;
    } else {
        host_end = (const char *)memchr(s, ':', (size_t)(end - s));
        host_end = host_end ? host_end : end;
    }
    n = MIN((size_t)(host_end - s), URL_HOST_MAX);
    while (n > 1 && s[n - 1] == '.')
        n--;                            /* the root's dot */
    for (size_t i = 0; i < n; i++)
        url->host[i] = g_ascii_isgraph(s[i]) ? g_ascii_tolower(s[i]) : '?';
    url->host[n] = '\0';
    const char *colon = (const char *)memchr(host_end, ':', (size_t)(end - host_end));
    url->port = colon ? read_port(colon + 1, end, default_port) : default_port;
}

void
url_read(struct slice target, struct slice host_header, bool connect, uint16_t default_port, struct url *url)
{
    static const struct { const char *prefix; uint16_t port; } schemes[] = {
        { "http://", 80 }, { "https://", 443 }, { "ftp://", 21 }, { "ws://", 80 }, { "wss://", 443 },
    };
    const char *s = target.n ? target.s : "", *end = s + target.n;

    memset(url, 0, sizeof *url);
    url->port = default_port;
    if (connect) {
        url->absolute = true;
        if (target.n)
            read_authority(s, end, 443, url);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(schemes) && s < end && *s != '/' && !url->absolute; i++) {
        size_t n = strlen(schemes[i].prefix);
        if (target.n > n && g_ascii_strncasecmp(s, schemes[i].prefix, n) == 0) {
            const char *path = s += n;
            while (path < end && *path != '/' && *path != '?')
                path++;
            read_authority(s, path, schemes[i].port, url);
            url->absolute = true;
            s = path;
        }
    }
    if (!url->absolute && host_header.n)
        read_authority(host_header.s, host_header.s + host_header.n, default_port, url);
    url->path = s < end ? (struct slice){ s, (size_t)(end - s) } : (struct slice){ "/", 1 };
}

struct ipaddr
url_literal(const char *host)
{
    struct ipaddr ip = { 0, { 0 } };
    ws_in4_addr v4;
    ws_in6_addr v6;

    if (ws_inet_pton4(host, &v4)) {
        ip.family = 4;
        memcpy(ip.b, &v4, 4);
    } else if (strchr(host, ':') && ws_inet_pton6(host, &v6)) {
        ip.family = 6;
        memcpy(ip.b, &v6, 16);
    }
    return ip;
}

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
