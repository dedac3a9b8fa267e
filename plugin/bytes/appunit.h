/* appunit.h
 * What the protocols between a gateway and an application are made of: for their readers and appstream.c, for nobody else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_BYTES_APPUNIT_H
#define MWG502_BYTES_APPUNIT_H

#include "bytes/cgi.h"
#include "bytes/httpstream.h"

/* The longest header of a unit: FastCGI's. */
#define APP_HEADER_MAX 8

/* Of a unit that is read as a whole; longer ones are read as far. nginx and Apache send 64 KiB at most. */
#define APP_KEPT_MAX (64 * 1024)

enum app_state {
    APP_HEADER,                 /* the next byte belongs to a unit's header */
    APP_CONTENT,
    APP_PADDING,
    APP_REST,                   /* nothing more is read */
    APP_TUNNEL,                 /* what follows is of another protocol */
    APP_LOST,                   /* bytes are missing: wait for a segment that begins with a unit */
    APP_FAULTY
};

struct appstream {
    wmem_allocator_t *scope;
    const struct app_protocol *protocol;
    bool is_request;
    uint8_t state;              /* enum app_state */
    bool on_trial;              /* it was lost: what seems to be a unit's header may be none */
    uint8_t header[APP_HEADER_MAX];
    uint8_t have;               /* bytes of it */
    uint8_t type;               /* of the unit at hand */
    uint32_t left, padding;     /* bytes of it still to come */
    bool cut;                   /* some of the content that is kept is missing */
    bool headed;                /* the head of the message at hand was told */
    wmem_array_t *kept;         /* content that is read as a whole */
    struct httpstream *text;    /* of the answer at hand: its head and body as CGI has them; NULL: none yet */
    uint32_t answered;          /* bytes of the answer at hand, without headers of units */
    uint64_t body;              /* bytes of the request's body still to come (AJP) */
    bool body_open;             /* there is one whose length is not known */
};

/* Whom to tell what was found. */
struct app_owner {
    const struct httpstream_owner *calls;
    void *owner;
};

enum app_take {
    APP_MORE,                   /* the header goes on */
    APP_UNIT,                   /* it is complete: left and padding are set */
    APP_BAD                     /* it is none */
};

/* How one direction is read. */
struct app_reader {
    enum app_take (*header)(struct appstream *s, const struct app_owner *to);   /* one more byte of it came; NULL: all is text */
    void (*content)(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to);
    void (*over)(struct appstream *s, const struct app_owner *to);      /* the unit is complete */
};

/* A row of the table in appstream.c. */
struct app_protocol {
    const char *name;
    bool (*begins)(const uint8_t *bytes, size_t n);     /* true: a connection's first bytes, sent by a gateway */
    struct app_reader request, answer;
};

/* Keeps content until it is read: what is kept, n is 0 where nothing is; and that it was read. */
void app_keep(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to);
const uint8_t *app_kept(const struct appstream *s, size_t *n);
void app_forget_kept(struct appstream *s);

/* A message begins: what was known of the one before is forgotten. */
void app_begin(struct appstream *s, const struct app_owner *to);

/* The head of the request at hand, which was read from what is kept. */
void app_request(struct appstream *s, struct cgi_request *request, const struct app_owner *to);

/* Bytes of an answer that is text; it is over, though the connection goes on. */
void app_text(struct appstream *s, const uint8_t *bytes, size_t captured, size_t length, const struct app_owner *to);
void app_text_over(struct appstream *s, const struct app_owner *to);

/* Forgets the answer at hand. */
void app_forget_text(struct appstream *s);

unsigned app_word(const uint8_t *bytes);        /* two bytes, the high one first */

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
