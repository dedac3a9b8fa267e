/* explain.h
 * Why something was begun: a try before that failed, or a request that waits
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_MATCH_EXPLAIN_H
#define MWG502_MATCH_EXPLAIN_H

#include "model/model.h"

/* Of two requests of which one fits hardly better than the other, it is not known which one something was begun for. */
#define ABOUT_AS_WELL 200

/* HAProxy waits so long before it tries a server again that refused (its manual, "retries": a turn-around timer). */
#define TURN_AROUND NS_PER_SECOND

/* A connection, or a request on one, that a gateway begins now. Nothing in it is owned. */
struct event {
    struct root *root;
    struct gateway *gateway;
    bool known;                 /* the opener is known to be the gateway; false: by its network card alone */
    const struct activities *activities;        /* among which an earlier try stands */
    struct conn *conn;
    struct exchange *child;     /* NULL: a connection was begun */
    when_t time;
    int rate;                   /* see USUAL_RATE */
};

/* A try that failed, or is silent, and that nothing follows, or something that fits worse. gain: in hundredths of a bit. */
struct earlier {
    struct conn *conn;          /* NULL: none */
    int gain;
};

/* A request that waits. */
struct candidate {
    struct exchange *waiting;   /* NULL: none */
    int gain, relation;         /* relation: what the event says of the request, without the time */
    int all;                    /* what it gains that it was begun for one of all that wait, whichever: of many no single one may fit well */
    when_t since;               /* the gateway could turn to a server for it */
    bool doubtful;              /* another one fits about as well */
};

/* The one that explains it best, of the latest ones. */
struct earlier explain_by_try(const struct event *event);
struct candidate explain_by_request(const struct event *event);

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
