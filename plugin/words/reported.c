/* reported.c
 * What the gateway says of itself in its response
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/body.h"
#include "diagnose/causes.h"
#include "bytes/httphead.h"
#include "words/product.h"
#include "words/reported.h"

#define HEAD_MAX (32 * 1024)
#define TITLE_MAX 200

/* What gateways are known to say, in letters only and lower case, and the category that it means. */
static const struct {
    const char *letters;
    enum category category;
} known[] = {
    /* Web Gateway's reason phrases and block page titles */
    { "notresolvable", CATEGORY_NAME }, { "hostnotresolvable", CATEGORY_NAME },
    { "cannotconnect", CATEGORY_CONNECT }, { "handshakefailed", CATEGORY_CONNECT },
    { "badgateway", CATEGORY_RESPONSE }, { "badresponse", CATEGORY_RESPONSE },
    /* Squid's error pages */
    { "errdnsfail", CATEGORY_NAME }, { "errconnectfail", CATEGORY_CONNECT }, { "errsecureconnectfail", CATEGORY_CONNECT },
    { "errcannotforward", CATEGORY_CONNECT }, { "errreadtimeout", CATEGORY_RESPONSE }, { "errreaderror", CATEGORY_RESPONSE },
    { "errzerosizeobject", CATEGORY_RESPONSE }, { "errinvalidresp", CATEGORY_RESPONSE }, { "errtoobig", CATEGORY_RESPONSE },
    { "errwriteerror", CATEGORY_RESPONSE },
    /* RFC 9209 section 2.3 */
    { "dnserror", CATEGORY_NAME }, { "dnstimeout", CATEGORY_NAME }, { "destinationnotfound", CATEGORY_NAME },
    { "destinationunavailable", CATEGORY_CONNECT }, { "destinationipunroutable", CATEGORY_CONNECT },
    { "destinationipprohibited", CATEGORY_CONNECT }, { "connectionrefused", CATEGORY_CONNECT },
    { "connectiontimeout", CATEGORY_CONNECT }, { "tlsprotocolerror", CATEGORY_CONNECT }, { "tlscertificateerror", CATEGORY_CONNECT },
    { "tlsalertreceived", CATEGORY_CONNECT }, { "connectionterminated", CATEGORY_RESPONSE },
    { "connectionreadtimeout", CATEGORY_RESPONSE }, { "httpresponseincomplete", CATEGORY_RESPONSE },
    { "httpprotocolerror", CATEGORY_RESPONSE }, { "httpresponsetimeout", CATEGORY_RESPONSE },
    { "httpresponseheadersectionsize", CATEGORY_RESPONSE },
    /* Traffic Server, Privoxy, tinyproxy and others */
    { "cannotfindserver", CATEGORY_NAME }, { "dnslookupfailed", CATEGORY_NAME }, { "unknownhost", CATEGORY_NAME },
    { "couldnotconnect", CATEGORY_CONNECT }, { "couldnotconnecttoserver", CATEGORY_CONNECT }, { "hostnotreachable", CATEGORY_CONNECT },
    { "connectiontimedout", CATEGORY_CONNECT }, { "serverhangup", CATEGORY_RESPONSE }, { "invalidhttpresponse", CATEGORY_RESPONSE },
    { "noserverdata", CATEGORY_RESPONSE },
};

/*
 * RFC 9110 section 15: phrases and default titles that say no more than the status does. The last
 * is the title of each block page of a Web Gateway.
 */
static const char *const standard[] = {
    "badgateway", "serviceunavailable", "servicetemporarilyunavailable", "gatewaytimeout", "error",
    "proxyerror", "502badgateway", "503serviceunavailable", "503servicetemporarilyunavailable", "504gatewaytimeout", "502proxyerror",
    "mcafeewebgatewaynotification",
};

static void
letters_of(const char *s, size_t n, char *letters, size_t room)
{
    size_t k = 0;

    for (size_t i = 0; i < n && k + 1 < room; i++)
        if (g_ascii_isalnum(s[i]))
            letters[k++] = g_ascii_tolower(s[i]);
    letters[k] = '\0';
}

static bool
is_standard(const char *letters)
{
    for (size_t i = 0; i < G_N_ELEMENTS(standard); i++)
        if (strcmp(letters, standard[i]) == 0)
            return true;
    return false;
}

static const char *
heading_of(const char *letters, int *category)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (strcmp(letters, known[i].letters) == 0) {
            *category = (int)known[i].category;
            return category_heading(known[i].category);
        }
    return NULL;
}

/* text is what one source says; false: nothing. Standard phrases are words only where spaced otherwise. */
static bool
say(wmem_allocator_t *scope, const char *s, size_t n, struct said *said)
{
    char letters[64];

    n = MIN(n, TITLE_MAX);
    letters_of(s, n, letters, sizeof letters);
    /* "Bad Gateway" is the standard phrase; "badgateway" is the Web Gateway's own. */
    if (letters[0] == '\0' || (is_standard(letters) && !(n == 10 && memcmp(s, "badgateway", 10) == 0)))
        return false;
    if ((said->words = heading_of(letters, &said->category)))
        return true;
    char *words = (char *)wmem_alloc(scope, n + 1);
    for (size_t i = 0; i < n; i++)
        words[i] = g_ascii_isprint(s[i]) ? s[i] : ' ';
    words[n] = '\0';
    if (g_strstrip(words)[0] == '\0')
        return false;
    said->words = words;
    said->category = -1;
    return true;
}

/* RFC 9209 section 2.1.1: ...; error=connection_refused; ... of the last member */
static bool
say_proxy_status(wmem_allocator_t *scope, struct slice value, struct said *said)
{
    const char *error = value.n ? g_strrstr_len(value.s, (gssize)value.n, "error=") : NULL;

    if (!error)
        return false;
    error += 6;
    size_t left = value.n - (size_t)(error - value.s), n = 0;
    while (n < left && (g_ascii_isalnum(error[n]) || error[n] == '_'))
        n++;
    return say(scope, error, n, said);
}

static bool
say_title(wmem_allocator_t *scope, const char *page, size_t n, struct said *said)
{
    for (size_t i = 0; i + 7 < n; i++) {
        if (page[i] != '<' || g_ascii_strncasecmp(page + i, "<title", 6) != 0)
            continue;
        const char *begin = (const char *)memchr(page + i, '>', n - i);
        if (!begin)
            return false;
        begin++;
        const char *end = (const char *)memchr(begin, '<', n - (size_t)(begin - page));
        return end && say(scope, begin, (size_t)(end - begin), said);
    }
    return false;
}

/*
 * A Web Gateway's page names the templates it is made of, whatever its title and language:
 * <!-- FileName: index.html ... <!-- FileName: cannotconnect.html
 */
static bool
say_template(const char *page, size_t n, struct said *said)
{
    static const char mark[] = "FileName: ";
    const char *end = page + n, *name = page;

    while ((name = g_strstr_len(name, end - name, mark))) {
        char letters[64];
        size_t length = 0;

        name += sizeof mark - 1;
        while (name + length < end && name[length] != '.' && name[length] != '\n')
            length++;
        letters_of(name, length, letters, sizeof letters);
        if ((said->words = heading_of(letters, &said->category)))
            return true;
    }
    return false;
}

static struct said
say_page(wmem_allocator_t *scope, const char *page, size_t n)
{
    struct said title = SAID_NOTHING, template = SAID_NOTHING;
    bool has_title = say_title(scope, page, n, &title), has_template = say_template(page, n, &template);

    if (!has_title || (title.category < 0 && has_template))
        title = template;
    title.product = has_template ? PRODUCT_WEB_GATEWAY : product_of_page(page, n);
    return title;
}

/* "ERR_CONNECT_FAIL 111": the number is the operating system's */
static size_t
first_word(struct slice text)
{
    const char *blank = text.s ? (const char *)memchr(text.s, ' ', text.n) : NULL;

    return blank ? (size_t)(blank - text.s) : text.n;
}

struct said
reported_read(wmem_allocator_t *scope, const uint8_t *bytes, size_t n)
{
    struct said said = SAID_NOTHING, page;
    struct http_head head;

    http_read_head(bytes, MIN(n, HEAD_MAX), false, &head);
    said.product = product_of_head(&head, bytes);
    bool has_said = say(scope, head.phrase.s ? head.phrase.s : "", head.phrase.n, &said) || say_proxy_status(scope, head.proxy_status, &said) ||
                    say(scope, head.squid_error.s ? head.squid_error.s : "", first_word(head.squid_error), &said);

    if (!head.complete || (has_said && said.product != PRODUCT_UNKNOWN))
        return said;
    char *text = (char *)wmem_alloc(NULL, BODY_MAX);
    page = say_page(scope, text, body_read(&head, bytes, n, text));
    wmem_free(NULL, text);
    if (said.product == PRODUCT_UNKNOWN)
        said.product = page.product;
    if (!has_said) {
        said.words = page.words;
        said.category = page.category;
    }
    return said;
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
