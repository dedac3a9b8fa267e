/* outcome.c
 * What one connection attempt came to
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <glib.h>

#include "diagnose/diagnose.h"

/*
 * The smallest limit that a common proxy has for a response's head (nginx's
 * proxy_buffer_size on small pages). A complete response that was refused all the same
 * and has a longer head was refused for that.
 */
#define SMALLEST_HEAD_LIMIT 4000

/* A gateway that gives up sooner after the last byte did not wait for more. */
#define NO_WAIT (NS_PER_SECOND / 2)

static struct outcome
cause_only(enum cause cause)
{
    return (struct outcome){ cause, 0 };
}

/* The server ended the connection, before the gateway did and before it answered its client. */
static bool
server_ended(const struct attempt *a, when_t until)
{
    const struct closing *server = &a->closed[SERVER], *gateway = &a->closed[CLIENT];

    return server->frame && server->time <= until && (!gateway->frame || server->time <= gateway->time);
}

static struct outcome
handshake_outcome(const struct attempt *a, when_t until)
{
    const struct handshake *hs = &a->hs;
    bool icmp = hs->icmp.n > 0 && hs->first_icmp <= until && !ipaddr_equal(&hs->icmp_source, &a->gateway);

    if (hs->rst.n > 0 && hs->first_rst <= until && (!icmp || hs->last_rst > hs->last_icmp))
        return cause_only(CAUSE_RST);
    return cause_only(icmp ? CAUSE_ICMP : CAUSE_SYN_TIMEOUT);
}

static struct outcome
ended_or_silent(const struct attempt *a, when_t until, enum cause closed, enum cause reset)
{
    if (!server_ended(a, until))
        return cause_only(CAUSE_RESPONSE_TIMEOUT);
    return cause_only(a->closed[SERVER].reset ? reset : closed);
}

static struct outcome
tls_outcome(const struct attempt *a, when_t until)
{
    const struct tls_facts *tls = &a->tls;

    if (tls->not_tls_frame || tls->alert_frame || !tls->done || !tls->request_frame)
        return cause_only(CAUSE_TLS);
    if (tls->response_frame && tls->response_time <= until)
        return cause_only(CAUSE_UNKNOWN);       /* encrypted: nobody can tell what it said */
    return ended_or_silent(a, until, CAUSE_SERVER_CLOSED, CAUSE_SERVER_RESET);
}

static bool
head_is_beyond_limits(const struct attempt *a, when_t until)
{
    return a->reply.head_length >= SMALLEST_HEAD_LIMIT && (a->reply.complete || until - a->reply.last_data < NO_WAIT);
}

/* A pause behind which a reaction is one to what came before it. */
#define AT_ONCE (NS_PER_SECOND / 50)

bool
attempt_broke_off(const struct attempt *a, when_t until)
{
    const struct reply *reply = &a->reply;
    when_t end = a->closed[CLIENT].frame && a->closed[CLIENT].time < until ? a->closed[CLIENT].time : until;
    when_t quiet = end - reply->last_data;
    when_t pause = reply->data.seen > 1 ? (reply->last_data - reply->first_data) / (reply->data.seen - 1) : reply->last_data - a->request_time;

    if (!reply->last_data || reply->head_length >= SMALLEST_HEAD_LIMIT || server_ended(a, end) || quiet < 0 || quiet >= NO_WAIT)
        return false;
    return end - a->request_time < NO_WAIT || (quiet < AT_ONCE && pause > 10 * AT_ONCE);
}

static struct outcome
reply_outcome(const struct attempt *a, when_t until, unsigned code)
{
    const struct reply *reply = &a->reply;
    bool answered = reply->status && reply->head_time <= until;

    if (a->early_frame && !answered)
        return cause_only(CAUSE_INVALID_RESPONSE);      /* it spoke first, as HTTP servers never do */
    if (reply->fault != HTTP_FAULT_NONE && !httphead_fault_is_readable(reply->fault))
        return cause_only(CAUSE_INVALID_RESPONSE);
    if (answered && reply->status == code)
        return (struct outcome){ CAUSE_RELAYED, reply->status };
    if (reply->fault != HTTP_FAULT_NONE)
        return cause_only(CAUSE_INVALID_RESPONSE);
    if (answered && reply->complete && reply->complete_time <= until)
        return (struct outcome){ head_is_beyond_limits(a, until) ? CAUSE_INVALID_RESPONSE : CAUSE_UNKNOWN, reply->status };
    if (reply->missing && !reply->complete)
        return cause_only(CAUSE_UNKNOWN);
    if (answered || reply->head_length > 0) {
        if (server_ended(a, until))
            return cause_only(CAUSE_TRUNCATED);
        return cause_only(head_is_beyond_limits(a, until) || attempt_broke_off(a, until) ? CAUSE_INVALID_RESPONSE : CAUSE_RESPONSE_TIMEOUT);
    }
    if (reply->interim > 0 && attempt_broke_off(a, until))
        return cause_only(CAUSE_INVALID_RESPONSE);
    return ended_or_silent(a, until, CAUSE_SERVER_CLOSED, CAUSE_SERVER_RESET);
}

/* Of a protocol that is not read: whether an answer was complete nobody can tell but the server that ended it, or a gateway that waited for more. */
static struct outcome
opaque_outcome(const struct attempt *a, when_t until)
{
    const struct reply *reply = &a->reply;
    when_t end = a->closed[CLIENT].frame && a->closed[CLIENT].time < until ? a->closed[CLIENT].time : until;

    if (!reply->first_data || reply->first_data > until)
        return ended_or_silent(a, until, CAUSE_SERVER_CLOSED, CAUSE_SERVER_RESET);
    if (server_ended(a, until))
        return cause_only(CAUSE_TRUNCATED);
    return cause_only(end - reply->last_data < NO_WAIT ? CAUSE_UNKNOWN : CAUSE_RESPONSE_TIMEOUT);
}

struct outcome
attempt_outcome(const struct attempt *a, when_t until, unsigned code)
{
    if (!a->hs.acked)
        return handshake_outcome(a, until);
    if (a->tls.begun && !a->decrypted)
        return tls_outcome(a, until);
    if (a->not_h2_frame)
        return cause_only(CAUSE_INVALID_RESPONSE);
    if (a->opaque && !a->reply.status)
        return opaque_outcome(a, until);
    if (a->request_frame || a->reply.status)
        return reply_outcome(a, until, code);
    if (a->early_frame)
        return cause_only(CAUSE_INVALID_RESPONSE);
    if (!a->gateway_bytes_frame && server_ended(a, until))
        return cause_only(a->closed[SERVER].reset ? CAUSE_RST : CAUSE_SERVER_CLOSED);
    return cause_only(CAUSE_UNKNOWN);
}

bool
attempt_lacks_keys(const struct attempt *a, enum cause cause)
{
    return a->tls.begun && !a->decrypted && a->tls.done && cause != CAUSE_TLS;
}

when_t
attempt_request_time(const struct attempt *a)
{
    return a->tls.request_time && !a->decrypted ? a->tls.request_time : a->request_time ? a->request_time : a->start;
}

when_t
attempt_decided_at(const struct attempt *a, enum cause cause)
{
    switch (cause) {
    case CAUSE_RST:
        return a->hs.acked ? a->closed[SERVER].time : a->hs.last_rst;
    case CAUSE_ICMP:
        return a->hs.last_icmp;
    case CAUSE_TLS:
        return a->tls.alert_frame ? a->tls.alert_time : a->tls.not_tls_frame ? a->tls.not_tls_time : a->closed[SERVER].time;
    case CAUSE_INVALID_RESPONSE:
        return a->reply.last_data;
    case CAUSE_TRUNCATED:
        return MAX(a->closed[SERVER].time, a->reply.last_data);     /* its end can overtake what was sent again */
    case CAUSE_SERVER_CLOSED:
    case CAUSE_SERVER_RESET:
        return a->closed[SERVER].time;
    case CAUSE_RELAYED:
        return a->reply.head_time;
    default:
        return 0;
    }
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
