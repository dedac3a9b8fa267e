/* play.h
 * Facts from bytes: a small world of clients, gateways, servers and resolvers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_TESTS_PLAY_H
#define MWG502_TESTS_PLAY_H

#include "fact/fact.h"
#include "harness.h"

#define PLAY_KINDS 16
#define PLAY_STREAMS (PLAY_KINDS * 256)

/* As Wireshark numbers streams, so here: one has the same two ends for ever. */
struct play {
    when_t time;
    bool crowd;                         /* hundreds of hosts, names and streams, not a few */
    uint32_t next[PLAY_STREAMS][2];     /* sequence numbers */
};

void play_begin(struct play *play, bool crowd);

/* false: the bytes are no fact. Its texts and bytes are of the file scope. */
bool play_fact(struct play *play, struct input *in, uint32_t frame, struct fact *fact);

#endif
