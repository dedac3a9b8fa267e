/* finding.c
 * What diagnose() found: the frames it cites, how sure it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "diagnose/finding.h"

const char *
confidence_token(enum confidence confidence)
{
    static const char *const tokens[] = { "none", "inferred", "likely", "observed" };

    return tokens[confidence];
}

void
cite(struct finding *f, uint32_t frame, enum role role)
{
    if (frame && f->n_cited < EVIDENCE_MAX)
        f->cited[f->n_cited++] = (struct cited){ frame, role };
}

void
cite_all(struct finding *f, const struct frames *frames, enum role role)
{
    for (unsigned i = 0; i < frames->n; i++)
        cite(f, frames->no[i], role);
}

static int
by_frame(const void *x, const void *y)
{
    const struct cited *a = (const struct cited *)x, *b = (const struct cited *)y;

    return a->frame != b->frame ? (a->frame < b->frame ? -1 : 1) : (int)a->role - (int)b->role;
}

void
sort_cited(struct finding *f)
{
    unsigned kept = 0;

    qsort(f->cited, f->n_cited, sizeof f->cited[0], by_frame);
    for (unsigned i = 0; i < f->n_cited; i++)
        if (kept == 0 || f->cited[kept - 1].frame != f->cited[i].frame)
            f->cited[kept++] = f->cited[i];
    f->n_cited = kept;
}

void
finding_weaken(struct finding *f)
{
    f->confidence = MIN(f->confidence, CONFIDENCE_LIKELY);
}

void
finding_withdraw(struct finding *f)
{
    memset(f, 0, sizeof *f);
    f->cause = CAUSE_UNKNOWN;
    f->missing = MISSING_LATE;
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
