/* caseslist.h
 * The cases of a capture, collected for tables: what the taps told, kept until the end
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_CASESLIST_H
#define MWG502_SHOW_CASESLIST_H

#include <glib.h>

#include "cases/verdict.h"

/*
 * What one frame looks like in the packet list. A frame that comes before its 502 is known to
 * belong to a case on the second pass only, so that one pass has texts for the 502 alone.
 * Texts may be NULL.
 */
struct frame_texts {
    char *source, *destination, *protocol, *info;
};

/* One case as it was shown. */
struct listed_case {
    const struct verdict *verdict;  /* of wmem_file_scope(): the capture is still open when tables are written */
    uint32_t frame;                 /* number of the frame with the response */
    when_t time;                    /* of that frame */
};

/*
 * Writes a table: appends a piece to the text, gives it to cases_put(), and so on. text is empty at first.
 * false: cases_put() failed.
 */
struct case_list;
typedef bool (*cases_writer)(const struct case_list *list, GString *text);

struct case_list {
    cases_writer write;
    GArray *cases;                  /* struct listed_case, in order of frames */
    GArray *times;                  /* when_t of each frame, by its number; 0: none */
    GHashTable *texts;              /* number of a frame -> struct frame_texts */
    when_t began;                   /* time of the capture's first frame */
};

/*
 * Listens to the tap mwg502 with a display filter (NULL or "": none) and calls write once the
 * capture was read. with_texts: keep what the packet list says of each frame of a case, which
 * makes Wireshark fill in the columns of every frame. What is kept grows by 8 bytes a frame and
 * by what the cases need, and lives until the program ends or the taps are reset.
 * Returns NULL, or an error message that the caller frees with g_string_free(): a wrong filter.
 */
GString *cases_listen(const char *filter, cases_writer write, bool with_texts);

/* Writes the text to standard output and empties it. false: no more can be written (a full disk), and errno says why. */
bool cases_put(GString *text);

/* When a frame was captured; 0: not known. number 0 is no frame. */
when_t cases_time_of(const struct case_list *list, uint32_t number);

/* NULL: nothing is kept of that frame. */
const struct frame_texts *cases_texts_of(const struct case_list *list, uint32_t number);

/*
 * A text of the capture as valid UTF-8 in which each byte of a control, format or line-separating character is
 * a question mark; in the given scope. NULL in, NULL out.
 */
char *cases_clean(wmem_allocator_t *scope, const char *text);

/* A text of at most so many characters (4 or more), the last three of which are "..." where it was longer; in the given scope. */
char *cases_shortened(wmem_allocator_t *scope, const char *text, long most);

/* "2013-03-09T00:26:06.030000000Z" (ISO 8601, RFC 3339), digits: how many behind the point, 0 to 9; "" for a time beyond the year 9999. */
char *cases_iso8601(wmem_allocator_t *scope, when_t time, unsigned digits);

/* "10.1.1.2", "2001:db8::1"; NULL where there is no address. */
char *cases_address(wmem_allocator_t *scope, const struct ipaddr *ip);

/* "827-830,832": the evidence's frames. "" where there are none. */
char *cases_evidence(wmem_allocator_t *scope, const struct verdict *verdict);

/* The writers. The head of casesjson.c, casescsv.c ... says what each writes. */
bool cases_write_json(const struct case_list *list, GString *text);
bool cases_write_csv(const struct case_list *list, GString *text);
bool cases_write_text(const struct case_list *list, GString *text);
bool cases_write_comments(const struct case_list *list, GString *text);

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
