/* Any bytes as answers: read whole and in pieces they come to the same end. The first byte chooses the pieces. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "driver/load/http_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum http_progress read_answer(struct http_answer *answer, const char *bytes, size_t length, size_t piece)
{
    size_t taken = 0;
    http_answer_begin(answer);
    while (taken < length) {
        size_t used = 0;
        size_t next = length - taken < piece ? length - taken : piece;
        enum http_progress progress = http_answer_take(answer, bytes + taken, next, &used);
        if (used > next || (progress == HTTP_MORE && used != next))
            abort();
        taken += used;
        if (progress != HTTP_MORE)
            return progress;
    }
    return http_answer_end(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct load_spec spec;
    struct http_answer answer;
    if (size < 1 || size > 4096)
        return 0;
    load_spec_init(&spec);
    http_answer_init(&answer, &spec);
    enum http_progress whole = read_answer(&answer, (const char *)data + 1, size - 1, size);
    struct answer_labels labels = answer.labels;
    int status = answer.status;
    enum http_progress pieces = read_answer(&answer, (const char *)data + 1, size - 1, (size_t)data[0] % 16 + 1);
    if (whole != pieces || status != answer.status || (whole == HTTP_DONE && strcmp(labels.server, answer.labels.server) != 0))
        abort();
    http_answer_release(&answer);
    load_spec_release(&spec);
    return 0;
}
