/* tlshello.c
 * What the hello of a TLS handshake says, read as its bytes come
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/tlshello.h"

enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };
enum { EXT_SERVER_NAME = 0, EXT_ALPN = 16, EXT_EARLY_DATA = 42, EXT_SUPPORTED_VERSIONS = 43 };

/* In their order in a message; a field of fixed length each, read whole. */
enum step { MESSAGE, RANDOM, SESSION, SUITES, COMPRESSIONS, CHOICE, EXTENSIONS, EXTENSION, SERVER_NAME, PROTOCOLS, VERSION, NAME, REST };

static const uint8_t field_length[] = {
    [MESSAGE] = 4,              /* type and length */
    [RANDOM] = 34,              /* version and random */
    [SESSION] = 1,              /* length of the session's id */
    [SUITES] = 2,               /* length of a client's cipher suites */
    [COMPRESSIONS] = 1,         /* likewise */
    [CHOICE] = 3,               /* a server's suite and compression */
    [EXTENSIONS] = 2,           /* length of all */
    [EXTENSION] = 4,            /* type and length */
    [SERVER_NAME] = 5,          /* length of the list, type and length of its first name */
    [PROTOCOLS] = 2,            /* length of the list */
    [VERSION] = 2,
};

static unsigned
word_at(const uint8_t *p)
{
    return (unsigned)(p[0] << 8 | p[1]);
}

static void
go_on(struct tls_hello *h, enum step next, unsigned skip)
{
    h->step = (uint8_t)next;
    h->skip = (uint16_t)MIN(skip, h->left);
}

static void
begin_message(struct tls_hello *h)
{
    h->type = h->field[0];
    h->left = (uint32_t)h->field[1] << 16 | word_at(h->field + 2);
    h->step = h->type == CLIENT_HELLO || h->type == SERVER_HELLO ? RANDOM : REST;
}

/* RFC 8446 section 4.1.3: this random says HelloRetryRequest */
static void
read_random(struct tls_hello *h)
{
    static const uint8_t retry[8] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11 };

    h->retry = h->type == SERVER_HELLO && memcmp(h->field + 2, retry, sizeof retry) == 0;
    h->client = h->client || h->type == CLIENT_HELLO;
    h->server = h->server || (h->type == SERVER_HELLO && !h->retry);
    h->step = SESSION;
}

static void
begin_extension(struct tls_hello *h)
{
    unsigned type = word_at(h->field), length = word_at(h->field + 2);
    bool client = h->type == CLIENT_HELLO;

    h->extension = (uint16_t)length;
    if (type == EXT_SERVER_NAME && client && length > field_length[SERVER_NAME])
        h->step = SERVER_NAME;
    else if (type == EXT_ALPN && length > field_length[PROTOCOLS])
        h->step = PROTOCOLS;
    else if (type == EXT_SUPPORTED_VERSIONS && !client && length >= field_length[VERSION])
        h->step = VERSION;
    else
        go_on(h, EXTENSION, length);
    h->early_data = h->early_data || (type == EXT_EARLY_DATA && client);
}

/* length bytes of a name follow, if the extension is that long. */
static void
begin_name(struct tls_hello *h, bool is_alpn, unsigned length)
{
    h->extension = (uint16_t)(h->extension - field_length[h->step]);
    h->name = (uint16_t)MIN(length, h->extension);
    h->extension = (uint16_t)(h->extension - h->name);
    h->is_alpn = is_alpn;
    *(is_alpn ? &h->alpn : &h->sni) = MARK_BEGIN;
    h->step = NAME;
}

static void
end_name(struct tls_hello *h)
{
    mark_t *mark = h->is_alpn ? &h->alpn : &h->sni;

    *mark = MAX(*mark, 1);
    go_on(h, EXTENSION, h->extension);
}

/* Names in any case are one. */
static void
feed_name(struct tls_hello *h, const uint8_t *bytes, size_t n)
{
    mark_t *mark = h->is_alpn ? &h->alpn : &h->sni;

    for (size_t i = 0; i < n; i++) {
        char c = g_ascii_tolower((char)bytes[i]);
        *mark = mark_more(*mark, &c, 1);
    }
    h->name = (uint16_t)(h->name - n);
}

/* A field is complete. */
static void
take_field(struct tls_hello *h)
{
    switch ((enum step)h->step) {
    case MESSAGE:
        begin_message(h);
        break;
    case RANDOM:
        read_random(h);
        break;
    case SESSION:
        go_on(h, h->type == CLIENT_HELLO ? SUITES : CHOICE, h->field[0]);
        break;
    case SUITES:
        go_on(h, COMPRESSIONS, word_at(h->field));
        break;
    case COMPRESSIONS:
        go_on(h, EXTENSIONS, h->field[0]);
        break;
    case CHOICE:
        go_on(h, EXTENSIONS, 0);
        break;
    case EXTENSIONS:
        go_on(h, EXTENSION, 0);
        break;
    case EXTENSION:
        begin_extension(h);
        break;
    case SERVER_NAME:
        begin_name(h, false, word_at(h->field + 3));
        break;
    case PROTOCOLS:
        begin_name(h, true, word_at(h->field));
        break;
    case VERSION:
        h->version13 = h->version13 || (h->field[0] == 3 && h->field[1] >= 4);
        go_on(h, EXTENSION, h->extension - 2u);
        break;
    case NAME:
    case REST:
        break;
    }
}

/* One field, name or piece that is passed over, as far as it is there; returns how many bytes it took. */
static size_t
feed_piece(struct tls_hello *h, const uint8_t *bytes, size_t n)
{
    if (h->step == REST)
        return n;
    if (h->skip > 0) {
        n = MIN(n, h->skip);
        h->skip = (uint16_t)(h->skip - n);
        return n;
    }
    if (h->step == NAME) {
        n = MIN(n, h->name);
        feed_name(h, bytes, n);
        if (h->name == 0)
            end_name(h);
        return n;
    }
    n = MIN(n, (size_t)field_length[h->step] - h->have);
    memcpy(h->field + h->have, bytes, n);
    h->have = (uint8_t)(h->have + n);
    if (h->have == field_length[h->step]) {
        h->have = 0;
        take_field(h);
    }
    return n;
}

static void
end_message(struct tls_hello *h)
{
    h->step = MESSAGE;
    h->have = 0;
    h->skip = h->name = 0;
}

void
tls_hello_feed(struct tls_hello *h, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        bool head = h->step == MESSAGE;
        size_t taken = feed_piece(h, bytes, head ? n : MIN(n, h->left));

        bytes += taken;
        n -= taken;
        if (!head)
            h->left -= (uint32_t)taken;
        if (h->step != MESSAGE && h->left == 0)
            end_message(h);
    }
}

void
tls_hello_skip(struct tls_hello *h, size_t n)
{
    if (h->step == MESSAGE)
        return;
    /* A random that is not there is taken for a hello's own. */
    if (h->step == RANDOM) {
        h->client = h->client || h->type == CLIENT_HELLO;
        h->server = h->server || h->type == SERVER_HELLO;
    }
    h->step = REST;
    h->left -= (uint32_t)MIN(n, h->left);
    if (h->left == 0)
        end_message(h);
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
