#include "driver/load/request_spec.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

bool load_header_name_is_valid(const char *name)
{
    return name[0] != '\0' &&
           name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")] == '\0';
}

void load_headers_release(struct load_header *headers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(headers[i].name);
        memory_wipe_text(headers[i].value);
    }
    free(headers);
}

void load_labels_release(struct load_label *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(labels[i].key);
        free(labels[i].value);
    }
    free(labels);
}

void request_spec_release(struct request_spec *request)
{
    load_headers_release(request->headers, request->header_count);
    load_labels_release(request->tags, request->tag_count);
    load_checks_release(request->checks, request->check_count);
    free(request->name);
    free(request->method);
    free(request->url);
    free(request->body);
    *request = (struct request_spec){0};
}
