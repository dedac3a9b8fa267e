/* socks.c
 * SOCKS: how a gateway asks a parent proxy for a connection to the server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include <wsutil/inet_addr.h>

#include "bytes/socks.h"

enum { VERSION_4 = 4, VERSION_5 = 5, LOGIN_VERSION = 1 };
enum { CONNECT = 1 };
enum { GRANTED_4 = 90, GRANTED_5 = 0, LOGIN_ACCEPTED = 0 };
enum { STATUS_GRANTED = 200 };

/* RFC 1928 section 5 */
enum { IS_IPV4 = 1, IS_NAME = 3, IS_IPV6 = 4 };
enum { IPV4_LENGTH = 4, IPV6_LENGTH = 16, PORT_LENGTH = 2 };

/* What a direction said last; a new one said nothing. */
enum said { NOTHING, GREETING, NAME, PASSWORD, DESTINATION, TEXTS };

/* what is told ************************************************************/

static void
tell_request(const char *target, const struct app_owner *to)
{
    struct http_head head = { .is_request = true, .complete = true, .content_length = -1 };

    head.method = (struct slice){ "CONNECT", strlen("CONNECT") };
    head.target = (struct slice){ target, strlen(target) };
    to->calls->head(to->owner, true, &head);
}

/* The server answers before the gateway names the destination: what it said so far is all of the request. */
static void
tell_no_destination(const struct app_owner *to)
{
    tell_request("", to);
}

static void
tell_answer(struct appstream *s, unsigned status, const struct app_owner *to)
{
    struct http_head head = { .status = status, .complete = true, .content_length = status == STATUS_GRANTED ? -1 : 0 };

    s->headed = true;
    to->calls->head(to->owner, false, &head);
    s->state = status == STATUS_GRANTED ? APP_TUNNEL : APP_REST;
    if (status != STATUS_GRANTED)
        to->calls->end(to->owner, false);
}

/* "host:80", "[2001:db8::1]:80" */
static void
write_target(char *text, size_t size, unsigned kind, const uint8_t *bytes, size_t n)
{
    char address[WS_INET6_ADDRSTRLEN];
    unsigned port = app_word(bytes + n);
    ws_in4_addr v4;
    ws_in6_addr v6;

    if (kind == IS_NAME) {
        g_snprintf(text, (gulong)size, "%.*s:%u", (int)n, (const char *)bytes, port);
    } else if (kind == IS_IPV4) {
        memcpy(&v4, bytes, sizeof v4);
        ws_inet_ntop4(&v4, address, sizeof address);
        g_snprintf(text, (gulong)size, "%s:%u", address, port);
    } else {
        memcpy(&v6, bytes, sizeof v6);
        ws_inet_ntop6(&v6, address, sizeof address);
        g_snprintf(text, (gulong)size, "[%s]:%u", address, port);
    }
}

/* A name of 255 bytes, a colon and a port. */
#define TARGET_MAX 264

/* SOCKS5 ******************************************************************/

enum { AT_COMMAND = 1, AT_KIND = 3, ADDRESS_HEADER = 4 };

/* Anything else is no SOCKS: of few bytes nothing more can be known. */
static bool
is_method(uint8_t method)
{
    return method <= 9 || (method >= 0x80 && method < 0xff);    /* IANA: SOCKS Methods */
}

static bool
begins_5(const uint8_t *bytes, size_t n)
{
    if (n < 3 || bytes[0] != VERSION_5 || bytes[1] == 0 || n < 2u + bytes[1])
        return false;
    for (size_t i = 0; i < bytes[1]; i++)
        if (!is_method(bytes[2 + i]))
            return false;
    size_t behind = 2u + bytes[1];
    return n == behind || bytes[behind] == VERSION_5 || bytes[behind] == LOGIN_VERSION;
}

/* The length of what follows is the byte at hand, and it is all that the header tells. */
static enum app_take
counted(struct appstream *s, enum said said)
{
    s->type = (uint8_t)said;
    s->left = s->header[s->have - 1];
    return APP_UNIT;
}

/* Version, command or reply, nothing, kind of the address, and of a name its length. */
static enum app_take
address_header(struct appstream *s)
{
    if (s->have < ADDRESS_HEADER || (s->have == ADDRESS_HEADER && s->header[AT_KIND] == IS_NAME))
        return APP_MORE;
    switch (s->header[AT_KIND]) {
    case IS_IPV4: s->left = IPV4_LENGTH; break;
    case IS_IPV6: s->left = IPV6_LENGTH; break;
    case IS_NAME: s->left = s->header[ADDRESS_HEADER]; break;
    default:      return APP_BAD;
    }
    s->left += PORT_LENGTH;
    s->type = DESTINATION;
    return APP_UNIT;
}

static enum app_take
request_header_5(struct appstream *s, const struct app_owner *to)
{
    enum app_take take;

    if (s->type == NAME)
        return counted(s, PASSWORD);
    if (s->type == NOTHING && s->have == 2) {
        app_begin(s, to);
        return counted(s, GREETING);
    }
    if (s->header[0] == LOGIN_VERSION && s->type == GREETING)
        return s->have == 2 ? counted(s, NAME) : APP_MORE;
    if (s->header[0] != VERSION_5)
        return APP_BAD;
    if (s->type == NOTHING)
        return APP_MORE;
    take = address_header(s);
    if (take == APP_UNIT)
        app_begin(s, to);
    return take;
}

static void
keep_destination(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to)
{
    if (s->type == DESTINATION)
        app_keep(s, bytes, captured, length, to);
}

static void
request_over_5(struct appstream *s, const struct app_owner *to)
{
    char target[TARGET_MAX];
    size_t n;
    const uint8_t *bytes = app_kept(s, &n);

    if (s->type != DESTINATION)
        return;
    s->state = APP_REST;
    if (s->header[AT_COMMAND] == CONNECT && !s->cut && n > PORT_LENGTH) {
        write_target(target, sizeof target, s->header[AT_KIND], bytes, n - PORT_LENGTH);
        tell_request(target, to);
    }
    app_forget_kept(s);
}

/* A method, perhaps what came of the login, then the reply. */
static enum app_take
answer_header_5(struct appstream *s, const struct app_owner *to)
{
    bool reply = s->type != NOTHING && s->header[0] == VERSION_5;
    enum app_take take = reply ? address_header(s) : s->have < 2 ? APP_MORE : APP_UNIT;
    uint8_t version = s->type == NOTHING ? VERSION_5 : LOGIN_VERSION;

    if (reply && take == APP_UNIT)
        app_begin(s, to);
    if (reply || s->header[0] == version)
        return take;
    if (s->type == NOTHING)
        tell_no_destination(to);        /* it is no SOCKS server */
    return APP_BAD;
}

static void
ignore(struct appstream *s G_GNUC_UNUSED, const uint8_t *bytes G_GNUC_UNUSED, size_t captured G_GNUC_UNUSED, size_t length G_GNUC_UNUSED,
       const struct app_owner *to G_GNUC_UNUSED)
{
}

static void
refuse_early(struct appstream *s, unsigned code, const struct app_owner *to)
{
    tell_no_destination(to);
    app_begin(s, to);
    tell_answer(s, SOCKS_STATUS + code, to);
}

static void
answer_over_5(struct appstream *s, const struct app_owner *to)
{
    unsigned code = s->header[1];

    if (s->type == DESTINATION)
        tell_answer(s, code == GRANTED_5 ? STATUS_GRANTED : SOCKS_STATUS + code, to);
    else if (s->type == NOTHING && code == SOCKS_NO_METHOD)
        refuse_early(s, code, to);
    else if (s->type == GREETING && code != LOGIN_ACCEPTED)
        refuse_early(s, SOCKS_LOGIN, to);
    else
        s->type = s->type == NOTHING ? GREETING : NAME;
}

const struct app_protocol socks5 = {
    "SOCKS5", begins_5, { request_header_5, keep_destination, request_over_5 }, { answer_header_5, ignore, answer_over_5 }
};

/* SOCKS4 ******************************************************************/

enum { AT_PORT = 2, AT_ADDRESS = 4, HEADER_4 = 8 };

/* A name and a user of 255 bytes. */
#define TEXTS_MAX (HEADER_4 + 2 * 256)

static bool
begins_4(const uint8_t *bytes, size_t n)
{
    return n > HEADER_4 && bytes[0] == VERSION_4 && bytes[1] == CONNECT && app_word(bytes + AT_PORT) > 0 && bytes[n - 1] == '\0';
}

/* 4A: of 0.0.0.x a name stands behind the user's. */
static bool
has_name(const uint8_t *bytes)
{
    static const uint8_t none[] = { 0, 0, 0 };

    return memcmp(bytes + AT_ADDRESS, none, sizeof none) == 0 && bytes[AT_ADDRESS + 3] != 0;
}

/* Behind the header each byte is taken alone: nothing tells how many there are. */
static enum app_take
request_header_4(struct appstream *s, const struct app_owner *to)
{
    size_t n;

    if (s->type != TEXTS && s->have < HEADER_4)
        return s->header[0] == VERSION_4 ? APP_MORE : APP_BAD;
    s->left = TEXTS_MAX;        /* room for all */
    if (s->type != TEXTS)
        app_begin(s, to);
    app_keep(s, s->header, s->have, s->have, to);
    app_kept(s, &n);
    s->type = TEXTS;
    s->left = 0;
    return n > TEXTS_MAX ? APP_BAD : APP_UNIT;
}

static void
request_over_4(struct appstream *s, const struct app_owner *to)
{
    char target[TARGET_MAX];
    size_t n;
    const uint8_t *bytes = app_kept(s, &n), *user = bytes + HEADER_4;
    const uint8_t *end = n > HEADER_4 ? (const uint8_t *)memchr(user, '\0', n - HEADER_4) : NULL;
    const uint8_t *name = end ? end + 1 : NULL;

    if (!end || bytes[n - 1] != '\0' || (has_name(bytes) && name == bytes + n))
        return;
    uint8_t destination[TARGET_MAX];
    size_t length = has_name(bytes) ? MIN((size_t)(bytes + n - 1 - name), 255u) : IPV4_LENGTH;
    memcpy(destination, has_name(bytes) ? name : bytes + AT_ADDRESS, length);
    memcpy(destination + length, bytes + AT_PORT, PORT_LENGTH);
    write_target(target, sizeof target, has_name(bytes) ? IS_NAME : IS_IPV4, destination, length);
    s->state = APP_REST;
    if (bytes[1] == CONNECT)
        tell_request(target, to);
    app_forget_kept(s);
}

static enum app_take
answer_header_4(struct appstream *s, const struct app_owner *to)
{
    if (s->header[0] != 0)
        return APP_BAD;
    if (s->have == 1)
        app_begin(s, to);
    return s->have < HEADER_4 ? APP_MORE : APP_UNIT;
}

static void
answer_over_4(struct appstream *s, const struct app_owner *to)
{
    unsigned code = s->header[1];

    tell_answer(s, code == GRANTED_4 ? STATUS_GRANTED : SOCKS_STATUS + code, to);
}

const struct app_protocol socks4 = { "SOCKS4", begins_4, { request_header_4, ignore, request_over_4 }, { answer_header_4, ignore, answer_over_4 } };

/* words *******************************************************************/

const char *
socks_refusal(unsigned status)
{
    /* RFC 1928 section 6, and the SOCKS4 protocol's own document */
    static const struct { unsigned code; const char *words; } rows[] = {
        { 1, "general failure (1)" },
        { 2, "not allowed by its rules (2)" },
        { 3, "network unreachable (3)" },
        { 4, "host unreachable (4)" },
        { 5, "connection refused (5)" },
        { 6, "TTL expired (6)" },
        { 7, "command not supported (7)" },
        { 8, "address type not supported (8)" },
        { 91, "rejected or failed (91)" },
        { 92, "it cannot reach the gateway's identd (92)" },
        { 93, "the user differs from what identd says (93)" },
        { SOCKS_NO_METHOD, "no acceptable authentication method (255)" },
        { SOCKS_LOGIN, "login refused" },
    };

    if (status < SOCKS_STATUS || status > SOCKS_STATUS + SOCKS_LOGIN)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].code == status - SOCKS_STATUS)
            return rows[i].words;
    return "a reply code that SOCKS does not have";
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
