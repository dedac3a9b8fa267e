/* test_sizes.c
 * model.h: what a connection and an exchange cost, in the names of the tests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "common.h"
#include "model/model.h"

/* A struct that grows beyond its limit is to be thought about: docs/design.md says what is kept of how many. */
static const struct {
    const char *name;
    size_t size, limit;
} kept[] = {
    { "connection", sizeof(struct conn), 768 },
    { "bytes_of_one_side", sizeof(struct flow) + sizeof(struct reading), 80 },
    { "exchange", sizeof(struct exchange), 576 },
    { "target", sizeof(struct target), 144 },
    { "host", sizeof(struct host), 208 },
    { "lookup", sizeof(struct lookup), 400 },
    { "question", sizeof(struct asked), 256 },
};

static void
test_size(const void *row)
{
    const size_t *size = (const size_t *)row;

    g_assert_cmpuint(size[0], <=, size[1]);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++) {
        char *path = g_strdup_printf("/sizes/%s: %u bytes", kept[i].name, (unsigned)kept[i].size);
        g_test_add_data_func(path, &kept[i].size, test_size);
        g_free(path);
    }
    return g_test_run();
}
