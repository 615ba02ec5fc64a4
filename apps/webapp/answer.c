#include "apps/webapp/answer.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/json.h"

void answer_init(struct answer *answer)
{
    *answer = (struct answer){.code = 200, .type = "application/json", .cache = CACHE_NONE};
    buffer_init(&answer->body, ANSWER_MAXIMUM);
}

void answer_release(struct answer *answer)
{
    buffer_release(&answer->body);
}

void answer_error(struct answer *answer, unsigned code, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    AUTO_JSON cJSON *body = cJSON_CreateObject();
    json_set_text(body, "error", text);
    AUTO_FREE char *printed = json_print(body);
    answer->code = code;
    answer->type = "application/json";
    buffer_clear(&answer->body);
    buffer_append_format(&answer->body, "%s\n", printed);
}
