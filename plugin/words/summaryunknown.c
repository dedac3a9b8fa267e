/* summaryunknown.c
 * Verdicts in words: what the capture lacks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "bytes/httphead.h"
#include "words/summaryunknown.h"

#define BY_ITSELF "the gateway may have decided by itself (a rule, a full queue, a socket of its own host), which no capture shows"

static const char no_gateway_side_here[] =
    "The capture was taken on the gateway and holds nothing that it sent to DNS or servers: its filter left that out, or " BY_ITSELF;

/* What is missing, and the one step that would settle it; NULL: the words say it. */
static const struct {
    const char *words, *step;
} rows[] = {
    [MISSING_NOTHING] = { "The capture does not hold the reason", NULL },
    [MISSING_REQUEST] = { "The client's request is not in the capture; it began too late, or frames were dropped", "Start the capture before the request" },
    [MISSING_GATEWAY_SIDE] = { "The capture holds nothing that the gateway sent to DNS or servers: it was taken on the clients' side, its filter left "
                               "that out, or the sender of the response is the server itself",
                               "Capture on the gateway itself: tcpdump -s 0 -i any -w filename.pcap" },
    [MISSING_ATTEMPT] = { "Between the request and its response the capture holds no look-up and no connection for it: " BY_ITSELF,
                          "The gateway's own log tells" },
    [MISSING_CONNECTION] = { "The name was resolved, but the capture holds no connection for this request: " BY_ITSELF, "The gateway's own log tells" },
    [MISSING_CHOICE] = { "The gateway did several things meanwhile and nothing ties one of them to this request",
                         "Capture again while nobody else asks, or let the gateway log which server it asked" },
    [MISSING_DISSECTION] = { "The reason may lie in packets that Wireshark was told not to dissect", NULL },
    [MISSING_REASON] = { "The capture does not hold the reason", "The gateway's own log tells" },
    [MISSING_CONSENT] = { "The server refused", "Its own log tells more" },
    [MISSING_KEYS] = { "The server answered in TLS, and the capture cannot be decrypted without its keys", "Give Wireshark the key log of the gateway or the server" },
    [MISSING_BYTES] = { "The capture lacks bytes of the server's answer that the gateway received: frames were dropped",
                        "Capture again with whole frames and a large buffer: tcpdump -s 0 -B 65536" },
    [MISSING_LATE] = { "The capture is out of time order, and frames that belong before this response come later in the file: the next visit shows "
                       "the verdict (tshark -2, or a reload of the packet list)", NULL },
};

/* A connection stood, and no answer of it explains the response. */
static void
say_connection(struct writer *w)
{
    const struct attempt *a = w->f->attempt;

    if (w->f->outcome.status > HTTP_STATUS_MAX)
        SAY(w, "%s answered: %s, after %s", server(w), words_refusal(w->scope, w->f->outcome.status), duration(w, a->reply.head_time - a->request_time));
    else if (w->f->outcome.status)
        SAY(w, "%s gave a complete, valid answer with status %u after %s, and the gateway answered %u all the same", server(w),
            w->f->outcome.status, duration(w, a->reply.head_time - a->request_time), w->e->status);
    else if (w->f->missing == MISSING_KEYS)
        SAY(w, "%s answered in TLS, and the capture cannot be decrypted without its keys", server(w));
    else if (a->gateway_bytes_frame)
        SAY(w, "The connection to %s stood, and what the gateway sent on it cannot be read as a request", server(w));
    else
        SAY(w, "The connection to %s stood, and the gateway sent nothing on it", server(w));
}

void
summary_unknown(struct writer *w)
{
    enum missing missing = w->f->missing;
    const char *step = rows[missing].step;

    if (w->f->attempt && (missing == MISSING_REASON || missing == MISSING_CONSENT || missing == MISSING_KEYS)) {
        say_connection(w);
    } else if (missing == MISSING_REQUEST && w->e->doubts.unreadable_request) {
        SAY(w, "What the client sent is in the capture and cannot be read as a request");
        step = NULL;
    } else if (missing == MISSING_GATEWAY_SIDE && w->e->doubts.at_gateway) {
        SAY(w, "%s", no_gateway_side_here);
        step = "Capture without a filter, on all interfaces (-i any)";
    } else {
        SAY(w, "%s", rows[missing].words);
    }
    if (step)
        SAY(w, ". %s", step);
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
