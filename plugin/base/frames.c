/* frames.c
 * Times, and lists of frame numbers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <epan/wmem_scopes.h>

#include "base/frames.h"

void
frames_add(struct frames *f, uint32_t no)
{
    if (f->n > 0 && f->no[f->n - 1] == no)
        return;
    f->seen++;
    if (f->n == FRAMES_MAX)
        return;
    if (f->n == f->room) {
        f->room = (uint16_t)(f->room ? f->room * 2 : 2);
        f->no = (uint32_t *)wmem_realloc(wmem_file_scope(), f->no, f->room * sizeof *f->no);
    }
    f->no[f->n++] = no;
}

void
frames_free(struct frames *f)
{
    wmem_free(wmem_file_scope(), f->no);
    memset(f, 0, sizeof *f);
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
