/* finding.h
 * What diagnose() found: the cause, how sure it is, what it rests on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_DIAGNOSE_FINDING_H
#define MWG502_DIAGNOSE_FINDING_H

#include "diagnose/causes.h"
#include "diagnose/evidence.h"

enum confidence { CONFIDENCE_NONE, CONFIDENCE_INFERRED, CONFIDENCE_LIKELY, CONFIDENCE_OBSERVED };

#define EVIDENCE_MAX 256

struct cited {
    uint32_t frame;
    enum role role;
};

/* Why a cause is CAUSE_UNKNOWN, for the summary. */
enum missing {
    MISSING_NOTHING,
    MISSING_REQUEST,            /* the client's request, or it cannot be read */
    MISSING_GATEWAY_SIDE,       /* everything between the gateway and anybody */
    MISSING_ATTEMPT,            /* any attempt for this request: the gateway may have decided by itself */
    MISSING_CONNECTION,         /* the name was resolved, no connection followed: likewise */
    MISSING_CHOICE,             /* several things fit */
    MISSING_DISSECTION,         /* packets of protocols that are disabled */
    MISSING_REASON,             /* the server's answer was complete and valid, or nothing was sent to it: likewise */
    MISSING_CONSENT,            /* of a server: it refused, in another protocol than HTTP */
    MISSING_KEYS,               /* those of a server's answer in TLS */
    MISSING_BYTES,              /* frames of the server's answer */
    MISSING_LATE                /* frames of another interface that come later in the file */
};

/* What one attempt came to. status: of a response that was complete and valid, else 0. */
struct outcome {
    enum cause cause;
    unsigned status;
};

/* Why a response did not come, as far as acknowledgments tell. */
enum stall {
    STALL_UNKNOWN,
    STALL_REQUEST,              /* the request was not acknowledged */
    STALL_LARGE_SEGMENTS,       /* its large segments were not: a path MTU */
    STALL_ZERO_WINDOW,          /* the server took no more bytes */
    STALL_HANDSHAKE_ONE_WAY,    /* the server never saw its SYN/ACK acknowledged */
    STALL_SILENT                /* all was acknowledged, and no answer came */
};

struct finding {
    enum cause cause;
    enum confidence confidence;
    enum missing missing;
    const struct attempt *attempt;      /* that decided, or NULL */
    struct outcome outcome;             /* its */
    bool soon;                          /* silence that was too short for any timeout */
    bool early;                         /* silence that frames which come later in the file may break */
    const struct question *question;    /* that decided, or NULL */
    enum stall stall;                   /* of CAUSE_RESPONSE_TIMEOUT */
    const struct closing *end;          /* what ended the deciding connection in the server's name, if that decided; else NULL */
    struct cited cited[EVIDENCE_MAX];   /* in order of frames, no frame twice */
    unsigned n_cited;
};

/* Adds a frame to those that show the cause; not frame 0, and not beyond EVIDENCE_MAX. */
void cite(struct finding *finding, uint32_t frame, enum role role);
void cite_all(struct finding *finding, const struct frames *frames, enum role role);

/* Puts the cited frames in order and leaves each once, with the first of its roles. */
void sort_cited(struct finding *finding);

/* Likely at most. */
void finding_weaken(struct finding *finding);

/* Makes it a confession: what it rests on may be overtaken by frames that come later in the file. */
void finding_withdraw(struct finding *finding);

/* "observed" ...: what mwg502.confidence holds. */
const char *confidence_token(enum confidence confidence);

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
