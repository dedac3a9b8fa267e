/* packet.h
 * A frame of a plain capture as a fact, without Wireshark
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TESTS_PACKET_H
#define MWG502_TESTS_PACKET_H

#include "fact/fact.h"

/*
 * For what tests/bench writes: Ethernet, IPv4 without options; TCP with responses that begin
 * a segment, DNS over UDP, ICMP errors. Anything else is no fact.
 */
struct packets {
    struct stream *streams;     /* by a hash of their ends */
    size_t room;                /* for so many; more than there are */
    uint32_t n_streams;
    char names[2][256];         /* of the DNS message that was read last */
};

/* All memory is taken at the beginning, for so many frames. */
void packets_begin(struct packets *packets, size_t frames);
void packets_end(struct packets *packets);

/* fact has the frame's number and time. Texts and bytes are the frame's, or valid until the next one. false: it tells nothing. */
bool packet_read(struct packets *packets, const uint8_t *bytes, size_t n, struct fact *fact);

#endif
