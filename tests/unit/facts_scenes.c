/* facts_scenes.c
 * How most captures by hand begin
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "facts.h"

struct settings *
scene(unsigned interfaces)
{
    struct settings *settings = capture_begin(interfaces);

    leg(ALICE, "10.0.0.1", GATEWAY, 9090);
    leg(BOB, "10.0.0.2", GATEWAY, 9090);
    leg(CAROL, "10.0.0.3", GATEWAY, 9090);
    for (unsigned n = UPSTREAM_1; n <= UPSTREAM_6; n++)
        leg(n, GATEWAY, SERVER_1, 80);
    return settings;
}

void
scene_with(unsigned clients)
{
    scene(0);
    for (unsigned n = ALICE; n < ALICE + clients; n++)
        stands(n);
}

void
all_ask(unsigned clients)
{
    for (unsigned n = ALICE; n < ALICE + clients; n++)
        asks_proxy(n, HOST, "/a");
}

void
is_known(const char *name, const char *address)
{
    looks_up(99, GATEWAY, name);
    resolved(99, GATEWAY, name, 0, address);
    passes(60000);
}

void
other_frame_at(unsigned interface_id, unsigned ms)
{
    switch_to(interface_id, ms);
    arp("10.3.0.9", "10.3.0.8");
}

uint32_t
asks_at(unsigned interface_id, unsigned ms)
{
    switch_to(interface_id, ms);
    stands(ALICE);
    return asks_proxy(ALICE, HOST, "/a");
}

uint32_t
gets_502_at(unsigned interface_id, unsigned ms)
{
    switch_to(interface_id, ms);
    return responds(ALICE, 502);
}
