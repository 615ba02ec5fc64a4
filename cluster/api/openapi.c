#include "cluster/api/openapi.h"

#include <string.h>

#define PROTOBUF_TYPE "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
#define TITLE "Kubernetes"
#define VERSION "v1.36.2"

/* Field number and wire type 2 (bytes), then a length that fits one byte. */
static void append_bytes_field(struct buffer *text, int number, const char *bytes, size_t length)
{
    buffer_append_character(text, (char)(number << 3 | 2));
    buffer_append_character(text, (char)length);
    buffer_append(text, bytes, length);
}

/* The Document of gnostic's OpenAPIv2.proto: 1 swagger, 2 info {1 title, 2 version}, 8 paths {}. */
static void answer_protobuf(struct answer *answer)
{
    AUTO_BUFFER struct buffer information;
    buffer_init(&information, 100);
    append_bytes_field(&information, 1, TITLE, strlen(TITLE));
    append_bytes_field(&information, 2, VERSION, strlen(VERSION));
    append_bytes_field(&answer->body, 1, "2.0", 3);
    append_bytes_field(&answer->body, 2, information.data, information.length);
    append_bytes_field(&answer->body, 8, "", 0);
    answer->content_type = PROTOBUF_TYPE;
}

bool openapi_answer(const struct http_request *request, struct answer *answer)
{
    if (request->segment_count != 2 || strcmp(request->segments[1], "v2") != 0)
        return false;
    if (request->accept != NULL && strstr(request->accept, "proto-openapi") != NULL) {
        answer_protobuf(answer);
        return true;
    }
    answer->content_type = ANSWER_JSON;
    buffer_append_text(&answer->body, "{\"swagger\":\"2.0\",\"info\":{\"title\":\"" TITLE "\",\"version\":\"" VERSION
                                      "\"},\"paths\":{},\"definitions\":{}}\n");
    return true;
}
