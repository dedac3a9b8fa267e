/* headline.c
 * A verdict in one row of a tree
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "show/headline.h"
#include "words/phrases.h"

static size_t
whole_clauses(const char *text, size_t room)
{
    for (size_t n = room; n > 0; n--)
        if (strchr(";:.", text[n]) && text[n + 1] == ' ')
            return n;
    return 0;
}

char *
headline_of(wmem_allocator_t *scope, const struct verdict *v, const char *summary)
{
    char *begin = wmem_strdup_printf(NULL, "%s (%s)", cause_category(v->cause), cause_token(v->cause));
    size_t taken = strlen(begin) + 2, n = strlen(summary);

    if (taken + n > WORDS_ROW_MAX)
        n = whole_clauses(summary, WORDS_ROW_MAX - taken);
    char *headline = wmem_strdup_printf(scope, "%s%s%.*s", begin, n > 0 ? ": " : "", (int)n, summary);
    wmem_free(NULL, begin);
    return headline;
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
