/* numbers.c
 * Which number a frame has in the end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/numbers.h"

void
numbers_init(struct numbers *numbers)
{
    *numbers = (struct numbers){ .runs = wmem_array_new(wmem_file_scope(), sizeof(struct run)) };
}

void
numbers_add(struct numbers *numbers, uint32_t number)
{
    struct run *last = &numbers->last;
    uint32_t serial = ++numbers->serial;

    numbers->visited = numbers->confirmed = false;
    if (last->number + last->n == number && last->serial + last->n == serial) {
        last->n++;
        return;
    }
    if (last->n > 0 && last->number + last->n - 1 == number) {
        numbers->lost = true;
        last->n--;
    }
    if (last->n > 0)
        wmem_array_append_one(numbers->runs, *last);
    *last = (struct run){ serial, number, 1 };
}

void
numbers_visit(struct numbers *numbers, uint32_t number)
{
    numbers->visited = true;
    if (numbers->last.number + numbers->last.n - 1 == number)
        numbers->confirmed = true;
}

/* The last run whose serial and number are not beyond; NULL: none. */
static const struct run *
find_run(const struct numbers *numbers, uint32_t serial, uint32_t number)
{
    unsigned low = 0, high = wmem_array_get_count(numbers->runs);

    if (numbers->last.serial <= serial && numbers->last.number <= number)
        return &numbers->last;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const struct run *run = (const struct run *)wmem_array_index(numbers->runs, middle);
        if (run->serial <= serial && run->number <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? (const struct run *)wmem_array_index(numbers->runs, low - 1) : NULL;
}

uint32_t
numbers_of(const struct numbers *numbers, uint32_t serial)
{
    const struct run *run = find_run(numbers, serial, UINT32_MAX);

    /* Nothing comes after the last frame that could take its number away. */
    if (numbers->lost && numbers->visited && !numbers->confirmed && serial == numbers->serial)
        return 0;
    return run && serial - run->serial < run->n ? run->number + (serial - run->serial) : 0;
}

uint32_t
numbers_serial(const struct numbers *numbers, uint32_t number)
{
    const struct run *run = &numbers->last;

    if (number - run->number >= run->n)         /* not one of the latest, as it is in most cases */
        run = find_run(numbers, UINT32_MAX, number);
    return run && number - run->number < run->n ? run->serial + (number - run->number) : 0;
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
