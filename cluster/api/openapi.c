#include "cluster/api/openapi.h"

#include <string.h>

#include "cluster/api/openapi_document.h"

#define PROTOBUF_TYPE "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

static void answer_v2(const struct http_request *request, struct answer *answer)
{
    AUTO_JSON cJSON *document = openapi_document_v2();
    if (request->accept == NULL || strstr(request->accept, "proto-openapi") == NULL) {
        answer_tree(answer, 200, document);
        return;
    }
    openapi_encode_protobuf(document, &answer->body);
    answer->content_type = PROTOBUF_TYPE;
}

static bool answer_v3(const char *group, const char *version, struct answer *answer)
{
    AUTO_JSON cJSON *document = openapi_document_v3(group, version);
    if (document == NULL)
        return false;
    answer_tree(answer, 200, document);
    return true;
}

bool openapi_answer(const struct http_request *request, struct answer *answer)
{
    char *const *segments = request->segments;
    size_t count = request->segment_count;
    if (count == 2 && strcmp(segments[1], "v2") == 0) {
        answer_v2(request, answer);
        return true;
    }
    if (strcmp(segments[1], "v3") != 0)
        return false;
    if (count == 2) {
        AUTO_JSON cJSON *index = openapi_index_v3();
        answer_tree(answer, 200, index);
        return true;
    }
    if (count == 4 && strcmp(segments[2], "api") == 0)
        return answer_v3("", segments[3], answer);
    return count == 5 && strcmp(segments[2], "apis") == 0 && segments[3][0] != '\0' &&
           answer_v3(segments[3], segments[4], answer);
}
