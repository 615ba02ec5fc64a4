#include "cluster/api/answer.h"

#include <stdlib.h>

void answer_init(struct answer *answer)
{
    *answer = (struct answer){.code = 200, .content_type = ANSWER_JSON};
    buffer_init(&answer->body, ANSWER_MAXIMUM);
}

void answer_release(struct answer *answer)
{
    buffer_release(&answer->body);
    if (answer->stream.step != NULL)
        answer->stream.release(answer->stream.context);
    answer->stream = (struct stream){0};
    cJSON_Delete(answer->warnings);
    answer->warnings = NULL;
    cJSON_Delete(answer->headers);
    answer->headers = NULL;
}

void answer_warn(struct answer *answer, const cJSON *texts)
{
    const cJSON *text = NULL;
    if (answer->warnings == NULL)
        answer->warnings = cJSON_CreateArray();
    cJSON_ArrayForEach (text, texts)
        cJSON_AddItemToArray(answer->warnings, json_copy(text));
}

void answer_text(struct answer *answer, int code, const char *text)
{
    answer->code = code;
    answer->content_type = ANSWER_TEXT;
    buffer_clear(&answer->body);
    buffer_append_text(&answer->body, text);
}

void answer_tree(struct answer *answer, int code, const cJSON *tree)
{
    AUTO_FREE char *text = json_print(tree);
    answer->code = code;
    answer->content_type = ANSWER_JSON;
    buffer_clear(&answer->body);
    buffer_append_text(&answer->body, text);
    buffer_append_character(&answer->body, '\n');
}

void answer_status(struct answer *answer, const struct status *status)
{
    AUTO_JSON cJSON *tree = status_to_json(status);
    answer_tree(answer, status->code, tree);
}

void answer_error(struct answer *answer, int code, const char *reason, const char *message)
{
    AUTO_STATUS struct status status = {0};
    status_set(&status, code, reason, "%s", message);
    answer_status(answer, &status);
}

void answer_check(struct answer *answer)
{
    if (answer->body.overflowed)
        answer_error(answer, 500, "InternalError", "the answer is too large; use limit");
}
