/* caseslist.c
 * The cases of a capture, collected for tables: what the taps told, kept until the end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include <errno.h>
#include <stdio.h>

#include <epan/column-utils.h>
#include <epan/to_str.h>
#include <wsutil/report_message.h>

#include "show/caseslist.h"

static void
free_texts(void *data)
{
    struct frame_texts *texts = (struct frame_texts *)data;

    g_free(texts->source);
    g_free(texts->destination);
    g_free(texts->protocol);
    g_free(texts->info);
    g_free(texts);
}

/* the taps ****************************************************************/

static when_t
time_of_packet(const packet_info *pinfo)
{
    return (when_t)pinfo->abs_ts.secs * NS_PER_SECOND + pinfo->abs_ts.nsecs;
}

static char *
plain_address(const packet_info *pinfo, const address *a)
{
    return a->type == AT_NONE ? NULL : g_strdup(address_to_str(pinfo->pool, a));
}

static void
keep_texts(struct case_list *list, const packet_info *pinfo)
{
    void *key = GUINT_TO_POINTER(pinfo->num);
    struct frame_texts *texts;

    if (!list->texts || g_hash_table_contains(list->texts, key))
        return;
    texts = g_new0(struct frame_texts, 1);
    texts->source = plain_address(pinfo, &pinfo->src);
    texts->destination = plain_address(pinfo, &pinfo->dst);
    texts->protocol = g_strdup(col_get_text(pinfo->cinfo, COL_PROTOCOL));
    texts->info = g_strdup(col_get_text(pinfo->cinfo, COL_INFO));
    if (texts->info)
        g_strchomp(texts->info);
    g_hash_table_insert(list->texts, key, texts);
}

static tap_packet_status
see_frame(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *nothing _U_, tap_flags_t flags _U_)
{
    struct case_list *list = (struct case_list *)data;
    when_t time = time_of_packet(pinfo);

    if (list->times->len <= pinfo->num)
        g_array_set_size(list->times, pinfo->num + 1);
    g_array_index(list->times, when_t, pinfo->num) = time;
    if (pinfo->num == 1)
        list->began = time;
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status
see_part(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *part _U_, tap_flags_t flags _U_)
{
    keep_texts((struct case_list *)data, pinfo);
    return TAP_PACKET_DONT_REDRAW;
}

static tap_packet_status
see_verdict(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *verdict, tap_flags_t flags _U_)
{
    struct case_list *list = (struct case_list *)data;
    struct listed_case listed = { (const struct verdict *)verdict, pinfo->num, time_of_packet(pinfo) };

    g_array_append_val(list->cases, listed);
    keep_texts(list, pinfo);
    return TAP_PACKET_REDRAW;
}

static void
forget(void *data)
{
    struct case_list *list = (struct case_list *)data;

    g_array_set_size(list->cases, 0);
    g_array_set_size(list->times, 0);
    if (list->texts)
        g_hash_table_remove_all(list->texts);
}

static void
write_list(void *data)
{
    const struct case_list *list = (const struct case_list *)data;
    GString *text = g_string_new(NULL);

    if (!list->write(list, text) || fflush(stdout) != 0)
        report_failure("The cases cannot be written: %s", g_strerror(errno));
    g_string_free(text, TRUE);
}

bool
cases_put(GString *text)
{
    bool written = fwrite(text->str, 1, text->len, stdout) == text->len;

    g_string_truncate(text, 0);
    return written;
}

GString *
cases_listen(const char *filter, cases_writer write, bool with_texts)
{
    struct case_list *list = g_new0(struct case_list, 1);
    GString *wrong;

    list->write = write;
    list->cases = g_array_new(FALSE, TRUE, sizeof(struct listed_case));
    list->times = g_array_new(FALSE, TRUE, sizeof(when_t));
    list->texts = with_texts ? g_hash_table_new_full(NULL, NULL, NULL, free_texts) : NULL;
    wrong = register_tap_listener("mwg502", list, filter && *filter ? filter : NULL, with_texts ? TL_REQUIRES_COLUMNS : TL_REQUIRES_NOTHING,
                                  forget, see_verdict, write_list, NULL);
    if (!wrong)
        wrong = register_tap_listener("frame", list, NULL, TL_REQUIRES_NOTHING, NULL, see_frame, NULL, NULL);
    if (!wrong && with_texts)
        wrong = register_tap_listener("mwg502_part", list, NULL, TL_REQUIRES_COLUMNS, NULL, see_part, NULL, NULL);
    return wrong;
}

when_t
cases_time_of(const struct case_list *list, uint32_t number)
{
    return number < list->times->len ? g_array_index(list->times, when_t, number) : 0;
}

const struct frame_texts *
cases_texts_of(const struct case_list *list, uint32_t number)
{
    return list->texts ? (const struct frame_texts *)g_hash_table_lookup(list->texts, GUINT_TO_POINTER(number)) : NULL;
}

/* words *******************************************************************/

char *
cases_clean(wmem_allocator_t *scope, const char *text)
{
    char *valid, *clean;

    if (!text)
        return NULL;
    valid = g_utf8_make_valid(text, -1);
    clean = wmem_strdup(scope, valid);
    g_free(valid);
    for (char *c = clean; *c; c = g_utf8_next_char(c)) {
        switch (g_unichar_type(g_utf8_get_char(c))) {
        case G_UNICODE_CONTROL:             /* a terminal obeys them, C1 too */
        case G_UNICODE_FORMAT:              /* some turn the order of the text around */
        case G_UNICODE_LINE_SEPARATOR:
        case G_UNICODE_PARAGRAPH_SEPARATOR:
            memset(c, '?', (size_t)(g_utf8_next_char(c) - c));
            break;
        default:
            break;
        }
    }
    return clean;
}

char *
cases_shortened(wmem_allocator_t *scope, const char *text, long most)
{
    static const char dots[] = "...";
    const char *end;

    if (g_utf8_strlen(text, -1) <= most)
        return wmem_strdup(scope, text);
    end = g_utf8_offset_to_pointer(text, most - (long)strlen(dots));
    return wmem_strdup_printf(scope, "%.*s%s", (int)(end - text), text, dots);
}

char *
cases_iso8601(wmem_allocator_t *scope, when_t time, unsigned digits)
{
    GDateTime *second = time < 0 ? NULL : g_date_time_new_from_unix_utc(time / NS_PER_SECOND);
    unsigned fraction = (unsigned)(time % NS_PER_SECOND);
    char *date, *text;

    if (!second)
        return wmem_strdup(scope, "");
    for (unsigned i = digits; i < 9; i++)
        fraction /= 10;
    date = g_date_time_format(second, "%Y-%m-%dT%H:%M:%S");
    text = digits == 0 ? wmem_strdup_printf(scope, "%sZ", date) : wmem_strdup_printf(scope, "%s.%0*uZ", date, (int)digits, fraction);
    g_free(date);
    g_date_time_unref(second);
    return text;
}

char *
cases_address(wmem_allocator_t *scope, const struct ipaddr *ip)
{
    address a = ipaddr_to_address(ip);

    return ip->family ? address_to_str(scope, &a) : NULL;
}

char *
cases_evidence(wmem_allocator_t *scope, const struct verdict *v)
{
    wmem_strbuf_t *text = wmem_strbuf_new(scope, "");

    for (unsigned i = 0; i < v->n_cited; ) {
        uint32_t first = verdict_number(v, v->cited[i++].frame), last = first;

        if (!first)
            continue;           /* a read filter rejected it */
        while (i < v->n_cited && verdict_number(v, v->cited[i].frame) == last + 1)
            last = verdict_number(v, v->cited[i++].frame);
        wmem_strbuf_append_printf(text, first == last ? "%s%u" : "%s%u-%u", wmem_strbuf_get_len(text) > 0 ? "," : "", first, last);
    }
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
