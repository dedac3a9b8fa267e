/* verdict.h
 * What is kept of a diagnosed response: all that is shown of it on any visit
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_CASES_VERDICT_H
#define MWG502_CASES_VERDICT_H

#include <epan/wmem_scopes.h>

#include "diagnose/diagnose.h"
#include "fact/said.h"
#include "model/model.h"
#include "base/numbers.h"

/* AGREEMENT_NONE: nothing was compared, since one of both says no category. */
enum agreement { AGREEMENT_NONE, AGREES, DIFFERS };

/* Attempts and DNS questions that are listed. */
#define LISTED_MAX 32

/* One connection that was tried. */
struct tried {
    struct ipaddr server;
    uint16_t port;
    bool reused;
    uint32_t stream, frame;     /* first SYN, or the request on a kept-alive connection; UINT32_MAX and 0 if no SYN could be sent */
    when_t after;               /* since the client's request */
    struct outcome outcome;
};

/* One DNS question. */
struct looked_up {
    const char *name;           /* may be the verdict's host */
    struct ipaddr server;
    uint16_t type;
    uint32_t frame, answer_frame;
    when_t after;               /* since the client's request */
    when_t took;                /* until the answer */
    enum dns_outcome outcome;
    uint8_t rcode;
    uint8_t n_told;             /* addresses in the answer */
    const struct ipaddr *told;  /* the first of them, TOLD_MAX at most */
};

/*
 * Everything in it is of wmem_file_scope() and is never changed once the frame was shown,
 * except where frames are out of time order. Also what the tap mwg502 carries. Frames are
 * serials: verdict_number() tells what to show.
 */
struct verdict {
    const struct numbers *numbers;
    uint32_t number;            /* mwg502.case, from 1 */
    uint32_t frame;             /* that shows the response */
    unsigned status;
    enum cause cause;
    enum confidence confidence;
    enum missing missing;
    const char *rfc9209;        /* NULL: none */
    const char *summary;        /* see verdict_summary() */
    const char *host, *url, *method;    /* NULL: unknown */
    const char *reported;       /* what the gateway said of itself, NULL: nothing */
    enum agreement agreement;   /* of reported with the cause */
    enum product product;       /* of the gateway */
    uint16_t port;              /* asked for, 0: unknown */
    uint32_t request_frame;     /* 0: not in the capture */
    when_t wait;                /* request to response */
    struct ipaddr client, gateway, server;      /* server.family 0: none */
    uint16_t client_port, server_port;
    uint32_t client_stream, server_stream;
    const char *dns_name, *dns_rcode;   /* NULL: no look-up decided */
    bool has_icmp;
    uint8_t icmp_type, icmp_code;
    struct tried *tried;
    unsigned n_tried;           /* attempts listed; attempts counts all */
    unsigned attempts;
    struct looked_up *looked_up;
    unsigned n_looked_up;
    struct cited *cited;
    unsigned n_cited;
    struct span *spans;         /* up to the frame that shows the response: see cases/export.h */
    unsigned n_spans;
    uint32_t *support;
    unsigned n_support;
    const char *why;            /* what ties the attempt to the request, terms with "; " between them; NULL: nothing to say */
    enum stall stall;
    when_t idle;                /* 0: unknown, or on no kept connection */
    enum sender sender;         /* of what ended the deciding connection */
    const char *protocol;       /* that the gateway speaks to the deciding server, an application; NULL: HTTP, or none that is known */
    bool old_ack, own_rst;      /* the SYN drew the ACK of an older connection; the gateway's own host reset the SYN/ACK */
    bool unreadable_request;    /* the client sent something, which is no request */
    bool at_gateway;            /* the capture was taken there */
    bool without_keys;          /* the deciding connection is TLS, of which only the directions of records can be told */
    bool settled;               /* seen in time order, where the file is not */
    struct verdict *next;       /* another response in the same frame */
};

/* Fills all but numbers, number, frame, next and what export_fill() does; timeout in seconds, of the preference. */
void verdict_fill(struct verdict *verdict, const struct exchange *exchange, const struct evidence *evidence, const struct finding *finding,
                  const struct said *said, unsigned timeout);

/* The number of a frame that it knows; 0: a read filter rejected the frame. */
uint32_t verdict_number(const struct verdict *verdict, uint32_t frame);

/* The summary, and how many frames of the case a read filter rejected; in the given scope. */
const char *verdict_summary(wmem_allocator_t *scope, const struct verdict *verdict);

/* "agrees" or "differs"; NULL for AGREEMENT_NONE. */
const char *agreement_token(enum agreement agreement);

/* "frame.number in {6, 14, 16}" in the given scope: request, evidence and response. */
char *verdict_filter(wmem_allocator_t *scope, const struct verdict *verdict);

/* A frame's part in a case; several where one failure led to several responses. */
struct part {
    const struct verdict *verdict;
    enum role role;
    struct part *next, *last;   /* last: of the list's first one only */
};

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
