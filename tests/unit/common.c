/* common.c
 * What the unit tests share
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <sys/mman.h>
#include <unistd.h>

#include <epan/to_str.h>
#include <epan/wmem_scopes.h>
#include <wsutil/inet_addr.h>
#include <wsutil/wslog.h>

#include "common.h"

/*
 * libwireshark enters its file scope and registers its address types only when a whole
 * dissection engine is started. These stand in for its functions of the same name.
 */
static wmem_allocator_t *file_scope;

wmem_allocator_t *
wmem_file_scope(void)
{
    return file_scope;
}

void
address_to_str_buf(const address *a, char *text, int size)
{
    text[0] = '\0';
    if (a->type == AT_IPv4)
        ws_inet_ntop4(a->data, text, (unsigned)size);
    else if (a->type == AT_IPv6)
        ws_inet_ntop6(a->data, text, (unsigned)size);
}

char *
address_to_str(wmem_allocator_t *scope, const address *a)
{
    char text[WS_INET6_ADDRSTRLEN];

    address_to_str_buf(a, text, sizeof text);
    return wmem_strdup(scope, text);
}

void
common_init(int *argc, char ***argv)
{
    g_test_init(argc, argv, NULL);
    wmem_init();
    common_new_scope(WMEM_ALLOCATOR_STRICT);
}

void
common_new_scope(wmem_allocator_type_t type)
{
    ws_log_set_level(LOG_LEVEL_WARNING);        /* what is learnt is for whoever traces a verdict */
    if (file_scope)
        wmem_destroy_allocator(file_scope);
    file_scope = wmem_allocator_new(type);
}

struct ipaddr
ip(const char *text)
{
    struct ipaddr result = { 0, { 0 } };
    ws_in4_addr v4;
    ws_in6_addr v6;

    if (ws_inet_pton4(text, &v4))
        result = ipaddr_from_bytes(4, (const uint8_t *)&v4);
    else if (ws_inet_pton6(text, &v6))
        result = ipaddr_from_bytes(6, (const uint8_t *)&v6);
    else
        g_assert_cmpstr(text, ==, "");
    return result;
}

static struct tight spare;      /* the mapping that was freed last */

/* Pages of which the last one must not be touched. */
static void *
guarded(size_t used, size_t page)
{
    if (spare.map_size == used + page) {
        spare.map_size = 0;
        return spare.map;
    }
    void *map = mmap(NULL, used + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    g_assert_true(map != MAP_FAILED);
    g_assert_cmpint(mprotect((uint8_t *)map + used, page, PROT_NONE), ==, 0);
    return map;
}

struct tight
tight_copy(const void *bytes, size_t n)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t used = MAX((n + page - 1) / page, 1) * page;
    uint8_t *map = guarded(used, page);

    if (n)
        memcpy(map + used - n, bytes, n);
    return (struct tight){ map + used - n, n, map, used + page };
}

void
tight_free(struct tight *tight)
{
    if (spare.map_size)
        munmap(spare.map, spare.map_size);
    spare = *tight;
}
