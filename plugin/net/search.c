/* search.c
 * Which DNS questions are one search: the tries to resolve one name for one request
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/url.h"
#include "model/encrypted.h"
#include "net/fit.h"
#include "net/search.h"
#include "net/turn.h"

/*
 * An asker waits for whole half seconds before it asks again (resolv.conf(5): seconds; musl: 2.5 s), and is a little late: so
 * a question that comes so near to one is more likely a repeat than another request's.
 */
#define RESOLVER_STEP (NS_PER_SECOND / 2)
#define RESOLVER_LATE (NS_PER_SECOND / 50)

/* Searches for one name that are looked at for each question, and those of one asker. */
#define LOOKED_AT_MAX 64
#define ASKERS_LOOKED_AT_MAX 16

/*
 * A capture holds no more of them at once: 500 names a second that are kept for a minute each, or 100
 * that fail and are kept for five. A flood of any size costs no more memory.
 */
#define SEARCHES_MAX (1u << 15)

void
search_shelve(struct lookup *search, list_t *shelf)
{
    if (search->shelf)
        list_remove(search->shelf, &search->shelf_link);
    search->shelf = shelf;
    list_append(shelf, &search->shelf_link);
}

void
search_drop(struct root *root, struct lookup *search)
{
    for (unsigned i = 0; i < search->n; i++) {
        struct asked *asked = search->questions[i];

        if (asked->in_table)
            bounded_remove(&root->asked, &asked->entry);
        frames_free(&asked->q.sent);
        frames_free(&asked->q.answers);
        frames_free(&asked->q.icmp);
        wmem_free(wmem_file_scope(), (void *)asked->q.told);
        wmem_free(wmem_file_scope(), (char *)asked->q.name);
        wmem_free(wmem_file_scope(), asked);
    }
    list_remove(&search->name->searches, &search->name_link);
    if (search->host)
        list_remove(&search->host->searches, &search->host_link);
    list_remove(search->shelf, &search->shelf_link);
    wmem_free(wmem_file_scope(), search);
}

static void
make_room(struct root *root)
{
    list_t *open = &root->lookups_open, *resolved = &root->lookups_resolved;

    if (list_length(open) + list_length(resolved) >= SEARCHES_MAX)
        search_drop(root, (struct lookup *)list_first(list_length(open) > list_length(resolved) ? open : resolved));
}

static struct lookup *
search_new(struct root *root, struct name *name, struct host *host, when_t time)
{
    struct lookup *lookup;

    make_room(root);
    lookup = wmem_new0(wmem_file_scope(), struct lookup);
    node_init(&lookup->name_link, lookup);
    node_init(&lookup->host_link, lookup);
    node_init(&lookup->shelf_link, lookup);
    lookup->name = name;
    list_append(&name->searches, &lookup->name_link);
    if (list_length(&host->searches) >= HOST_RECENT_MAX)
        ((struct lookup *)list_take_first(&host->searches))->host = NULL;
    lookup->host = host;
    encrypted_host_asks(root, host);
    list_append(&host->searches, &lookup->host_link);
    lookup->start = lookup->last = time;
    lookup->of_gateway = host_serves(host, name);
    lookup->waiter = turn_take(name, host, time);
    search_shelve(lookup, &root->lookups_open);
    return lookup;
}

/* the name ****************************************************************/

static struct exchange *
waiting_for(struct name *name, when_t time)
{
    for (node_t *l = name ? name->open.tail : NULL; l; l = l->prev) {
        struct exchange *ex = (struct exchange *)l->data;
        if (ex->request.time <= time + CLOCK_SLACK)
            return ex;
    }
    return NULL;
}

/*
 * The name whose search this is: the name asked for itself, or where nobody waits for that one, the
 * name that is an alias of it (the asker follows a CNAME itself), or the host behind which a search
 * suffix was put.
 */
static struct name *
searched_name(struct root *root, const char *asked, when_t time, struct exchange **waiting)
{
    char host[URL_HOST_BUFFER];
    char *dot;
    struct name *name = name_find(root, asked);

    if ((*waiting = waiting_for(name, time)))
        return name;
    if (name && name->alias_of) {
        struct name *alias = name_find(root, name->alias_of);
        if ((*waiting = waiting_for(alias, time)))
            return alias;
    }
    g_strlcpy(host, asked, sizeof host);
    while ((dot = strrchr(host, '.')) && dot > host) {
        *dot = '\0';
        name = name_find(root, host);
        if ((*waiting = waiting_for(name, time)))
            return name;
    }
    return name_get(root, asked);
}

/* Nobody waits for the name, an upstream's: is it asked for again for the same request, or for another one? */
static bool
is_repeat(const struct lookup *lookup, const struct dns_message *m, const struct host *asker)
{
    when_t pause = m->time - lookup->last;

    for (unsigned i = 0; i < lookup->n; i++)
        if (lookup->questions[i]->q.icmp.seen > 0)
            return true;
    return (pause >= SILENCE_LONG && pause % RESOLVER_STEP < RESOLVER_LATE) || !turn_is_awaited(asker, m->time);
}

/*
 * The running search that a question belongs to: one that uses the same socket; the oldest that
 * has asked for the name, but not for this type or not this server; the one that was
 * to turn to its next name now; where no more requests wait than searches run,
 * the newest that has asked this already (a repeat with another id), or of an upstream's name the one that has waited longest; NULL: none.
 */
static struct lookup *
running_search(const struct name *name, const struct dns_message *m, const struct host *asker)
{
    struct lookup *other_type = NULL, *next_name = NULL, *repeat = NULL;
    unsigned looked_at = 0, running = 0;
    bool is_upstreams = list_is_empty(&name->open);

    for (const node_t *l = name->searches.tail; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++) {
        if (((const struct lookup *)l->data)->owner)
            continue;           /* a request had it, and is answered */
        struct lookup *lookup = (struct lookup *)l->data;

        switch (fit_of(lookup, m, asker)) {
        case FITS_SOCKET:
            return lookup;
        case FITS_AS_OTHER_TYPE:
            if (!other_type || !lookup->resolved)
                other_type = lookup;
            break;
        case FITS_AS_NEXT_NAME:
            next_name = fit_nearer(next_name, lookup, m->time);
            break;
        case FITS_AS_REPEAT:
            running++;
            if (!repeat || (is_upstreams && lookup->last < repeat->last))
                repeat = lookup;
            break;
        case FITS_NOT:
            break;
        }
    }
    if (other_type || next_name)
        return other_type ? other_type : next_name;
    if (is_upstreams)
        return repeat && is_repeat(repeat, m, asker) ? repeat : NULL;
    return running >= turn_waiting_at(name, asker) ? repeat : NULL;
}

/* search suffixes *********************************************************/

/*
 * Both are the same name with one or the other search suffix behind it, or without any (resolv.conf(5), search): the shorter one
 * lacks whole labels in the middle, or at the end. Example: "web.shop.svc.cluster.local.svc.cluster.local" behind
 * "web.shop.svc.cluster.local.prod.svc.cluster.local"; "www.example.org" is not "www.example.com".
 */
static bool
is_shortened(const char *longer, const char *shorter)
{
    size_t n_longer = strlen(longer), n_shorter = strlen(shorter), head = 0, tail = 0;

    if (n_shorter == 0 || n_shorter >= n_longer)
        return false;
    while (head < n_shorter && longer[head] == shorter[head])
        head++;
    while (tail < n_shorter && longer[n_longer - 1 - tail] == shorter[n_shorter - 1 - tail])
        tail++;
    if (head == n_shorter && longer[head] == '.')
        return true;
    /* What is cut out begins behind a dot and ends with one, behind the first label. */
    for (size_t cut = n_shorter > tail ? n_shorter - tail : 1; cut <= head && cut < n_shorter; cut++)
        if (shorter[cut - 1] == '.' && longer[n_longer - n_shorter + cut - 1] == '.')
            return true;
    return false;
}

static bool
asked_for_it(const struct lookup *lookup, const char *name)
{
    for (unsigned i = 0; i < lookup->n; i++)
        if (strcmp(lookup->questions[i]->q.name, name) == 0)
            return true;
    return is_shortened(lookup->questions[lookup->n - 1]->q.name, name);
}

/* Nobody waits for the name: it is an upstream's, and suffixes are tried in the order in which they get shorter; by the search that was to turn to it now. */
static struct lookup *
suffix_search(const struct dns_message *m, const struct host *asker)
{
    struct lookup *best = NULL;
    unsigned looked_at = 0;

    for (const node_t *l = asker->searches.tail; l && looked_at < ASKERS_LOOKED_AT_MAX; l = l->prev, looked_at++) {
        struct lookup *lookup = (struct lookup *)l->data;
        if (lookup->n == 0 || lookup->resolved || lookup->owner || !asked_for_it(lookup, m->name))
            continue;
        enum fit fit = fit_of(lookup, m, asker);
        if (fit == FITS_SOCKET)
            return lookup;
        if (fit != FITS_NOT && (fit != FITS_AS_REPEAT || is_repeat(lookup, m, asker)))
            best = fit_nearer(best, lookup, m->time);
    }
    return best;
}

/* who asks ****************************************************************/

/* Somebody waits for the name at another gateway too, of which nothing shows that this is not its address. */
static bool
may_be_anothers(struct root *root, const struct exchange *waiting, const struct host *asker)
{
    unsigned looked_at = 0;

    if (host_on_same_link(host_find(root, &waiting->conn->side[SERVER].ip), asker))
        return false;
    for (node_t *l = waiting->name ? waiting->name->open.tail : NULL; l && looked_at < LOOKED_AT_MAX; l = l->prev, looked_at++)
        if (((const struct exchange *)l->data)->gateway != waiting->gateway)
            return true;
    return false;
}

/* A host that looks up what a client just asked a gateway for is that gateway, unless it is what was asked for. */
static void
learn_asker(struct root *root, const struct exchange *waiting, struct host *asker)
{
    if (!waiting || !waiting->gateway || asker->gateway == waiting->gateway || asker->answers_dns || ipaddr_is_loopback(&asker->ip) ||
        ipaddr_equal(&asker->ip, &waiting->conn->side[CLIENT].ip) || name_has_address(waiting->name, &asker->ip))
        return;
    struct host *asked = host_get(root, &waiting->conn->side[SERVER].ip);
    if (!host_on_same_link(asked, asker) && host_serves(asker, waiting->name))
        return;
    if (may_be_anothers(root, waiting, asker))
        return;
    host_join(root, asked, asker);
}

struct lookup *
search_for(struct root *root, const struct dns_message *m)
{
    struct exchange *waiting;
    struct name *name = searched_name(root, m->name, m->time, &waiting);
    struct host *asker = host_get(root, &m->src);

    host_learn_card(asker, m->link_src);
    host_get(root, &m->dst)->answers_dns = true;
    learn_asker(root, waiting, asker);
    struct lookup *running = running_search(name, m, asker);
    if (!running && !waiting)
        running = suffix_search(m, asker);
    return running ? running : search_new(root, name, asker, m->time);
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
