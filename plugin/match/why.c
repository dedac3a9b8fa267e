/* why.c
 * Why the deciding connection is taken for the request's, in words
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include <epan/wmem_scopes.h>

#include "match/scope.h"

static double
milliseconds(when_t time)
{
    return (double)time / 1e6;
}

static void
append(wmem_strbuf_t *text, const char *term)
{
    wmem_strbuf_append_printf(text, "%s%s", wmem_strbuf_get_len(text) > 0 ? "; " : "", term);
}

static void
append_time(wmem_strbuf_t *text, const char *format, when_t time)
{
    char *term = wmem_strdup_printf(wmem_file_scope(), format, milliseconds(time));

    append(text, term);
    wmem_free(wmem_file_scope(), term);
}

const char *
why_words(const struct why *why)
{
    wmem_strbuf_t *text = wmem_strbuf_new(wmem_file_scope(), "");

    for (int clue = 0; clue < N_CLUES; clue++)
        if (why->clues & (1u << clue))
            append(text, clue_words((enum clue)clue));
    append_time(text, "begun %.3g ms after the request", why->after);
    if (why->before)
        append_time(text, "it ended %.3g ms before the response", why->before);
    if (why->rivals > 0)
        wmem_strbuf_append_printf(text, "; %u other waiting request%s could have caused it", why->rivals, why->rivals == 1 ? "" : "s");
    if (why->next_frame)
        wmem_strbuf_append_printf(text, "; next best begins in frame %u, %d bits behind", why->next_frame, why->margin / 100);
    return wmem_strbuf_finalize(text);
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
