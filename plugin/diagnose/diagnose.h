/* diagnose.h
 * From the evidence for one response to its cause
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_DIAGNOSE_DIAGNOSE_H
#define MWG502_DIAGNOSE_DIAGNOSE_H

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
    MISSING_REQUEST,            /* the client's request */
    MISSING_GATEWAY_SIDE,       /* everything between the gateway and anybody */
    MISSING_ATTEMPT,            /* any attempt for this request */
    MISSING_CONNECTION,         /* the name was resolved, no connection followed */
    MISSING_CHOICE,             /* too much happened at once */
    MISSING_DISSECTION,         /* packets of protocols that are disabled */
    MISSING_REASON,             /* the server's answer was complete and valid */
    MISSING_BYTES,              /* frames of the server's answer */
    MISSING_LATE                /* frames of another interface that come later in the file */
};

/* What one attempt came to. status: of a response that was complete and valid, else 0. */
struct outcome {
    enum cause cause;
    unsigned status;
};

struct finding {
    enum cause cause;
    enum confidence confidence;
    enum missing missing;
    const struct attempt *attempt;      /* that decided, or NULL */
    struct outcome outcome;             /* its */
    bool soon;                          /* silence that was too short for any timeout */
    bool early;                         /* silence that frames which come later in the file may break */
    unsigned tries;                     /* attempts at its address and port that failed alike */
    const struct question *question;    /* that decided, or NULL */
    struct cited cited[EVIDENCE_MAX];   /* in order of frames, no frame twice */
    unsigned n_cited;
};

/*
 * Pure: no dissection, no globals, no allocation. until: when the gateway answered the
 * client; what ended a connection later is no cause. code: the status that is diagnosed.
 */
struct outcome attempt_outcome(const struct attempt *attempt, when_t until, unsigned code);

/* The rules of interface.md, "Boundaries" and "Evidence, per cause". finding points into the evidence. */
void diagnose(const struct evidence *evidence, struct finding *finding);

/*
 * Judged at the last name that evidence->search tried: No Such Name if an answer says so; else
 * unanswered; else an error; else no address. false: it brought an address, or nothing is known of it.
 */
bool judge_search(const struct evidence *evidence, struct finding *finding);

/* When the gateway asked the server; its start where no request was seen. */
when_t attempt_request_time(const struct attempt *attempt);

/* When the last thing that it rests on happened; 0 where it rests on silence. */
when_t attempt_decided_at(const struct attempt *attempt, enum cause cause);
when_t search_decided_at(const struct evidence *evidence);
when_t decided_at(const struct evidence *evidence, const struct finding *finding);

/* Since when evidence->search waits for answers in vain; 0: it does not, or the resolver would ask again. */
when_t search_silent_since(const struct evidence *evidence);

/* Likely at most. */
void finding_weaken(struct finding *finding);

/* Makes it a confession: what it rests on may be overtaken by frames that come later in the file. */
void finding_withdraw(struct finding *finding);

const char *cause_token(enum cause cause);
const char *cause_category(enum cause cause);
/* NULL: none fits. */
const char *cause_rfc9209(enum cause cause);
bool cause_explains(enum cause cause);
const char *confidence_token(enum confidence confidence);
const char *role_token(enum role role);
const char *role_words(enum role role);

#endif
