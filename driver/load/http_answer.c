#include "driver/load/http_answer.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define STATUS_LINE_LENGTH 12 /* "HTTP/1.1 200" */
#define CHUNK_MAXIMUM (UINT64_MAX >> 8)

/* What the head says of the body's length. */
struct framing {
    bool has_length, chunked, other_coding, contradiction;
    bool close, keep_alive;
    uint64_t length;
};

void http_answer_init(struct http_answer *answer, const struct load_spec *spec)
{
    *answer = (struct http_answer){.spec = spec, .without_body = strcmp(spec->method, "HEAD") == 0};
    buffer_init(&answer->head, HTTP_HEAD_MAXIMUM);
    http_answer_begin(answer);
}

void http_answer_release(struct http_answer *answer)
{
    buffer_release(&answer->head);
}

void http_answer_begin(struct http_answer *answer)
{
    answer_labels_clear(&answer->labels);
    answer_checks_begin(&answer->checks, NULL, 0);
    if (answer->head.length > 0)
        buffer_clear(&answer->head);
    answer->part = HTTP_HEAD;
    answer->reusable = false;
    answer->digits = false;
    answer->status = 0;
    answer->left = 0;
    answer->bytes = 0;
}

void http_answer_expect(struct http_answer *answer, const struct mixed_request *request)
{
    answer->without_body = strcmp(request->spec.method, "HEAD") == 0;
    answer_checks_begin(&answer->checks, request->checks, request->spec.check_count);
}

/* The status of "HTTP/1.1 200 ..."; -1 when it is no such line. *minor: of the version. */
static int read_status(const char *line, size_t length, int *minor)
{
    if (length < STATUS_LINE_LENGTH || memcmp(line, "HTTP/1.", 7) != 0 || (line[7] != '0' && line[7] != '1') || line[8] != ' ')
        return -1;
    int status = 0;
    for (size_t at = 9; at < STATUS_LINE_LENGTH; at++) {
        if (!isdigit((unsigned char)line[at]))
            return -1;
        status = status * 10 + (line[at] - '0');
    }
    if (length > STATUS_LINE_LENGTH && (unsigned char)line[STATUS_LINE_LENGTH] > ' ')
        return -1;
    *minor = line[7] - '0';
    return status >= 100 ? status : -1;
}

/* Whether a comma separated list holds a word, in any case. last: as its last element. */
static bool holds_word(const struct header_line *header, const char *word, bool last)
{
    size_t wanted = strlen(word);
    size_t start = 0;
    for (size_t at = 0; at <= header->value_length; at++) {
        bool end = at == header->value_length;
        if (!end && header->value[at] != ',')
            continue;
        size_t stop = at;
        while (start < stop && (header->value[start] == ' ' || header->value[start] == '\t'))
            start++;
        while (stop > start && (header->value[stop - 1] == ' ' || header->value[stop - 1] == '\t'))
            stop--;
        if (stop - start == wanted && strncasecmp(header->value + start, word, wanted) == 0 && (end || !last))
            return true;
        start = at + 1;
    }
    return false;
}

static void see_length(struct framing *framing, const struct header_line *header)
{
    uint64_t length = 0;
    framing->contradiction = framing->contradiction || header->value_length == 0 || header->value_length > 18;
    for (size_t at = 0; at < header->value_length && !framing->contradiction; at++) {
        framing->contradiction = !isdigit((unsigned char)header->value[at]);
        length = length * 10 + (uint64_t)(header->value[at] - '0');
    }
    framing->contradiction = framing->contradiction || (framing->has_length && framing->length != length);
    framing->has_length = true;
    framing->length = length;
}

static void see_header(struct http_answer *answer, struct framing *framing, const char *line, size_t length)
{
    struct header_line header;
    /* A line that goes on from the one before says nothing that is asked for here. */
    if (line[0] == ' ' || line[0] == '\t' || !header_line_split(line, length, &header))
        return;
    if (answer->checks.count > 0 && answer->status >= 200)
        answer_checks_header(&answer->checks, &header);
    if (header_line_is(&header, "Content-Length")) {
        see_length(framing, &header);
    } else if (header_line_is(&header, "Transfer-Encoding")) {
        framing->chunked = holds_word(&header, "chunked", true);
        framing->other_coding = !framing->chunked;
    } else if (header_line_is(&header, "Connection")) {
        framing->close = framing->close || holds_word(&header, "close", false);
        framing->keep_alive = framing->keep_alive || holds_word(&header, "keep-alive", false);
    } else {
        answer_labels_see(&answer->labels, answer->spec, &header);
    }
}

/* What comes after the head. */
static enum http_progress choose_body(struct http_answer *answer, const struct framing *framing, int minor)
{
    bool none = answer->without_body || answer->status == 204 || answer->status == 304;
    bool to_the_end = !none && !framing->chunked && (framing->other_coding || !framing->has_length);
    if (framing->contradiction && !framing->chunked)
        return HTTP_BAD;
    answer->reusable =
        !framing->close && (minor == 1 || framing->keep_alive) && !to_the_end && !(framing->chunked && framing->has_length);
    if (none)
        return HTTP_DONE;
    answer->left = framing->chunked ? 0 : framing->length;
    answer->part = framing->chunked ? HTTP_CHUNK_SIZE : to_the_end ? HTTP_TO_THE_END : HTTP_BODY;
    return answer->part == HTTP_BODY && answer->left == 0 ? HTTP_DONE : HTTP_MORE;
}

/* A whole head, its empty line included. */
static enum http_progress read_head(struct http_answer *answer, const char *head, size_t length)
{
    struct framing framing = {.has_length = false};
    int minor = 1;
    const char *end = head + length;
    const char *line_end = memchr(head, '\n', length);
    int status = read_status(head, (size_t)(line_end - head), &minor);
    if (status < 0)
        return HTTP_BAD;
    answer->status = status;
    answer->bytes += length;
    for (const char *line = line_end + 1; line < end; line = line_end + 1) {
        line_end = memchr(line, '\n', (size_t)(end - line));
        if (line_end == NULL)
            break;
        see_header(answer, &framing, line, (size_t)(line_end - line));
    }
    if (status >= 200)
        return choose_body(answer, &framing, minor);
    /* An answer on the way to the real one; the connection was not asked to change its protocol. */
    return status == 101 ? HTTP_BAD : HTTP_MORE;
}

/* Just behind the empty line that ends a head; NULL when it is not there. Lines may end without a carriage return. */
static const char *find_head_end(const char *bytes, size_t length)
{
    const char *end = bytes + length;
    for (const char *at = bytes; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        if (at + 1 < end && at[1] == '\n')
            return at + 2;
        if (at + 2 < end && at[1] == '\r' && at[2] == '\n')
            return at + 3;
    }
    return NULL;
}

/* What cannot become a status line any more need not be waited for. */
static bool begins_like_http(const char *bytes, size_t length)
{
    size_t known = length < 7 ? length : 7;
    return memcmp(bytes, "HTTP/1.", known) == 0;
}

static enum http_progress take_head(struct http_answer *answer, const char *bytes, size_t length, size_t *used)
{
    if (answer->head.length == 0) {
        const char *end = find_head_end(bytes, length);
        if (!begins_like_http(bytes, length))
            return HTTP_BAD;
        if (end != NULL && (size_t)(end - bytes) <= HTTP_HEAD_MAXIMUM) {
            *used = (size_t)(end - bytes);
            return read_head(answer, bytes, *used);
        }
    }
    size_t before = answer->head.length;
    size_t room = HTTP_HEAD_MAXIMUM - before;
    (void)buffer_append(&answer->head, bytes, length < room ? length : room);
    const char *end = find_head_end(answer->head.data, answer->head.length);
    *used = length;
    if (end == NULL)
        return answer->head.length < HTTP_HEAD_MAXIMUM && begins_like_http(answer->head.data, answer->head.length)
                   ? HTTP_MORE
                   : http_answer_end(answer);
    size_t head_length = (size_t)(end - answer->head.data);
    *used = head_length - before;
    enum http_progress progress = read_head(answer, answer->head.data, head_length);
    buffer_clear(&answer->head);
    return progress;
}

static int hexadecimal(char character)
{
    if (isdigit((unsigned char)character))
        return character - '0';
    int letter = tolower((unsigned char)character);
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* One byte of a chunk size's line. */
static enum http_progress take_chunk_size(struct http_answer *answer, char character)
{
    int digit = answer->part == HTTP_CHUNK_SIZE ? hexadecimal(character) : -1;
    if (digit >= 0) {
        answer->digits = true;
        answer->left = answer->left * 16 + (uint64_t)digit;
        return answer->left <= CHUNK_MAXIMUM ? HTTP_MORE : HTTP_BAD;
    }
    if (!answer->digits)
        return HTTP_BAD;
    if (character == '\n') {
        answer->digits = false;
        answer->part = answer->left > 0 ? HTTP_CHUNK : HTTP_TRAILER;
        return HTTP_MORE;
    }
    if (answer->part == HTTP_CHUNK_SIZE && character != ';' && character != ' ' && character != '\t' && character != '\r')
        return HTTP_BAD;
    answer->part = HTTP_CHUNK_EXTENSION;
    return HTTP_MORE;
}

/* One byte of what lies around the chunks. */
static enum http_progress take_frame(struct http_answer *answer, char character)
{
    switch (answer->part) {
    case HTTP_CHUNK_SIZE:
    case HTTP_CHUNK_EXTENSION:
        return take_chunk_size(answer, character);
    case HTTP_CHUNK_END:
        if (character == '\n')
            answer->part = HTTP_CHUNK_SIZE;
        return character == '\n' || character == '\r' ? HTTP_MORE : HTTP_BAD;
    case HTTP_TRAILER:
        if (character == '\n')
            return HTTP_DONE;
        if (character != '\r')
            answer->part = HTTP_TRAILER_LINE;
        return HTTP_MORE;
    default:
        if (character == '\n')
            answer->part = HTTP_TRAILER;
        return HTTP_MORE;
    }
}

/* Bytes of a body whose length is known. */
static enum http_progress take_counted(struct http_answer *answer, const char *bytes, size_t length, size_t *used)
{
    *used = length < answer->left ? length : (size_t)answer->left;
    if (answer->checks.count > 0)
        answer_checks_body(&answer->checks, bytes, *used);
    answer->left -= *used;
    answer->bytes += *used;
    if (answer->left > 0)
        return HTTP_MORE;
    if (answer->part == HTTP_BODY)
        return HTTP_DONE;
    answer->part = HTTP_CHUNK_END;
    return HTTP_MORE;
}

static enum http_progress take_part(struct http_answer *answer, const char *bytes, size_t length, size_t *used)
{
    switch (answer->part) {
    case HTTP_HEAD:
        return take_head(answer, bytes, length, used);
    case HTTP_TO_THE_END:
        *used = length;
        answer->bytes += length;
        if (answer->checks.count > 0)
            answer_checks_body(&answer->checks, bytes, length);
        return HTTP_MORE;
    case HTTP_BODY:
    case HTTP_CHUNK:
        return take_counted(answer, bytes, length, used);
    default:
        *used = 1;
        return take_frame(answer, bytes[0]);
    }
}

enum http_progress http_answer_take(struct http_answer *answer, const char *bytes, size_t length, size_t *used)
{
    *used = 0;
    while (*used < length) {
        size_t taken = 0;
        enum http_progress progress = take_part(answer, bytes + *used, length - *used, &taken);
        *used += taken;
        if (progress != HTTP_MORE)
            return progress;
    }
    return HTTP_MORE;
}

enum http_progress http_answer_end(struct http_answer *answer)
{
    int minor = 1;
    const char *line_end = answer->head.length > 0 ? memchr(answer->head.data, '\n', answer->head.length) : NULL;
    if (answer->part == HTTP_TO_THE_END)
        return HTTP_DONE;
    if (line_end != NULL) {
        int status = read_status(answer->head.data, (size_t)(line_end - answer->head.data), &minor);
        answer->status = status > 0 ? status : answer->status;
        answer->bytes += status > 0 ? answer->head.length : 0;
    }
    return HTTP_BAD;
}
