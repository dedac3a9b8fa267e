/* httphead.c
 * Reads the head of an HTTP/1 message from its bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include <string.h>

#include <glib.h>

#include "bytes/httphead.h"

#define LONGEST_METHOD 24

const char *
httphead_fault_words(enum http_fault fault)
{
    switch (fault) {
    case HTTP_FAULT_NONE:        return "a valid response";
    case HTTP_FAULT_NOT_HTTP:    return "bytes that do not begin with an HTTP status line";
    case HTTP_FAULT_STATUS_LINE: return "a malformed status line";
    case HTTP_FAULT_HEADER_LINE: return "a malformed header line";
    case HTTP_FAULT_LENGTH:      return "a contradictory or malformed Content-Length";
    case HTTP_FAULT_CHUNK:       return "a malformed chunk size";
    case HTTP_FAULT_HEAD_SIZE:   return "a header beyond any limit";
    case HTTP_FAULT_NO_HEAD:     return "an answer without a header";
    case HTTP_FAULT_UNIT:        return "bytes that are not of the protocol which the gateway speaks to it";
    case HTTP_FAULT_CODING:      return "a Transfer-Encoding that is repeated, unknown, or beside a Content-Length";
    case HTTP_FAULT_FOLD:        return "a header line folded into two";
    case HTTP_FAULT_SWITCH:      return "101 to a request that asked for no other protocol";
    case HTTP_FAULT_FRAME:       return "a broken HTTP/2 frame";
    case N_HTTP_FAULTS:          break;
    }
    return "";
}

bool
httphead_fault_is_readable(enum http_fault fault)
{
    return fault >= HTTP_FAULT_CODING;
}

bool
slice_is(struct slice text, const char *literal)
{
    return text.n == strlen(literal) && (text.n == 0 || g_ascii_strncasecmp(text.s, literal, text.n) == 0);
}

/* RFC 9110 section 5.6.2 */
static const bool is_token_char[256] = {
    ['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true, ['\''] = true, ['*'] = true, ['+'] = true,
    ['-'] = true, ['.'] = true, ['^'] = true, ['_'] = true, ['`'] = true, ['|'] = true, ['~'] = true,
    ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
    ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
#define BOTH_CASES(c) [c] = true, [(c) + ('a' - 'A')] = true
    BOTH_CASES('A'), BOTH_CASES('B'), BOTH_CASES('C'), BOTH_CASES('D'), BOTH_CASES('E'), BOTH_CASES('F'), BOTH_CASES('G'),
    BOTH_CASES('H'), BOTH_CASES('I'), BOTH_CASES('J'), BOTH_CASES('K'), BOTH_CASES('L'), BOTH_CASES('M'), BOTH_CASES('N'),
    BOTH_CASES('O'), BOTH_CASES('P'), BOTH_CASES('Q'), BOTH_CASES('R'), BOTH_CASES('S'), BOTH_CASES('T'), BOTH_CASES('U'),
    BOTH_CASES('V'), BOTH_CASES('W'), BOTH_CASES('X'), BOTH_CASES('Y'), BOTH_CASES('Z'),
};

static struct slice
trimmed(const char *s, const char *end)
{
    while (s < end && (*s == ' ' || *s == '\t'))
        s++;
    while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return end > s ? (struct slice){ s, (size_t)(end - s) } : (struct slice){ NULL, 0 };
}

static bool
has_control_char(struct slice text)
{
    size_t i = 0;

    while (i < text.n && ((unsigned char)text.s[i] >= 0x20 ? text.s[i] != 0x7f : text.s[i] == '\t'))
        i++;
    return i < text.n;
}

#define ICAP "icap://"

bool
http_begins_request(const uint8_t *bytes, size_t n)
{
    size_t i = 0;

    while (i < n && i <= LONGEST_METHOD && (g_ascii_isupper(bytes[i]) || bytes[i] == '-' || bytes[i] == '_'))
        i++;
    if (i < 3 || i > LONGEST_METHOD || i + 1 >= n || bytes[i] != ' ')
        return false;
    if (i == 7 && memcmp(bytes, "CONNECT", 7) == 0)
        return g_ascii_isalnum(bytes[i + 1]) || bytes[i + 1] == '[';
    if (n - i > strlen(ICAP) && memcmp(bytes + i + 1, ICAP, strlen(ICAP)) == 0)
        return false;
    return bytes[i + 1] == '/' || bytes[i + 1] == '*' || g_ascii_isalpha(bytes[i + 1]);
}

bool
http_begins_response(const uint8_t *bytes, size_t n)
{
    return n > 0 && memcmp(bytes, "HTTP/", MIN(n, 5)) == 0;
}

/* The line at s without its line end; *next is behind it. false: no line end before end. */
static bool
read_line(const char *s, const char *end, struct slice *line, const char **next)
{
    const char *lf = (const char *)memchr(s, '\n', (size_t)(end - s));

    line->s = s;
    line->n = (size_t)((lf ? lf : end) - s);
    *next = lf ? lf + 1 : end;
    if (lf && line->n > 0 && s[line->n - 1] == '\r')
        line->n--;
    return lf != NULL;
}

static void
read_request_line(struct slice line, struct http_head *head)
{
    const char *end = line.s + line.n;
    const char *blank = (const char *)memchr(line.s, ' ', line.n);

    if (!blank)
        return;
    head->method = (struct slice){ line.s, (size_t)(blank - line.s) };
    const char *target = blank + 1;
    const char *target_end = (const char *)memchr(target, ' ', (size_t)(end - target));
    head->target = trimmed(target, target_end ? target_end : end);
}

/* RFC 9112 section 4; the blank before the reason phrase may be missing. */
static void
read_status_line(struct slice line, struct http_head *head)
{
    const char *end = line.s + line.n;
    const char *s = line.s + 5;

    head->fault = HTTP_FAULT_STATUS_LINE;
    if (line.n < 12 || s[0] != '1' || s[1] != '.' || !g_ascii_isdigit(s[2]) || s[3] != ' ')
        return;
    s += 4;
    while (s < end && *s == ' ')
        s++;
    if (end - s < 3 || !g_ascii_isdigit(s[0]) || !g_ascii_isdigit(s[1]) || !g_ascii_isdigit(s[2]) ||
        (end - s > 3 && s[3] != ' ' && s[3] != '\t') || s[0] == '0')
        return;
    head->status = (unsigned)((s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0'));
    head->phrase = trimmed(s + 3, end);
    head->fault = HTTP_FAULT_NONE;
}

/* The line goes on in the next segment: only what is there already can be wrong. */
static void
read_cut_status_line(struct slice line, struct http_head *head)
{
    struct http_head whole = { .content_length = -1 };

    if (line.n > 0 && line.s[line.n - 1] == '\r')
        line.n--;
    read_status_line(line, &whole);
    if (whole.fault == HTTP_FAULT_NONE) {
        head->status = whole.status;
        head->phrase = whole.phrase;
    } else {
        /* Would it be valid with any end? */
        char text[32];
        size_t n = MIN(line.n, 16), blanks = 0;
        memcpy(text, line.s, n);
        while (n > 9 && blanks + 9 < n && text[9 + blanks] == ' ')
            blanks++;
        if (blanks > 0) {
            memmove(text + 9, text + 9 + blanks, n - 9 - blanks);
            n -= blanks;
        }
        static const char likely[] = "HTTP/1.1 200";
        for (; n < 12; n++)
            text[n] = likely[n];
        read_status_line((struct slice){ text, n }, &whole);
        head->fault = whole.fault;
    }
}

static enum http_fault
read_content_length(struct slice value, struct http_head *head)
{
    int64_t length = 0;

    if (value.n == 0 || value.n > 18)
        return HTTP_FAULT_LENGTH;
    for (size_t i = 0; i < value.n; i++) {
        if (!g_ascii_isdigit(value.s[i]))
            return HTTP_FAULT_LENGTH;
        length = length * 10 + (value.s[i] - '0');
    }
    if (head->content_length >= 0 && head->content_length != length)
        return HTTP_FAULT_LENGTH;
    head->content_length = length;
    return HTTP_FAULT_NONE;
}

/* RFC 9112 section 7, without parameters; "identity" is RFC 2616's. */
static bool
is_known_coding(struct slice coding)
{
    static const char *const known[] = { "chunked", "gzip", "x-gzip", "deflate", "compress", "x-compress", "identity" };

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (slice_is(coding, known[i]))
            return true;
    return false;
}

/* A list of codings; chunked stands once, and last. */
static void
read_transfer_encoding(struct slice value, struct http_head *head)
{
    const char *s = value.n > 0 ? value.s : "", *end = s + value.n;     /* an empty slice may have no place */
    bool ok = !head->coded && value.n > 0;

    head->coded = true;
    while (s < end) {
        const char *comma = (const char *)memchr(s, ',', (size_t)(end - s)), *over = comma ? comma : end;
        const char *parameter = (const char *)memchr(s, ';', (size_t)(over - s));
        struct slice coding = trimmed(s, parameter ? parameter : over);
        ok = ok && !head->chunked && is_known_coding(coding);
        head->chunked = slice_is(coding, "chunked");
        s = over + (comma != NULL);
    }
    if (!ok && !head->is_request && head->forbidden == HTTP_FAULT_NONE)
        head->forbidden = HTTP_FAULT_CODING;
}

static bool
is_token(const char *s, const char *end)
{
    while (s < end && is_token_char[(unsigned char)*s])
        s++;
    return s == end;
}

/* The headers that matter, in order of length: most others need few looks. */
enum header {
    VIA, HOST, COOKIE, SERVER, STATUS, UPGRADE, LOCATION, X_SCHEME, FORWARDED, USER_AGENT, REQUEST_ID, TRACEPARENT, X_B3_TRACEID, X_ARR_LOG_ID, X_REQUEST_ID,
    PROXY_STATUS, AUTHORIZATION, X_SQUID_ERROR, CONTENT_LENGTH, X_AMZN_TRACE_ID, X_FORWARDED_FOR, CONTENT_ENCODING, X_CORRELATION_ID,
    TRANSFER_ENCODING, X_ENVOY_TIMEOUT, OTHER_HEADER
};

#define HEADER(id, name) [id] = { name, sizeof name - 1 }
static const struct {
    const char *name;
    size_t n;
} headers[] = {
    HEADER(VIA, "Via"),
    HEADER(HOST, "Host"),
    HEADER(COOKIE, "Cookie"),
    HEADER(SERVER, "Server"),
    HEADER(STATUS, "Status"),
    HEADER(UPGRADE, "Upgrade"),
    HEADER(LOCATION, "Location"),
    HEADER(X_SCHEME, "X-Scheme"),
    HEADER(FORWARDED, "Forwarded"),
    HEADER(USER_AGENT, "User-Agent"),
    HEADER(REQUEST_ID, "Request-Id"),
    HEADER(TRACEPARENT, "traceparent"),
    HEADER(X_B3_TRACEID, "X-B3-TraceId"),
    HEADER(X_ARR_LOG_ID, "X-ARR-LOG-ID"),
    HEADER(X_REQUEST_ID, "X-Request-ID"),
    HEADER(PROXY_STATUS, "Proxy-Status"),
    HEADER(AUTHORIZATION, "Authorization"),
    HEADER(X_SQUID_ERROR, "X-Squid-Error"),
    HEADER(CONTENT_LENGTH, "Content-Length"),
    HEADER(X_AMZN_TRACE_ID, "X-Amzn-Trace-Id"),
    HEADER(X_FORWARDED_FOR, "X-Forwarded-For"),
    HEADER(CONTENT_ENCODING, "Content-Encoding"),
    HEADER(X_CORRELATION_ID, "X-Correlation-ID"),
    HEADER(TRANSFER_ENCODING, "Transfer-Encoding"),
    HEADER(X_ENVOY_TIMEOUT, "x-envoy-expected-rq-timeout-ms"),
};

static enum header
header_named(struct slice name)
{
    for (int i = 0; i < OTHER_HEADER && headers[i].n <= name.n; i++)
        if (name.n == headers[i].n && (name.s[0] | 0x20) == (headers[i].name[0] | 0x20) &&
            (memcmp(name.s, headers[i].name, name.n) == 0 || g_ascii_strncasecmp(name.s, headers[i].name, name.n) == 0))
            return (enum header)i;
    return OTHER_HEADER;
}

enum http_fault
http_take_header(struct slice name, struct slice value, struct http_head *head)
{
    enum header header = header_named(name);

    switch (header) {
    case CONTENT_LENGTH:    return read_content_length(value, head);
    case TRANSFER_ENCODING: read_transfer_encoding(value, head); break;
    case UPGRADE:           head->upgrade = value.n > 0; break;
    case HOST:              head->host = value; break;
    case X_FORWARDED_FOR:   head->forwarded_for = value; break;
    case SERVER:            head->server = value; break;
    case STATUS:            head->cgi_status = value; break;
    case LOCATION:          head->location = value; break;
    case VIA:               head->via = value;  /* fall through */
    case FORWARDED:         head->forwarded = true; break;
    case X_SQUID_ERROR:     head->squid_error = value; break;
    case PROXY_STATUS:      head->proxy_status = value; break;
    case CONTENT_ENCODING:  head->content_encoding = value; break;
    case COOKIE:            head->cookie = value; break;
    case USER_AGENT:        head->user_agent = value; break;
    case AUTHORIZATION:     head->authorization = value; break;
    case X_SCHEME:
    case X_ARR_LOG_ID:
    case X_ENVOY_TIMEOUT:   head->maker = headers[header].name; break;
    case REQUEST_ID:
    case TRACEPARENT:
    case X_B3_TRACEID:
    case X_REQUEST_ID:
    case X_AMZN_TRACE_ID:
    case X_CORRELATION_ID:
        if (head->request_id.n == 0)
            head->request_id = value;
        break;
    case OTHER_HEADER:      break;
    }
    return HTTP_FAULT_NONE;
}

/* RFC 9112 section 5: a token and a colon with nothing between them. */
static enum http_fault
read_header_line(struct slice line, struct http_head *head)
{
    const char *end = line.s + line.n;
    const char *colon = (const char *)memchr(line.s, ':', line.n);

    if (line.s[0] == ' ' || line.s[0] == '\t') {        /* obs-fold */
        head->forbidden = head->is_request || head->forbidden ? head->forbidden : HTTP_FAULT_FOLD;
        return HTTP_FAULT_NONE;
    }
    if (!colon || colon == line.s)
        return HTTP_FAULT_HEADER_LINE;
    if (!head->is_request && (!is_token(line.s, colon) || has_control_char((struct slice){ colon + 1, (size_t)(end - colon - 1) })))
        return HTTP_FAULT_HEADER_LINE;
    return http_take_header((struct slice){ line.s, (size_t)(colon - line.s) }, trimmed(colon + 1, end), head);
}

void
http_read_lines(const char **s, const char *end, struct http_head *head)
{
    struct slice line;

    for (bool whole = true; whole && *s < end;) {
        whole = read_line(*s, end, &line, s);
        if (line.n == 0) {
            head->complete = whole;
            break;
        }
        if (whole) {
            enum http_fault fault = read_header_line(line, head);
            if (head->fault == HTTP_FAULT_NONE)
                head->fault = fault;
        }
    }
}

bool
http_read_head(const uint8_t *bytes, size_t n, bool is_request, struct http_head *head)
{
    const char *s = n ? (const char *)bytes : "", *end = s + n;
    struct slice line;

    memset(head, 0, sizeof *head);
    head->is_request = is_request;
    head->content_length = -1;
    if (!is_request && !http_begins_response(bytes, n)) {
        head->fault = HTTP_FAULT_NOT_HTTP;
        return false;
    }

    bool whole = read_line(s, end, &line, &s);
    if (is_request)
        read_request_line(line, head);
    else if (whole)
        read_status_line(line, head);
    else
        read_cut_status_line(line, head);
    if (whole)
        http_read_lines(&s, end, head);
    head->length = n - (size_t)(end - s);
    head->forwarded = head->forwarded || head->forwarded_for.n > 0;
    if (!is_request && head->coded && head->content_length >= 0 && head->forbidden == HTTP_FAULT_NONE)
        head->forbidden = HTTP_FAULT_CODING;
    if (is_request)
        head->fault = HTTP_FAULT_NONE;
    return head->complete;
}

bool
http_is_response_head(const uint8_t *bytes, size_t n, unsigned *status)
{
    const char *s = (const char *)bytes, *end = s + n;
    struct http_head head = { .content_length = -1 };
    struct slice line;

    if (n < 12 || !http_begins_response(bytes, n) || !read_line(s, end, &line, &s))
        return false;
    read_status_line(line, &head);
    if (head.fault != HTTP_FAULT_NONE || has_control_char(head.phrase))
        return false;
    *status = head.status;
    return read_line(s, end, &line, &s) && line.n > 0 && line.s[0] != ' ' && line.s[0] != '\t' &&
           read_header_line(line, &head) == HTTP_FAULT_NONE;
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
