/* likeness.c
 * What two requests have in common: texts that a gateway passes on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <math.h>

#include <glib.h>

#include <epan/to_str.h>
#include <wsutil/inet_addr.h>

#include "bytes/url.h"
#include "match/likeness.h"
#include "model/names.h"

/* A path that ends alike in fewer characters tells nothing ("/", "/a"). */
#define TAIL_MIN 6

/* One request alone does not make a habit. */
#define OTHER_REQUEST_MOST 1400

static bool
same_text(const char *x, const char *y)
{
    return x == y || (x && y && strcmp(x, y) == 0);
}

bool
same_request(const struct exchange *x, const struct exchange *y)
{
    return x->url_hash == y->url_hash && x->request.method && same_text(x->request.method, y->request.method) && same_text(x->request.host, y->request.host) && same_text(x->request.path, y->request.path);
}

/* How long the common end is, from a slash or a question mark on. */
static size_t
common_tail(const char *x, const char *y)
{
    size_t nx = x ? strlen(x) : 0, ny = y ? strlen(y) : 0, n = 0, whole = 0;

    while (n < nx && n < ny && x[nx - 1 - n] == y[ny - 1 - n]) {
        n++;
        if (x[nx - n] == '/' || x[nx - n] == '?')
            whole = n;
    }
    return whole;
}

/* One of IPv4 as it is always written: each request that waits is compared with each one to a server, so no library is asked. */
static size_t
write_ipv4(const uint8_t *bytes, char *text)
{
    char *end = text;

    for (int i = 0; i < 4; i++) {
        if (i > 0)
            *end++ = '.';
        if (bytes[i] >= 100)
            *end++ = (char)('0' + bytes[i] / 100);
        if (bytes[i] >= 10)
            *end++ = (char)('0' + bytes[i] / 10 % 10);
        *end++ = (char)('0' + bytes[i] % 10);
    }
    return (size_t)(end - text);
}

static size_t
write_address(const struct ipaddr *ip, char text[WS_INET6_ADDRSTRLEN])
{
    address client = ipaddr_to_address(ip);

    if (ip->family == 4)
        return write_ipv4(ip->b, text);
    address_to_str_buf(&client, text, WS_INET6_ADDRSTRLEN);
    return strlen(text);
}

/* X-Forwarded-For: a list of addresses, the first one's the client's. */
static bool
names_client(const char *list, const struct ipaddr *ip)
{
    char text[WS_INET6_ADDRSTRLEN];
    size_t length = write_address(ip, text);

    while (*list) {
        size_t n = strcspn(list, ", ");
        if (n == length && memcmp(list, text, n) == 0)
            return true;
        list += n;
        list += strspn(list, ", ");
    }
    return false;
}

/* Whom the child names: the client, or whom the client's own request named already (a proxy asked on another one's behalf). */
static bool
names_same(const struct exchange *waiting, const struct exchange *child)
{
    const char *list = child->request.forwarded_for, *before = waiting->request.forwarded_for;

    return names_client(list, &waiting->conn->side[CLIENT].ip) || (before && strncmp(list, before, strlen(before)) == 0);
}

/* How much a request that differs speaks against a gateway that has passed on so many as they were. */
static int
other_request_gain(const struct gateway *gateway)
{
    double share = (gateway->n_other + 1.0) / (gateway->n_same + gateway->n_other + 4.0);

    return (int)lround(MAX(100 * log2(share), -OTHER_REQUEST_MOST));
}

/* It repeats what a client asked for who waits, or waited: a gateway that writes requests anew seldom comes to just that. */
static bool
repeats_its_parent(const struct exchange *child)
{
    return child->parent && child->parent->url_hash == child->url_hash && child->request.path && strlen(child->request.path) >= TAIL_MIN &&
           same_request(child->parent, child);
}

static bool
same_mark(mark_t x, mark_t y)
{
    return x && x == y;
}

/* What a proxy passes on, even one that rewrites host and path. */
static void
relate_marks(struct relation *r, const struct request_marks *x, const struct request_marks *y)
{
    if (same_mark(x->cookie, y->cookie) || same_mark(x->authorization, y->authorization) || same_mark(x->request_id, y->request_id))
        clue_found(r, CLUE_SAME_MARK);
    else if (x->cookie && y->cookie)
        clue_found(r, CLUE_OTHER_MARK);
    if (same_mark(x->agent, y->agent))
        clue_found(r, CLUE_SAME_AGENT);
    else if (x->agent && y->agent)
        clue_found(r, CLUE_OTHER_AGENT);
}

/* Where a CONNECT leads: to an address of the host, where the gateway looked that up itself. */
static void
relate_target(struct relation *r, const struct exchange *waiting, const struct exchange *child)
{
    if (!child->request.host)
        return;                 /* it was refused before it named one */
    struct ipaddr address = url_literal(child->request.host);
    if (same_text(child->request.host, waiting->request.host) || (address.family && name_has_address(waiting->name, &address)))
        clue_found(r, CLUE_SAME_TARGET);
    else if (!address.family || url_literal(waiting->request.host ? waiting->request.host : "").family)
        clue_found(r, CLUE_OTHER_TARGET);
}

void
relate_request(struct relation *r, const struct gateway *gateway, const struct exchange *waiting, const struct exchange *child)
{
    if (!child || !child->request.method)
        return;
    if (child->request.forwarded_for && names_same(waiting, child))
        clue_found(r, CLUE_NAMES_CLIENT);
    else if (child->request.forwarded_for && !waiting->request.forwarded_for)
        clue_found(r, CLUE_OTHER_CLIENT);
    if (!child->request.path && !child->request.connect) {
        relate_marks(r, &waiting->request.marks, &child->request.marks);
        return;
    }
    if (same_request(waiting, child)) {
        clue_found(r, CLUE_SAME_REQUEST);
        return;
    }
    if (child->request.connect) {
        relate_target(r, waiting, child);
        return;
    }
    size_t tail = common_tail(waiting->request.path, child->request.path);
    bool same_method = same_text(waiting->request.method, child->request.method);
    if (same_method && child->request.path && waiting->request.path && strlen(child->request.path) > 1 && strcmp(child->request.path, waiting->request.path) == 0)
        clue_found(r, CLUE_SAME_PATH);
    else if (same_method && tail >= TAIL_MIN)
        clue_found(r, CLUE_SAME_TAIL);
    relate_marks(r, &waiting->request.marks, &child->request.marks);
    if (repeats_its_parent(child))
        clue_found(r, CLUE_OTHERS_REQUEST);
    r->clues |= 1u << CLUE_OTHER_REQUEST;
    r->gain += other_request_gain(gateway);
}

int
relate_request_most(const struct exchange *waiting, const struct exchange *child)
{
    if (!child || !child->request.method)
        return 0;
    int most = child->request.forwarded_for ? clue_gain(CLUE_NAMES_CLIENT) : 0;
    if (waiting->url_hash == child->url_hash)
        return most + clue_gain(CLUE_SAME_REQUEST);
    if (child->request.connect)
        return most + clue_gain(CLUE_SAME_TARGET);
    return most + clue_gain(waiting->path_hash == child->path_hash ? CLUE_SAME_PATH : CLUE_SAME_TAIL) + clue_gain(CLUE_SAME_MARK) + clue_gain(CLUE_SAME_AGENT);
}

bool
same_asked(const struct exchange *x, const struct exchange *y)
{
    if (x == y)
        return true;
    return x && y && same_request(x, y) && repeats_its_parent(x) == repeats_its_parent(y) && same_text(x->request.forwarded_for, y->request.forwarded_for) &&
           memcmp(&x->request.marks, &y->request.marks, sizeof x->request.marks) == 0;
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
