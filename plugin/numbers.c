/* numbers.c
 * Which number a frame has in the end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "numbers.h"

/* n frames in a row, with consecutive serials and numbers; both rise from run to run. */
struct run {
    uint32_t serial, number, n;
};

void
numbers_init(struct numbers *numbers)
{
    *numbers = (struct numbers){ .runs = wmem_array_new(wmem_file_scope(), sizeof(struct run)) };
}

/* NULL: there is none. */
static struct run *
run_at(const struct numbers *numbers, unsigned i)
{
    return i < wmem_array_get_count(numbers->runs) ? (struct run *)wmem_array_index(numbers->runs, i) : NULL;
}

static struct run *
last_run(const struct numbers *numbers)
{
    return run_at(numbers, wmem_array_get_count(numbers->runs) - 1);
}

void
numbers_add(struct numbers *numbers, uint32_t number)
{
    struct run *last = last_run(numbers), run = { ++numbers->serial, number, 1 };

    numbers->visited = numbers->confirmed = false;
    if (last && last->number + last->n == number && last->serial + last->n == run.serial) {
        last->n++;
        return;
    }
    if (last && last->number + last->n - 1 == number) {
        numbers->lost = true;
        last->n--;
    }
    if (last && last->n == 0)
        *last = run;
    else
        wmem_array_append_one(numbers->runs, run);
}

void
numbers_visit(struct numbers *numbers, uint32_t number)
{
    const struct run *last = last_run(numbers);

    numbers->visited = true;
    if (last && last->number + last->n - 1 == number)
        numbers->confirmed = true;
}

/* The last run whose serial (or number) is not beyond; NULL: none. */
static const struct run *
find_run(const struct numbers *numbers, uint32_t serial, uint32_t number)
{
    unsigned low = 0, high = wmem_array_get_count(numbers->runs);

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const struct run *run = run_at(numbers, middle);
        if (run->serial <= serial && run->number <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? run_at(numbers, low - 1) : NULL;
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
    const struct run *run = find_run(numbers, UINT32_MAX, number);

    return run && number - run->number < run->n ? run->serial + (number - run->number) : 0;
}
