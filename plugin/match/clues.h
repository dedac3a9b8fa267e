/* clues.h
 * The kinds of evidence and what each one weighs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_CLUES_H
#define MWG502_MATCH_CLUES_H

#include "model/model.h"

/*
 * The kinds of evidence, strongest first. X(name, gain, tie, words): gain is how much likelier the
 * two belong together where it is seen than where it is not, in hundredths of a bit
 * (negative: it speaks against); tie is what it counts for in a verdict; words go behind "Why
 * this one: ". Gains are of the order in which such things occur by chance among the
 * requests of a busy gateway: two of a thousand share a URL, one of ten shares a next hop.
 */
#define MWG502_CLUES(X) \
    X(SAME_REQUEST,   1600, TIE_REQUEST, "same host, path and method") \
    X(NAMES_CLIENT,   1200, TIE_REQUEST, "its X-Forwarded-For names the client") \
    X(SAME_MARK,      1000, TIE_REQUEST, "same cookie, credentials or request id") \
    X(SAME_TARGET,    1200, TIE_REQUEST, "same host in CONNECT or in TLS") \
    X(SAME_PATH,      1000, TIE_REQUEST, "same path and method") \
    X(SAME_TAIL,       500, TIE_LEARNT,  "same end of the path") \
    X(SAME_AGENT,      200, TIE_TIME,    "same user agent") \
    X(ADDRESS,         800, TIE_ADDRESS, "an address of the host") \
    X(ROUTE,           400, TIE_LEARNT,  "where earlier requests for this host went") \
    X(NEXT_HOP,        200, TIE_LEARNT,  "where this gateway's requests for any host go") \
    X(PORT,            200, TIE_TIME,    "the port that was asked for") \
    X(SAME_LINK,       300, TIE_TIME,    "from the gateway's network card") \
    X(STRAY,          -500, TIE_TIME,    "from an address that is not known to be the gateway's") \
    X(ASKS_ITSELF,    -500, TIE_TIME,    "from an address that asks for itself, too") \
    X(OTHER_ROUTE,    -300, TIE_TIME,    "not where earlier requests for this host went") \
    X(OTHER_ADDRESS,  -600, TIE_TIME,    "an address of another host that is waited for") \
    X(OTHER_PORT,     -600, TIE_TIME,    "another port of the host") \
    X(OTHER_CLIENT,  -1000, TIE_TIME,    "its X-Forwarded-For names another client") \
    X(OTHER_AGENT,    -500, TIE_TIME,    "another user agent") \
    X(OTHER_MARK,     -600, TIE_TIME,    "another cookie") \
    X(OTHER_TARGET,  -1000, TIE_TIME,    "another host in CONNECT or in TLS") \
    X(OTHERS_REQUEST,-1500, TIE_TIME,    "word for word another client's request") \
    X(OTHER_REQUEST,     0, TIE_TIME,    "another request") /* by the gateway's habit: see relation_of() */

enum clue {
#define CLUE_NAME(name, gain, tie, words) CLUE_##name,
    MWG502_CLUES(CLUE_NAME)
#undef CLUE_NAME
    N_CLUES
};

struct relation {
    uint32_t clues;             /* 1 << enum clue, of all that were seen */
    int gain;                   /* their sum */
    enum tie tie;               /* the strongest */
};

/* Adds it; a clue that was found before counts again. */
void clue_found(struct relation *relation, enum clue clue);

int clue_gain(enum clue clue);
const char *clue_words(enum clue clue);

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
