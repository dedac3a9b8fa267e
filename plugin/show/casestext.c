/* casestext.c
 * -z mwg502,cases: the cases as a table for people, each with its summary and what to check next
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "base/compat.h"

#include "show/advice.h"
#include "show/caseslist.h"
#include "show/encrypted.h"
#include "words/phrases.h"

enum { CASE, FRAME, TIME, STATUS, CLIENT_SIDE, URL, CAUSE, SERVER_SIDE, EVIDENCE, N_COLUMNS };

static const char *const titles[N_COLUMNS] = {
    "Case", "Frame", "Time (UTC)", "Status", "Client", "URL", "Cause", "Server", "Evidence frames"
};

/* Longer ones are cut in the table; JSON and CSV have all of them. */
#define CELL_MAX 48
/* Of the lines below a row. */
#define INDENT 8
#define LINE_MAX_CHARACTERS 96

static bool
is_number(unsigned column)
{
    return column == CASE || column == FRAME;
}

static void
fill_row(wmem_allocator_t *scope, const struct listed_case *c, char **cells)
{
    const struct verdict *v = c->verdict;
    char *time = cases_iso8601(scope, c->time, 3);

    if (*time) {
        time[10] = ' ';                         /* between date and time of day */
        time[strlen(time) - 1] = '\0';          /* the Z: the title says it */
    }
    cells[CASE] = wmem_strdup_printf(scope, "%u", v->number);
    cells[FRAME] = wmem_strdup_printf(scope, "%u", c->frame);
    cells[TIME] = time;
    cells[STATUS] = wmem_strdup_printf(scope, "%u", v->status);
    cells[CLIENT_SIDE] = words_endpoint(scope, &v->client, v->client_port);
    cells[URL] = cases_clean(scope, v->url);
    cells[CAUSE] = wmem_strdup(scope, cause_token(v->cause));
    cells[SERVER_SIDE] = v->server.family ? words_endpoint(scope, &v->server, v->server_port) : NULL;
    cells[EVIDENCE] = cases_evidence(scope, v);
    for (unsigned i = 0; i < N_COLUMNS; i++) {
        if (!cells[i] || !*cells[i])
            cells[i] = wmem_strdup(scope, "-");
        if (i != EVIDENCE)
            cells[i] = cases_shortened(scope, cells[i], CELL_MAX);
    }
}

/* Padded by hand: formats count bytes. */
static void
append_row(GString *text, const char *const *cells, const size_t *width)
{
    for (unsigned i = 0; i < N_COLUMNS; i++) {
        int padding = (int)(width[i] - (size_t)g_utf8_strlen(cells[i], -1));
        bool last = i == N_COLUMNS - 1;

        if (is_number(i))
            g_string_append_printf(text, "%*s%s  ", padding, "", cells[i]);
        else
            g_string_append_printf(text, "%s%*s", cells[i], last ? 0 : padding + 2, "");
    }
    g_string_append_c(text, '\n');
}

/* The words in lines below a row. */
static void
append_wrapped(GString *text, const char *words)
{
    size_t length = 0;

    for (const char *word = words, *end; *word; word = end + strspn(end, " ")) {
        size_t n;
        end = word + strcspn(word, " ");
        n = (size_t)g_utf8_strlen(word, end - word);
        if (length > 0 && length + 1 + n > LINE_MAX_CHARACTERS) {
            g_string_append_c(text, '\n');
            length = 0;
        }
        if (length == 0) {
            g_string_append_printf(text, "%*s", INDENT - 1, "");
            length = INDENT - 1;
        }
        g_string_append_c(text, ' ');
        g_string_append_len(text, word, end - word);
        length += 1 + n;
    }
    g_string_append_c(text, '\n');
}

static void
append_case(GString *text, wmem_allocator_t *scope, const struct verdict *v)
{
    append_wrapped(text, cases_clean(scope, verdict_summary(scope, v)));
    append_wrapped(text, wmem_strdup_printf(scope, "Advice: %s", cases_clean(scope, advice_for(scope, v))));
    g_string_append_c(text, '\n');
}

static void
append_totals(GString *text, const struct case_list *list)
{
    unsigned count[N_CAUSES] = { 0 }, n = list->cases->len;
    const char *before = ": ";

    for (unsigned i = 0; i < n; i++)
        count[g_array_index(list->cases, struct listed_case, i).verdict->cause]++;
    g_string_append_printf(text, "%u case%s", n, n == 1 ? "" : "s");
    for (int cause = 0; cause < N_CAUSES; cause++) {
        if (count[cause] == 0)
            continue;
        g_string_append_printf(text, "%s%s %u", before, cause_token((enum cause)cause), count[cause]);
        before = ", ";
    }
    g_string_append_c(text, '\n');
}

/* Before the totals, which stand last. */
static void
append_unseen(GString *text, wmem_allocator_t *scope, const struct case_list *list)
{
    const char *words = encrypted_words(scope, list->cases->len == 0);

    if (!words)
        return;
    append_wrapped(text, words);
    g_string_append_c(text, '\n');
}

bool
cases_write_text(const struct case_list *list, GString *text)
{
    wmem_allocator_t *scope = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK), *lines = wmem_allocator_new(WMEM_ALLOCATOR_BLOCK);
    unsigned n = list->cases->len;
    char *(*rows)[N_COLUMNS] = n > 0 ? wmem_alloc(scope, n * sizeof *rows) : NULL;
    size_t width[N_COLUMNS];
    bool ok = true;

    for (unsigned i = 0; i < N_COLUMNS; i++)
        width[i] = strlen(titles[i]);
    for (unsigned r = 0; r < n; r++) {
        fill_row(scope, &g_array_index(list->cases, struct listed_case, r), rows[r]);
        for (unsigned i = 0; i < N_COLUMNS; i++)
            width[i] = MAX(width[i], (size_t)g_utf8_strlen(rows[r][i], -1));
    }
    if (n > 0)
        append_row(text, titles, width);
    for (unsigned r = 0; ok && r < n; r++) {
        append_row(text, (const char *const *)rows[r], width);
        append_case(text, lines, g_array_index(list->cases, struct listed_case, r).verdict);
        ok = cases_put(text);
        wmem_free_all(lines);
    }
    append_unseen(text, scope, list);
    append_totals(text, list);
    ok = ok && cases_put(text);
    wmem_destroy_allocator(lines);
    wmem_destroy_allocator(scope);
    return ok;
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
