/* test_numbers.c
 * Frame numbers that a read filter gives to several frames
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "common.h"
#include "base/numbers.h"

/* The numbers in the order that the frames are seen first, then again; what each of them has in the end, 0 for none. */
static const struct row {
    const char *name, *seen, *again, *have;
} rows[] = {
    { "no_filter",            "123",     "123", "123" },
    { "one_pass",             "123",     "",    "123" },
    { "first_rejected",       "1123",    "123", "0123" },
    { "several_rejected",     "1222234", "1",   "1000230" },
    { "none_accepted",        "111",     "",    "001" },
    { "last_rejected",        "112",     "1",   "010" },
    { "last_accepted",        "112",     "12",  "012" },
    { "two_runs_of_rejected", "1123345", "125", "0120345" },
    { "begins_late",          "567",     "5",   "567" },
    { "gap",                  "1256",    "1",   "1256" },
};

static void
test_row(gconstpointer data)
{
    const struct row *row = data;
    struct numbers numbers;

    numbers_init(&numbers);
    for (const char *s = row->seen; *s; s++)
        numbers_add(&numbers, (uint32_t)(*s - '0'));
    for (const char *s = row->again; *s; s++)
        numbers_visit(&numbers, (uint32_t)(*s - '0'));
    for (uint32_t i = 0; row->have[i]; i++) {
        uint32_t number = numbers_of(&numbers, i + 1);
        g_assert_cmpuint(number, ==, (uint32_t)(row->have[i] - '0'));
        if (number)
            g_assert_cmpuint(numbers_serial(&numbers, number), ==, i + 1);
    }
    g_assert_cmpuint(numbers_of(&numbers, 0), ==, 0);
    g_assert_cmpuint(numbers_of(&numbers, (uint32_t)strlen(row->have) + 1), ==, 0);
    g_assert_cmpuint(numbers_serial(&numbers, 0), ==, 0);
    g_assert_cmpuint(numbers_serial(&numbers, 9), ==, 0);
}

/* Without a read filter a long capture costs no more than a short one. */
static void
test_one_run(void)
{
    struct numbers numbers;

    numbers_init(&numbers);
    for (uint32_t i = 1; i <= 1000000; i++)
        numbers_add(&numbers, i);
    g_assert_cmpuint(wmem_array_get_count(numbers.runs), ==, 0);       /* all in the last one */
    g_assert_cmpuint(numbers_of(&numbers, 999999), ==, 999999);
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/numbers/", rows, test_row);
    g_test_add_func("/numbers/one_run", test_one_run);
    return g_test_run();
}
