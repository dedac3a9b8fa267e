/* clues.c
 * The kinds of evidence and what each one weighs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "match/clues.h"

static const struct {
    int gain;
    enum tie tie;
    const char *words;
} clues[N_CLUES] = {
#define CLUE_ROW(name, gain, tie, words) [CLUE_##name] = { gain, tie, words },
    MWG502_CLUES(CLUE_ROW)
#undef CLUE_ROW
};

const char *
clue_words(enum clue clue)
{
    return clues[clue].words;
}

int
clue_gain(enum clue clue)
{
    return clues[clue].gain;
}

void
clue_found(struct relation *r, enum clue clue)
{
    r->clues |= 1u << clue;
    r->gain += clues[clue].gain;
    r->tie = MAX(r->tie, clues[clue].tie);
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
