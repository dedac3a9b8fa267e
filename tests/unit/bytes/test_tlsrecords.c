/* test_tlsrecords.c
 * TLS handshakes made by hand from record headers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include "common.h"
#include "bytes/tlsrecords.h"

/* The records that scripts are made of. What is not given of a body is 0xa5, as if encrypted. */
static const struct record {
    const char *token;
    enum tls_side side;
    uint8_t type;               /* 0: no TLS record, body alone */
    unsigned length;
    const char *body;
    size_t n;
} records[] = {
#define BODY(s) s, sizeof s - 1
#define RANDOM "0123456789abcdef0123456789abcdef"
#define RETRY "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"
    { "CH", TLS_CLIENT, 22, 300, BODY("\x01\x00\x01\x28\x03\x03" RANDOM) },
    /* server_name www.example, ALPN h2 and http/1.1, early_data */
    { "CHx", TLS_CLIENT, 22, 91, BODY("\x01\x00\x00\x57\x03\x03" RANDOM "\x00" "\x00\x02\x13\x01" "\x01\x00" "\x00\x2a"
                                      "\x00\x00\x00\x10\x00\x0e\x00\x00\x0bWWW.example" "\x00\x10\x00\x0e\x00\x0c\x02h2\x08http/1.1" "\x00\x2a\x00\x00") },
    { "SH12", TLS_SERVER, 22, 42, BODY("\x02\x00\x00\x26\x03\x03" RANDOM "\x00\xc0\x2f\x00") },
    { "SH12x", TLS_SERVER, 22, 49, BODY("\x02\x00\x00\x2d\x03\x03" RANDOM "\x00\xc0\x2f\x00\x00\x05\xff\x01\x00\x01\x00") },
    { "SH13", TLS_SERVER, 22, 54, BODY("\x02\x00\x00\x32\x03\x03" RANDOM "\x00\x13\x01\x00\x00\x0a\x00\x33\x00\x00\x00\x2b\x00\x02\x03\x04") },
    { "HRR", TLS_SERVER, 22, 50, BODY("\x02\x00\x00\x2e\x03\x03" RETRY "\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04") },
    { "CERT", TLS_SERVER, 22, 3000, BODY("\x0b\x00\x0b\xb4") },
    { "SHD", TLS_SERVER, 22, 4, BODY("\x0e\x00\x00\x00") },
    { "TICKET12", TLS_SERVER, 22, 200, BODY("\x04\x00\x00\xc4") },
    { "CKE", TLS_CLIENT, 22, 37, BODY("\x10\x00\x00\x21") },
    { "cCCS", TLS_CLIENT, 20, 1, BODY("\x01") },
    { "sCCS", TLS_SERVER, 20, 1, BODY("\x01") },
    { "cFIN", TLS_CLIENT, 22, 40, BODY("") },
    { "sFIN", TLS_SERVER, 22, 40, BODY("") },
    { "sFLIGHT", TLS_SERVER, 23, 3200, BODY("") },
    { "cFIN13", TLS_CLIENT, 23, 53, BODY("") },
    { "cEARLY", TLS_CLIENT, 23, 300, BODY("") },
    { "cEOED", TLS_CLIENT, 23, 21, BODY("") },
    { "cNOCERT", TLS_CLIENT, 23, 25, BODY("") },
    { "cCERT", TLS_CLIENT, 23, 1200, BODY("") },
    { "cVERIFY", TLS_CLIENT, 23, 281, BODY("") },
    { "cWINDOW", TLS_CLIENT, 23, 30, BODY("") },
    { "TICKET", TLS_SERVER, 23, 250, BODY("") },
    { "cDATA", TLS_CLIENT, 23, 400, BODY("") },
    { "sDATA", TLS_SERVER, 23, 1800, BODY("") },
    { "sSHORT", TLS_SERVER, 23, 120, BODY("") },
    { "sFATAL", TLS_SERVER, 21, 2, BODY("\x02\x28") },
    { "cFATAL", TLS_CLIENT, 21, 2, BODY("\x02\x30") },
    { "sWARN", TLS_SERVER, 21, 2, BODY("\x01\x70") },
    { "sCLOSE", TLS_SERVER, 21, 2, BODY("\x01\x00") },
    { "sALERT12", TLS_SERVER, 21, 26, BODY("") },
    { "sALERT13", TLS_SERVER, 23, 19, BODY("") },
    { "cALERT13", TLS_CLIENT, 23, 19, BODY("") },
    { "HTTP", TLS_SERVER, 0, 40, BODY("HTTP/1.1 400 Bad Request\r\nA: b\r\n\r\nhello!") },
    { "SSH", TLS_SERVER, 0, 21, BODY("SSH-2.0-OpenSSH_9.2p1") },
    { "SSL3", TLS_SERVER, 0, 5, BODY("\x16\x02\x00\x00\x10") },
    { "HUGE", TLS_SERVER, 0, 5, BODY("\x16\x03\x03\xff\xff") },
};

/*
 * flags, in this order where set: "13" TLS 1.3 was chosen; "ch", "sh" the hellos; "done"
 * the handshake; "ca", "sa" alerts; "no" the server's bytes are no TLS; "req" and "resp".
 */
static const struct row {
    const char *name, *script, *flags;
    int alert;                  /* readable description, -1: none */
} rows[] = {
    { "12/full", "CH SH12 CERT SHD CKE cCCS cFIN sCCS sFIN cDATA sDATA", "ch sh done req resp", -1 },
    { "12/extension", "CH SH12x CERT SHD CKE cCCS cFIN sCCS sFIN cDATA sDATA", "ch sh done req resp", -1 },
    { "12/ticket", "CH SH12 CERT SHD CKE cCCS cFIN TICKET12 sCCS sFIN cDATA", "ch sh done req", -1 },
    { "12/resumed", "CH SH12 sCCS sFIN cCCS cFIN cDATA sSHORT", "ch sh done req resp", -1 },
    { "12/two_records", "CH SH12 CERT SHD CKE cCCS cFIN sCCS sFIN cDATA sDATA sDATA", "ch sh done req resp", -1 },
    { "12/silent", "CH", "ch", -1 },
    { "12/no_finished", "CH SH12 CERT SHD CKE cCCS cFIN", "ch sh", -1 },
    { "12/no_request", "CH SH12 CERT SHD CKE cCCS cFIN sCCS sFIN", "ch sh done", -1 },
    { "12/refused", "CH sFATAL", "ch sa", 40 },
    { "12/unknown_ca", "CH SH12 CERT SHD cFATAL", "ch sh ca", 48 },
    { "12/warning", "CH sWARN SH12 CERT SHD CKE cCCS cFIN sCCS sFIN cDATA sDATA", "ch sh done req resp", -1 },
    { "12/close_notify", "CH sCLOSE", "ch sa", 0 },
    { "12/alert_later", "CH SH12 CERT SHD CKE cCCS cFIN sCCS sFIN cDATA sALERT12", "ch sh done sa req", -1 },
    { "13/full", "CH SH13 sCCS sFLIGHT cCCS cFIN13 cDATA sDATA", "13 ch sh done req resp", -1 },
    { "13/no_ccs", "CH SH13 sFLIGHT cFIN13 cDATA sDATA", "13 ch sh done req resp", -1 },
    { "13/tickets_first", "CH SH13 sCCS sFLIGHT cCCS cFIN13 TICKET TICKET cDATA sDATA", "13 ch sh done req resp", -1 },
    { "13/tickets_only", "CH SH13 sCCS sFLIGHT cCCS cFIN13 TICKET TICKET cDATA", "13 ch sh done req", -1 },
    { "13/tickets_later", "CH SH13 sCCS sFLIGHT cCCS cFIN13 cDATA TICKET TICKET", "13 ch sh done req", -1 },
    { "13/tickets_response", "CH SH13 sFLIGHT cFIN13 cDATA TICKET TICKET sDATA", "13 ch sh done req resp", -1 },
    { "13/two_records", "CH SH13 sFLIGHT cFIN13 cDATA sDATA sDATA", "13 ch sh done req resp", -1 },
    { "13/short_response", "CH SH13 sFLIGHT cFIN13 TICKET TICKET cDATA sSHORT", "13 ch sh done req resp", -1 },
    { "13/no_request", "CH SH13 sCCS sFLIGHT cCCS cFIN13", "13 ch sh done", -1 },
    { "13/no_finished", "CH SH13 sCCS sFLIGHT", "13 ch sh", -1 },
    { "13/server_alert", "CH SH13 sCCS sFLIGHT cCCS cFIN13 sALERT13", "13 ch sh done sa", -1 },
    { "13/client_alert", "CH SH13 sCCS sFLIGHT cCCS cALERT13", "13 ch sh ca", -1 },
    { "13/client_alert_plain", "CH SH13 sCCS sFLIGHT cFATAL", "13 ch sh ca", 48 },
    { "13/retry", "CH HRR sCCS cCCS CH SH13 sFLIGHT cFIN13 cDATA sDATA", "13 ch sh done req resp", -1 },
    { "13/retry_silent", "CH HRR sCCS cCCS CH", "13 ch", -1 },
    { "13/early_data", "CHx cEARLY SH13 sFLIGHT cEOED cFIN13 sDATA", "13 ch sh done req resp", -1 },
    { "13/early_data_late", "CHx SH13 cEARLY sFLIGHT", "13 ch sh req", -1 },
    { "13/early_data_refused", "CHx cEARLY SH13 sFLIGHT cFIN13 cDATA", "13 ch sh done req", -1 },
    { "13/no_certificate", "CH SH13 sFLIGHT cNOCERT cFIN13", "13 ch sh done", -1 },
    { "13/certificate", "CH SH13 sFLIGHT cCERT cVERIFY cFIN13", "13 ch sh done", -1 },
    { "13/certificate_request", "CH SH13 sFLIGHT cCERT cVERIFY cFIN13 cDATA sDATA", "13 ch sh done req resp", -1 },
    { "none/http", "CH HTTP", "ch no", -1 },
    { "none/ssh", "CH SSH", "ch no", -1 },
    { "none/old", "CH SSL3", "ch no", -1 },
    { "none/huge", "CH HUGE", "ch no", -1 },
};

static const struct record *
record_of(const char *token)
{
    for (size_t i = 0; i < G_N_ELEMENTS(records); i++)
        if (strcmp(records[i].token, token) == 0)
            return &records[i];
    g_error("no such record: %s", token);
    return NULL;
}

static void
append(GByteArray *bytes, const struct record *r)
{
    uint8_t header[5] = { r->type, 3, 3, (uint8_t)(r->length >> 8), (uint8_t)r->length };
    static const uint8_t filler = 0xa5;

    if (r->type)
        g_byte_array_append(bytes, header, sizeof header);
    g_byte_array_append(bytes, (const uint8_t *)r->body, (unsigned)r->n);
    for (size_t i = r->n; i < r->length; i++)
        g_byte_array_append(bytes, &filler, 1);
}

static void
add(struct tls_step *sum, struct tls_step step)
{
    sum->alert |= step.alert;
    sum->not_tls |= step.not_tls;
    sum->request |= step.request;
    sum->response |= step.response;
}

/* One side's bytes in pieces of at most mss; of each only snap bytes are captured. */
static void
feed(struct tls_progress *tls, enum tls_side side, GByteArray *bytes, size_t mss, size_t snap, struct tls_step *sum)
{
    for (size_t at = 0; at < bytes->len; at += mss) {
        size_t n = MIN(mss, bytes->len - at);
        struct tight t = tight_copy(bytes->data + at, MIN(n, snap));

        add(&sum[side], tls_feed(tls, side, t.bytes, t.n, n));
        tight_free(&t);
    }
    g_byte_array_set_size(bytes, 0);
}

/* together: consecutive records of one side come in one piece, else each in its own */
static char *
run(const char *script, bool together, size_t mss, size_t snap, struct tls_progress *tls)
{
    char **tokens = g_strsplit(script, " ", 0);
    GByteArray *bytes = g_byte_array_new();
    struct tls_step sum[2] = { { false, false, false, false }, { false, false, false, false } };
    GString *flags = g_string_new("");

    memset(tls, 0, sizeof *tls);
    for (char **t = tokens; *t; t++) {
        const struct record *r = record_of(*t);
        append(bytes, r);
        if (!together || !t[1] || record_of(t[1])->side != r->side)
            feed(tls, r->side, bytes, mss, snap, sum);
    }
    const struct { bool set; const char *word; } words[] = {
        { tls->version13, "13" }, { tls->walker[TLS_CLIENT].hello.client, "ch" }, { tls_has_server_hello(tls), "sh" }, { tls->handshake_done, "done" },
        { sum[TLS_CLIENT].alert, "ca" }, { sum[TLS_SERVER].alert, "sa" }, { sum[TLS_SERVER].not_tls, "no" },
        { sum[TLS_CLIENT].request, "req" }, { sum[TLS_SERVER].response, "resp" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (words[i].set)
            g_string_append_printf(flags, "%s%s", flags->len ? " " : "", words[i].word);
    g_assert_cmpint(sum[TLS_CLIENT].alert, ==, tls->alert[TLS_CLIENT]);
    g_assert_cmpint(sum[TLS_SERVER].alert, ==, tls->alert[TLS_SERVER]);
    g_byte_array_free(bytes, TRUE);
    g_strfreev(tokens);
    return g_string_free(flags, FALSE);
}

static void
check(const struct row *row, bool together, size_t mss, size_t snap)
{
    struct tls_progress tls;
    char *flags = run(row->script, together, mss, snap, &tls);

    g_assert_cmpstr(flags, ==, row->flags);
    g_assert_cmpint(tls.alert_readable ? tls.alert_description : -1, ==, row->alert);
    g_free(flags);
}

static void
test_row(gconstpointer data)
{
    check(data, false, 1 << 20, 1 << 20);
    check(data, true, 1 << 20, 1 << 20);
    check(data, true, 1400, 1 << 20);
}

/* Segments may end anywhere, right behind a record's header too. */
static void
test_bytes(gconstpointer data)
{
    const struct row *row = data;
    struct tls_progress tls;
    char *flags = run(row->script, true, 1, 1, &tls);

    if (strcmp(flags, row->flags) != 0 || (tls.alert_readable ? tls.alert_description : -1) != row->alert)
        g_test_incomplete("a record's body is read only if it begins in the segment that its header ends in");
    g_free(flags);
}

/* Cut frames and missing bytes end the walk without a verdict, inside a record they do not. */
static void
test_gaps(void)
{
    struct tls_progress tls;
    char *flags = run("CH SH12 CERT SHD CKE", false, 1 << 20, 100, &tls);

    g_assert_cmpstr(flags, ==, "ch sh");
    g_assert_false(tls.not_tls[TLS_CLIENT] || tls.not_tls[TLS_SERVER]);
    tls_feed(&tls, TLS_SERVER, (const uint8_t *)"\x17\x03\x03\x01\x00", 5, 5);
    tls_skip(&tls, TLS_SERVER, 0x100);
    g_assert_false(tls.not_tls[TLS_SERVER]);
    struct tls_step step = tls_feed(&tls, TLS_SERVER, (const uint8_t *)"\x15\x03\x03\x00\x02\x02\x28", 7, 7);
    g_assert_true(step.alert);
    tls_skip(&tls, TLS_SERVER, 1);
    g_assert_true(tls.not_tls[TLS_SERVER]);
    step = tls_feed(&tls, TLS_SERVER, (const uint8_t *)"\x15\x03\x03\x00\x02\x02\x28", 7, 7);
    g_assert_false(step.alert || step.not_tls);
    g_free(flags);

    flags = run("CH SH12 CERT SHD", true, 1 << 20, 100, &tls);
    g_assert_cmpstr(flags, ==, "ch sh");        /* SHD's header was not captured */
    g_assert_true(tls.not_tls[TLS_SERVER]);
    g_free(flags);
}

/* hellos *******************************************************************/

static void
test_marks(void)
{
    struct tls_progress tls;

    for (size_t mss = 1; mss < 100; mss++) {
        char *flags = run("CHx SH12", true, mss, 1 << 20, &tls);
        const struct tls_hello *hello = &tls.walker[TLS_CLIENT].hello;

        g_assert_cmpuint(hello->sni, ==, mark_of((struct slice){ "www.example", 11 }));
        g_assert_cmpuint(hello->alpn, ==, mark_of((struct slice){ "\x02h2\x08http/1.1", 12 }));
        g_assert_true(hello->early_data);
        g_free(flags);
    }
    g_free(run("CH SH12", true, 1400, 1 << 20, &tls));
    g_assert_cmpuint(tls.walker[TLS_CLIENT].hello.sni, ==, 0);
}

/* A key share of ML-KEM stands before the version, as BoringSSL has it. */
static void
test_long_hello(void)
{
    static const char begin[] = "\x16\x03\x03\x04\x9a\x02\x00\x04\x96\x03\x03" RANDOM "\x00\x13\x01\x00\x04\x6e\x00\x33\x04\x64", end[] = "\x00\x2b\x00\x02\x03\x04";

    for (size_t mss = 500; mss < 1500; mss += 90) {
        GByteArray *bytes = g_byte_array_new();
        struct tls_progress tls;
        struct tls_step sum[2] = { { false, false, false, false }, { false, false, false, false } };
        uint8_t share[0x464] = { 0 };

        g_free(run("CH", true, mss, 1 << 20, &tls));
        g_byte_array_append(bytes, (const uint8_t *)begin, sizeof begin - 1);
        g_byte_array_append(bytes, share, sizeof share);
        g_byte_array_append(bytes, (const uint8_t *)end, sizeof end - 1);
        feed(&tls, TLS_SERVER, bytes, mss, 1 << 20, sum);
        g_assert_true(tls.version13 && tls_has_server_hello(&tls) && !tls.not_tls[TLS_SERVER]);
        g_byte_array_free(bytes, TRUE);
    }
}

/* One that the snap length cut: what follows tells the version. */
static void
test_cut_hello(void)
{
    struct tls_progress tls;
    char *flags = run("CH SH13 sFLIGHT cFIN13 cDATA", false, 1 << 20, 50, &tls);

    g_assert_cmpstr(flags, ==, "13 ch sh done req");
    g_free(flags);
}

/* requests ****************************************************************/

/* How often a script begins a request, and an answer. */
static void
check_requests(const char *begun, const char *script, unsigned requests, unsigned answers)
{
    struct tls_progress tls;
    char **tokens = g_strsplit(script, " ", 0);
    unsigned counted[2] = { 0, 0 };

    g_free(run(begun, false, 1 << 20, 1 << 20, &tls));
    for (char **t = tokens; *t; t++) {
        struct tls_step sum[2] = { { false, false, false, false }, { false, false, false, false } };
        GByteArray *bytes = g_byte_array_new();
        append(bytes, record_of(*t));
        feed(&tls, record_of(*t)->side, bytes, 1400, 1 << 20, sum);
        counted[TLS_CLIENT] += sum[TLS_CLIENT].request;
        counted[TLS_SERVER] += sum[TLS_SERVER].response;
        g_byte_array_free(bytes, TRUE);
    }
    g_strfreev(tokens);
    g_assert_cmpuint(counted[TLS_CLIENT], ==, requests);
    g_assert_cmpuint(counted[TLS_SERVER], ==, answers);
}

static void
test_requests(void)
{
    static const char begun12[] = "CH SH12 CERT SHD CKE cCCS cFIN sCCS sFIN", begun13[] = "CH SH13 sFLIGHT cFIN13 TICKET TICKET";

    check_requests(begun12, "cDATA cDATA sDATA sDATA cDATA sDATA cDATA", 3, 2);
    check_requests(begun13, "cDATA sDATA cDATA sSHORT cDATA", 3, 2);
    check_requests(begun13, "cDATA sDATA cWINDOW sDATA", 1, 1);      /* HTTP/2: asks for nothing */
}

static void
test_no_certificate(void)
{
    struct tls_progress tls;

    g_free(run("CH SH13 sFLIGHT cNOCERT cFIN13", false, 1 << 20, 1 << 20, &tls));
    g_assert_true(tls.no_certificate);
    g_free(run("CH SH13 sFLIGHT cCERT cVERIFY cFIN13", false, 1 << 20, 1 << 20, &tls));
    g_assert_false(tls.no_certificate);
}

static void
test_begins(void)
{
    static const struct { const char *bytes; size_t n; bool begins; } begins[] = {
        { BODY("\x16\x03\x01\x02\x00\x01"), true },  { BODY("\x16\x03\x03\x02\x00\x01\x00"), true },
        { BODY("\x16\x03\x01\x02\x00"), false },     { BODY("\x16\x03\x01\x02\x00\x02"), false },
        { BODY("\x17\x03\x03\x02\x00\x01"), false }, { BODY("\x16\x02\x01\x02\x00\x01"), false },
        { BODY("GET / HTTP/1.1"), false },           { BODY(""), false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(begins); i++) {
        struct tight t = tight_copy(begins[i].bytes, begins[i].n);
        g_assert_cmpint(tls_begins_client_hello(t.bytes, t.n), ==, begins[i].begins);
        tight_free(&t);
    }
    g_assert_cmpstr(tls_alert_words(40), ==, "handshake_failure");
    g_assert_cmpstr(tls_alert_words(0), ==, "close_notify");
    g_assert_null(tls_alert_words(255));
}

/* No bytes may lead it astray: random ones, behind a valid beginning. */
static void
test_random(void)
{
    for (int round = 0; round < 2000; round++) {
        struct tls_progress tls;
        uint8_t bytes[64];
        char *flags = run(round % 2 ? "CH SH13" : "CH", false, 1 << 20, 1 << 20, &tls);

        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)g_test_rand_int_range(0, 256);
        memcpy(bytes, round % 3 ? "\x16\x03\x03\x00\x3b\x02" : "\x17\x03\x03\x00\x05", round % 3 ? 6 : 5);
        struct tight t = tight_copy(bytes, (size_t)g_test_rand_int_range(1, sizeof bytes));
        tls_feed(&tls, (enum tls_side)(round % 2), t.bytes, t.n, t.n + (size_t)g_test_rand_int_range(0, 9));
        tight_free(&t);
        g_free(flags);
    }
}

int
main(int argc, char **argv)
{
    common_init(&argc, &argv);
    ADD_ROWS("/tlsrecords/", rows, test_row);
    ADD_ROWS("/tlsrecords/byte_by_byte/", rows, test_bytes);
    g_test_add_func("/tlsrecords/gaps", test_gaps);
    g_test_add_func("/tlsrecords/marks", test_marks);
    g_test_add_func("/tlsrecords/long_hello", test_long_hello);
    g_test_add_func("/tlsrecords/cut_hello", test_cut_hello);
    g_test_add_func("/tlsrecords/requests", test_requests);
    g_test_add_func("/tlsrecords/no_certificate", test_no_certificate);
    g_test_add_func("/tlsrecords/begins", test_begins);
    g_test_add_func("/tlsrecords/random", test_random);
    return g_test_run();
}
