/* writer.h
 * What the parts of a summary share: where they write, and what they write of
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_WORDS_WRITER_H
#define MWG502_WORDS_WRITER_H

#include "words/phrases.h"

/* What one summary is made of. Its pieces live in scope and are small. */
struct writer {
    wmem_allocator_t *scope;
    const struct evidence *e;
    const struct finding *f;
    wmem_strbuf_t *text;
    unsigned timeout;           /* seconds, of the preference */
};

#define SAY(w, ...) wmem_strbuf_append_printf((w)->text, __VA_ARGS__)

/* "10.1.1.2:9000 (FastCGI)" */
static inline char *
server(const struct writer *w)
{
    const struct attempt *a = w->f->attempt;
    char *endpoint = words_endpoint(w->scope, &a->server, a->port);

    return a->protocol ? wmem_strdup_printf(w->scope, "%s (%s)", endpoint, a->protocol) : endpoint;
}

static inline char *
duration(const struct writer *w, when_t d)
{
    return words_duration(w->scope, d);
}

#endif

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
