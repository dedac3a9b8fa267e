/* appunit.c
 * What the protocols between a gateway and an application are made of
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/appunit.h"

unsigned
app_word(const uint8_t *bytes)
{
    return (unsigned)(bytes[0] << 8 | bytes[1]);
}

/* requests ****************************************************************/

void
app_keep(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to G_GNUC_UNUSED)
{
    size_t have, n;

    if (!s->kept)
        s->kept = wmem_array_sized_new(s->scope, 1, (unsigned)MIN(s->left, APP_KEPT_MAX));
    have = wmem_array_get_count(s->kept);
    n = s->cut ? 0 : MIN(captured, APP_KEPT_MAX - have);
    if (n > 0)
        wmem_array_append(s->kept, bytes, (unsigned)n);
    s->cut = s->cut || n < length;
}

const uint8_t *
app_kept(const struct appstream *s, size_t *n)
{
    *n = s->kept ? wmem_array_get_count(s->kept) : 0;
    return *n > 0 ? (const uint8_t *)wmem_array_get_raw(s->kept) : (const uint8_t *)"";
}

void
app_forget_kept(struct appstream *s)
{
    if (s->kept)
        wmem_destroy_array(s->kept);
    s->kept = NULL;
    s->cut = false;
}

void
app_begin(struct appstream *s, const struct app_owner *to)
{
    app_forget_kept(s);
    s->headed = false;
    to->calls->begun(to->owner, s->is_request);
}

void
app_request(struct appstream *s, struct cgi_request *request, const struct app_owner *to)
{
    s->headed = true;
    to->calls->head(to->owner, true, cgi_request_head(request, !s->cut));
    app_forget_kept(s);
}

/* answers *****************************************************************/

void
app_text(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to)
{
    if (!s->text)
        s->text = httpstream_new_cgi(s->scope);
    httpstream_feed(s->text, bytes, captured, length, to->calls, to->owner);
}

void
app_forget_text(struct appstream *s)
{
    httpstream_free(s->scope, s->text);
    s->text = NULL;
    s->answered = 0;
    s->headed = false;
}

void
app_text_over(struct appstream *s, const struct app_owner *to)
{
    enum http_fault fault = s->text ? httpstream_partial_fault(s->text) : HTTP_FAULT_NONE;
    size_t head = 0;

    if (s->text)
        httpstream_partial_head(s->text, &head);
    if (!s->text || head > 0) {
        to->calls->fault(to->owner, false, fault == HTTP_FAULT_NONE ? HTTP_FAULT_NO_HEAD : fault);
    } else {
        httpstream_close(s->text, to->calls, to->owner);
        if (httpstream_inside_message(s->text))
            to->calls->end(to->owner, false);   /* it is shorter than it told */
    }
    app_forget_text(s);
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
