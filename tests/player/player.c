/* player.c
 * Tells captures to the tracker, without Wireshark, and says what it held: player [-l LIMIT] FILE.pcap...
 *
 * -l  tables have this limit instead of their own, and a capture fills them sooner
 *
 * Prints a line for each: frames, verdicts, those with the cause "rst", and the most bytes that the
 * tracker held at once. tests/system/test_linear.py counts the instructions of tell() and
 * compares the bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <wsutil/wslog.h>

#include "common.h"
#include "small_tables.h"
#include "packet.h"
#include "track/track.h"

#define MICROSECONDS 0xa1b2c3d4
#define FILE_HEADER 24
#define RECORD_HEADER 16
#define FRAMES_BETWEEN 1024     /* two looks at how much is held, which take long */

struct count {
    uint32_t frames, verdicts, resets;
    size_t most;
};

/* Not static: callgrind finds them by their names. */
struct count play(const char *bytes, size_t n, unsigned limit);
void tell(struct tracker *tracker, const struct frame_facts *frame, const struct fact *fact);

static bool
is_502(unsigned status)
{
    return status == 502;
}

static size_t
held(void)
{
    return mallinfo2().uordblks + mallinfo2().hblkhd;
}

static uint32_t
number_at(const char *p)
{
    uint32_t number;

    memcpy(&number, p, sizeof number);
    return number;
}

/* What one frame costs; fact NULL: it tells nothing. */
void
tell(struct tracker *tracker, const struct frame_facts *frame, const struct fact *fact)
{
    track_first_visit(tracker, frame->frame);
    track_frame(tracker, frame);
    if (!fact)
        return;
    const struct segment *seg = fact->kind == FACT_TCP ? &fact->u.tcp.segment : NULL;
    if (seg && seg->flags == TCP_ACK && seg->length == 0 && track_expected(tracker, seg))
        return;
    track_fact(tracker, fact);
}

static void
count(struct count *counted, const struct tracker *tracker)
{
    for (const struct verdict *v = track_verdicts(tracker, counted->frames); v; v = v->next) {
        counted->verdicts++;
        counted->resets += v->cause == CAUSE_RST;
    }
}

/* common.c's file scope is NULL as long as nobody begins one: then wmem takes each piece from malloc(), which counts them. */
struct count
play(const char *bytes, size_t n, unsigned limit)
{
    const struct settings settings = { .memory = 30 * NS_PER_SECOND, .watched = is_502 };
    struct count counted = { 0, 0, 0, 0 };
    struct packets packets;

    packets_begin(&packets, n / RECORD_HEADER);
    size_t before = held();
    struct tracker *tracker = track_new(&settings, 120);
    for (size_t at = FILE_HEADER; at + RECORD_HEADER < n;) {
        const char *record = bytes + at;
        struct frame_facts frame = { .frame = ++counted.frames, .time = number_at(record) * NS_PER_SECOND + number_at(record + 4) * INT64_C(1000) };
        struct fact fact;
        memset(&fact, 0, sizeof fact);
        fact.frame = frame.frame;
        fact.time = frame.time;
        bool tells = packet_read(&packets, (const uint8_t *)record + RECORD_HEADER, number_at(record + 8), &fact);
        if (limit)
            tables_limit(tracker, limit);
        tell(tracker, &frame, tells ? &fact : NULL);
        count(&counted, tracker);
        if (counted.frames % FRAMES_BETWEEN == 0)
            counted.most = MAX(counted.most, held() - before);
        at += RECORD_HEADER + number_at(record + 8);
    }
    counted.most = MAX(counted.most, held() - before);
    packets_end(&packets);
    return counted;
}

int
main(int argc, char **argv)
{
    unsigned limit = 0;
    int first = 1;

    wmem_init();
    ws_log_set_level(LOG_LEVEL_WARNING);
    if (argc > 2 && strcmp(argv[1], "-l") == 0) {
        limit = (unsigned)atoi(argv[2]);
        first = 3;
    }
    for (int i = first; i < argc; i++) {
        char *bytes;
        gsize n;
        if (!g_file_get_contents(argv[i], &bytes, &n, NULL) || n < FILE_HEADER || number_at(bytes) != MICROSECONDS)
            g_error("%s: no pcap of microseconds", argv[i]);
        struct count counted = play(bytes, n, limit);
        g_print("%u %u %u %zu\n", counted.frames, counted.verdicts, counted.resets, counted.most);
        g_free(bytes);
    }
    return argc > first ? 0 : 1;
}
