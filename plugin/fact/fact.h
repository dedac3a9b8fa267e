/* fact.h
 * What one frame tells: the input of the tracker
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_FACT_FACT_H
#define MWG502_FACT_FACT_H

#include "fact/dns.h"
#include "fact/h2frame.h"
#include "fact/h3frame.h"
#include "fact/said.h"
#include "fact/segment.h"

/* Responses that Wireshark shows in one frame; more are not followed. */
#define SHOWN_MAX 16

struct shown {
    unsigned status;
    struct said said;
};

enum fact_kind {
    FACT_TCP,                   /* a segment, and the HTTP responses that Wireshark shows with it */
    FACT_DECRYPTED,                 /* a decrypted TLS record: u.tcp.segment with its bytes */
    FACT_HTTP2,
    FACT_HTTP3,
    FACT_ICMP,                  /* an error for a TCP segment */
    FACT_DNS,
    FACT_DNS_ERROR,             /* an ICMP error for a DNS query */
    FACT_NEIGHBOR_ASKED,
    FACT_NEIGHBOR_HEARD,
    FACT_REPORTED               /* the sender's own kernel cannot reach a destination */
};

/* Texts and bytes are the frame's: valid until it is over. */
struct fact {
    enum fact_kind kind;
    uint32_t frame;
    when_t time;
    union {
        struct {
            struct segment segment;
            struct shown shown[SHOWN_MAX];
            unsigned n_shown;
        } tcp;
        struct {
            struct h2_frame frame;
            struct said said;       /* of a watched response */
        } h2;
        struct {
            struct h3_frame frame;
            struct said said;       /* likewise */
        } h3;
        struct {
            struct target_key key;
            uint16_t sport;
            uint32_t stream_plus_1;     /* tcp.stream of what it quotes; 0: not known */
            struct icmp_error error;
        } icmp;
        struct dns_message dns;
        struct {
            struct dns_error error;
            struct dns_message quoted;  /* where error.quoted is set */
        } dns_error;
        struct {
            struct ipaddr neighbor, asker;
            link_t link;        /* of the asker, 0: unknown */
        } neighbor;
        struct target_key reported;
    } u;
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
