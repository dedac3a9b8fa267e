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

static inline char *
server(const struct writer *w)
{
    return words_endpoint(w->scope, &w->f->attempt->server, w->f->attempt->port);
}

static inline char *
duration(const struct writer *w, when_t d)
{
    return words_duration(w->scope, d);
}

#endif
